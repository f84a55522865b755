"""Tables of the alignment room."""

import polars as pl

from assets.alignment.forgetting import without_reviews
from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Subject, Zone

IDENTITIES = ("exact", "context")


def _share(name: str, description: str) -> Column:
    return Column(
        name=name,
        dtype=pl.Float64,
        description=f"{description}; null when unknown",
        nullable=True,
        minimum=0,
        maximum=1,
    )


MATCH_CANDIDATES = FrameContract(
    asset="match_candidates",
    zone=Zone.RESTRICTED,
    grain="one completed stay and one review that could be about it",
    key=("booking_id", "review_id"),
    description="Stays and reviews that identity, window and context allow, with how far each field agrees.",
    columns=(
        Column(name="booking_id", dtype=pl.String, description="stay", subject=Subject.BOOKING),
        Column(name="review_id", dtype=pl.String, description="review", subject=Subject.REVIEW),
        Column(
            name="identity",
            dtype=pl.String,
            description="exact: same hotel by name; context: the source hides the hotel's name",
            values=IDENTITIES,
        ),
        Column(
            name="identity_share",
            dtype=pl.Float64,
            description="share of the stay's hotel label that is the review's hotel",
            minimum=0,
            maximum=1,
        ),
        Column(
            name="rival_stays",
            dtype=pl.Float64,
            description="stays known on the delivery day that identity and window allow for this review",
            unit="stays",
            minimum=0,
        ),
        _share("country_agreement", "share of the country label that is the reviewer's country"),
        _share("nights_agreement", "share of the nights label that is the review's nights"),
        _share("party_agreement", "share of the adults and children labels that fits the review's party"),
        _share("purpose_agreement", "how far market segment and customer type fit the review's trip type"),
        _share("room_agreement", "how far the room that the review names fits the stay"),
        _share("room_count_agreement", "whether the stay has as many rooms as the review's tags count"),
        _share("text_similarity", "TF-IDF cosine of the review's words and the hotel's and room's descriptors"),
        Column(name="gap_days_from", dtype=pl.Int32, description="days from the latest end to the post", unit="days"),
        Column(name="gap_days_to", dtype=pl.Int32, description="days from the earliest end to the post", unit="days"),
        _share("time_agreement", "nearness: 1 on the day of the end, falling to 0 outside the window"),
        Column(
            name="review_country", dtype=pl.String, description="the reviewer's country, ISO alpha-3", nullable=True
        ),
        Column(name="review_nights", dtype=pl.Int32, description="nights by the review's tags", nullable=True),
        Column(name="review_party", dtype=pl.String, description="party by the review's tags", nullable=True),
        Column(name="review_purpose", dtype=pl.String, description="trip type by the review's tags", nullable=True),
        Column(
            name="stay_room",
            dtype=pl.String,
            description="kind of hotel and reserved room type, as “city A”: what a room's name is learned for",
        ),
        Column(name="review_room", dtype=pl.String, description="room by the review's tags", nullable=True),
        Column(
            name="review_room_count", dtype=pl.Int32, description="number of rooms by the review's tags", nullable=True
        ),
        Column(name="stay_end", dtype=pl.Date, description="latest day on which the stay can have ended"),
        Column(name="decision_day", dtype=pl.Date, description="day on which the stay is decided"),
        Column(name="delivery_day", dtype=pl.Date, description="later of the days both sides became readable"),
    ),
)

