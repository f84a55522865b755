"""The chapter on the forecasts: tables of claims and budgets say what was tested and what it means."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.models.findings.evidence import claim_frame, claim_tree, tuning_frame, tuning_tree
from assets.reports.chapters.models.chapter import CHAPTER
from assets.reports.chapters.models.evidence import claim_tables, significance_table, tuning_table
from assets.reports.chapters.models.tables import cost_table, group_error_table, score_table
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import Accuracy
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.comparison import comparison_blocks
from assets.reports.telling.wording import MISSING
from pipelines.rooms import room_contracts
from resources.contract import Subject
from tests.unit.models.findings.test_evidence import metrics, trials
from tests.unit.reports.fixtures import empty_world, full_world
from tests.unit.reports.model_world import accuracy, comparison


@pytest.fixture
def claims():
    made = metrics(gated_fusion=0.7, behaviour_mlp=0.5, lightgbm=0.7, same_as_past=0.4)
    return claim_tree(claim_frame(made, 5, np.random.default_rng(1), 100))


SAID = {
    "gated_fusion_vs_behaviour_mlp": {
        "metric": "rmse", "difference": {"value": -200.0, "low": -250.0, "high": -150.0}, "p": 0.001, "p_holm": 0.003,
        "claims": 3, "verdict": "holds",
    }
}  # fmt: skip


def test_a_claim_is_told_with_its_verdict_and_what_it_rests_on(claims):
    first, second, _ = claim_tables(claims, SAID)
    assert first.title == "Claim: text helps the fusion. Verdict: holds"
    assert "RMSE for the same customers: −200.0 (" in first.note
    assert "Holm's correction for 3 claims" in first.note
    assert second.title.endswith("Verdict: not shown")
    assert "were not tested on the same customers" in second.note


def test_one_table_per_claim(claims):
    tables = claim_tables(claims, SAID)
    assert [table.title.split(".")[0] for table in tables] == [
        "Claim: text helps the fusion",
        "Claim: fusion beats LightGBM",
        "Claim: fusion beats “same as the past”",
    ]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert claim_tables({}, {}) == []


def test_budgets_stand_in_one_table():
    table = tuning_table(tuning_tree(tuning_frame(trials())))
    assert table is not None
    assert table.rows[0][:3] == ("Observed window", "LightGBM", "2")
    assert tuning_table({}) is None


def test_comparisons_are_told_by_the_names_of_both_models():
    table = significance_table({"gated_fusion_vs_behaviour_mlp": comparison(0.004, -0.01, 0.018), "a_vs_b": {}})
    assert table is not None
    assert [row[0] for row in table.rows] == ["Gated fusion against behaviour network"]
    assert table.rows[0][2:] == ("0.410", "0.030", "0.062", "0.20")
    assert significance_table({"a_vs_b": {}}) is None, "no such comparison is made"


def test_costs_are_those_of_the_first_protocol_that_was_evaluated():
    own = {"lightgbm": {**accuracy(0.9)["lightgbm"], "parameters": 1_200}}
    table = cost_table([Accuracy("prospective_cv", {}), Accuracy("observed", own)])
    assert table is not None
    assert table.rows[0][:2] == ("LightGBM", "1,200")
    assert table.note.startswith("Observed window")
    assert cost_table([Accuracy("observed", {})]) is None


def test_groups_are_told_largest_first():
    figures = {"mae": 10.0, "bias": -1.0}
    table = group_error_table({"channel": {"a": {"n": 40, **figures}, "b": {"n": 900, **figures}}})
    assert table is not None
    assert [row[1:3] for row in table.rows] == [("b", "900"), ("a", "40")]
    assert group_error_table({}) is None


def test_scores_are_told_by_segment_and_what_is_withheld_with_its_reason():
    table = score_table(full_world("public").told(CHAPTER), 180)
    assert table is not None
    assert "the next 180 days" in table.title
    assert table.rows[0] == ("High", "15", "4,500", "90.0\u00a0%", "300")
    assert table.note == "From the daily scores (customer_scores)."
    hidden = {"high": {"customers": 15}, "low": {"customers": 25, "expected": 500.0, "mean": 20.0, "share": 0.1}}
    world = full_world("public").with_branch("scores", hidden)
    told = replace(world, reasons={"scores.high.expected": "one customer brings more than 75% of it"}).told(CHAPTER)
    withheld = score_table(told, None)
    assert withheld is not None
    assert withheld.rows[0] == ("High", "15", MISSING, MISSING, MISSING)
    assert "A dash: one customer brings more than 75% of it." in (withheld.note or "")
    assert score_table(empty_world().told(CHAPTER), None) is None


def test_the_total_stands_beside_every_model():
    world = full_world("public")
    figures = {name: {**own, "bias": {"value": 0.9, "low": 0.8, "high": 1.05}, "r2_without_20": 0.2}
               for name, own in accuracy(0.6).items() if isinstance(own, dict)}  # fmt: skip
    told = world.with_branch("models", {**world.tree["models"], "prospective_cv": {**figures, "best": "gated_fusion"}})
    picture, _, table = comparison_blocks(told.told(CHAPTER), "prospective_cv", Need.FORECASTS)
    assert isinstance(table, Table)
    assert table.columns[1:] == ("Predicted / realised", "R² without the 20 largest")
    assert {row[1:] for row in table.rows} == {("0.900 (0.800\u00a0to\u00a01.050)", "0.200")}
    assert "all its forecasts together are 0.90 (0.80\u00a0to\u00a01.05) times what came" in picture.sentence
    plain = comparison_blocks(world.told(CHAPTER), "prospective_cv", Need.FORECASTS)
    assert len(plain) == 2, "figures that no model has make no table"


def test_no_table_of_single_customers_is_read():
    contracts = room_contracts()
    assert [item.asset for item in CHAPTER.tables] == ["forecast_curves"]
    assert {column.subject for item in CHAPTER.tables for column in contracts[item.asset].columns} <= {
        None,
        Subject.NONE,
    }


def test_the_chapter_shows_forecasts_tenths_and_scores():
    world = full_world("public")
    section = world.section(CHAPTER)
    shown = [block.key for block in section.blocks if isinstance(block, Picture | Table)]
    assert shown == ["comparison_prospective_cv", "models_prospective_cv", "comparison_prospective_holdout",
                     "models_prospective_holdout", "deciles", "gain", "errors", "score_spread", "scores",
                     "significance", "costs", "group_errors"]  # fmt: skip
    assert {len(row) - len(table.columns) for table in section.blocks if isinstance(table, Table)
            for row in table.rows} == {0}  # fmt: skip
    advised = world.with_branch("models", {"recommendation": {"sentence": "Take the simplest rule."}})
    [first, *_] = advised.section(CHAPTER).blocks
    assert isinstance(first, Notice)
    assert first.text == "Take the simplest rule."


def test_deciles_fall_back_on_the_cross_validation():
    world = full_world("public")
    cv = world.table("forecast_curves").filter(pl.col("protocol") == "prospective_cv")
    [picture] = [block for block in world.with_tables(forecast_curves=cv).section(CHAPTER).blocks
                 if isinstance(block, Picture) and block.key == "deciles"]  # fmt: skip
    assert "cross-validation over customers" in picture.sentence


def test_without_anything_the_chapter_says_what_is_missing():
    section = empty_world().section(CHAPTER)
    assert [block.tone for block in section.blocks if isinstance(block, Notice)] == ["missing"] * 3
    assert len(section.blocks) == 3
    assert "value from the months after" in section.lead
    ahead = empty_world().with_branch("forecast", {"horizon_days": 90})
    assert "value from the 90 days after" in ahead.section(CHAPTER).lead


def test_a_model_without_seconds_costs_nothing_known():
    table = cost_table([Accuracy("observed", {"lightgbm": {"r2": 0.5}})])
    assert table is not None
    assert table.rows == (("LightGBM", "0", "0.00", "0.000", "0.500"),)
    assert MISSING not in table.rows[0]
