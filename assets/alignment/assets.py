"""The alignment room in Dagster: candidates by day, match weights by cut-off, decided pairs by day."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl

from assets.alignment.assignment import decide_in_blocks
from assets.alignment.candidate_reader import CandidateReader
from assets.alignment.candidates import build_candidates
from assets.alignment.checks import require, validate_assignments, validate_candidates, validate_pairs
from assets.alignment.checks_links import validate_verified_links
from assets.alignment.contract import (
    ALIGNMENT_FINDINGS,
    BOOKING_REVIEW_PAIRS,
    MATCH_CANDIDATES,
    PAIR_COUNTS,
    VERIFIED_LINKS,
)
from assets.alignment.corrections import Standing, current_candidates, versioned
from assets.alignment.distribution import build_candidates_in_groups, decide_in_groups
from assets.alignment.evidence import counts
from assets.alignment.findings import alignment_finding_rows, link_figures
from assets.alignment.fit_window import EARLY_FITS, fit_candidates
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.pair_counts import pair_count_rows
from assets.alignment.settings import (
    DECISION_SPAN_DAYS,
    FIT_LOOK_BACK_DAYS,
    LONGEST_WINDOW_DAYS,
    MAX_DELIVERY_LAG_DAYS,
    SPARK,
    AlignmentSettings,
)
from assets.alignment.stay_rows import room_settings, stay_reads, stay_rows
from assets.alignment.verified_links import (
    LINKED_REVIEW_COLUMNS,
    LINKED_STAY_COLUMNS,
    links_of_days,
    reviews_with_claims,
    stays_with_names,
)
from assets.alignment.weight_learning import learn_weights
from assets.common.daily import (
    DayInputs,
    FitInputs,
    Produced,
    Reads,
    WholeInputs,
    daily_asset,
    fitted_record,
    whole_asset,
)
from assets.common.measuring import findings_asset
from assets.privacy.feature_rows import booking_days
from assets.privacy.opt_outs import without_opted_out
from assets.privacy.settings import PrivacySettings
from assets.reviews.settings import ReviewSettings
from resources.spark import spark_engine

# What a range is cut by, so that memory does not grow with it. Where hotels are named, a booking or review brings some
# 200 candidates. A piece of decisions also reads those of the weeks before it, so it is long enough that they weigh
# little; it keeps a few dozen bytes of each (open_candidates.py).
_ROWS_AT_ONCE = 20_000
_CANDIDATES_AT_ONCE = 4_000_000
_DECIDED_AT_ONCE = 7  # days
_READ_AT_ONCE = 1_000_000


@daily_asset(
    contract=MATCH_CANDIDATES,
    group="alignment",
    reads=[*stay_reads(MAX_DELIVERY_LAG_DAYS), Reads("clean_reviews", MAX_DELIVERY_LAG_DAYS)],
    validate=validate_candidates,
    kinds={"polars"},
    owners=["team:linkage"],
    code_version="6",
    rows_at_once=_ROWS_AT_ONCE,
)
def match_candidates(inputs: DayInputs) -> Produced:
    """One row per completed stay and review that identity, window and context allow, with each field's agreement."""
    settings = room_settings(inputs)
    stays = versioned(stay_rows(inputs), "booking_id")
    reviews = versioned(inputs.frame("clean_reviews"), "review_id")
    read = (stays.rows, reviews.rows, inputs.source.hotels(), inputs.days, settings)
    if settings.engine == SPARK:
        with spark_engine(settings.spark_master) as engine:
            compared = build_candidates_in_groups(*read, engine)
    else:
        compared = build_candidates(*read)
    blocked = compared.blocked.group_by("reason").agg(pl.col("pairs").sum()).sort("reason")
    frame = current_candidates(compared.frame, stays, reviews)
    frame = without_opted_out(MATCH_CANDIDATES, frame, inputs.resource("opt_outs").history(), pl.col("delivery_day"))
    return Produced(frame, metadata={"blocked_pairs": dict(blocked.iter_rows())})


@fitted_record(
    name="match_weights",
    group="alignment",
    reads=[Reads("match_candidates", FIT_LOOK_BACK_DAYS), *stay_reads(FIT_LOOK_BACK_DAYS)],
    fitter_version="8",
    kinds={"numpy"},
    owners=["team:linkage"],
    early_fits=EARLY_FITS,
)
def match_weights(inputs: FitInputs) -> dict[str, Any] | None:
    """Fellegi–Sunter weights learned without labels; says which fields were learned and which assumed."""
    settings = room_settings(inputs)
    days = inputs.days_of("match_candidates")
    blocks = inputs.blocks("match_candidates", days, _READ_AT_ONCE)
    candidates = fit_candidates(partial(inputs.part, "match_candidates"), blocks, settings.fit_reviews)
    if candidates.is_empty():
        return None
    first = candidates["delivery_day"].to_list()[0] - timedelta(days=MAX_DELIVERY_LAG_DAYS)
    recent = [day for day in booking_days(inputs) if day >= first]
    learned = learn_weights(candidates, stay_rows(inputs, recent), settings)
    return learned.to_payload() if learned else None


