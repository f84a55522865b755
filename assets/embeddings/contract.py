"""Tables of the embeddings room."""

import polars as pl

from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Zone
from resources.encoders import TIERS

REVIEW_EMBEDDINGS = FrameContract(
    asset="review_embeddings",
    zone=Zone.INTERNAL,
    grain="one row per clean review",
    key=("review_id",),
    description="Review texts as unit vectors, for the models",
    columns=(
        Column(name="review_id", dtype=pl.String, description="Keyed hash of the source's row id"),
        Column(name="tier", dtype=pl.String, values=TIERS, description="Encoder tier"),
        Column(name="embedding", dtype=pl.List(pl.Float32), description="Unit vector of text"),
        Column(name="content_hash", dtype=pl.String, description="SHA-256 of text: equal texts, equal vectors"),
        Column(
            name="delivery_day", dtype=pl.Date, description="Business day on which the review arrived; the partition"
        ),
    ),
)

EMBEDDINGS_FINDINGS = findings_contract("embeddings")
