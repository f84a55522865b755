import pytest

from assets.reports.chapters.data.tables import composition_table
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.tables import shorten
from assets.reports.telling.wording import MISSING, NOT_PRINTED
from tests.unit.reports.fixtures import alignment_branch, composition


def cells(table, label: str) -> tuple[str, ...]:
    return next(row for row in table.rows if row[0] == label)


def test_composition_shows_both_policies_and_the_paper() -> None:
    table = composition_table(composition(), alignment_branch("public"), "bookings")
    assert cells(table, "Raw datasets") == ("Raw datasets", "119,390", "95,512", "119,390")
    assert cells(table, "After duplicate removal")[3] == "117,812"
    assert cells(table, "After quarantine of malformed rows")[3] == NOT_PRINTED
    assert cells(table, "Stays paired with a review")[3] == "96,214"


def test_a_policy_that_was_not_run_leaves_dashes() -> None:
    table = composition_table({"ours": composition()["ours"]}, {}, "reviews")
    assert {row[2] for row in table.rows} == {MISSING}


def test_every_row_has_a_cell_per_column() -> None:
    for table in (composition_table(composition(), {}, "reviews"), composition_table(composition(), {}, "bookings")):
        assert table is not None
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_printed_figures_agree_among_the_papers_tables() -> None:
    assert paper.RETENTION[0][1] == paper.COMPOSITION[3][2]
    assert paper.RETENTION[-1][1] == paper.COMPOSITION[4][2]
    assert paper.ABLATION["full multimodal model"] == paper.OPTIMISED_MULTIMODAL
    for _, reviews, share in paper.RETENTION:
        assert reviews / paper.RETENTION[0][1] == pytest.approx(share, abs=0.0006)


def test_long_text_is_cut_at_a_word() -> None:
    assert shorten("one two  three", 99) == "one two three"
    assert shorten("one two three", 9) == "one two …"
