"""Information loss, against a count by hand."""

import pytest

from assets.privacy.generalisation import generalise
from assets.privacy.loss import information_loss, spans_of
from assets.privacy.settings import QUASI_IDENTIFIERS
from resources.errors import ContractError
from tests.unit.privacy.builders import booking, bookings, linked


def test_loss_is_the_share_of_the_whole_range() -> None:
    rows = linked(
        bookings([booking(n, lead_time_days=10 * (n // 2), country=["PRT", "FRA", "ESP"][n // 2]) for n in range(6)])
    )
    labels = generalise(rows, k=6).labels
    spans = spans_of(rows)
    assert (spans["lead_time"], spans["country"], spans["adults"]) == (20, 2, 0)
    report = information_loss(labels, spans, withheld=0, k=6)
    assert report.ncp_by_column["lead_time"] == report.ncp_by_column["country"] == 1.0
    assert report.ncp == pytest.approx(2 / 13)
    assert (report.classes, report.average_class_size, report.discernibility) == (1, 1.0, 36)


def test_half_a_range_and_a_withheld_row() -> None:
    rows = linked(bookings([booking(n, lead_time_days=n) for n in range(4)]))
    labels = generalise(rows, k=2).labels
    report = information_loss(labels, {"lead_time": 4}, withheld=1, k=2, columns=("lead_time",))
    assert report.ncp == pytest.approx((4 * 0.25 + 1) / 5)
    assert report.discernibility == 2 * 2**2 + 1 * 5
    assert report.withheld == 1


def test_exact_labels_lose_nothing() -> None:
    rows = linked(bookings([booking(n) for n in range(6)]))
    report = information_loss(generalise(rows, k=3).labels, spans_of(rows), withheld=0, k=3)
    assert report.ncp == 0.0
    assert report.min_class_size == 6


def test_nothing_published_loses_everything() -> None:
    rows = linked(bookings([booking(0)]))
    empty = generalise(rows, k=5)
    report = information_loss(empty.labels, spans_of(rows), withheld=1, k=5)
    assert (report.ncp, report.classes, report.average_class_size, report.min_class_size) == (1.0, 0, 0.0, 0)
    assert information_loss(empty.labels, spans_of(rows), withheld=0, k=5).ncp == 0.0


def test_missing_span_is_refused() -> None:
    labels = generalise(linked(bookings([])), k=5).labels
    with pytest.raises(ContractError, match="lead_time"):
        information_loss(labels, dict.fromkeys(set(QUASI_IDENTIFIERS) - {"lead_time"}, 1), withheld=0, k=5)
