"""Tables of claims, ablations and budgets say what was tested and what it means."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.models.findings.evidence import claim_frame, claim_tree, study_frame, study_tree, tuning_frame, tuning_tree
from assets.reports.gather_evaluation import claim_rows, study_rows, tuning_rows
from assets.reports.tables_evaluation import claim_tables, study_table, tuning_table, verdict
from tests.unit.models.findings.test_evidence import ablations, metrics, trials
from tests.unit.reports.fixtures import empty_inputs


@pytest.fixture
def claims():
    made = metrics(gated_fusion=0.7, behaviour_mlp=0.5, lightgbm=0.7, same_as_past=0.4)
    return claim_frame(made, 5, np.random.default_rng(1), 100)


def test_a_claim_holds_only_with_its_test(claims):
    text = claims.filter(pl.col("second") == "behaviour_mlp")
    assert verdict(text) == "holds"
    assert verdict(claims.filter(pl.col("second") == "lightgbm")) == "not shown"
    without = claims.filter(pl.col("metric") != "r2")
    assert verdict(without) == "not shown", "R² has no value where a fold brought no revenue"
    assert verdict(text.with_columns(p_corrected=pl.lit(float("nan")))) == "not shown"


def test_one_table_per_claim(claims):
    inputs = replace(empty_inputs(), claims=claim_rows(claim_tree(claims)))
    tables = claim_tables(inputs)
    assert [table.title.split(".")[0] for table in tables] == [
        "Claim: text helps the fusion",
        "Claim: fusion beats LightGBM",
        "Claim: fusion beats “same as the past”",
    ]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert claim_tables(empty_inputs()) == []


def test_variants_stand_in_one_table():
    table = study_table(replace(empty_inputs(), studies=study_rows(study_tree(study_frame(ablations(), 5)))))
    assert table is not None
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert study_table(empty_inputs()) is None


def test_budgets_stand_in_one_table():
    table = tuning_table(replace(empty_inputs(), tuning=tuning_rows(tuning_tree(tuning_frame(trials())))))
    assert table is not None
    assert table.rows[0][:3] == ("Observed window", "LightGBM", "2")
    assert tuning_table(empty_inputs()) is None
