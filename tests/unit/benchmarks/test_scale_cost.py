"""Share of linear, cost per million rows, Amdahl's law, runs of a range."""

from datetime import date, timedelta

import pytest

from benchmarks.scale import joined
from benchmarks.scale_cost import cluster_cost, core_hours_per_million, ranges, serial_share, share_of_linear


def test_share_of_linear():
    assert share_of_linear((100, 10.0), (100, 10.0)) == 1.0
    assert share_of_linear((100, 10.0), (1000, 100.0)) == 1.0
    assert share_of_linear((100, 10.0), (1000, 50.0)) == 2.0  # a fixed cost that no longer counts
    assert share_of_linear((100, 10.0), (1000, 1000.0)) == pytest.approx(0.1)


def test_core_hours_per_million():
    assert core_hours_per_million(3600.0, 1_000_000) == 1.0
    assert core_hours_per_million(3600.0, 500_000) == 2.0


def test_the_serial_share_holds_serial_tables_and_orchestration():
    seconds = {"raw_bookings": 50.0, "booking_review_pairs": 20.0, "match_weights": 10.0}
    assert serial_share(seconds, 100.0) == pytest.approx(0.5)
    assert serial_share({"raw_bookings": 100.0}, 100.0) == 0.0


def test_cluster_cost():
    cost = cluster_cost(10.0, 0.2, 4, 2, price=0.5)
    assert cost.hours == pytest.approx(10 * (0.2 + 0.8 / 4))
    assert cost.hours_saved == pytest.approx(6.0)
    assert cost.speed_up == pytest.approx(2.5)
    assert cost.core_hours == pytest.approx(32.0)
    assert cost.core_hours_more == pytest.approx(12.0)
    assert cost.price == pytest.approx(16.0)
    assert cost.price_more == pytest.approx(6.0)


def test_one_node_costs_what_it_costs_and_no_price_is_invented():
    cost = cluster_cost(10.0, 0.2, 1, 2)
    assert (cost.hours_saved, cost.core_hours_more, cost.speed_up) == (0.0, 0.0, 1.0)
    assert cost.price is None
    assert cost.price_more is None


def test_work_without_a_serial_part_costs_no_more_on_more_nodes():
    assert cluster_cost(10.0, 0.0, 8, 2, 1.0).price_more == pytest.approx(0.0)


@pytest.mark.parametrize(("days", "rows", "most"), [(550, 15_000_000, 2_000_000), (7, 10, 3), (3, 100, 1), (5, 1, 10)])
def test_ranges_cover_every_day_once(days, rows, most):
    first = date(2024, 1, 1)
    spans = ranges(first, days, rows, most)
    covered = [start + timedelta(days=at) for start, end in spans for at in range((end - start).days + 1)]
    assert covered == [first + timedelta(days=at) for at in range(days)]
    assert len(spans) == min(days, -(-rows // most))
    lengths = [(end - start).days for start, end in spans]
    assert max(lengths) - min(lengths) <= 1


def test_runs_of_a_stage_are_joined():
    parts = [
        {"run_s": 2.0, "cpu_s": 3.0, "peak_mib": 10, "assets": {"a": 1.0}},
        {"run_s": 6.0, "cpu_s": 5.0, "peak_mib": 30, "assets": {"a": 2.0, "b": 3.0}},
    ]
    stage = joined(parts, 400)
    assert (stage["runs"], stage["run_s"], stage["cpu_s"], stage["peak_mib"]) == (2, 8.0, 8.0, 30)
    assert stage["rows_per_s"] == 50.0
    assert stage["assets"] == {"a": 3.0, "b": 3.0}
