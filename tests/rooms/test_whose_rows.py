"""A table with ids of other names: its contract says whose they are, and a guest's rights reach it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.alignment.contract import VERIFIED_LINKS
from assets.common.daily import DayInputs, Produced, Reads, daily_asset
from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.customers.contract import CUSTOMER_BANDS
from assets.customers.monthly_views import VIEW_BANDS, view_ids
from assets.privacy.contract import PSEUDONYMS, REVIEW_CLAIMS
from assets.privacy.opt_outs import HISTORY, without_opted_out
from assets.privacy.pseudonyms import hash_column
from assets.privacy.review_claims import claims_of
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS
from pipelines.guests.asking import Asked
from pipelines.guests.erasure import erase_guest
from pipelines.guests.finding import find_guest
from pipelines.guests.proof import search
from pipelines.guests.retention import apply_retention
from pipelines.guests.rotation import named_by_the_key, tables_of_the_key
from pipelines.guests.subject_access import export_guest
from pipelines.workspace import build_workspace
from resources.contract import Column, FrameContract, Subject, Zone
from resources.errors import ContractError
from resources.input_record import InputRecord
from resources.settings import CoreSettings, Settings
from tests.rooms.toy import START, TOY_RAW, toy_raw, toy_workspace

DAY = date(2024, 1, 1)
OLD, NEW = (hashlib.sha256(name).hexdigest() for name in (b"old", b"new"))
_DAY = Column(name="delivery_day", dtype=pl.Date, description="partition")
ALONE, SHARED, STRANGER = "a" * 32, "b" * 32, "c" * 32


def text(name: str, subject: Subject | None = None, **more: Any) -> Column:
    return Column(name=name, dtype=pl.String, description=name, subject=subject, **more)


def contract_of(asset: str, *columns: Column) -> FrameContract:
    return FrameContract(asset=asset, zone=Zone.INTERNAL, grain="one row", key=(), columns=(*columns, _DAY))


VISITS = contract_of("visits", text("traveller", Subject.CUSTOMER), text("note"))
STAYS = contract_of("stays", text("ticket", Subject.BOOKING), text("traveller", Subject.CUSTOMER))
CARDS = contract_of(
    "cards",
    text("holder", Subject.GUEST, nullable=True),
    Column(name="traveller", dtype=pl.Categorical, description="customer", subject=Subject.CUSTOMER),
)
ECHOES = contract_of(
    "echoes",
    text("post", Subject.REVIEW),
    text("like", Subject.REVIEW, is_reference=True, nullable=True),
    text("likeness", nullable=True, describes="like"),
)
TOYS = (VISITS, STAYS, CARDS, ECHOES)


def filled(contract: FrameContract, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """Rows with something in every column that they leave out."""
    plain = {pl.String: "x", pl.Boolean: False, pl.Date: DAY, pl.Int32: 1, pl.Int64: 1, pl.Float64: 1.0}
    told = [
        {item.name: row.get(item.name, None if item.nullable else plain.get(item.dtype)) for item in contract.columns}  # type: ignore[call-overload]
        for row in rows
    ]
    return pl.DataFrame(told, schema=contract.schema)


def store(workspace: Workspace, contract: FrameContract, *rows: Mapping[str, Any]) -> None:
    frame = filled(contract, *rows)
    record = InputRecord(asset=contract.asset, partition=str(DAY), rows_out=frame.height)
    workspace.lake.promote(workspace.lake.stage(contract, DAY, frame, record))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One guest with two bookings and a review, and a stranger who shares a pseudo-customer with them."""
    made = build_workspace(Settings(home=tmp_path / "home", core=CoreSettings(source="demo")))
    made.contracts = {**made.contracts, **{item.asset: item for item in TOYS}}
    mine = {"guest_key": "G100200300", "email": "ann@example.org", "guest_name": "Ann Doe"}
    hers = {"guest_key": "G900800700", "email": "eve@example.org", "guest_name": "Eve Roe"}
    store(made, RAW_BOOKINGS, {"row_id": "reservation:1001", **mine}, {"row_id": "reservation:1002", **mine},
          {"row_id": "reservation:2001", **hers})  # fmt: skip
    names = [("reservation:1001", ALONE), ("reservation:1002", SHARED), ("reservation:2001", SHARED)]
    store(made, PSEUDONYMS, *({"row_id": row, "booking_id": booking(made, row), "pseudo_customer_id": customer}
                              for row, customer in names))  # fmt: skip
    store(made, RAW_REVIEWS, {"row_id": "review:31", "positive_text": "write to ann@example.org, lovely stay in May"},
          {"row_id": "review:32", "positive_text": "the view was lovely"})  # fmt: skip
    return made


