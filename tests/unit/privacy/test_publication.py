"""Rows that leave the restricted zone."""

import polars as pl
import pytest
from hypothesis import given, settings

from assets.privacy.contract import LABELLED_BOOKINGS, MASKED_REVIEWS, PSEUDONYMS, PUBLISHED_BOOKINGS, RELEASED_BOOKINGS
from assets.privacy.pseudonyms import keyed_hash
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels, publish_reviews, release_bookings
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, reviews, streams

SETTINGS = PrivacySettings(k=3)


def published(raw: pl.DataFrame, settings: PrivacySettings = SETTINGS) -> pl.DataFrame:
    return publish_bookings(raw, pseudonymise(raw, settings, KEY), settings).published


def test_pseudonyms_keep_their_contract_and_hide_their_source() -> None:
    raw = bookings([booking(0, guest_key="G1"), booking(1)])
    named = pseudonymise(raw, SETTINGS, KEY)
    assert dict(named.schema) == PSEUDONYMS.schema
    assert named["guest_hash"].to_list() == keyed_hash(["G1", None], "guest", KEY)
    assert named["booking_id"].to_list() == keyed_hash(raw["row_id"].to_list(), "booking", KEY)
    assert named["key_epoch"].unique().to_list() == ["1"]


def test_a_no_show_is_published_as_lost_like_a_cancellation() -> None:
    lost = [booking(n, reservation_status="No-Show", is_canceled=True, arrival_day=DAY) for n in range(3)]
    lost += [booking(n, reservation_status="Canceled", is_canceled=True) for n in range(3, 6)]
    assert published(bookings(lost))["reservation_status"].unique().to_list() == ["Canceled"]


def test_withheld_rows_are_named_by_row_id_and_reason() -> None:
    raw = bookings([booking(0), booking(1)])
    result = publish_bookings(raw, pseudonymise(raw, SETTINGS, KEY), SETTINGS)
    assert result.published.is_empty()
    assert result.withheld.sort("row_id").rows() == [(DAY, "row:000000", "below_k"), (DAY, "row:000001", "below_k")]
    assert result.loss().ncp == 1.0


def test_bookings_without_pseudonyms_are_refused() -> None:
    raw = bookings([booking(0), booking(1)])
    with pytest.raises(ContractError, match="2 bookings meet 1 pseudonyms"):
        publish_bookings(raw, pseudonymise(raw, SETTINGS, KEY).head(1), SETTINGS)


def test_the_same_row_id_on_two_days_is_two_bookings() -> None:
    later = DAY.replace(day=9)
    raw = bookings([booking(n, delivery_day=day) for day in (DAY, later) for n in range(3)])
    assert sorted(published(raw)["delivery_day"].to_list()) == [DAY] * 3 + [later] * 3


@settings(max_examples=10, deadline=None)
@given(raw=streams())
def test_rows_in_are_rows_out_and_withheld(raw: pl.DataFrame) -> None:
    result = publish_bookings(raw, pseudonymise(raw, SETTINGS, KEY), SETTINGS)
    assert dict(result.published.schema) == LABELLED_BOOKINGS.schema
    assert result.published.height + result.withheld.height == raw.height
    assert result.published["booking_id"].is_unique().all()


@settings(max_examples=10, deadline=None)
@given(raw=streams())
def test_published_days_give_nothing_back_that_the_labels_hide(raw: pl.DataFrame) -> None:
    """Delivery day, nights and arrival of a stay are one piece of information: so are their labels."""
    rows = published(raw).filter(pl.col("class_id").str.contains("-stay-"))
    nights_width = pl.col("nights_to") - pl.col("nights_from")
    arrival_width = (pl.col("arrival_to") - pl.col("arrival_from")).dt.total_days()
    assert rows.select((nights_width == arrival_width).all()).item()
    # Lost bookings show no status whose day is their arrival, completed ones no rate.
    assert "No-Show" not in published(raw)["reservation_status"].to_list()
    assert not {"rate", "nights", "arrival_day", "row_id"} & set(rows.columns)


