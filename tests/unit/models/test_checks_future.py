"""Examples that look past T are found, whichever table they look into; such examples stop the run."""

from datetime import timedelta

import polars as pl
import pytest

from assets.common.versions import latest_versions
from assets.customers.settings import CustomerSettings
from assets.models.checks_future import another_text_future, examples_see_no_future
from assets.models.examples import dataset, text_block, text_sources
from assets.models.examples.text_sources import TextSources
from tests.unit.customers.build import DAY
from tests.unit.models.evaluation.test_text_studies import sources_of

OURS = CustomerSettings()
T = DAY - timedelta(days=200)


@pytest.fixture(scope="module")
def sources():
    return sources_of()


@pytest.mark.parametrize("days", [[T], [T, DAY, DAY - timedelta(days=600)], []])
def test_the_real_examples_pass(sources, days):
    assert examples_see_no_future(sources, days, OURS).passed


@pytest.mark.parametrize("emptied", [["pairs"], ["embeddings", "anomalies", "parts", "clean"], ["bookings", "pairs"]])
def test_thin_histories_pass(sources, emptied):
    thin = TextSources(**{**sources.__dict__, **{name: getattr(sources, name).clear() for name in emptied}})
    assert examples_see_no_future(thin, [T], OURS).passed


def pairs_decided_later(monkeypatch):
    """Reads pairs that are decided after T."""
    own = text_block.text_block

    def leaking(customers, pairs, reviews, as_of):
        return own(customers, pairs.with_columns(pl.min_horizontal("delivery_day", pl.lit(as_of))), reviews, as_of)

    monkeypatch.setattr(dataset, "text_block", leaking)


def reviews_delivered_later(monkeypatch):
    """Reads reviews that come after T."""

    def leaking(reviews, key, as_of):
        return latest_versions(reviews.with_columns(pl.min_horizontal("delivery_day", pl.lit(as_of))), key, as_of)

    monkeypatch.setattr(text_block, "latest_versions", leaking)


def verdicts_found_later(monkeypatch):
    """Knows at T what the anomaly filter will say of a review's correction."""
    own = text_block.review_table

    def leaking(embeddings, anomalies, parts, clean):
        last = anomalies.sort("delivery_day").unique("review_id", keep="last").drop("delivery_day")
        days = embeddings.select("review_id", "delivery_day").unique()
        return own(embeddings, last.join(days, on="review_id"), parts, clean)

    monkeypatch.setattr(text_sources, "review_table", leaking)


def labels_of_later_rows(monkeypatch):
    """Takes group labels and bookings from all rows."""
    own = dataset.current_rows
    monkeypatch.setattr(dataset, "current_rows", lambda bookings, as_of: own(bookings, DAY))


@pytest.mark.parametrize(
    "leak", [pairs_decided_later, reviews_delivered_later, verdicts_found_later, labels_of_later_rows]
)
def test_every_way_to_leak_goes_red(sources, leak, monkeypatch):
    leak(monkeypatch)
    outcome = examples_see_no_future(sources, [T], OURS)
    assert not outcome.passed
    assert outcome.is_blocking
    assert outcome.examples[0]["as_of"] == T


def test_another_future_leaves_the_past_and_replaces_the_rest(sources):
    other = another_text_future(sources, T)
    past, tomorrow = pl.col("delivery_day") <= T, T + timedelta(days=1)
    for name in TextSources.__dataclass_fields__:
        before, after = getattr(sources, name), getattr(other, name)
        assert after.filter(past).select(before.columns).equals(before.filter(past)), name
        assert after.filter(~past).join(before, on=before.columns, how="semi").is_empty(), name
    known = set(sources.bookings.filter(past)["booking_id"])
    assert known <= set(other.pairs.filter(pl.col("delivery_day") == tomorrow)["booking_id"])
    assert set(sources.clean.filter(past)["review_id"]) <= set(
        other.clean.filter(pl.col("delivery_day") == tomorrow)["review_id"]
    )