def booking(workspace: Workspace, row_id: str) -> str:
    return hash_column(pl.Series([row_id]), "booking", workspace.key)[0]


def review(workspace: Workspace, row_id: str) -> str:
    return hash_column(pl.Series([row_id]), "review", workspace.key)[0]


def fill_toys(workspace: Workspace) -> None:
    mine, hers = (booking(workspace, f"reservation:{number}") for number in ("1002", "2001"))
    store(workspace, VISITS, *({"traveller": name, "note": name[0]} for name in (ALONE, SHARED, STRANGER)))
    store(workspace, STAYS, {"ticket": mine, "traveller": SHARED}, {"ticket": hers, "traveller": SHARED})
    [key] = find_guest(workspace, Asked(email="ann@example.org")).guest_hashes
    store(workspace, CARDS, {"holder": key, "traveller": STRANGER}, {"holder": "f" * 32, "traveller": SHARED},
          {"holder": None, "traveller": ALONE}, {"holder": None, "traveller": STRANGER})  # fmt: skip
    mine, hers = review(workspace, "review:31"), review(workspace, "review:32")
    store(workspace, ECHOES, {"post": mine}, {"post": hers, "like": mine, "likeness": "0.9"})


def kept(workspace: Workspace, contract: FrameContract, name: str) -> list[Any]:
    return workspace.lake.rows(contract.asset, DAY)[name].cast(pl.String).to_list()


def test_erasure_takes_rows_whatever_their_ids_are_called(workspace: Workspace) -> None:
    fill_toys(workspace)
    erasure = erase_guest(workspace, Asked(email="ann@example.org"))
    assert erasure.is_complete
    assert kept(workspace, VISITS, "traveller") == [STRANGER], "a shared one's values tell of the guest: made anew"
    assert kept(workspace, STAYS, "ticket") == [booking(workspace, "reservation:2001")], "the booking decides"
    assert kept(workspace, CARDS, "holder") == ["f" * 32, None]
    assert kept(workspace, CARDS, "traveller") == [SHARED, STRANGER], "whose card it is decides where it is known"
    assert {name: erasure.rows[name] for name in ("visits", "stays", "cards", "echoes")} == {
        "visits": 2, "stays": 1, "cards": 2, "echoes": 1,
    }  # fmt: skip


def test_a_reference_to_the_guest_becomes_null_with_what_describes_it(workspace: Workspace) -> None:
    fill_toys(workspace)
    erase_guest(workspace, Asked(email="ann@example.org"))
    [row] = workspace.lake.rows("echoes", DAY).to_dicts()
    assert (row["post"], row["like"], row["likeness"]) == (review(workspace, "review:32"), None, None)


def test_subject_access_gives_what_is_the_guest_s_alone(workspace: Workspace, tmp_path: Path) -> None:
    fill_toys(workspace)
    held = export_guest(workspace, Asked(email="ann@example.org"), tmp_path / "copy")
    assert {name: held.get(name) for name in ("visits", "stays", "cards", "echoes")} == {
        "visits": 1, "stays": 1, "cards": 2, "echoes": 1,
    }  # fmt: skip
    [visit] = json.loads((tmp_path / "copy" / "visits.json").read_text())
    assert visit["traveller"] == ALONE, "what is computed for a group tells of the others"
    assert "| traveller | traveller |  | customer |" in (tmp_path / "copy" / "README.md").read_text()


def test_the_proof_finds_what_is_left_and_misses_it_when_it_is_gone(workspace: Workspace) -> None:
    fill_toys(workspace)
    guest = find_guest(workspace, Asked(email="ann@example.org"))
    left = {(path.parent.name, kind) for path, kind in search(workspace, guest.needles()).leftovers}
    assert ("visits", "pseudo-customer id") in left
    assert ("cards", "pseudo-customer id") in left, "a column of labels, no text, is read too"
    assert ("stays", "booking id") in left
    assert ("echoes", "review id") in left
    assert not erase_guest(workspace, Asked(email="ann@example.org")).proof.leftovers


