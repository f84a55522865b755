"""The study of the ceilings on tiny worlds: what is finished stays, what is missing is made, and the report's asset."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.fits import FittedAsset, fit_due
from assets.common.in_memory import made_in_memory, needed_for
from assets.common.promotion import produce_days
from assets.common.whole import produce_whole
from assets.common.workspace import Workspace
from assets.studies.assets import value_ceilings
from assets.studies.ceilings import INFLUENCES, NEEDED
from pipelines.ceilings import make_study
from pipelines.cli import main
from pipelines.study_worlds import declared_tables
from resources.errors import ContractError
from tests.end_to_end.worlds import START, demo_workspace

pytestmark = pytest.mark.slow
DAYS = 60
TINY = {
    "ceiling_seeds": 2, "ceiling_groups": 2, "ceiling_guests": 700, "ceiling_days": 150, "ceiling_draws": 1,
    "ceiling_influences": (0.0, 0.5, 2.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Workspace:
    workspace = demo_workspace(tmp_path_factory.mktemp("ceilings"), encoder_home, days=DAYS, studies=TINY)
    make_study(workspace.settings)
    return workspace


def parts(home: Workspace) -> dict[Path, int]:
    folder = home.settings.home / "studies" / "ceilings"
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*.parquet"))}


def test_every_world_has_figures_and_ceilings(home: Workspace) -> None:
    names = [f"{influence}-{seed:05d}" for influence in INFLUENCES for seed in (1, 2)]
    for kind in ("examples", "figures", "data_rich-2-2"):
        assert sorted(path.stem for path in parts(home) if path.parent.name == kind) == sorted(names)


def test_a_study_that_was_killed_goes_on_where_it_was(home: Workspace) -> None:
    before = parts(home)
    lost = next(path for path in before if path.parent.name == "figures" and path.stem == "weak-00002")
    figures = pl.read_parquet(lost)
    lost.rename(lost.with_name(f".{lost.name}.0.part"))  # what a killed process leaves: never under the final name
    make_study(home.settings)
    after = parts(home)
    assert {path for path in before if after[path] != before[path]} == {
        lost,
        lost.parent.parent / "examples" / lost.name,
    }
    assert pl.read_parquet(lost).equals(figures)


def test_the_asset_takes_over_what_is_finished(home: Workspace) -> None:
    declared = declared_tables()
    days = [START + timedelta(days=place) for place in range(3)]
    for name in ("raw_bookings", "pseudonyms", "stays"):
        produce_days(home, declared[name].spec, days)  # type: ignore[union-attr]
    report = produce_whole(home, value_ceilings)
    assert not report.failed
    rows = home.lake.read(home.contracts["value_ceilings"])
    assert set(rows["influence"]) == set(INFLUENCES)
    assert {"oracle", "data_rich_anchored", "gated_fusion_true_links", "pairs"} <= set(rows["model"])


def test_in_memory_gives_what_is_stored(tmp_path: Path, encoder_home: Path) -> None:
    stored = demo_workspace(tmp_path / "stored", encoder_home, days=DAYS)
    declared = declared_tables()
    days = [START + timedelta(days=place) for place in range(DAYS)]
    for name in needed_for(declared, NEEDED):
        item = declared[name]
        if isinstance(item, FittedAsset):
            fit_due(stored, item, days[-1])
        else:
            produce_days(stored, item.spec, days)
    made = made_in_memory(demo_workspace(tmp_path / "memory", encoder_home, days=DAYS), declared, NEEDED)
    for name in NEEDED:
        assert made[name].height > 0
        read = stored.lake.read_days(stored.contracts[name], days)
        key = list(stored.contracts[name].key)
        assert made[name].sort("delivery_day", *key).equals(read.sort("delivery_day", *key)), name


def test_only_daily_tables_and_records_are_made_in_memory() -> None:
    with pytest.raises(ContractError, match="can't be made in memory"):
        needed_for({}, ["examples"])


def test_without_a_finished_run_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path))
    monkeypatch.setenv("STAYWORTH_CORE__SOURCE", "demo")
    assert main(["ceilings"]) == 2
    assert "run the chain first" in capsys.readouterr().err


def test_real_guests_have_no_oracle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path))
    assert main(["ceilings", "--source", "public", "--data", str(tmp_path)]) == 2
    assert "no known truth" in capsys.readouterr().err
