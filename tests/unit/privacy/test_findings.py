"""What the privacy room measures of itself."""

from datetime import date

import polars as pl

from assets.common.findings import nest
from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.findings import label_spans, privacy_finding_rows
from assets.privacy.settings import PrivacySettings
from tests.unit.raw.test_findings import counts


def test_label_spans_count_levels_and_ranges() -> None:
    text = {f"{name}_levels": ["a|b", "b|c"] for name in
            ("hotel", "country", "market_segment", "distribution_channel", "customer_type", "agent", "company",
             "repeated_guest")}  # fmt: skip
    numbers = {f"{name}_{end}": [value, value + 4] for name in ("nights", "lead_time", "adults", "children")
               for end, value in (("from", 1), ("to", 2))}  # fmt: skip
    days = {"arrival_from": [date(2016, 1, 1)] * 2, "arrival_to": [date(2016, 1, 3), date(2016, 1, 11)]}
    spans = label_spans(pl.DataFrame({**text, **numbers, **days}))
    assert spans["country"] == 2
    assert spans["nights"] == 5
    assert spans["arrival"] == 10


def test_a_day_without_any_published_booking_still_counts_its_rows() -> None:
    tree = nest(privacy_finding_rows(LABELLED_BOOKINGS.empty(), counts(), "ours", PrivacySettings(), None))
    assert tree == {"dataset": {"ours": {"bookings": {"withheld": 0, "published": 0}}}}


def test_no_delivery_measures_nothing() -> None:
    rows = privacy_finding_rows(LABELLED_BOOKINGS.empty(), counts().clear(), "ours", PrivacySettings(), None)
    assert rows.is_empty()
