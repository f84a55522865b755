"""Purity and completeness of pseudo-customers by key, by hand and by their invariants."""

from datetime import date, timedelta
from functools import partial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.settings import PrivacySettings
from assets.reports.chapters.customers.chapter import CHAPTER
from assets.reports.chapters.customers.keys import key_blocks
from assets.reports.telling.blocks import Table
from assets.studies.contract import CUSTOMER_KEYS
from assets.studies.customer_keys import (
    CHAINED,
    GUEST,
    chained_by_counters,
    key_choices,
    purity,
    true_guests,
    validate_keys,
)
from assets.studies.customer_keys import key_rows as rows_of_keys
from tests.unit.reports import fixtures

COLUMNS = PrivacySettings().key_columns
FIRST = date(2024, 1, 1)


def raw(*rows):
    """Raw bookings: (country, repeated, completed before, cancelled before, cancelled, guest key), one a day."""
    fixed = {"agent": "9", "company": None, "customer_type": "Transient", "market_segment": "Direct",
             "distribution_channel": "Direct", "hotel": "City", "adults": 2, "children": 0,
             "reserved_room_type": "A", "deposit_type": "No Deposit", "meal": "BB"}  # fmt: skip
    return pl.DataFrame(
        [
            fixed
            | {
                "row_id": f"reservation:{number}",
                "country": row[0],
                "is_repeated_guest": bool(row[1]),
                "previous_bookings_not_canceled": row[2],
                "previous_cancellations": row[3],
                "is_canceled": bool(row[4]),
                "guest_key": row[5],
                "delivery_day": FIRST + timedelta(days=number),
            }
            for number, row in enumerate(rows)
        ],
        schema_overrides={"company": pl.String, "guest_key": pl.String},
    )


BOOKINGS = raw(
    ("PRT", 0, 0, 0, 0, "ann"),  # ann's first
    ("PRT", 0, 0, 0, 0, "bob"),
    ("PRT", 1, 1, 0, 1, "ann"),  # could follow either: the latest takes it
    ("PRT", 1, 1, 1, 0, "ann"),
    ("ESP", 1, 7, 0, 0, "eva"),  # nothing to follow
)
GUESTS = pl.DataFrame({"row_id": BOOKINGS["row_id"], "guest": ["ann", "bob", "ann", "ann", "eva"]})


def test_purity_by_hand():
    groups = pl.Series(["a", "a", "a", "b", "b"])
    assert purity(groups, pl.Series([1, 1, 2, 2, 3])) == pytest.approx(3 / 5)
    assert purity(pl.Series([1, 1, 2, 2, 3]), groups) == pytest.approx(4 / 5)
    assert purity(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)) == 0.0


def test_chain_follows_the_counters():
    assert chained_by_counters(BOOKINGS, COLUMNS).to_list() == [0, 1, 1, 1, 4]
    assert chained_by_counters(BOOKINGS, ("is_repeated_guest",)).to_list() == [0, 1, 1, 1, 4]


key_rows = partial(rows_of_keys, minimum=2)


def test_every_key_is_marked_against_the_truth():
    found = {row["key"]: row for row in key_rows(BOOKINGS, COLUMNS, GUESTS).to_dicts()}
    assert found["settings"]["pseudo_customers"] == 3  # PRT first-timers, PRT repeated, ESP
    assert found["settings"]["purity"] == pytest.approx(4 / 5)
    assert found["settings"]["completeness"] == pytest.approx(4 / 5)
    assert found["without is_repeated_guest"]["completeness"] == 1.0
    assert (found[GUEST]["purity"], found[GUEST]["completeness"]) == (1.0, 1.0)
    assert (found[CHAINED]["purity"], found[CHAINED]["completeness"]) == pytest.approx((4 / 5, 4 / 5))


def test_without_truth_there_are_sizes_only():
    found = key_rows(BOOKINGS.with_columns(guest_key=pl.lit(None, pl.String)), COLUMNS, None)
    assert GUEST not in found["key"].to_list()
    assert found["purity"].is_null().all()
    assert found["bookings_p99"].to_list()[0] == 2.0
    (table,) = key_blocks(found)
    assert "Purity" not in table.columns
    assert "does not know" in table.note


def test_one_row_and_no_row():
    one = key_rows(BOOKINGS.head(1), COLUMNS, GUESTS)
    assert one["purity"].to_list() == [1.0] * one.height
    assert key_rows(BOOKINGS.clear(), COLUMNS, GUESTS).equals(CUSTOMER_KEYS.empty())
    assert key_blocks(CUSTOMER_KEYS.empty()) == []


def test_rows_delivered_twice_count_once():
    again = pl.concat([BOOKINGS, BOOKINGS.with_columns(pl.col("delivery_day") + timedelta(days=30))])
    assert key_rows(again, COLUMNS, GUESTS).equals(key_rows(BOOKINGS, COLUMNS, GUESTS))


def test_choices_follow_the_settings():
    assert key_choices((GUEST,))["settings"] == (GUEST,)
    assert GUEST not in key_choices((GUEST,))
    assert "with hotel" not in key_choices((*COLUMNS, "hotel"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(0, 2), st.integers(0, 1), st.booleans(),
                          st.sampled_from("xyz")), min_size=1, max_size=25))  # fmt: skip
def test_finer_keys_are_purer_and_less_complete(rows):
    bookings = raw(*rows)
    guests = bookings.select("row_id", guest="guest_key")
    found = {row["key"]: row for row in key_rows(bookings, COLUMNS, guests).to_dicts()}
    coarse, fine = found["without is_repeated_guest"], found["settings"]
    assert coarse["purity"] <= fine["purity"] + 1e-12
    assert coarse["completeness"] + 1e-12 >= fine["completeness"]
    assert all(outcome.passed for outcome in validate_keys(key_rows(bookings, COLUMNS, guests)))


def test_checks_go_red():
    good = key_rows(BOOKINGS, COLUMNS, GUESTS)
    more = good.with_columns(pseudo_customers=pl.lit(99, pl.Int64))
    less = good.with_columns(
        purity=pl.when(pl.col("key").str.starts_with("with ")).then(pl.lit(0.1)).otherwise("purity")
    )
    assert [outcome.name for outcome in validate_keys(more) if not outcome.passed] == ["keys_group_bookings"]
    assert [outcome.name for outcome in validate_keys(less) if not outcome.passed] == ["finer_keys_are_no_less_pure"]


def test_true_guests_speak_of_the_rows_that_are_delivered():
    from assets.common.inputs import days_between
    from assets.raw.parse_bookings import parse_bookings
    from assets.raw.settings import RawSettings
    from resources.sources.base import Stream
    from resources.sources.demo.settings import DemoSettings
    from resources.sources.demo.source import DemoSource

    source = DemoSource(DemoSettings(seed=3, guests=300, days=120))
    delivered = source.rows(Stream.BOOKINGS, days_between(source.first_day, source.last_day))
    bookings = parse_bookings(delivered, RawSettings()).rows
    found = key_rows(bookings, COLUMNS, true_guests(source.truth()))
    marks = {row["key"]: row for row in found.to_dicts()}
    assert marks["settings"]["bookings"] == bookings["row_id"].n_unique()
    assert marks[GUEST]["purity"] > marks["settings"]["purity"]
    (table,) = key_blocks(found)
    assert len(table.rows) == found.height


def test_the_chapter_on_customers_shows_the_keys():
    found = key_rows(BOOKINGS, COLUMNS, GUESTS)
    section = fixtures.full_world().with_tables(customer_keys=found).section(CHAPTER)
    assert "customer_keys" in {block.key for block in section.blocks if isinstance(block, Table)}
