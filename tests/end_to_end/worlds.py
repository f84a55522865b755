"""Small worlds for end-to-end tests: a workspace with a small demo group and a shared static encoder."""

from datetime import date
from pathlib import Path
from typing import Any

from assets.common.workspace import StepProgress, Workspace
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings

START = date(2024, 1, 1)


def demo_workspace(home: Path, encoder_home: Path, *, days: int, **sections: dict[str, Any]) -> Workspace:
    """A demo world of few guests; fits every seven days so that short histories cross cut-offs."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("encoders", "cache"):
        if (encoder_home / name).exists() and not (home / name).exists():
            (home / name).symlink_to(encoder_home / name)
    core = CoreSettings(**{"source": "demo", "fit_every_days": 7, **sections.pop("core", {})})  # type: ignore[arg-type]
    demo = {"days": days, "guests": 2_000, "hotels": 3, **sections.pop("demo", {})}
    return build_workspace(Settings(home=home, core=core, sections={"demo": demo, **sections}))


def public_workspace(home: Path, encoder_home: Path, data: Path, first: date, last: date) -> Workspace:
    """The published files over a window of their history."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("encoders", "cache"):
        (home / name).symlink_to(encoder_home / name)
    core = CoreSettings(source="public", data=data, history_start=first, history_end=last, fit_every_days=6)
    return build_workspace(Settings(home=home, core=core))


def data_bytes(workspace: Workspace) -> dict[str, bytes]:
    """Every promoted partition and fitted record, by path."""
    root = workspace.lake.root
    kept: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in (".parquet", ".json") and not {".staging", ".failed"} & set(path.parts):
            kept[str(path.relative_to(root))] = path.read_bytes()
    return kept


def collect(steps: list[StepProgress]) -> Any:
    """A progress callback that remembers."""
    return steps.append
