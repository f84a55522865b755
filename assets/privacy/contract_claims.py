"""What reviews say of whose they are, under keyed hashes."""

import polars as pl

from resources.contract import Column, FrameContract, Subject, Zone

REVIEW_CLAIMS = FrameContract(
    asset="review_claims",
    zone=Zone.RESTRICTED,
    grain="one review row that names its stay or its writer",
    key=("review_id",),
    description="Which stay a review says that it is about, and who wrote it, under keyed hashes: what verified links "
    "are made from. A review that says neither has no row.",
    is_kept_for_a_while=True,
    columns=(
        Column(name="review_id", dtype=pl.String, description="Name of the review", subject=Subject.REVIEW),
        Column(
            name="claimed_id",
            dtype=pl.String,
            description="Name of the reservation by the number that the review gives; that of a booking of one row",
            nullable=True,
            subject=Subject.BOOKING,
            is_reference=True,
        ),
        Column(
            name="guest_hash",
            dtype=pl.String,
            description="Name of the guest, where the review carries a guest key",
            nullable=True,
            subject=Subject.GUEST,
        ),
        Column(name="delivery_day", dtype=pl.Date, description="Business day on which the review reached the pipeline"),
    ),
)
