"""Reviews that name their stay, from the source's files to the link or the reason, and what they measure."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.inputs import WholeInputs
from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.studies.measure_links import MATCHED_READS, matched_tree
from pipelines.rooms import room_modules
from tests.end_to_end.test_bad_input import DAYS, END, LEFT, booking, build, case_of, names_of, review, table

HOUSE, ELSEWHERE = "codes", "bare"
TABLES = ("raw_bookings", "raw_reviews", "quarantine", "pseudonyms", "stays", "masked_reviews", "review_claims",
          "verified_links")  # fmt: skip
PAIRING = ("clean_reviews", "match_candidates", "booking_review_pairs")
LATER = date(2024, 1, 11)
NO_ENCODERS = Path("nowhere")  # no text is embedded here


def named(name: str, number: str = "", hotel: str = HOUSE, posted: date = LATER, **said: str) -> dict[str, Any]:
    words = f" We slept well and the staff were kind, said the one who wrote {name} "
    return review(name, hotel, posted, Positive_Review=words, **{"reservation_id": number, "guest_key": "", **said})


BOOKINGS = [
    booking("right", HOUSE),
    booking("lost", HOUSE, is_canceled="1", reservation_status="Canceled", reservation_status_date="2024-01-03"),
    booking("far", HOUSE),
    booking("whole", HOUSE),
    booking("asked", HOUSE),
    booking("shared", HOUSE, guest_key="first"),
    booking("shared", HOUSE, guest_key="second", adults=1),
    booking("moved", HOUSE, guest_key="old"),
    booking("moved", HOUSE, guest_key="new", reservation_status_date="2024-01-12"),
]
REVIEWS = [
    named("right", "right"),
    named("nobody", "no such number"),
    named("cancelled", "lost"),
    named("elsewhere", "far", ELSEWHERE),
    named("too early", "asked", posted=date(2024, 1, 6)),
    named("first of two", "whole", posted=date(2024, 1, 9)),
    named("second of two", "whole", posted=date(2024, 1, 10)),
    named("of two guests", "shared"),
    named("of one of two", "shared", guest_key="second"),
    named("old key", "", guest_key="old", posted=date(2024, 1, 9)),
    named("new key", "", guest_key="new", posted=date(2024, 1, 9)),
    named("corrected", "no such number", posted=date(2024, 1, 9)),
    named("corrected", "far", posted=date(2024, 1, 12)),
]


def run(world: Workspace, tables: tuple[str, ...], *, by_day: bool = False) -> None:
    for item in declared_in(room_modules(), DailyAsset):
        if item.name in tables:
            for days in ([day] for day in DAYS) if by_day else [DAYS]:
                assert not produce_days(world, item.spec, days).failed, item.name


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    built = build(tmp_path_factory.mktemp("named"), NO_ENCODERS, BOOKINGS, REVIEWS)
    run(built, TABLES)
    return built


def told(world: Workspace) -> Mapping[str, list[tuple[int, str | None, str | None]]]:
    """By review, what each day of January told anew: the reservation that it is linked with, or the reason."""
    bookings, reviews = names_of(world)
    rows = table(world, "verified_links").join(bookings.unique("booking_id"), on="booking_id", how="left")
    rows = rows.join(reviews.unique("review_id"), on="review_id").sort("delivery_day")
    cases: dict[str, list[tuple[int, str | None, str | None]]] = {}
    for row in rows.iter_rows(named=True):
        cases.setdefault(row["review"], []).append((row["delivery_day"].day, row["booking"], row["reason"]))
    return cases


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("right", [(11, "right", None)]),
        ("nobody", [(11, None, "unknown")]),
        ("cancelled", [(11, None, "not_completed")]),
        ("elsewhere", [(11, None, "other_hotel")]),
        ("too early", [(6, None, "unknown"), (8, None, "not_ended")]),
        ("first of two", [(9, "whole", None)]),
        ("second of two", [(10, None, "second_review")]),
        ("of two guests", [(11, None, "several_guests")]),
        ("old key", [(9, "moved", None), (12, None, "unknown")]),
        ("new key", [(9, None, "unknown"), (12, "moved", None)]),
        ("corrected", [(9, None, "unknown"), (12, "far", None)]),
    ],
)
def test_each_case_is_linked_or_refused_with_its_reason(
    world: Workspace, case: str, expected: list[tuple[int, str | None, str | None]]
) -> None:
    assert told(world)[case] == expected


def test_of_two_guests_in_one_reservation_the_key_tells(world: Workspace) -> None:
    [(_, linked, reason)] = told(world)["of one of two"]
    assert reason is None
    assert linked is not None
    guests = table(world, "stays").select("booking_id", "guest_hash")
    links = table(world, "verified_links").join(names_of(world)[1].unique("review_id"), on="review_id")
    stay = links.filter(review="of one of two").join(guests, on="booking_id")["guest_hash"].to_list()
    second = table(world, "raw_bookings").filter(pl.col("guest_key").str.contains("(?i)second")).select("row_id")
    hashes = table(world, "pseudonyms").join(second, on="row_id")["guest_hash"].to_list()
    assert stay == hashes


@pytest.mark.slow
def test_days_one_by_one_tell_the_same(tmp_path: Path, world: Workspace) -> None:
    alone = build(tmp_path, NO_ENCODERS, BOOKINGS, REVIEWS)
    run(alone, TABLES, by_day=True)
    assert told(alone) == told(world)


def measured(home: Path, number: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Figures of matched links in a house that ``number`` guests left, each with a review that names its stay."""
    nights = [1 + place % 5 for place in range(number)]
    stays = [
        booking(f"stay {place:02d}", HOUSE, LEFT - timedelta(days=many), many) for place, many in enumerate(nights)
    ]
    reviews = [
        named(f"review {place:02d}", f"stay {place:02d}", posted=LEFT + timedelta(days=1),
              Tags=f"[' Leisure trip ', ' Couple ', ' Stayed {many} nights ']")
        for place, many in enumerate(nights)
    ]  # fmt: skip
    world = build(home, NO_ENCODERS, stays, reviews, alignment={"window_days": 3})
    run(world, (*TABLES, *PAIRING))
    assert table(world, "verified_links")["reason"].null_count() == number
    assert table(world, "raw_bookings").select(case_of("reservation:")).to_series().n_unique() == number
    return matched_tree(WholeInputs(world, MATCHED_READS, "studies_findings", END))


def test_verified_links_measure_matched_ones_where_no_truth_is_known(tmp_path: Path) -> None:
    tree, reasons = measured(tmp_path, 24)
    figures = tree["links"]["matched"]
    assert figures["measured_on"] == "verified links"
    assert figures["reviews"] == 24
    assert set(figures) | {path.split(".")[-1] for path in reasons} >= {
        "precision", "recall", "f1", "calibration_error", "precision_at_90",
    }  # fmt: skip
    assert 0.0 <= figures["recall"]["low"] <= figures["recall"]["value"] <= figures["recall"]["high"] < 1.0


def test_too_few_verified_links_are_a_reason(tmp_path: Path) -> None:
    tree, reasons = measured(tmp_path, 5)
    assert tree == {}
    assert reasons["links.matched.f1"].startswith("5 reviews that name their stay")
