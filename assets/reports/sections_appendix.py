"""Closing chapters: beside the papers, limits, glossary, and what was left out."""

from assets.reports.inputs import ReportInputs
from assets.reports.tables_models import hyperparameter_table, paper_comparison
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Block, Bullets, Notice, Section, Table

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
    ("Figure 6", "SHAP beeswarm", "why"),
    ("Figure 7", "LIME examples", "why"),
    ("Figure 8", "Gate by segment", "why"),
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        "CLV",
        "customer lifetime value; here the realised revenue of a customer in the period seen, or in a stated time to "
        "come.",
    ),
    ("Pseudo-customer", "bookings that share a composite key; stands in for a guest where no guest number exists."),
    (
        "R²",
        "share of the differences between customers that a forecast explains: 1 all, 0 none, below 0 worse than the "
        "mean.",
    ),
    ("MAE, RMSE", "typical error in currency units; RMSE counts large errors more."),
    ("Spearman", "agreement of two rankings: 1 the same order, 0 unrelated."),
    ("Gini", "of the ranking: how well the forecast finds the customers that matter most, 1 as well as hindsight."),
    ("95 % interval", "range that would hold the true figure in 95 of 100 repetitions of the study."),
    ("Hold-out", "a later period that no model saw while it was built."),
    ("k-anonymity", "each published booking looks like at least k−1 others of its batch."),
    ("NCP", "normalised certainty penalty: information lost to generalisation, 0 none, 1 all."),
    ("Epsilon", "how much one unit can change a released figure's odds; smaller is more private."),
    ("Match probability", "how likely a review belongs to a stay, given everything both show."),
    ("Polarity", "tone of a text from −1 (complaint) to 1 (praise)."),
    ("Gate", "weight between 0 (text) and 1 (behaviour) that the fusion model gives its two inputs."),
    ("SHAP, LIME", "methods that share a forecast out among features (SHAP) or words (LIME)."),
)


def papers_section(inputs: ReportInputs) -> Section:
    """The paper's tables beside ours, and where to find each."""
    where = dict(_places())
    rows = tuple((label, what, where.get(anchor, "not drawn here")) for label, what, anchor in _TABLES)
    blocks: list[Block] = [
        table for table in (paper_comparison(inputs), hyperparameter_table(inputs)) if table is not None
    ]
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
        "marks what "
        "neither shows.",
        blocks=tuple(blocks),
    )


def _places() -> tuple[tuple[str, str], ...]:
    return (
        ("data", "The data, step by step"),
        ("reviews", "Which reviews are believed"),
        ("anomaly_filter", "Does leaving out doubtful reviews help the forecast?"),
        ("customers", "The customers and what they are worth"),
        ("forecast", "How well future value can be forecast"),
        ("observed", "The paper's own protocol"),
        ("text", "Do the reviews help the forecast?"),
        ("why", "Why a customer is valued so"),
        ("papers", "this chapter"),
    )


def limits_section(inputs: ReportInputs) -> Section:
    """What must not be read into the report."""
    items = [
        "A pseudo-customer is not a person. Large ones are agencies and companies; their value is that of many guests.",
        "Value is revenue, not profit: no costs, commissions or refunds are known.",
        "Forecast targets of neighbouring cross-validation dates overlap in time; the hold-out is later than all of "
        "them.",
        "Reviews come from guests who chose to write, and only English ones are read here.",
        "Pairs are probable, not certain; explanations describe models, not guests.",
        "Noise in released counts was drawn once; averaging published copies does not remove it.",
    ]
    return Section(
        anchor="limits",
        title="Limits",
        lead="Read these before acting on a single figure.",
        blocks=(Bullets(items=tuple(items)), *_not_run_blocks(inputs)),
    )


def _not_run_blocks(inputs: ReportInputs) -> list[Block]:
    if not inputs.not_run:
        return []
    rows = tuple(sorted((path, reason) for path, reason in inputs.not_run.items()))
    return [
        Table(
            key="not_run",
            title="What was left out, and why",
            columns=("Result", "Why"),
            rows=rows,
            text_columns=2,
            note="make evaluate computes the full report." if inputs.run.profile == "quick" else "",
        )
    ]


def glossary_section() -> Section:
    """Words that a reader may not know."""
    return Section(
        anchor="glossary",
        title="Glossary",
        lead="",
        blocks=(Bullets(terms=tuple(term for term, _ in GLOSSARY), items=tuple(text for _, text in GLOSSARY)),),
    )
