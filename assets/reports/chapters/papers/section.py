"""The chapter beside the papers: their tables and ours, and where to find each."""

from assets.reports.chapters.papers.tables import hyperparameter_table, model_comparison
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.accuracy import accuracy_of
from assets.reports.telling.blocks import Block, Bullets, Notice, Section, Table
from assets.reports.telling.told import Told

_TABLES: tuple[tuple[str, str, str], ...] = (
    ("Table 1", "Dataset composition", "data"),
    ("Table 2", "Reviews kept by the anomaly filter", "reviews"),
    ("Table 3", "Sensitivity to the anomaly threshold", "anomaly_filter"),
    ("Table 4", "Baselines", "papers"),
    ("Table 5", "Initial multimodal model", "papers"),
    ("Table 6", "Randomised pairing", "text"),
    ("Table 7", "Effect of the anomaly filter on the forecast", "anomaly_filter"),
    ("Table 8", "Optimised multimodal model", "papers"),
    ("Table 9", "Significance tests", "forecast"),
    ("Table 10", "Hyperparameters", "papers"),
    ("Table 11", "Gate by segment", "why"),
    ("Table 12", "Accuracy by segment", "observed"),
    ("Table 13", "Ablation", "text"),
    ("Table 14", "Summary of models", "papers"),
    ("Figures 1 and 3", "Pipelines (drawings)", "data"),
    ("Figure 2", "Correlations", "customers"),
    ("Figure 4", "Architecture (a drawing: docs/architecture.md)", ""),
    ("Figures 5 and 9", "Model comparison (we draw intervals, not a radar)", "observed"),
    ("Figure 6", "SHAP by tenth of the feature, in place of the beeswarm", "why"),
    ("Figure 7", "LIME examples", "why"),
    ("Figure 8", "Gate by segment", "why"),
)

_CHAPTERS = {
    "data": "The data, step by step",
    "reviews": "Which reviews are believed",
    "anomaly_filter": "Does leaving out doubtful reviews help the forecast?",
    "customers": "The customers and what they are worth",
    "forecast": "How well future value can be forecast",
    "observed": "The paper's own protocol",
    "text": "Do the reviews help the forecast?",
    "why": "Why a customer is valued so",
    "papers": "this chapter",
}


def papers_section(told: Told) -> Section:
    """The paper's tables beside ours, and where to find each."""
    rows = tuple((label, what, _CHAPTERS.get(anchor, "not drawn here")) for label, what, anchor in _TABLES)
    tables = (model_comparison(accuracy_of(told, "observed")), hyperparameter_table(told.branch("hyperparameters")))
    blocks: list[Block] = [table for table in tables if table is not None]
    blocks.append(
        Table(
            key="where",
            title="Where each table and figure of paper 001 is",
            columns=("In the paper", "What", "Here"),
            rows=rows,
            text_columns=3,
        )
    )
    blocks.append(Notice(text="Where the papers disagree with themselves", tone="info"))
    blocks.append(Bullets(items=paper.INCONSISTENCIES))
    return Section(
        anchor="papers",
        title="Beside the papers",
        lead="Paper 001 is the final text; the cells of its tables survive only in the preprint 003. “Not printed” "
        "marks what neither shows.",
        blocks=tuple(blocks),
    )
