"""Guest keys that fit more than one guest: no guest from the day on on which it shows, and told without the key."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.checks import validate_raw_counts
from assets.raw.composition import day_counts
from assets.raw.parse_bookings import parse_bookings
from assets.raw.quarantine import Parsed
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from tests.unit.raw.builders import booking, delivery

FIRST = date(2016, 7, 3)
SETTINGS = RawSettings(guest_key_max_rows=3, guest_key_max_emails=2, guest_key_max_names=2, repeat_look_back_days=2)
Rows = list[list[dict[str, str | None]]]


def parts(sent: Rows) -> list[pl.DataFrame]:
    return [
        delivery(Stream.BOOKINGS, [booking(**cells) for cells in rows], FIRST + timedelta(days=day))
        for day, rows in enumerate(sent)
    ]


def parsed(sent: Rows) -> Parsed:
    return parse_bookings(pl.concat(parts(sent)), SETTINGS)


def keys(sent: Rows) -> list[str | None]:
    return parsed(sent).rows["guest_key"].to_list()


def test_keys_are_in_one_spelling() -> None:
    assert keys([[{"guest_key": text} for text in ("one", " ONE ", "One\u200b")]]) == ["ONE"] * 3
    assert keys([[{"guest_key": text} for text in ("7", "7.0", "007")]]) == ["7", "7", "007"]


@pytest.mark.parametrize("word", ["NULL", "nan", "None", "n/a", "-", "0", "UNKNOWN", "WALK-IN", " ", "\u00a0"])
def test_placeholders_are_nobody(word: str) -> None:
    assert keys([[{"guest_key": word, "email": word, "guest_name": word}]]) == [None]
    row = parsed([[{"guest_key": word, "email": word, "guest_name": word, "agent": word, "country": word}]]).rows.row(
        0, named=True
    )
    assert [row[name] for name in ("email", "guest_name", "agent", "country")] == [None] * 4


OPTIONAL = ("agent", "company", "country", "meal", "market_segment", "distribution_channel")
REQUIRED = ("reserved_room_type", "assigned_room_type", "deposit_type", "customer_type")
GUID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("word", ["NULL", "NA", "nan", "None", "n/a", "-", "0", "UNKNOWN", "WALK-IN", GUID])
def test_placeholders_are_gaps_in_every_category(word: str) -> None:
    for column in OPTIONAL:
        assert parsed([[{column: word}]]).rows[column].to_list() == [None], column
    for column in REQUIRED:
        found = parsed([[{column: word}]])
        assert found.rows.is_empty(), column
        assert found.problems["column"].to_list() == [column]


def test_a_setting_takes_words_back() -> None:
    settings = RawSettings(values=("market_segment:Walk-in", "reserved_room_type:0"))
    sent = pl.concat(parts([[{"market_segment": "Walk-in", "meal": "Walk-in", "reserved_room_type": "0"}]]))
    found = parse_bookings(sent, settings).rows
    assert found.select("market_segment", "meal", "reserved_room_type").rows() == [("Walk-in", None, "0")]


@pytest.mark.parametrize("column", ["email", "guest_name"])
def test_a_key_of_many_people_is_nobody_from_the_day_on_on_which_it_shows(column: str) -> None:
    sent: Rows = [[{"guest_key": "K", column: f"a{day}"}] for day in range(4)]
    assert keys(sent) == ["K", "K", None, None]


def test_what_lies_before_the_look_back_does_not_count() -> None:
    sent: Rows = [[{"guest_key": "K", "email": f"a{day}"}] if day in {0, 3, 6} else [] for day in range(7)]
    assert keys(sent) == ["K", "K", "K"]


def test_spellings_of_one_address_are_one() -> None:
    sent: Rows = [[{"guest_key": "K", "email": text} for text in ("a@x.org", " A@X.org", "a@x.org\u200b", "n/a")][:3]]
    assert keys(sent) == ["K"] * 3


def test_a_key_of_very_many_rows_is_nobody() -> None:
    assert keys([[{"guest_key": "k"}] * 3]) == ["K"] * 3
    assert keys([[{"guest_key": "k"}] * 4, [{"guest_key": "K"}]]) == [None] * 4 + ["K"]


def test_the_warning_masks_the_key() -> None:
    sent: Rows = [[{"guest_key": "SECRET-7", "email": f"a{number}"} for number in range(3)]]
    found = parsed(sent)
    counts = day_counts(Stream.BOOKINGS, pl.concat(parts(sent)), found, SETTINGS)
    outcome = {item.name: item for item in validate_raw_counts(counts)}["keys_name_one_thing"]
    assert not outcome.passed
    assert not outcome.is_blocking
    assert "SECRET" not in str(outcome.examples)
    assert counts["unfit_keys"].unique().to_list() == ["guest_key S…7 (8 characters): 3 rows"]
    assert counts["unfit_key_rows"].to_list() == [3, 3]


PEOPLE = st.fixed_dictionaries(
    {"guest_key": st.sampled_from(["K", "k ", "L", None]), "email": st.sampled_from([None, "a", "b", "c", "A "]),
     "guest_name": st.sampled_from([None, "x y", "z"])}
)  # fmt: skip


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(PEOPLE, max_size=5), min_size=4, max_size=4))
def test_a_day_depends_on_its_look_back_only(sent: Rows) -> None:
    by_day = parts(sent)
    whole = parse_bookings(pl.concat(by_day), SETTINGS)
    for day in range(4):
        when = FIRST + timedelta(days=day)
        alone = parse_bookings(pl.concat(by_day[max(0, day - 2) : day + 1]), SETTINGS, [when])
        assert alone.rows.equals(whole.rows.filter(pl.col("delivery_day") == when))
        assert alone.unfit.equals(whole.unfit.filter(pl.col("delivery_day") == when))
