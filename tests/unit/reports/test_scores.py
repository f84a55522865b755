from datetime import date

import polars as pl

from assets.models.contract_serving import BACK_TEST, MODEL_DRIFT, TRAINING_RUNS
from assets.reports.chapters.in_service.section import scores_section
from assets.reports.telling.blocks import Notice, Picture, Table

DAY = date(2024, 6, 30)


def filled(contract, **columns):
    """Rows of a contract with plain values for what is not given."""
    number = len(next(iter(columns.values())))
    plain = {pl.String: "x", pl.Boolean: True, pl.Date: DAY}
    rest = {c.name: [plain.get(c.dtype, 1)] * number for c in contract.columns if c.name not in columns}
    return contract.conform(pl.DataFrame({**rest, **columns}))


RUNS = filled(TRAINING_RUNS, number=[1, 2], metric=["rmse"] * 2, is_promoted=[True, False], error=[90.0, 130.0],
              serving_error=[None, 100.0],
              decision=["the first model", "refused, the serving model goes on"])  # fmt: skip
DRIFT = filled(MODEL_DRIFT, kind=["input", "score"], name=["tenure_days", "value"], psi=[0.9, 0.1],
               threshold=[0.25] * 2, is_drifted=[True, False])  # fmt: skip
TEST = filled(BACK_TEST, kind=["replayed"] * 3, decile=[0, 1, 2], coverage=[0.8] * 3)


def blocks(*tables):
    return {getattr(block, "key", block.kind): block for block in scores_section(*tables, "EUR").blocks}


def test_tables_and_pictures_are_there():
    found = blocks(RUNS, DRIFT, TEST)
    assert {"training_runs_table", "back_test_table", "back_test_picture", "drift_picture"} <= set(found)
    table = found["training_runs_table"]
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["2", "1"]
    assert table.rows[0][8:] == ("130.0", "100.0", "no")
    assert isinstance(found["drift_picture"], Picture)
    assert "1 of 2 are above the threshold: tenure days" in found["drift_picture"].sentence


def test_a_refused_model_is_said_first():
    first = scores_section(RUNS, DRIFT, TEST, "EUR").blocks[0]
    assert isinstance(first, Notice)
    assert "goes on" in first.text
    assert isinstance(scores_section(RUNS.head(1), DRIFT, TEST, "EUR").blocks[0], Table)


def test_what_is_missing_leaves_a_note_and_nothing_at_all_no_chapter():
    assert scores_section(None, None, None, "EUR") is None
    section = scores_section(TRAINING_RUNS.empty(), MODEL_DRIFT.empty(), BACK_TEST.empty(), "EUR")
    assert [block.kind for block in section.blocks] == ["notice"] * 3


def test_a_stored_day_is_drawn_before_a_replayed_one():
    stored = TEST.with_columns(kind=pl.lit("stored"), mae=pl.lit(7.0))
    picture = blocks(RUNS, DRIFT, pl.concat([TEST, stored]))["back_test_picture"]
    assert "as served" in picture.sentence