def test_ids_of_a_month_lead_to_their_guest(workspace: Workspace, tmp_path: Path) -> None:
    """A monthly view names customers under ids that nobody can join; whoever holds the key follows them."""
    names = view_ids(pl.Series([ALONE, SHARED, STRANGER]), VIEW_BANDS, "2024-01", workspace.key).to_list()
    rows = filled(CUSTOMER_BANDS, *({"month": "2024-01", "view_id": name} for name in names))
    record = InputRecord(asset=VIEW_BANDS, partition="all", rows_out=rows.height)
    workspace.lake.promote(workspace.lake.stage(CUSTOMER_BANDS, None, rows, record))
    asked = Asked(email="ann@example.org")
    assert export_guest(workspace, asked, tmp_path / "copy")[VIEW_BANDS] == 1, "what is shared tells of others"
    left = {path.parent.name for path, _ in search(workspace, find_guest(workspace, asked).needles()).leftovers}
    assert VIEW_BANDS in left
    assert erase_guest(workspace, asked).rows[VIEW_BANDS] == 2
    assert workspace.lake.read(CUSTOMER_BANDS)["view_id"].to_list() == [names[2]]


VERIFIED = (
    {"row_id": "review:31", "guest_key": "G100200300"},
    {"row_id": "review:32", "reservation_id": "reservation:1001"},
    {"row_id": "review:33", "reservation_id": "reservation:1001", "guest_key": "G900800700"},
    {"row_id": "review:34", "reservation_id": "reservation:2001"},
    {"row_id": "review:35", "reservation_id": "reservation:9999", "guest_key": "G100200300"},
)


def test_reviews_are_a_guest_s_by_the_key_or_the_stay_that_they_carry(workspace: Workspace, tmp_path: Path) -> None:
    store(workspace, RAW_REVIEWS, *VERIFIED)
    asked = Asked(email="ann@example.org")
    guest = find_guest(workspace, asked)
    assert guest.review_row_ids == ["review:31", "review:32", "review:35"], "a key says whose it is, whatever the stay"
    assert export_guest(workspace, asked, tmp_path / "copy")["raw_reviews"] == 3
    erasure = erase_guest(workspace, asked)
    assert erasure.is_complete
    left = workspace.lake.rows("raw_reviews", DAY).select("row_id", "reservation_id", "guest_key").rows()
    assert left == [("review:33", None, "G900800700"), ("review:34", "reservation:2001", None)]


def test_links_and_claims_of_a_guest_go_and_those_of_others_stay(workspace: Workspace) -> None:
    store(workspace, RAW_REVIEWS, *VERIFIED)
    said = workspace.lake.rows(RAW_REVIEWS.asset, DAY)
    claims = claims_of(said, workspace.key).select("review_id", "claimed_id", "guest_hash").to_dicts()
    store(workspace, REVIEW_CLAIMS, *claims)
    mine, hers = (booking(workspace, f"reservation:{number}") for number in ("1001", "2001"))
    links = [("review:32", mine, None), ("review:33", None, "other_guest"), ("review:34", hers, None)]
    store(workspace, VERIFIED_LINKS, *({"review_id": review(workspace, row), "booking_id": stay, "reason": reason}
                                       for row, stay, reason in links))  # fmt: skip
    assert erase_guest(workspace, Asked(email="ann@example.org")).is_complete
    theirs = [review(workspace, row) for row in ("review:33", "review:34")]
    assert kept(workspace, REVIEW_CLAIMS, "review_id") == theirs
    assert kept(workspace, REVIEW_CLAIMS, "claimed_id") == [None, hers], "the erased stay's name is gone"
    assert kept(workspace, VERIFIED_LINKS, "review_id") == theirs


def test_claims_are_made_anew_at_a_rotation_and_links_with_them() -> None:
    assert "review_claims" in tables_of_the_key()
    assert "verified_links" not in tables_of_the_key(), "it follows what it reads"


