from datetime import timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from assets.common.whole import produce_whole
from assets.common.workspace import Workspace
from assets.customers import checks
from assets.customers.assets import customers as customers_asset
from assets.customers.behaviour import behaviour_features
from assets.customers.checks import another_future, features_see_no_future, validate_customers
from assets.customers.contract import CUSTOMERS
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.settings import CustomerSettings
from assets.privacy.contract import STAYS
from pipelines.rooms import room_contracts
from resources.lake import InputRecord
from resources.settings import CoreSettings, Settings
from resources.sources.base import SourceFacts
from tests.unit.customers.build import DAY, as_stays, booking, frame, random_bookings

OURS = CustomerSettings()
STEP = 100  # few days, few files


def produce_customers(home, bookings):
    """The customers asset over those bookings, stored in a home of its own, moved to every hundredth day."""
    back = (pl.lit(DAY) - pl.col("delivery_day")).dt.total_days() // STEP * STEP
    moved = bookings.with_columns(delivery_day=pl.lit(DAY) - pl.duration(days=back))
    rows = as_stays(moved)
    workspace = Workspace(
        settings=Settings(home=home, core=CoreSettings(), sections={}),
        contracts=room_contracts(),
        room_settings={"customers": CustomerSettings},
        history_start=min(rows["delivery_day"]),
        build_source=lambda settings: SimpleNamespace(facts=SourceFacts(title="rows", covers="rows")),
        services={},
    )
    for day in sorted({*rows["delivery_day"], DAY}):
        record = InputRecord(
            asset=STAYS.asset, partition=str(day), inputs={}, records={}, settings="s", code_version="1"
        )
        part = rows.filter(pl.col("delivery_day") == day)
        workspace.lake.promote(workspace.lake.stage(STAYS, day, part, record))
    return produce_whole(workspace, customers_asset)


@pytest.fixture
def customers():
    rows = random_bookings(6)
    features = behaviour_features(rows, DAY, OURS).drop("bookings")
    values = lifetime_values(current_rows(rows, DAY)).join(features, on="pseudo_customer_id")
    return CUSTOMERS.conform(with_segments(values, OURS).select(CUSTOMERS.names))


def failed(outcomes):
    return [item.name for item in outcomes if not item.passed]


def test_sound_customers_pass(customers):
    assert failed(validate_customers(customers)) == []
    assert failed(validate_customers(CUSTOMERS.empty())) == []


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("clv", pl.col("clv") + 1, "clv_equals_monetary"),
        ("completed", pl.col("bookings") + 1, "completed_is_at_most_bookings"),
        ("first_day", pl.col("last_day") + timedelta(days=1), "first_day_is_up_to_last_day"),
        ("deposit_aware_clv", pl.col("clv") - 1, "deposit_aware_is_at_least_clv"),
        ("stay_nights", pl.lit(float("nan")), "features_are_finite"),
        ("cancellation_ratio", pl.lit(1.5), "cancellation_ratio_is_a_share"),
    ],
)
def test_each_check_goes_red(customers, column, value, name):
    outcomes = validate_customers(customers.with_columns(value.alias(column)))
    assert name in failed(outcomes)
    broken = next(item for item in outcomes if item.name == name)
    assert broken.rows == customers.height
    assert broken.examples
    assert broken.advice


T = DAY - timedelta(days=200)


@pytest.mark.parametrize("days", [[T], [T, DAY, DAY - timedelta(days=600)], []])
def test_features_see_no_future_passes_on_the_real_features(days):
    assert features_see_no_future(random_bookings(6), days, OURS).passed
    assert features_see_no_future(frame([]), days, OURS).passed


def uncut(bookings, as_of, settings):
    """Reads every row, as if there were no T."""
    return behaviour_features(bookings.with_columns(pl.min_horizontal("delivery_day", pl.lit(as_of))), as_of, settings)


def corrections_count_early(bookings, as_of, settings):
    """Takes the latest version of a booking before it looks at the day."""
    latest = bookings.sort("delivery_day").unique("booking_id", keep="last").drop("delivery_day")
    days = bookings.group_by("booking_id").agg(pl.col("delivery_day").min())
    return behaviour_features(latest.join(days, on="booking_id").select(bookings.columns), as_of, settings)


def counts_later_rows(bookings, as_of, settings):
    """Knows only how many rows a customer will have."""
    features = behaviour_features(bookings, as_of, settings)
    number = bookings.group_by("pseudo_customer_id").agg(more=pl.len())
    joined = features.join(number, on="pseudo_customer_id", maintain_order="left")
    return joined.with_columns(bookings=pl.col("more").cast(pl.Float64)).drop("more")


@pytest.mark.parametrize("leak", [uncut, corrections_count_early, counts_later_rows])
def test_features_see_no_future_goes_red_on_every_way_to_leak(leak, monkeypatch):
    monkeypatch.setattr(checks, "behaviour_features", leak)
    outcome = features_see_no_future(random_bookings(6), [T], OURS)
    assert not outcome.passed
    assert outcome.is_blocking
    assert outcome.examples[0]["as_of"] == T


def test_another_future_leaves_the_past_and_replaces_the_rest():
    rows = random_bookings(6)
    other = another_future(rows, T)
    past = pl.col("delivery_day") <= T
    assert other.filter(past).equals(rows.filter(past))
    later = other.filter(~past)
    assert later.join(rows, on=["booking_id", "realised_revenue"], how="semi").is_empty()
    assert set(rows.filter(past)["booking_id"]) <= set(later["booking_id"])


def test_a_leaking_feature_stops_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "behaviour_features", uncut)
    report = produce_customers(tmp_path, random_bookings(6))
    assert any(text.startswith("features_see_no_future") for text in report.failed)


BAD_HISTORIES = {
    "one customer": random_bookings(3, customers=1),
    "one booking": random_bookings(3, customers=1).head(1),
    "one day": random_bookings(3, days=1),
    "only cancellations": frame([booking(f"c{n % 4}", 20 * n, completed=False) for n in range(12)]),
    "revenue all zero": frame([booking(f"c{n % 4}", 20 * n, completed=True) for n in range(12)]),
}


@pytest.mark.parametrize("name", BAD_HISTORIES)
def test_thin_histories_give_a_sound_table(name, tmp_path):
    report = produce_customers(tmp_path, BAD_HISTORIES[name])
    assert report.failed == []
    assert report.rows == BAD_HISTORIES[name]["pseudo_customer_id"].n_unique()
