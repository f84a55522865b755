"""k, l and t measured on released labels, against plain counting."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.generalisation import generalise
from assets.privacy.risk import class_sizes, sensitive_risk
from tests.unit.privacy.builders import booking, bookings, linked


def plain_distance(values: list[float], everything: list[float]) -> float:
    """Ordered distance by its definition, value by value."""
    support = sorted(set(everything))
    part = np.cumsum([values.count(value) for value in support]) / len(values)
    whole = np.cumsum([everything.count(value) for value in support]) / len(everything)
    return float(np.abs(part - whole).sum() / max(len(support) - 1, 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=40))
def test_distance_and_diversity_by_definition(rows: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(rows, schema=["class", "value"], orient="row")
    risk = sensitive_risk(frame["class"], frame["value"])
    for index, group in enumerate(sorted({row[0] for row in rows})):
        values = [float(value) for number, value in rows if number == group]
        assert risk.diversity[index] == len(set(values))
        assert risk.distance[index] == pytest.approx(plain_distance(values, [float(row[1]) for row in rows]), abs=1e-12)


def test_booleans_and_a_stated_reference() -> None:
    risk = sensitive_risk(pl.Series(["a", "a"]), pl.Series([True, True]), pl.Series([True, False, False, False]))
    assert risk.distance.tolist() == [0.75]
    assert risk.diversity.tolist() == [1]


def test_no_rows_have_no_risk() -> None:
    risk = sensitive_risk(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.Float64))
    assert len(risk.distance) == len(risk.diversity) == 0


def test_class_sizes_count_labels_and_units() -> None:
    rows = linked(bookings([booking(n, guest_key=f"guest {n % 3}") for n in range(6)]))
    labels = generalise(rows, k=3).labels.rename({"batch_day": "delivery_day"})
    assert class_sizes(labels)["units"].to_list() == [6]
    guests = labels.join(rows.select("booking_id", "guest_hash"), on="booking_id", maintain_order="left")["guest_hash"]
    assert class_sizes(labels, guests)["units"].to_list() == [3]
