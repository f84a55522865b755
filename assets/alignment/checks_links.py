"""What must hold for links that reviews themselves tell of, before they are promoted."""

import polars as pl

from assets.alignment.verified_links import LATEST_DAYS
from resources.contract import CheckOutcome, outcome_of

_IDS = ("review_id", "booking_id")
FEWEST_NAMED = 20  # reviews that name their stay on a day; fewer may all be wrong by chance
LEAST_LINKED = 0.5  # of them


def validate_verified_links(links: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of verified_links."""
    is_linked = pl.col("reason").is_null()
    linked = links.filter(is_linked)
    named = links.filter(pl.col("said").is_not_null()).group_by("delivery_day").agg(
        pl.len().alias("named"), is_linked.mean().alias("share")
    )  # fmt: skip
    return [
        outcome_of(
            "verified_review_is_told_once",
            links.filter(pl.struct("review_id", "delivery_day").is_duplicated()),
            show=_IDS,
            advice="a review has one verdict a day: look at verified_links._chosen",
        ),
        outcome_of(
            "verified_link_or_reason",
            links.filter(is_linked != pl.col("booking_id").is_not_null()),
            show=(*_IDS, "reason"),
            advice="a review has its stay or the reason why it gets none: look at verified_links._one_review_each",
        ),
        outcome_of(
            "verified_stay_has_one_review",
            linked.filter(pl.struct("booking_id", "delivery_day").is_duplicated()),
            show=_IDS,
            advice="the earlier review of a stay keeps it: look at verified_links._one_review_each",
        ),
        outcome_of(
            "verified_post_follows_its_stay",
            linked.filter(~pl.col("gap_days").is_between(0, LATEST_DAYS).fill_null(value=False)),
            show=(*_IDS, "gap_days"),
            advice="a post before the end of its stay, or long after it, is refused: look at verified_links._tested",
        ),
        outcome_of(
            "named_reviews_find_their_stay",
            named.filter((pl.col("named") >= FEWEST_NAMED) & (pl.col("share") < LEAST_LINKED)),
            show=("delivery_day", "named", "share"),
            advice="most reviews name a stay that is not there or not theirs: compare how the two systems write the "
            "number and the guest key (docs/operate/keys.md), and look at the reasons in verified_links",
            is_blocking=False,
            threshold=LEAST_LINKED,
        ),
    ]
