"""Rooms of installed packages: where they stand, and which are refused before anything is imported."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from assets.common import rooms
from assets.common.rooms import ROOMS, chapter_packages, installed_rooms, part_of, room_packages, tables_of_findings
from pipelines.rooms import declared_assets, room_contracts, room_settings
from resources.errors import ContractError

Install = Callable[..., None]
CONTRACT = """
import polars as pl
from resources.contract import Column, FrameContract, Zone
TOY = FrameContract(asset={asset!r}, zone=Zone.INTERNAL, grain="day", key=(), description="days",
                    columns=(Column(name="delivery_day", dtype=pl.Date, description="day"),))
"""
ASSETS = """
from assets.common.daily import DayInputs, Produced, Reads, daily_asset
from {package}.contract import TOY
@daily_asset(contract=TOY, group={group!r}, reads=[Reads({reads!r})], owners=["team:toys"])
def toy_table(inputs: DayInputs) -> Produced:
    "Days."
    return Produced(TOY.empty())
"""
SETTINGS = """
from dataclasses import dataclass
@dataclass(frozen=True)
class ToyRoomSettings:
    "None."
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Makes rooms known by name and package."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def known(**packages: str) -> None:
        points = [EntryPoint(name, package, rooms.ENTRY_POINTS) for name, package in packages.items()]
        monkeypatch.setattr(rooms, "entry_points", lambda **asked: EntryPoints(points).select(**asked))
        room_packages.cache_clear()

    yield known
    room_packages.cache_clear()


@pytest.fixture
def toy(tmp_path: Path, install: Install) -> Callable[..., str]:
    """Writes a room of one table; returns its package."""

    def write(*, asset: str = "toy_table", group: str = "toy_room", reads: str = "published_bookings",
              zones: tuple[str, ...] = ("internal",), leave_out: str = "",
              settings: str = SETTINGS) -> str:  # fmt: skip
        package = f"toy_{tmp_path.name}"
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text(f"READS_ZONES = {zones!r}\n")
        told = {"contract": CONTRACT.format(asset=asset), "settings": settings, "checks": "",
                "assets": ASSETS.format(package=package, group=group, reads=reads)}  # fmt: skip
        for name, text in told.items():
            if name != leave_out:
                (folder / f"{name}.py").write_text(text)
        install(toy_room=package)
        return package

    return write


def test_without_packages_the_rooms_are_ours() -> None:
    assert tuple(room_packages()) == ROOMS
    assert installed_rooms() == ()
    assert tables_of_findings() == [f"{room}_findings" for room in ROOMS[:-1]]
    assert [package.__name__ for package in chapter_packages()] == ["assets.reports.chapters"]


def test_installed_rooms_stand_before_the_report_by_name(install: Install) -> None:
    install(zoo="zoo_package", bar="bar_package")
    assert tuple(room_packages()) == (*ROOMS[:-1], "bar", "zoo", "reports")
    assert installed_rooms() == ("bar", "zoo")


def test_a_room_is_found_with_all_that_it_brings(toy: Callable[..., str]) -> None:
    package = toy()
    assert room_contracts()["toy_table"].grain == "day"
    assert room_settings()["toy_room"].__module__ == f"{package}.settings"
    assert "toy_table" in [item.name for item in declared_assets()]


@pytest.mark.parametrize("name", ["Toy", "toy-room", "core", "common", "every_room", "2toys", "a.b"])
def test_names_that_no_section_can_have_are_refused(install: Install, name: str) -> None:
    install(**{name: "toys"})
    with pytest.raises(ContractError, match="can't be the name of a room"):
        room_packages()


def test_a_name_of_ours_is_refused(install: Install) -> None:
    install(models="my_models")
    with pytest.raises(ContractError, match="two rooms are called 'models'"):
        room_packages()


def test_a_missing_file_is_named(toy: Callable[..., str]) -> None:
    package = toy(leave_out="contract")
    with pytest.raises(ContractError, match=f"has no module {package}.contract"):
        part_of("toy_room", "contract")


def test_a_missing_package_is_named(install: Install) -> None:
    install(toy_room="no_such_package")
    with pytest.raises(ContractError, match="has no module no_such_package.contract"):
        room_contracts()


def test_a_package_that_lacks_another_one_is_not_misread(toy: Callable[..., str]) -> None:
    toy(settings="import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        part_of("toy_room", "settings")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"asset": "customers"}, "has a table 'customers', and so has an earlier one"),
        ({"group": "models"}, "declared for room 'models'"),
        ({"reads": "raw_bookings"}, "of the zone restricted, which READS_ZONES"),
        ({"reads": "no_such_table"}, "which no room makes"),
        ({"settings": "X = 1\n"}, "has no dataclass ToyRoomSettings"),
    ],
)
def test_a_room_that_keeps_no_rule_is_refused(toy: Callable[..., str], changes: dict[str, str], told: str) -> None:
    toy(**changes)
    with pytest.raises(ContractError, match=told):
        [room_contracts(), room_settings(), declared_assets()]


def test_a_room_that_names_its_zones_may_read_them(toy: Callable[..., str]) -> None:
    toy(reads="raw_bookings", zones=("restricted",))
    assert "toy_table" in [item.name for item in declared_assets()]
