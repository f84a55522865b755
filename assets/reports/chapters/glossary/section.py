"""The chapter of words that a reader may not know."""

from assets.reports.telling.blocks import Bullets, Section

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


def glossary_section() -> Section:
    """Words that a reader may not know."""
    return Section(
        anchor="glossary",
        title="Glossary",
        lead="",
        blocks=(Bullets(terms=tuple(term for term, _ in GLOSSARY), items=tuple(text for _, text in GLOSSARY)),),
    )
