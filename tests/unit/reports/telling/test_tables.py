import polars as pl
import pytest

from assets.reports.chapters.data.tables import composition_table
from assets.reports.tables_customers import decile_frame
from assets.reports.tables_models import (
    ablation_table,
    gate_table,
    model_table,
    paper_comparison,
    segment_table,
    significance_table,
)
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.tables import shorten
from assets.reports.telling.wording import MISSING, NOT_PRINTED
from tests.unit.reports.fixtures import composition, empty_inputs, full_inputs

FULL = full_inputs("public")


def cells(table, label: str) -> tuple[str, ...]:
    return next(row for row in table.rows if row[0] == label)


@pytest.mark.parametrize(
    "build",
    [model_table, paper_comparison, ablation_table, significance_table, segment_table, gate_table],
)
def test_nothing_in_nothing_out(build) -> None:
    made = build(empty_inputs(), "observed") if build is model_table else build(empty_inputs())
    assert made is None


def test_composition_shows_both_policies_and_the_paper() -> None:
    table = composition_table(composition(), FULL.alignment, "bookings")
    assert cells(table, "Raw datasets") == ("Raw datasets", "119,390", "95,512", "119,390")
    assert cells(table, "After duplicate removal")[3] == "117,812"
    assert cells(table, "After quarantine of malformed rows")[3] == NOT_PRINTED
    assert cells(table, "Stays paired with a review")[3] == "96,214"


def test_a_policy_that_was_not_run_leaves_dashes() -> None:
    table = composition_table({"ours": composition()["ours"]}, {}, "reviews")
    assert {row[2] for row in table.rows} == {MISSING}


def test_the_papers_figures_stand_beside_ours_and_missing_cells_say_so() -> None:
    table = paper_comparison(FULL)
    assert table is not None
    assert cells(table, "Multimodal, optimised")[5:] == ("118.9", "199.4", "0.89", "14.6")
    assert cells(table, "LightGBM")[5:] == (NOT_PRINTED,) * 4
    assert cells(table, "Random forest")[1:5] == (MISSING,) * 4
    gate = gate_table(FULL)
    assert gate is not None
    assert cells(gate, "Mid")[3] == NOT_PRINTED


def test_every_row_has_a_cell_per_column() -> None:
    tables = [
        composition_table(composition(), {}, "reviews"),
        model_table(FULL, "observed"),
        significance_table(FULL),
        segment_table(FULL),
    ]
    for table in tables:
        assert table is not None
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_printed_figures_agree_among_the_papers_tables() -> None:
    assert paper.RETENTION[0][1] == paper.COMPOSITION[3][2]
    assert paper.RETENTION[-1][1] == paper.COMPOSITION[4][2]
    assert paper.ABLATION["full multimodal model"] == paper.OPTIMISED_MULTIMODAL
    for _, reviews, share in paper.RETENTION:
        assert reviews / paper.RETENTION[0][1] == pytest.approx(share, abs=0.0006)


@pytest.mark.parametrize(("rows", "groups"), [(0, 0), (1, 1), (7, 7), (95, 10)])
def test_deciles_keep_every_customer(rows: int, groups: int) -> None:
    frame = pl.DataFrame({"prediction": [float(row) for row in range(rows)], "target": [2.0] * rows},
                         schema={"prediction": pl.Float64, "target": pl.Float64})  # fmt: skip
    deciles = decile_frame(frame)
    assert deciles.height == groups
    assert deciles["predicted"].is_sorted()


def test_long_text_is_cut_at_a_word() -> None:
    assert shorten("one two  three", 99) == "one two three"
    assert shorten("one two three", 9) == "one two …"
