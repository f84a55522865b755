"""The chapter beside the papers: their figures next to ours, and what is not printed says so."""

from assets.reports.chapters.papers.chapter import CHAPTER
from assets.reports.chapters.papers.tables import hyperparameter_table, model_comparison
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.accuracy import Accuracy
from assets.reports.telling.blocks import Table
from assets.reports.telling.wording import MISSING, NOT_PRINTED
from tests.unit.reports.fixtures import empty_world, full_world
from tests.unit.reports.model_world import accuracy


def test_the_papers_figures_stand_beside_ours_and_missing_cells_say_so() -> None:
    figures = {model: own for model, own in accuracy(0.9).items() if model != "best"}
    table = model_comparison(Accuracy("observed", figures))
    assert table is not None
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Multimodal, optimised"][4:] == ("118.9", "199.4", "0.89", "14.6")
    assert rows["LightGBM"][4:] == (NOT_PRINTED,) * 4
    assert rows["LightGBM"][2].startswith("0.930")
    assert rows["Random forest"][:4] == (MISSING,) * 4
    assert model_comparison(Accuracy("observed", {})) is None


def test_settings_stand_beside_those_printed() -> None:
    table = hyperparameter_table({"Learning rate": "0.0003"})
    assert table is not None
    assert [row[0] for row in table.rows] == [name for name, _ in paper.HYPERPARAMETERS]
    assert {row[1] for row in table.rows} == {"0.0003", MISSING}
    assert hyperparameter_table({}) is None


def test_the_chapter_says_where_each_table_is() -> None:
    def keys(section) -> list[str]:  # type: ignore[no-untyped-def]
        return [block.key for block in section.blocks if isinstance(block, Table)]

    assert keys(full_world("public").section(CHAPTER)) == ["paper_models", "hyperparameters", "where"]
    assert keys(empty_world().section(CHAPTER)) == ["where"]
