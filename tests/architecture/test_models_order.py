"""The folders of the models room import one way: what is learned from, then how, then how well, then what serves."""

from pathlib import Path

from tests.architecture.test_imports import ROOT, imported_modules, relative

ROOM = ROOT / "assets" / "models"
ORDER = (
    "estimators.registry",  # names alone: settings check against it
    "contract_serving", "contract_explaining", "contract_segments", "contract_told", "contract",
    "settings_measuring", "settings_fine_tuning", "settings",
    "examples", "networks", "estimators", "evaluation", "anomaly_choice", "explaining", "serving", "segment_pages",
    "findings", "fine_tuning", "checks_serving", "checks_explaining", "checks_future", "checks", "checks_segments",
    "assets_segments", "assets_measuring", "assets_serving", "assets",
)  # fmt: skip


def place(name: str) -> int:
    """Where ``assets.models.<name>`` stands; of a package, the place of its folder."""
    return next(number for number, part in enumerate(ORDER) if name == part or name.startswith(f"{part}."))


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOM).with_suffix("").parts).removesuffix(".__init__")


def test_folders_import_earlier_ones_only() -> None:
    for path in sorted(ROOM.rglob("*.py")):
        if path == ROOM / "__init__.py":
            continue
        own = place(module(path))
        for name in imported_modules(path):
            if name.startswith("assets.models."):
                other = place(name.removeprefix("assets.models."))
                assert other <= own, f"{relative(path)} imports {name}, which comes after it"


def test_every_folder_has_a_place_and_tells_what_is_in_it() -> None:
    folders = {path.name for path in ROOM.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(ORDER)
    for folder in folders:
        assert (ROOM / folder / "__init__.py").read_text("utf-8").startswith('"""')