BOOKING_REVIEW_PAIRS = FrameContract(
    asset="booking_review_pairs",
    zone=Zone.RESTRICTED,
    grain="one decided stay and rank of a candidate review",
    key=("booking_id", "rank"),
    description="Each completed stay once, on its decision day: its best reviews and the one that it got, if any.",
    forget={Subject.REVIEW: without_reviews},
    columns=(
        Column(name="booking_id", dtype=pl.String, description="stay", subject=Subject.BOOKING),
        Column(
            name="rank",
            dtype=pl.Int32,
            description="1 = most probable review; 0 = the stay has no candidate left",
            minimum=0,
            subject=Subject.NONE,
        ),
        Column(
            name="review_id",
            dtype=pl.String,
            description="review; null at rank 0",
            nullable=True,
            subject=Subject.REVIEW,
        ),
        Column(
            name="identity", dtype=pl.String, description="as in match_candidates", nullable=True, values=IDENTITIES
        ),
        Column(
            name="match_weight",
            dtype=pl.Float64,
            description="sum of the field weights: log2 of the Bayes factor",
            unit="bits",
            nullable=True,
        ),
        Column(
            name="match_probability",
            dtype=pl.Float64,
            description="P(the review is about the stay), one-to-one with every open rival weighed in",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        Column(name="is_assigned", dtype=pl.Boolean, description="whether the stay got this review"),
        Column(
            name="is_exclusive", dtype=pl.Boolean, description="whether one-to-one was enforced (a review for one stay)"
        ),
        Column(name="stay_end", dtype=pl.Date, description="latest day on which the stay can have ended"),
        Column(name="delivery_day", dtype=pl.Date, description="decision day"),
    ),
)

REFUSALS = (
    "unknown", "other_hotel", "not_completed", "other_guest", "not_ended", "too_late", "several_guests",
    "several_stays", "second_review", "withdrawn",
)  # fmt: skip

VERIFIED_LINKS = FrameContract(
    asset="verified_links",
    zone=Zone.RESTRICTED,
    grain="one review that says which stay it is about, as the day tells it",
    key=("review_id",),
    description="Reviews that carry the number of their reservation or the key of their guest: the stay that they are "
    "about where everything fits, else the reason. The last row of a review by the day counts.",
    is_kept_for_a_while=True,
    columns=(
        Column(name="review_id", dtype=pl.String, description="review", subject=Subject.REVIEW),
        Column(
            name="booking_id",
            dtype=pl.String,
            description="stay, one room of it; null: refused",
            nullable=True,
            subject=Subject.BOOKING,
        ),
        Column(
            name="said",
            dtype=pl.String,
            description="number: of the reservation; key: of the guest, alone; null: neither any more",
            nullable=True,
            values=("number", "key"),
        ),
        Column(
            name="reason",
            dtype=pl.String,
            description="why the review gets no stay: no booking of the last months has this number or key (unknown); "
            "the stay is of another hotel, was cancelled or not taken (not_completed), is another guest's, ends after "
            "the post, or ended too long before it; a number names several guests, a key fits several stays; the stay "
            "has a review already; a correction took the number back (withdrawn). Null: linked",
            nullable=True,
            values=REFUSALS,
        ),
        Column(
            name="gap_days",
            dtype=pl.Int32,
            description="days from the end of the stay to the post; null: refused",
            unit="days",
            nullable=True,
            minimum=0,
        ),
        Column(name="delivery_day", dtype=pl.Date, description="day from which this is known"),
    ),
)


PAIR_COUNTS = FrameContract(
    asset="pair_counts",
    zone=Zone.INTERNAL,
    grain="one row per bin of the best review's probability, and per month in which stays ended",
    key=("kind", "label"),
    description="How sure the pairing is and when its stays ended, in counts; cells of fewer than k guests withheld.",
    columns=(
        Column(name="kind", dtype=pl.String, description="what is counted by", values=("probability", "month"),
               subject=Subject.NONE),
        Column(name="label", dtype=pl.String, description="lower end of the bin, as 0.975; month, as 2016-05",
               subject=Subject.NONE),
        Column(name="stays", dtype=pl.Int64, nullable=True, minimum=0, unit="stays",
               description="decided stays; by probability those with a candidate; null: withheld"),
        Column(name="paired", dtype=pl.Int64, nullable=True, minimum=0, unit="stays",
               description="stays that got a review; null: withheld"),
    ),
)  # fmt: skip

ALIGNMENT_FINDINGS = findings_contract("alignment")