def test_who_is_known_by_a_review_alone_is_erased_and_kept_out(workspace: Workspace) -> None:
    store(workspace, RAW_REVIEWS, {"row_id": "review:36", "guest_key": "G777777777"}, {"row_id": "review:37"})
    erase_guest(workspace, Asked(guest_key="g777777777"))
    assert kept(workspace, RAW_REVIEWS, "row_id") == ["review:37"]
    assert workspace.resource("tombstones").load().has("guest_key", ["G777777777"]) == [True]


def test_without_a_subject_the_rows_of_a_shared_customer_would_stay(workspace: Workspace) -> None:
    """What the contract says decides, and not the name of a column."""
    fill_toys(workspace)
    mute = replace(VISITS, columns=tuple(replace(item, subject=None) for item in VISITS.columns))
    workspace.contracts = {**workspace.contracts, "visits": mute}
    erase_guest(workspace, Asked(email="ann@example.org"))
    assert SHARED in kept(workspace, VISITS, "traveller")


def test_opt_outs_follow_the_booking_s_column() -> None:
    rows = filled(STAYS, {"ticket": "t1"}, {"ticket": "t2"})
    notices = pl.DataFrame([("t1", "opt-out", DAY)], schema=HISTORY, orient="row")
    assert without_opted_out(STAYS, rows, notices, pl.col("delivery_day"))["ticket"].to_list() == ["t2"]
    with pytest.raises(ContractError, match="visits has no column with subject=booking"):
        without_opted_out(VISITS, filled(VISITS, {}), notices, pl.col("delivery_day"))


@daily_asset(contract=contract_of("named", text("traveller", Subject.CUSTOMER)), group="toy", reads=[Reads("toy_raw")])
def named(inputs: DayInputs) -> Produced:
    """Delivered rows under a keyed hash."""
    rows = inputs.frame("toy_raw")
    hashes = hash_column(rows["row_id"], "toy", inputs.key).alias("traveller")
    return Produced(rows.select(hashes, "delivery_day"))


@daily_asset(contract=contract_of("seen", text("who", Subject.CUSTOMER)), group="toy", reads=[Reads("named")])
def seen(inputs: DayInputs) -> Produced:
    """The same under another name of the column."""
    return Produced(inputs.frame("named").rename({"traveller": "who"}))


ASSETS: Sequence[Any] = (toy_raw, named, seen)


def test_a_rotation_gives_new_ids_to_what_the_key_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_by_the_key(ASSETS, [replace(TOY_RAW, is_as_delivered=True)]) == ["named"], "`seen` follows"

    workspace = toy_workspace(tmp_path, {START: [1, 2]})
    workspace.contracts = {**workspace.contracts, **{item.name: item.contract for item in ASSETS}}

    def run(key: str) -> set[str]:
        monkeypatch.setenv("STAYWORTH_HMAC_KEY", key)
        workspace.__dict__.pop("key", None)
        for item in ASSETS:
            produce_days(workspace, item.spec, [START], reuse=True)
        return set(workspace.lake.rows("seen", START)["who"])

    old = run(OLD)
    Path(workspace.lake.folder("named"), f"{START}.parquet").unlink()
    new = run(NEW)
    assert len(old) == len(new) == 2
    assert not old & new


def test_retention_takes_what_is_as_delivered(tmp_path: Path) -> None:
    core = CoreSettings(source="demo", raw_retention_days=1)
    workspace = build_workspace(Settings(home=tmp_path / "home", core=core))
    scans = replace(VISITS, asset="scans", zone=Zone.RESTRICTED, is_as_delivered=True)
    workspace.contracts = {**workspace.contracts, "scans": scans, "visits": VISITS}
    store(workspace, scans, {"traveller": ALONE})
    store(workspace, VISITS, {"traveller": ALONE})
    record = InputRecord(asset="raw_bookings", partition=str(DAY.replace(day=2)), rows_out=1)
    later = filled(RAW_BOOKINGS, {"row_id": "reservation:1"})
    workspace.lake.promote(workspace.lake.stage(RAW_BOOKINGS, DAY.replace(day=2), later, record))
    assert apply_retention(workspace) == {"scans": [DAY]}
    assert workspace.lake.days("visits") == [DAY]
