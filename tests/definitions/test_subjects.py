"""Every column that looks like an id says whose it is; one that does not is refused before anything is stored."""

from dataclasses import replace

import polars as pl
import pytest

from assets.common.summary import table_schema
from pipelines import rooms
from pipelines.catalogue import data_dictionary
from pipelines.ledger import DAILY_LEDGER
from pipelines.rooms import room_contracts
from resources.contract import Column, FrameContract, Subject, Zone
from resources.errors import ContractError

CONTRACTS = [*room_contracts().values(), DAILY_LEDGER]


def table(*columns: Column, key: tuple[str, ...] = ()) -> FrameContract:
    return FrameContract(asset="visits", zone=Zone.INTERNAL, grain="one row per visit", key=key, columns=columns)


def text(name: str, **more: object) -> Column:
    return Column(name=name, dtype=pl.String, description=name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.asset)
def test_every_id_says_whose_it_is(contract: FrameContract) -> None:
    assert contract.unsaid == ()


@pytest.mark.parametrize("name", ["traveller_id", "traveller_hash", "traveller_key", "row_id", "email", "guest_name"])
def test_a_name_like_an_id_has_to_say(name: str) -> None:
    assert f"visits.{name} looks like an id" in table(text(name)).unsaid[0]
    assert table(text(name, subject=Subject.NONE)).unsaid == ()


def test_a_column_of_the_key_has_to_say_whatever_its_name_and_type() -> None:
    assert "visits.traveller looks" in table(text("traveller"), key=("traveller",)).unsaid[0]
    number = Column(name="traveller", dtype=pl.Int64, description="number", minimum=1)
    assert "visits.traveller looks" in table(number, key=("traveller",)).unsaid[0]


def test_days_and_listed_values_name_nobody() -> None:
    day = Column(name="day", dtype=pl.Date, description="day")
    assert table(day, text("kind", values=("a", "b")), text("note"), key=("day", "kind")).unsaid == ()


def test_a_reference_can_become_null_and_says_to_whom() -> None:
    said = table(text("nearest_id", subject=Subject.REVIEW, is_reference=True)).unsaid
    assert "make it nullable" in said[0]
    unknown = table(text("nearest_id", subject=Subject.NONE, is_reference=True, nullable=True)).unsaid
    assert "does not say to whom" in unknown[0]
    lost = table(text("gap", describes="nearest_id", nullable=True)).unsaid
    assert "describes nearest_id, which is no column" in lost[0]


def test_several_ids_in_a_cell_are_refused() -> None:
    many = Column(name="guests", dtype=pl.List(pl.String), description="ids", subject=Subject.GUEST)
    assert "store one id a row" in table(many).unsaid[0]


def test_a_room_that_does_not_say_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "room_packages", lambda: {"toy": "toy"})
    monkeypatch.setattr(rooms, "contracts_of", lambda _room: [table(text("traveller_id"))])
    with pytest.raises(ContractError, match=r"visits\.traveller_id looks like an id"):
        room_contracts()


def test_people_are_shown_whose_a_column_is() -> None:
    schema = table_schema(room_contracts()["customers"])
    assert {item.name: dict(item.tags or {}) for item in schema.columns}["pseudo_customer_id"] == {
        "subject": "customer"
    }
    page = data_dictionary()
    assert "| pseudo_customer_id | String |  | no |  | customer |" in page
    assert "| nearest_review_id | String |  | yes |  | review (named) |" in page


def test_whose_a_column_is_makes_no_row_stale() -> None:
    contract = room_contracts()["customers"]
    bare = replace(contract, columns=tuple(replace(item, subject=None) for item in contract.columns))
    assert bare.shape == contract.shape