@daily_asset(
    contract=BOOKING_REVIEW_PAIRS,
    group="alignment",
    reads=[
        *stay_reads(DECISION_SPAN_DAYS),
        Reads("match_candidates", LONGEST_WINDOW_DAYS),
        Reads("booking_review_pairs", DECISION_SPAN_DAYS, include_today=False),
    ],
    records=["match_weights"],
    validate=validate_pairs,
    kinds={"scipy"},
    owners=["team:linkage"],
    code_version="8",
    rows_at_once=_CANDIDATES_AT_ONCE,
    days_at_once=_DECIDED_AT_ONCE,
)
def booking_review_pairs(inputs: DayInputs) -> Produced:
    """Each completed stay once, on the day its window closes: its best reviews, their probabilities, its choice."""
    settings = room_settings(inputs)
    standing = Standing.of(stay_rows(inputs), settings)
    reader = CandidateReader(inputs, standing, inputs.resource("opt_outs").history(), _READ_AT_ONCE)
    earlier, weights = inputs.frame("booking_review_pairs"), _weights_by_day(inputs, settings)
    read = (earlier, inputs.days, weights.__getitem__, settings)
    if settings.engine == SPARK:
        with spark_engine(settings.spark_master) as engine:
            pairs = decide_in_groups(standing.bookings, reader.at_once(settings), *read, engine)
    else:
        pairs = decide_in_blocks(standing.bookings, reader.read, *read)
    require(validate_assignments(pairs, earlier, standing.bookings, reader.that_stood(pairs)))
    return Produced(pairs, metadata=counts(pairs))


@whole_asset(
    contract=PAIR_COUNTS,
    group="alignment",
    reads=[Reads("booking_review_pairs", None), Reads("stays", None)],
    kinds={"polars"},
    owners=["team:linkage"],
)
def pair_counts(inputs: WholeInputs) -> pl.DataFrame:
    """How sure the pairing is and when its stays ended, in counts of k guests or more."""
    return pair_count_rows(
        inputs.frame("booking_review_pairs"),
        inputs.history("stays", ("booking_id", "guest_hash")),
        inputs.settings.room("privacy", PrivacySettings).k,
    )


@daily_asset(
    contract=VERIFIED_LINKS,
    group="alignment",
    reads=[Reads(name, DECISION_SPAN_DAYS) for name in ("review_claims", "masked_reviews", "stays", "pseudonyms")],
    validate=validate_verified_links,
    kinds={"polars"},
    owners=["team:linkage"],
    rows_at_once=_READ_AT_ONCE,
)
def verified_links(inputs: DayInputs) -> Produced:
    """Each review that says which stay it is about: the stay where all fits, else the reason; no text is read."""
    claims = inputs.frame("review_claims")
    if claims.is_empty():  # most sources: nothing else is read
        return Produced(VERIFIED_LINKS.empty())
    aliases = inputs.settings.room("reviews", ReviewSettings).hotel_aliases
    reviews = reviews_with_claims(claims, inputs.history("masked_reviews", LINKED_REVIEW_COLUMNS), aliases)
    names = inputs.history("pseudonyms", ["row_id", "booking_id", "delivery_day"])
    stays = stays_with_names(inputs.history("stays", LINKED_STAY_COLUMNS), names, inputs.key)
    frame = links_of_days(reviews, stays, inputs.source.hotels(), inputs.days)
    notices = inputs.resource("opt_outs").history()
    frame = without_opted_out(VERIFIED_LINKS, frame, notices, pl.col("delivery_day"))
    return Produced(frame, metadata={"linked": frame["reason"].null_count()})


@findings_asset(
    contract=ALIGNMENT_FINDINGS,
    reads=[
        *stay_reads(),
        Reads("match_candidates", None),
        Reads("booking_review_pairs", None),
        Reads("verified_links", None),
        Reads("masked_reviews", None),
    ],
    records=["match_weights"],
    owners=["team:linkage"],
)
def alignment_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the alignment measures of itself: stays, candidates and pairs in numbers, weights in force."""
    return alignment_finding_rows(
        stay_rows(inputs),
        inputs.frame("booking_review_pairs"),
        inputs.stored_rows("match_candidates"),
        inputs.records("match_weights").for_day(inputs.as_of),
        room_settings(inputs),
        link_figures(inputs.frame("verified_links"), inputs.history("masked_reviews", ["review_id"])),
    )


def _weights_by_day(inputs: DayInputs, settings: AlignmentSettings) -> dict[date, MatchWeights]:
    """Weights in force on each asked day; before the first record the documented start."""
    by_day: dict[date, MatchWeights] = {}
    for payload, days in inputs.segments("match_weights"):
        weights = MatchWeights.from_payload(payload) if payload else assumed_weights(settings)
        by_day.update(dict.fromkeys(days, weights))
    return by_day
