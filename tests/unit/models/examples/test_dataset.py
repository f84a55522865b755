from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.customers.protocols import OriginPlan
from assets.customers.settings import CustomerSettings
from assets.models.contract import EXAMPLES
from assets.models.examples.dataset import EXAMPLE_SCHEMA, build_examples, features_at, text_dimensions, to_arrays
from resources.errors import ContractError
from tests.unit.customers.build import DAY, frame
from tests.unit.models.build import DIMENSIONS, PLAN, examples_of, world

OURS = CustomerSettings()


def test_the_table_keeps_its_contract():
    table = EXAMPLES.conform(examples_of())
    assert table.schema == EXAMPLE_SCHEMA
    assert table.select(EXAMPLES.key).is_unique().all()
    assert 0.0 < table["has_text"].mean() < 1.0


def test_every_origin_and_its_cohort_are_there():
    bookings, pairs, reviews = world()
    table = build_examples(bookings, pairs, reviews, PLAN, OURS)
    for day, split in [(PLAN.cv[0], "cv"), (PLAN.cv[1], "cv"), (PLAN.holdout, "holdout")]:
        part = table.filter((pl.col("protocol") == "prospective") & (pl.col("as_of") == day))
        known = bookings.filter(pl.col("delivery_day") <= day)["pseudo_customer_id"].n_unique()
        assert part.height == known
        assert set(part["split"]) == {split}
    observed = table.filter(pl.col("protocol") == "observed")
    assert observed["target_clv"].equals(observed["b_monetary"].alias("target_clv"))


def test_features_at_t_never_change_with_the_future():
    bookings, pairs, reviews = world(3)
    day = PLAN.cv[0]
    past = (
        bookings.filter(pl.col("delivery_day") <= day),
        pairs.filter(pl.col("delivery_day") <= day),
        reviews.filter(pl.col("delivery_day") <= day),
    )
    assert features_at(bookings, pairs, reviews, day, OURS).equals(features_at(*past, day, OURS))


def test_no_bookings_and_no_origins_give_an_empty_table():
    _, pairs, reviews = world()
    plan = OriginPlan(observed=DAY, horizon_days=30, cv=(), holdout=None)
    table = build_examples(frame([]), pairs, reviews, plan, OURS)
    assert table.is_empty()
    assert EXAMPLES.conform(table).schema == EXAMPLE_SCHEMA


def test_customers_without_a_review_are_kept_with_zeros_behind_the_mask():
    data = to_arrays(examples_of(), DIMENSIONS)
    assert (~data.has_text).any()
    assert not data.text[~data.has_text].any()
    assert data.text.shape == (len(data), DIMENSIONS + 2)
    assert np.abs(data.text[data.has_text]).sum(axis=1).min() > 0


def test_arrays_keep_the_order_of_rows():
    table = examples_of()
    data = to_arrays(table, DIMENSIONS)
    assert data.customers.tolist() == table["pseudo_customer_id"].to_list()
    row = int(np.flatnonzero(data.has_text)[0])
    assert data.text[row, :DIMENSIONS].tolist() == pytest.approx(table["text_vector"][row].to_list())
    assert data.text[row, DIMENSIONS + 1] == pytest.approx(table["text_score"][row] / 10)


def test_take_chooses_rows():
    data = to_arrays(examples_of(), DIMENSIONS)
    some = data.take(np.array([3, 1]))
    assert some.customers.tolist() == [data.customers[3], data.customers[1]]
    assert len(data.take(np.zeros(len(data), dtype=bool))) == 0


def test_a_missing_or_extra_feature_is_named():
    table = examples_of()
    with pytest.raises(ContractError, match="b_monetary"):
        to_arrays(table.drop("b_monetary"), DIMENSIONS)
    with pytest.raises(ContractError, match="b_shoe_size"):
        to_arrays(table.with_columns(b_shoe_size=pl.lit(1.0)), DIMENSIONS)


def test_vectors_of_another_length_are_refused():
    with pytest.raises(ContractError, match="7 values"):
        to_arrays(examples_of(), 7)


def test_dimensions_of_a_table_without_text():
    assert text_dimensions(examples_of()) == DIMENSIONS
    assert text_dimensions(examples_of().clear()) == 1


def test_text_enters_only_from_the_decision_day_on():
    bookings, pairs, reviews = world(3)
    late = pairs.with_columns(delivery_day=pl.lit(DAY + timedelta(days=1)))
    assert not features_at(bookings, late, reviews, DAY, OURS)["has_text"].any()