def test_the_export_has_no_ids_and_no_telling_order() -> None:
    raw = bookings([booking(n, lead_time_days=n) for n in range(9)])
    labels = published(raw)
    shown = publish_labels(labels)
    for contract, rows in ((PUBLISHED_BOOKINGS, shown), (RELEASED_BOOKINGS, release_bookings(shown))):
        assert dict(rows.schema) == contract.schema
        assert rows.height == labels.height
        assert not [name for name in rows.columns if name.endswith("_id")]
    assert publish_labels(labels.reverse()).equals(shown)
    assert release_bookings(shown.reverse()).equals(release_bookings(shown))


def means_by_class(labels: pl.DataFrame) -> dict[str, set[float | None]]:
    rows = labels.filter(pl.col("is_completed")).select("class_id", "class_mean_revenue")
    return {str(name): set(part["class_mean_revenue"]) for (name,), part in rows.group_by("class_id")}


def test_revenue_leaves_as_the_mean_of_the_completed_stays_of_a_class() -> None:
    raw = bookings([booking(n, rate=50.0 + n, guest_key=f"G{n}") for n in range(4)])
    labels = published(raw)
    assert means_by_class(labels) == {f"{DAY}-stay-0": {103.0}}, "two nights at 50 to 53"
    shown = publish_labels(labels)
    assert shown["mean_revenue"].to_list() == [100] * 4
    assert not {"realised_revenue", "deposit_aware_revenue", "meal", "special_requests"} & set(shown.columns)


def test_a_mean_of_fewer_than_k_guests_is_withheld() -> None:
    """Five bookings of three guests make a class of k = 3, of which two guests came."""
    elsewhere = {"arrival_day": DAY.replace(day=9)}
    came = [booking(n, guest_key=f"G{n % 2}", **elsewhere) for n in range(4)]
    lost = [booking(4, guest_key="G2", reservation_status="Canceled", is_canceled=True, **elsewhere)]
    labels = published(bookings([*came, *lost]))
    assert labels.height == 5
    assert labels["class_mean_revenue"].to_list() == [None] * 5
    third = published(bookings([*came, booking(4, guest_key="G2", **elsewhere)]))
    assert third["class_mean_revenue"].null_count() == 0


@settings(max_examples=15, deadline=None)
@given(raw=streams())
def test_means_add_up_to_the_revenue_of_their_classes(raw: pl.DataFrame) -> None:
    labels = published(raw)
    told = labels.filter(pl.col("class_mean_revenue").is_not_null())
    assert told["is_completed"].all()
    sums = told.group_by("class_id").agg(pl.col("class_mean_revenue").sum(), pl.col("realised_revenue").sum())
    assert (sums["class_mean_revenue"] - sums["realised_revenue"]).abs().max() in (None, pytest.approx(0, abs=1e-6))
    guests = pseudonymise(raw, SETTINGS, KEY).select("booking_id", unit=pl.coalesce("guest_hash", "booking_id"))
    by_class = told.join(guests, on="booking_id").group_by("class_id").agg(pl.col("unit").n_unique())
    assert (by_class["unit"] >= SETTINGS.k).all()
    untold = labels.filter(pl.col("is_completed") & pl.col("class_mean_revenue").is_null())
    few = untold.join(guests, on="booking_id").group_by("class_id").agg(pl.col("unit").n_unique())
    assert (few["unit"] < SETTINGS.k).all(), "only small ones are withheld"


def test_reviews_keep_their_contract() -> None:
    masked = publish_reviews(reviews(["My name is Ann Lee", None]), SETTINGS, KEY)
    assert dict(masked.schema) == MASKED_REVIEWS.schema
    assert masked["positive_text"].to_list() == ["My name is [name]", None]
    assert masked["review_id"].to_list() == keyed_hash(["review:0", "review:1"], "review", KEY)
    assert publish_reviews(reviews([]), SETTINGS, KEY).is_empty()


def test_another_key_gives_unrelated_ids() -> None:
    from resources.secret_keys import SecretKey

    raw = bookings([booking(0)])
    one, two = (pseudonymise(raw, SETTINGS, key) for key in (KEY, SecretKey(b"z" * 32, "2")))
    assert one["booking_id"][0] != two["booking_id"][0]
    assert two["key_epoch"][0] == "2"
