from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.composition import apply_policy, dataset_composition, day_counts
from assets.raw.contract import RAW_COUNTS
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from tests.unit.raw.builders import booking, delivery, review

OURS, PAPER = RawSettings(), RawSettings(policy="paper")
BOOKINGS = delivery(
    Stream.BOOKINGS,
    [booking(), booking(), booking(country="NULL"), booking(country="NULL"), booking(adr="-1"), booking(agent="NULL")],
)
PARSED = parse_bookings(BOOKINGS, OURS)


def test_ours_keeps_repeats_and_gaps() -> None:
    kept, aside = apply_policy(PARSED.rows, Stream.BOOKINGS, OURS)
    assert kept.equals(PARSED.rows)
    assert aside.is_empty()


def test_paper_drops_repeats_and_then_gaps() -> None:
    kept, aside = apply_policy(PARSED.rows, Stream.BOOKINGS, PAPER)
    assert kept["agent"].to_list() == ["9", None]  # no agent is a booking without agent, not a missing value
    assert aside["reason"].to_list() == ["repeat", "missing value", "repeat"]
    assert kept.height + aside.height == PARSED.rows.height


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        ({}, True),
        ({"Positive_Review": "No Positive"}, False),
        ({"Positive_Review": " "}, False),
        ({"Reviewer_Nationality": " "}, False),
        ({"Positive_Review": "No Positive", "Negative_Review": "Noise"}, True),
        ({"Total_Number_of_Reviews_Reviewer_Has_Given": ""}, True),
    ],
)
def test_missing_values_of_reviews(changes: dict[str, str], is_kept: bool) -> None:
    rows = parse_reviews(delivery(Stream.REVIEWS, [review(**changes)])).rows
    assert apply_policy(rows, Stream.REVIEWS, PAPER)[0].height == is_kept


def test_counts_of_both_policies_do_not_depend_on_the_one_in_force() -> None:
    counts = day_counts(Stream.BOOKINGS, BOOKINGS, PARSED, OURS)
    assert counts.equals(day_counts(Stream.BOOKINGS, BOOKINGS, PARSED, PAPER))
    numbers = ("delivered", "quarantined", "repeats", "repeats_dropped", "missing", "missing_dropped", "kept")
    assert counts.select("policy", *numbers).rows() == [("ours", 6, 1, 2, 0, 2, 0, 5), ("paper", 6, 1, 2, 2, 1, 1, 2)]


def test_composition_table_in_the_papers_order() -> None:
    other = delivery(Stream.BOOKINGS, [booking()], date(2016, 7, 4))
    counts = [day_counts(Stream.BOOKINGS, frame, parse_bookings(frame, OURS), OURS) for frame in (BOOKINGS, other)]
    table = dataset_composition(pl.concat(counts)).filter(pl.col("policy") == "paper")
    assert table.select("step", "dropped", "rows").rows() == [
        ("Raw datasets", 0, 7),
        ("After quarantine", 1, 6),
        ("After duplicate removal", 2, 4),
        ("After missing value handling", 1, 3),
    ]


def test_nothing_delivered() -> None:
    frame = BOOKINGS.clear()
    counts = day_counts(Stream.BOOKINGS, frame, parse_bookings(frame, OURS), OURS)
    assert counts.equals(RAW_COUNTS.empty())
    assert dataset_composition(counts).is_empty()


def test_a_day_of_damaged_rows_only() -> None:
    frame = delivery(Stream.REVIEWS, [review(Reviewer_Score="x")])
    counts = day_counts(Stream.REVIEWS, frame, parse_reviews(frame), OURS)
    assert counts.select("delivered", "quarantined", "kept").unique().rows() == [(1, 1, 0)]


ROW = st.fixed_dictionaries(
    {"adr": st.sampled_from(["1", "2", "-3"]), "country": st.sampled_from(["PRT", "NULL"]), "meal": st.just("BB")}
)


@hypothesis_settings(max_examples=12, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_counts_agree_with_the_rows_that_go_on(changes: list[dict[str, str]]) -> None:
    frame = delivery(Stream.BOOKINGS, [booking(**change) for change in changes])
    parsed = parse_bookings(frame, OURS)
    counts = day_counts(Stream.BOOKINGS, frame, parsed, OURS)
    for policy in ("ours", "paper"):
        kept, aside = apply_policy(parsed.rows, Stream.BOOKINGS, OURS, policy)
        row = counts.filter(pl.col("policy") == policy).row(0, named=True)
        assert row["kept"] == kept.height
        assert row["repeats_dropped"] + row["missing_dropped"] == aside.height
