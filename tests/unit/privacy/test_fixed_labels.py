"""After an erasure rows leave and no label changes; what falls below k is withheld; a second time changes nothing."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.checks import validate_labelled_bookings
from assets.privacy.fixed_labels import AFTER_ERASURE, keep_labels, renamed
from assets.privacy.pseudonyms import hash_column
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels
from assets.privacy.settings import PrivacySettings
from resources.errors import PrivacyError
from resources.secret_keys import SecretKey
from tests.unit.privacy.builders import KEY, booking, bookings

SETTINGS = PrivacySettings(k=5)


def published(rows: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    rng = random.Random(seed)
    raw = bookings(
        [
            booking(
                number, country=rng.choice(["PRT", "GBR", "FRA"]), lead_time_days=rng.randrange(200),
                nights=rng.randrange(1, 6), guest_key=rng.choice([None, f"G{rng.randrange(40)}"]),
            )
            for number in range(rows)
        ]
    )  # fmt: skip
    named = pseudonymise(raw, SETTINGS, KEY)
    made = publish_bookings(raw, named, SETTINGS)
    return made.published, made.withheld, named


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**30), st.integers(0, 12))
def test_rows_leave_and_labels_stay(seed: int, erased: int) -> None:
    stored, aside, named = published(60, seed=seed)
    left = named.sample(named.height - erased, seed=seed, shuffle=False)
    kept, withheld = keep_labels(stored, aside, left, "day")
    assert kept.height + withheld.height == left.height
    assert kept.join(stored, on=stored.columns, how="semi", nulls_equal=True).height == kept.height
    assert all(outcome.passed for outcome in validate_labelled_bookings(kept))
    again, still = keep_labels(kept, withheld, left, "day")
    assert again.equals(kept)
    assert still.sort("row_id").equals(withheld.sort("row_id"))


def test_nothing_erased_changes_nothing() -> None:
    stored, aside, named = published(60)
    kept, withheld = keep_labels(stored, aside, named, "day")
    assert kept.sort("booking_id").equals(stored.sort("booking_id"))
    assert withheld.sort("row_id").equals(aside.sort("row_id"))


def under_new_key(named: pl.DataFrame) -> pl.DataFrame:
    return named.with_columns(booking_id=pl.lit("new ") + pl.col("booking_id"), pseudo_customer_id=pl.lit("c"))


def test_labels_go_over_to_the_names_of_a_new_key() -> None:
    stored, _, named = published(60)
    new = under_new_key(named)
    gone = new.filter(pl.col("row_id") != new["row_id"][0])
    over = renamed(stored, gone, KEY, SETTINGS.batch)
    lost = named.filter(pl.col("row_id") == new["row_id"][0])["booking_id"]
    still = stored.filter(~pl.col("booking_id").is_in(lost.implode()))
    assert over["booking_id"].to_list() == [f"new {name}" for name in still["booking_id"]]
    assert set(over["pseudo_customer_id"]) == {"c"}
    names = ["booking_id", "pseudo_customer_id"]
    assert over.drop(names).equals(still.drop(names))
    assert renamed(over, gone, KEY, SETTINGS.batch).equals(over), "once over, nothing is left to do"
    assert renamed(stored, named, None, SETTINGS.batch).equals(stored)
    for key in (None, SecretKey(b"another key, of no use to anybody at all")):
        with pytest.raises(PrivacyError, match="STAYWORTH_PREVIOUS_HMAC_KEY"):
            renamed(stored, gone, key, SETTINGS.batch)


def test_labels_go_over_day_by_day_where_a_run_was_cut_short() -> None:
    stored, _, named = published(60)
    later = [frame.with_columns(delivery_day=pl.col("delivery_day").dt.offset_by("40d")) for frame in (stored, named)]
    ids = pl.lit("later ") + pl.col("row_id")
    later[1] = later[1].with_columns(
        row_id=ids, booking_id=hash_column(later[1].select(ids.alias("i"))["i"], "booking", KEY)
    )
    later[0] = later[0].with_columns(booking_id=later[1]["booking_id"].head(later[0].height))
    new = under_new_key(pl.concat([named, later[1]]))
    done = renamed(stored, new, KEY, SETTINGS.batch)
    half = pl.concat([done, later[0]])
    over = renamed(half, new, KEY, SETTINGS.batch)
    assert over.height == half.height, "the first day was promoted before the run was killed, the later one was not"
    assert over["booking_id"].str.starts_with("new ").all()
    with pytest.raises(PrivacyError, match=str(later[0]["delivery_day"][0])):
        renamed(half, new, None, SETTINGS.batch)


def test_a_row_that_comes_later_is_withheld() -> None:
    stored, aside, named = published(60)
    late = named.head(1).with_columns(row_id=pl.lit("late"), booking_id=pl.lit("f" * 32))
    _, withheld = keep_labels(stored, aside, pl.concat([named, late]), "day")
    assert withheld.filter(pl.col("row_id") == "late")["reason"].to_list() == [AFTER_ERASURE]


def test_where_l_was_asked_a_class_that_lost_a_guest_is_withheld() -> None:
    stored, aside, named = published(60)
    asked = stored.with_columns(l_diversity=pl.lit(2, dtype=pl.Int32))
    first = asked["class_id"][0]
    lost = asked.filter(pl.col("class_id") == first)["booking_id"][0]
    kept, _ = keep_labels(asked, aside, named.filter(pl.col("booking_id") != lost), "day")
    assert first not in kept["class_id"].to_list()
    assert kept["class_id"].n_unique() == asked["class_id"].n_unique() - 1
    assert publish_labels(kept).height == kept.height
