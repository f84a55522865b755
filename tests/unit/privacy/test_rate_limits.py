"""l and t of the rate in the pipeline's batches: enforced, counted again, shown as a band that undoes nothing."""

import dataclasses
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy import publication
from assets.privacy.checks import validate_labelled_bookings
from assets.privacy.generalisation import batch_span, generalise
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels
from assets.privacy.settings import PrivacySettings
from resources.errors import PrivacyError
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, streams

SUNDAY = DAY + timedelta(days=(6 - DAY.weekday()) % 7)


def published(raw: pl.DataFrame, chosen: PrivacySettings) -> publication.Publication:
    return publish_bookings(raw, pseudonymise(raw, chosen, KEY), chosen)


def with_rates(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.with_columns(rate=(pl.int_range(pl.len()) * 37 % 300).cast(pl.Float64))


@settings(max_examples=8, deadline=None)
@given(
    raw=streams(max_rows=60), l=st.sampled_from([None, 2, 3]), t=st.sampled_from([None, 0.15, 0.4]),
    batch=st.sampled_from(["day", "week", "month"]),
)  # fmt: skip
def test_each_class_keeps_k_l_and_t_of_its_batch(raw: pl.DataFrame, l: int | None, t: float | None, batch: str) -> None:  # noqa: E741
    raw = with_rates(raw)
    chosen = PrivacySettings(k=2, l_diversity=l, t_closeness=t, batch=batch)
    done = published(raw, chosen)
    assert done.published.height + done.withheld.height == raw.height
    assert set(done.withheld["reason"]) <= {"below_k", "below_l", "above_t"}
    names = pseudonymise(raw, chosen, KEY)
    rows = done.published.join(names.select("booking_id", "row_id", "guest_hash"), on="booking_id").join(
        raw.select("row_id", "rate", came="delivery_day"), on="row_id"
    )
    assert (rows["came"] <= rows["delivery_day"]).all()
    for (day, _), part in rows.group_by("delivery_day", "class_id"):
        assert part.select(pl.coalesce("guest_hash", "booking_id")).n_unique() >= 2
        assert l is None or (part["rate"] // 25).n_unique() >= l
        first, last = batch_span(day, batch)
        reference = raw.filter(pl.col("delivery_day").is_between(first, last))["rate"]
        support = sorted(set(reference))
        shares = np.array([(part["rate"] <= value).mean() - (reference <= value).mean() for value in support])
        assert t is None or np.abs(shares).sum() / max(len(support) - 1, 1) <= t + 1e-9
        if l is not None or t is not None:
            assert part["rate_from"].unique().len() == 1
            assert (part["rate"] >= part["rate_from"]).all()
            assert (part["rate"] <= part["rate_to"]).all()
    assert all(outcome.passed for outcome in validate_labelled_bookings(done.published))


def test_a_batch_that_can_not_keep_l_or_t_is_withheld_with_its_reason() -> None:
    same = bookings([booking(n, rate=80.0) for n in range(6)])
    assert set(published(same, PrivacySettings(k=3, l_diversity=2)).withheld["reason"]) == {"below_l"}
    stays = [booking(n, rate=10.0 + n) for n in range(3)]
    lost = [booking(n, rate=900.0 + n, reservation_status="Canceled", is_canceled=True) for n in range(3, 6)]
    assert set(published(bookings(stays + lost), PrivacySettings(k=3, t_closeness=0.1)).withheld["reason"]) == {
        "above_t"
    }


def test_without_options_nothing_of_the_rate_leaves() -> None:
    done = published(with_rates(bookings([booking(n) for n in range(6)])), PrivacySettings(k=3))
    for name in ("rate_from", "rate_to", "rate_bands", "rate_distance", "l_diversity", "t_closeness"):
        assert done.published[name].null_count() == 6
    assert done.risk.metadata() == {"k_min": 6, "l_min_rate": 6, "l_min_cancellation": 1, "t_max_rate": 0.0}


def test_a_fault_in_the_partitioning_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = with_rates(bookings([booking(n, lead_time_days=n) for n in range(12)]))
    chosen = PrivacySettings(k=2, l_diversity=6, t_closeness=0.1)

    def without_limits(rows: pl.DataFrame, **options: object):
        return generalise(rows, **{**options, "limits": None})

    monkeypatch.setattr(publication, "generalise", without_limits)
    with pytest.raises(PrivacyError, match="break l = 6"):
        published(raw, chosen)
    with pytest.raises(PrivacyError, match="break t = 0.1"):
        published(raw, dataclasses.replace(chosen, l_diversity=None))


def test_checks_see_broken_limits() -> None:
    raw = with_rates(bookings([booking(n, lead_time_days=n) for n in range(12)]))
    good = published(raw, PrivacySettings(k=2, l_diversity=2, t_closeness=0.5)).published
    spoiled = {
        "classes_reach_l": good.with_columns(rate_bands=pl.lit(1, pl.Int32)),
        "classes_keep_t": good.with_columns(rate_distance=pl.lit(0.9)),
        "rate_band_undoes_no_label": good.with_columns(rate_from=pl.lit(1e6), deposit_aware_revenue=pl.lit(100)),
    }
    for name, frame in spoiled.items():
        assert [item.name for item in validate_labelled_bookings(frame) if not item.passed] == [name]


def test_a_week_comes_out_on_its_sunday_and_the_newest_row_counts() -> None:
    rows = [booking(n % 6, delivery_day=SUNDAY - timedelta(days=n % 3), nights=1 + n // 6) for n in range(6)]
    rows += [booking(0, delivery_day=SUNDAY, nights=9)] if rows[0]["delivery_day"] != SUNDAY else []
    rows += [booking(1, delivery_day=SUNDAY, nights=9)]
    done = published(bookings(rows), PrivacySettings(k=3, batch="week"))
    assert done.published["delivery_day"].unique().to_list() == [SUNDAY]
    assert done.published["booking_id"].is_unique().all()
    assert done.withheld.select("delivery_day", "row_id", "reason").rows() == [(SUNDAY, "row:000001", "superseded")]
    assert done.published["nights_to"].max() == 9
    assert publish_labels(done.published)["delivery_day"].unique().to_list() == [SUNDAY]


def test_spans_of_batches() -> None:
    monday = SUNDAY - timedelta(days=6)
    assert batch_span(SUNDAY, "week") == (monday, SUNDAY)
    first, last = batch_span(monday, "week")
    assert first > last, "a Monday releases nothing"
    assert batch_span(DAY.replace(day=31), "month") == (DAY, DAY.replace(day=31))
    assert batch_span(DAY, "day") == (DAY, DAY)
