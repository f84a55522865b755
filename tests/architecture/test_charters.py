"""What the rooms' charters say of what they read is so."""

import ast
import importlib
from pathlib import Path

import pytest

import assets
from pipelines.rooms import ROOMS, declared_assets, room_contracts
from resources.contract import Zone

ROOT = Path(assets.__file__).resolve().parents[1]
MAY_READ_RESTRICTED = {"raw", "privacy", "alignment", "customers", "models", "studies"}
TRUTH = {"truth", "match_model", "expected_values"}  # what a simulated world knows and no stage may ask


def zones_read(room: str) -> set[str]:
    contracts = room_contracts()
    own = [item for item in declared_assets() if item.declaration.group == room]
    return {str(contracts[read.asset].zone) for item in own for read in item.reads if read.asset in contracts}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_reads_the_zones_that_it_declares(room: str) -> None:
    declared = importlib.import_module(f"assets.{room}").READS_ZONES
    assert set(declared) <= {str(zone) for zone in Zone}
    assert zones_read(room) <= set(declared)


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in MAY_READ_RESTRICTED])
def test_only_some_rooms_read_restricted_tables(room: str) -> None:
    assert str(Zone.RESTRICTED) not in zones_read(room)


def asks_for_the_truth(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [item.attr for item in called if isinstance(item, ast.Attribute) and item.attr in TRUTH]


@pytest.mark.parametrize("folder", ["assets", "pipelines"])
def test_the_studies_alone_ask_for_the_truth(folder: str) -> None:
    studies = ROOT / "assets" / "studies"
    strangers = {
        str(path.relative_to(ROOT)): asked
        for path in (ROOT / folder).rglob("*.py")
        if studies not in path.parents and (asked := asks_for_the_truth(path))
    }
    assert not strangers


@pytest.mark.parametrize("room", ROOMS)
def test_a_charter_says_what_the_room_is_for(room: str) -> None:
    charter = (importlib.import_module(f"assets.{room}").__doc__ or "").lower()
    assert "?" in charter, "a charter asks the room's question"
    assert "grain" in charter
    assert "not here" in charter or "not belong" in charter


ROOM_FILES = sorted(path for room in ROOMS for path in (ROOT / "assets" / room).rglob("*.py"))


@pytest.mark.parametrize("path", ROOM_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_verbs_ask_their_inputs_and_never_the_workspace(path: Path) -> None:
    """Inputs give only what is declared in reads and records; through the workspace a verb could read anything."""
    tree = ast.parse(path.read_text("utf-8"))
    past = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "workspace"]
    assert not past, f"line {past[0]} reaches past what the asset declares"
