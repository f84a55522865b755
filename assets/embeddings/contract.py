"""Tables of the embeddings room."""

import polars as pl

from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Subject, Zone
from resources.encoders import TIERS

REVIEW_EMBEDDINGS = FrameContract(
    asset="review_embeddings",
    zone=Zone.INTERNAL,
    grain="one row per clean review",
    key=("review_id",),
    description="Review texts as unit vectors, for the models",
    columns=(
        Column(
            name="review_id", dtype=pl.String, description="Keyed hash of the source's row id", subject=Subject.REVIEW
        ),
        Column(name="tier", dtype=pl.String, values=TIERS, description="Encoder tier"),
        Column(name="embedding", dtype=pl.List(pl.Float32), description="Unit vector of text"),
        Column(
            name="content_hash",
            dtype=pl.String,
            description="SHA-256 of text: equal texts, equal vectors",
            subject=Subject.NONE,
        ),
        Column(
            name="delivery_day", dtype=pl.Date, description="Business day on which the review arrived; the partition"
        ),
    ),
)

REVIEW_MAP = FrameContract(
    asset="review_map",
    zone=Zone.INTERNAL,
    grain="one row per clean review with a score, or per review of an even sample of them",
    key=("review_id",),
    description="Review texts on the plane of the two directions in which their vectors differ most",
    columns=(
        Column(name="review_id", dtype=pl.String, description="Keyed hash of the source's row id",
               subject=Subject.REVIEW),
        Column(name="first_axis", dtype=pl.Float64, description="First principal component; better scores are larger"),
        Column(name="second_axis", dtype=pl.Float64, description="Second principal component"),
        Column(
            name="score", dtype=pl.Float64, minimum=0, maximum=10, unit="points of 10", description="Numeric score"
        ),
        Column(
            name="first_share", dtype=pl.Float64, minimum=0, maximum=1,
            description="Share of the vectors' variance along the first axis; one value for the table",
        ),
        Column(
            name="second_share", dtype=pl.Float64, minimum=0, maximum=1,
            description="Share of the vectors' variance along the second axis; one value for the table",
        ),
        Column(
            name="reviews", dtype=pl.Int64, minimum=1, unit="reviews",
            description="Reviews that the sample stands for; one value for the table",
        ),
    ),
)  # fmt: skip

EMBEDDINGS_FINDINGS = findings_contract("embeddings")
