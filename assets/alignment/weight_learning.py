"""Learns the match weights without labels, anchored by priors; identification.py says whether it may.

Each review was written about one stay: one of its candidates, or none of them (probability 1 - coverage).
Expectation maximisation shares each review out over its candidates and counts agreements by those shares.
``u`` needs no matches: it is how far a random stay agrees with what the review says. ``m`` starts from a prior
worth ``prior_strength`` matches.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.alignment.chance_agreement import BLOCKING_FIELDS, label_reach, with_chances
from assets.alignment.field_factors import LevelWeight
from assets.alignment.identification import identification, is_told_from_chance
from assets.alignment.match_probability import FIELDS, MatchWeights, assumed_weights
from assets.alignment.matching import matching_probabilities
from assets.alignment.room_names import bits_table
from assets.alignment.scores import Scores
from assets.alignment.settings import FREE, AlignmentSettings
from assets.alignment.sides import FloatArray, IntArray, completed_stays
from assets.alignment.threshold import best_threshold
from assets.alignment.weight_evidence import Evidence, bayes_factors, evidence_of

_ITERATIONS = 50
_TOLERANCE = 1e-4
_LEVEL_STRENGTH = 20.0  # pseudo-matches behind the levels of time and text; ours
# Pseudo-reviews behind the coverage: every review tells of it, so it needs a weaker anchor than an m; ours.
_COVERAGE_STRENGTH = 20.0
_WEAK_PRIOR = 1.0  # pseudo-matches that keep the free fit finite
_MAX_STANDARD_ERROR = 0.1  # an m known no better than this is not learned (ours)
_HIGHEST_KEPT = 0.995
_LEAST_KEPT = 0.05  # a free fit below it says that matches agree as strangers do (ours)


@dataclass(frozen=True)
class Fit:
    """State of the iteration.

    Attributes:
        kept: by field, P(a review of the same stay says the stay's own value); m = kept + (1 - kept) * u.
        levels: weights of the graded fields.
        coverage: P(a review's stay is among its candidates).
        match: (n,) P(pair is the match).
        rooms: (cells,) m / u of the room names.
        grade_share: of the ladder of room grades.
    """

    kept: dict[str, float]
    levels: dict[str, LevelWeight]
    coverage: float
    match: FloatArray
    rooms: FloatArray
    grade_share: float


def learn_weights(
    candidates: pl.DataFrame, bookings: pl.DataFrame, settings: AlignmentSettings, told: pl.DataFrame | None = None
) -> MatchWeights | None:
    """Weights from candidate pairs, or None when there is no pair at all.

    Fields that the data does not identify keep their prior m; ``u`` and the verdict are always from the data.

    Args:
        candidates: rows of match_candidates, any order.
        bookings: rows of ``booking_rows`` of the same time, for u; any order.
        settings: of this room.
        told: ``booking_id``, ``review_id`` of every true link, where somebody knows them: the learner then only counts.
    """
    if candidates.is_empty():
        return None
    identity = "exact" if "exact" in candidates["identity"].unique() else "context"
    used = _newest(candidates.filter(pl.col("identity") == identity), settings)
    start = with_chances(assumed_weights(settings), used, _like(bookings, used), settings)
    evidence = evidence_of(used, start, label_reach(used, _like(bookings, used), settings))
    open_start = _without_persons(start)
    known = None if told is None else _known_match(used, told)
    free = fit(evidence, open_start, identity, strength=_WEAK_PRIOR, moving=_movable(identity), told=known,
               free_delays=settings.delay_shape == FREE)  # fmt: skip
    notes = identification(evidence, open_start, free.coverage) | {
        f"free_{name}": round(_agree(free.kept[name], start.fields[name].chance), 6) for name in FIELDS
    }
    is_identified = known is not None or is_told_from_chance(notes, settings)
    learned = _learned_fields(evidence, free, settings, identity) if is_identified else frozenset()
    if not is_identified:
        return replace(start, notes=notes, threshold={identity: fitted_threshold(used, start)})
    final = fit(evidence, open_start, identity, strength=settings.prior_strength, moving=learned, told=known,
                free_delays=settings.delay_shape == FREE)  # fmt: skip
    weights = replace(
        _assembled(open_start, final, learned, identity, notes, _like(bookings, used), settings),
        rooms=bits_table(evidence.rooms, final.rooms),
        room_grade_share=round(final.grade_share, 6),
    )
    return replace(weights, threshold={identity: fitted_threshold(used, weights)})


def _known_match(candidates: pl.DataFrame, told: pl.DataFrame) -> FloatArray:
    """(n,) 1.0 where the pair is a true link, shared out where a review belongs to several rooms of a stay."""
    links = told.select("booking_id", "review_id").drop_nulls().unique().with_columns(match=pl.lit(1.0))
    known = candidates.select("booking_id", "review_id").join(
        links, on=["booking_id", "review_id"], how="left", maintain_order="left"
    )
    return known.select(pl.col("match") / pl.col("match").sum().over("review_id"))["match"].fill_null(0.0).to_numpy()


def _without_persons(start: MatchWeights) -> MatchWeights:
    """The start with "room" (persons that a room's name speaks of) silenced: learned room names tell the same."""
    room = start.fields["room"]
    return replace(start, fields={**start.fields, "room": replace(room, agree=room.chance)})


def fitted_threshold(candidates: pl.DataFrame, scores: Scores) -> float:
    """Threshold that makes expected F1 largest over all candidates, weighed one-to-one."""
    stay = candidates["booking_id"].rank("dense").to_numpy().astype(np.int64) - 1
    review = candidates["review_id"].rank("dense").to_numpy().astype(np.int64) - 1
    return best_threshold(stay, review, matching_probabilities(stay, review, scores.score(candidates)[1]))


def _newest(candidates: pl.DataFrame, settings: AlignmentSettings) -> pl.DataFrame:
    """Pairs of the newest reviews, sorted by review and stay."""
    newest = (
        candidates.group_by("review_id").agg(pl.col("delivery_day").max())
        .sort("delivery_day", "review_id", descending=True).head(settings.fit_reviews)
    )  # fmt: skip
    return candidates.join(newest, on="review_id", how="semi").sort("review_id", "booking_id")


def _like(bookings: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Bookings of the hotels that take part, and of the days of the pairs."""
    hotels = bookings.join(used.select("booking_id").unique(), on="booking_id", how="semi")["hotel_levels"].unique()
    return bookings.filter(
        pl.col("hotel_levels").is_in(hotels.to_list())
        & pl.col("delivery_day").is_between(used["delivery_day"].min(), used["delivery_day"].max())
    )


def _movable(identity: str) -> frozenset[str]:
    """Fields whose m can be seen: where the hotel is hidden, blocking removed every disagreement of its fields."""
    return frozenset(FIELDS) - (frozenset(BLOCKING_FIELDS) if identity == "context" else frozenset())


def fit(
    evidence: Evidence, start: MatchWeights, identity: str, *, strength: float, moving: frozenset[str],
    told: FloatArray | None = None, free_delays: bool = False,
) -> Fit:  # fmt: skip
    """Expectation maximisation from the start's values until nothing moves.

    Args:
        evidence: candidate pairs.
        start: prior m and coverage, and u.
        identity: whose coverage to fit.
        strength: pseudo-matches behind the prior.
        moving: fields whose m is fitted; time, text and room names always are, by priors of their own.
        told: (n,) P(pair is the match), where it is known rather than to be found.
        free_delays: whether posts may peak on a later day than that of the end.
    """
    prior = {name: start.fields[name].kept for name in FIELDS}
    kept, levels, coverage = dict(prior), dict(start.levels), start.coverage[identity]
    grade_share = start.room_grade_share
    rooms = evidence.rooms.ladder(grade_share)
    match = np.zeros(len(evidence.review))
    for _ in range(_ITERATIONS):
        prior_odds = coverage / (1.0 - coverage)
        odds = prior_odds * evidence.spread * bayes_factors(evidence, kept, levels) * evidence.rooms.factor(rooms)
        dropped = prior_odds * evidence.blocked(kept)
        total = 1.0 + evidence.per_review(odds) + dropped
        match = odds / total[evidence.review] if told is None else told
        unseen = float((dropped / total).sum()) if told is None else 0.0
        before = (*kept.values(), coverage)
        for name in sorted(moving):
            kept[name] = _next_kept(evidence, name, match, kept[name], (prior[name], strength), unseen)
        levels = {
            name: _next_level(
                evidence.levels[name], match, start.levels[name], name, is_free=free_delays and name == "time"
            )
            for name in levels
        }
        room_matches = evidence.rooms.expected_matches(match)
        grade_share = evidence.rooms.next_grade_share(room_matches, grade_share, start.room_grade_share)
        rooms = evidence.rooms.next_ratio(room_matches, grade_share)
        matched = float(match.sum()) + unseen
        worth = min(strength, _COVERAGE_STRENGTH)
        coverage = (start.coverage[identity] * worth + matched) / (worth + evidence.reviews)
        coverage = min(max(coverage, 1e-4), 0.99)
        if max(abs(new - old) for new, old in zip((*kept.values(), coverage), before, strict=True)) < _TOLERANCE:
            break
    return Fit(kept, levels, coverage, match, rooms, grade_share)


def _next_kept(
    evidence: Evidence, name: str, match: FloatArray, kept: float, prior: tuple[float, float], unseen: float
) -> float:
    """Next share of kept values: of the matches expected, those whose agreement is more than chance.

    Args:
        evidence: candidate pairs.
        name: of the field.
        match: (n,) P(pair is the match).
        kept: value so far.
        prior: value and pseudo-matches of the prior.
        unseen: expected matches that blocking dropped; none is kept in the fields that it looks at.
    """
    part = evidence.ratio[name] * kept / np.maximum(evidence.factor(name, kept), 1e-12)
    shared = match * evidence.known[name]
    lost = unseen if name in BLOCKING_FIELDS else 0.0
    agreeing = prior[0] * prior[1] + float((shared * part).sum())
    return min(agreeing / (prior[1] + float(shared.sum()) + lost), _HIGHEST_KEPT)


def _next_level(
    levels: IntArray, match: FloatArray, start: LevelWeight, name: str, *, is_free: bool = False
) -> LevelWeight:
    """Next m of the levels, anchored by the prior, monotone unless free: nearer and more alike never count less."""
    strength = _LEVEL_STRENGTH
    counts = np.bincount(levels, weights=match, minlength=len(start.agree))
    chance = np.array(start.chance)
    agree = (np.array(start.agree) * strength + counts) / (strength + counts.sum())
    ratio = np.where(chance > 0, agree / np.maximum(chance, 1e-12), 1.0)
    if is_free:
        return replace(start, agree=tuple(agree.tolist()))
    direction = 1 if name == "text" else -1
    pooled = pooled_up(ratio[::direction], chance[::direction])[::direction]
    monotone = pooled * chance
    total = monotone.sum()
    return replace(start, agree=tuple((monotone / total).tolist()) if total > 0 else start.agree)


def pooled_up(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Nearest non-decreasing values (pool adjacent violators, weighted least squares).

    Example:
        >>> pooled_up(np.array([1.0, 3.0, 2.0]), np.ones(3))
        array([1. , 2.5, 2.5])
    """
    blocks: list[list[float]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, first = blocks.pop(), blocks.pop()
            weight_sum = first[1] + last[1]
            mean = (first[0] * first[1] + last[0] * last[1]) / weight_sum if weight_sum > 0 else last[0]
            blocks.append([mean, weight_sum, first[2] + last[2]])
    return np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])


def _agree(kept: float, chance: float) -> float:
    """M of a field at its typical u."""
    return kept + (1.0 - kept) * chance


def standard_error(evidence: Evidence, name: str, fitted: Fit) -> float:
    """Standard error of one kept share from the likelihood's curvature (outer products of scores per review)."""
    slope = (evidence.ratio[name] - 1.0) * evidence.known[name]
    score = fitted.match * slope / np.maximum(evidence.factor(name, fitted.kept[name]), 1e-12)
    by_review = evidence.per_review(score)
    curvature = float((by_review**2).sum())
    return 1.0 / float(np.sqrt(curvature)) if curvature > 0 else float("inf")


def _learned_fields(evidence: Evidence, free: Fit, settings: AlignmentSettings, identity: str) -> frozenset[str]:
    """Fields with enough expected matches, a free m that has not drifted to chance, and a curved likelihood."""
    learned = set()
    for name in _movable(identity):
        matches = float((free.match * evidence.known[name]).sum())
        holds = free.kept[name] > _LEAST_KEPT
        if (
            matches >= settings.fit_min_matches
            and holds
            and standard_error(evidence, name, free) <= _MAX_STANDARD_ERROR
        ):
            learned.add(name)
    return frozenset(learned)


def _assembled(
    start: MatchWeights, final: Fit, learned: frozenset[str], identity: str,
    notes: dict[str, float], bookings: pl.DataFrame, settings: AlignmentSettings,
) -> MatchWeights:  # fmt: skip
    """The learned weights; every learned m at least its u, rounded so that they are the same everywhere."""
    fields = {
        name: replace(
            item, agree=round(_agree(final.kept[name], item.chance), 6) if name in learned else item.agree,
            is_learned=name in learned,
        )
        for name, item in start.fields.items()
    }  # fmt: skip
    levels = {
        name: replace(item, agree=tuple(round(value, 6) for value in item.agree), is_learned=True)
        for name, item in final.levels.items()
    }
    stays = completed_stays(bookings, settings).height
    rate = min(max(float(final.match.sum()) / max(stays, 1), 0.01), 0.95)
    coverage = {**start.coverage, identity: round(min(max(final.coverage, 0.01), 0.95), 6)}
    return MatchWeights(fields, levels, coverage, round(rate, 6), is_identified=True, notes=notes)
