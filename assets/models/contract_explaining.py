"""What the models room stores of what it has measured, and of why its models predict what they predict."""

import polars as pl

from assets.common.findings import findings_contract
from assets.customers.lifetime_value import SEGMENTS
from resources.contract import Column, FrameContract, Subject, Zone

MODELS_FINDINGS = findings_contract("models")

FEATURE_INFLUENCE = FrameContract(
    asset="feature_influence",
    zone=Zone.RESTRICTED,
    grain="one row per model, pseudo-customer of the latest origin and feature",
    key=("model", "pseudo_customer_id", "feature"),
    description="How far each feature moves each customer's forecast: exact SHAP values of the boosted trees. What the "
    "model looks at, not what would happen if the feature were changed.",
    columns=(
        Column(name="pseudo_customer_id", dtype=pl.String(), description="keyed hash of the composite key",
               subject=Subject.CUSTOMER),
        Column(name="model", dtype=pl.String(), description="that is explained", subject=Subject.NONE),
        Column(name="feature", dtype=pl.String(), description="column of the examples, b_...", subject=Subject.NONE),
        Column(name="influence", dtype=pl.Float64(), description="SHAP value; with the base all of them add up to the "
               "forecast before negative values are cut", unit="currency units"),
        Column(name="scaled_value", dtype=pl.Float64(), description="rank of the feature's value among the customers: "
               "0 lowest, 1 highest, 0.5 where all are the same", minimum=0, maximum=1),
    ),
)  # fmt: skip

CUSTOMER_REVIEWS = FrameContract(
    asset="customer_reviews",
    zone=Zone.RESTRICTED,
    grain="one row per pseudo-customer and review that is believed to be theirs",
    key=("pseudo_customer_id", "review_id"),
    description="Which reviews stand behind a customer's text block, and with which share; no stay is named.",
    columns=(
        Column(name="pseudo_customer_id", dtype=pl.String(), description="keyed hash of the composite key",
               subject=Subject.CUSTOMER),
        Column(name="review_id", dtype=pl.String(), description="the review", subject=Subject.REVIEW),
        Column(name="share", dtype=pl.Float64(), description="of the review in the customer's text block", minimum=0,
               maximum=1),
    ),
)  # fmt: skip

EXPLAINED_TEXTS = FrameContract(
    asset="explained_texts",
    zone=Zone.RESTRICTED,
    grain="one row per model and value segment: the text of the customer in the segment's middle",
    key=("model", "segment"),
    description="Words of single masked reviews that move one customer's forecast (LIME). What the model looks at, not "
    "what made the guest book.",
    columns=(
        Column(name="model", dtype=pl.String(), description="that is explained", subject=Subject.NONE),
        Column(name="segment", dtype=pl.String(), description="value segment of the customer", values=SEGMENTS),
        Column(name="pseudo_customer_id", dtype=pl.String(), description="keyed hash of the composite key",
               subject=Subject.CUSTOMER),
        Column(name="review_id", dtype=pl.String(), description="the review that is taken apart",
               subject=Subject.REVIEW),
        Column(name="prediction", dtype=pl.Float64(), description="forecast of the customer", unit="currency units"),
        Column(name="share", dtype=pl.Float64(), description="of this review in the customer's text block", minimum=0,
               maximum=1),
        Column(name="fit", dtype=pl.Float64(), description="R² of the local explanation; null for a text of one word",
               nullable=True, maximum=1),
        Column(name="text", dtype=pl.String(), description="what the guest wrote, masked"),
        Column(name="words", dtype=pl.List(pl.String()), description="strongest first"),
        Column(name="weights", dtype=pl.List(pl.Float64()), description="how far each word moves the forecast",
               unit="currency units"),
    ),
)  # fmt: skip
