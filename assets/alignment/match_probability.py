"""Fellegi–Sunter weights: how much each agreement counts, as log2 Bayes factors that add up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.room_names import RoomBits, room_bits
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import FloatArray, IntArray
from resources.errors import ContractError

FIELDS = ("country", "nights", "party", "purpose", "room")
LEVEL_FIELDS = ("time", "text")
ROOM_NAME = "room name"
# What a review says in each field: agreeing on a rare value counts more than on a common one.
VALUE_COLUMNS = {
    "country": "review_country", "nights": "review_nights", "party": "review_party", "purpose": "review_purpose",
}  # fmt: skip
# P(values agree | different stays) before any count: rough shares of city hotels' guests (ours).
PRIOR_CHANCE = {"country": 0.15, "nights": 0.25, "party": 0.4, "purpose": 0.6, "room": 0.5}
TIME_EDGES = (1.0, 2.0, 4.0, 8.0, 15.0)  # days from end to post: 0, 1, 2-3, 4-7, 8-14, more
TEXT_EDGES = (0.02, 0.1, 0.25)  # TF-IDF cosine
MEAN_DELAY_DAYS = 5.0  # ours: posts thin out exponentially after a stay; moves only the prior of "time"
_CHANCE_BOUNDS = (0.001, 0.98)
PAYLOAD_VERSION = 3


@dataclass(frozen=True)
class FieldWeight:
    """m and u of one field.

    Attributes:
        agree: m, P(values agree | same stay).
        chance: u, P(values agree | different stays), where the review's value has no figure of its own.
        chance_by_value: u given what the review says, over all hotels and by kind of hotel (``kind_value``).
        is_learned: whether m comes from the data; else it is the prior.
    """

    agree: float
    chance: float
    chance_by_value: Mapping[str, float] = field(default_factory=dict)
    is_learned: bool = False

    @property
    def kept(self) -> float:
        """P(the review says the stay's own value rather than any); 0 where strangers agree as often as matches."""
        return max((self.agree - self.chance) / (1.0 - self.chance), 0.0)


@dataclass(frozen=True)
class LevelWeight:
    """m and u of the levels of a graded field, lowest level first."""

    edges: tuple[float, ...]
    agree: tuple[float, ...]
    chance: tuple[float, ...]
    is_learned: bool = False


@dataclass(frozen=True)
class MatchWeights:
    """Everything that scoring needs.

    Attributes:
        fields: by name, see ``FIELDS``.
        levels: by name, see ``LEVEL_FIELDS``.
        coverage: by identity, P(a review's stay is among its candidates).
        review_rate: P(a stay has a review).
        is_identified: whether the data told matches from chance; False means that all of m is assumed.
        notes: figures behind that verdict.
        rooms: learned bits by reserved room type and room name (see room_names.py).
        room_grade_share: how far the ladder of grades holds for room names that were not learned.
        threshold: by identity, the fitted probability from which a pair is taken; empty: the settings decide.
    """

    fields: Mapping[str, FieldWeight]
    levels: Mapping[str, LevelWeight]
    coverage: Mapping[str, float]
    review_rate: float
    is_identified: bool = False
    notes: Mapping[str, float] = field(default_factory=dict)
    rooms: RoomBits = field(default_factory=dict)
    threshold: Mapping[str, float] = field(default_factory=dict)
    room_grade_share: float = 0.0

    def score(self, candidates: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Sum of the field weights in bits, and the odds of each pair if it were alone; (n,) each."""
        bits = match_weight(candidates, self)
        return bits, prior_odds(candidates, self) * np.exp2(bits)

    def to_payload(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "version": PAYLOAD_VERSION,
            "fields": {
                name: {
                    "agree": item.agree,
                    "chance": item.chance,
                    "chance_by_value": dict(sorted(item.chance_by_value.items())),
                    "is_learned": item.is_learned,
                }
                for name, item in sorted(self.fields.items())
            },
            "levels": {
                name: {
                    "edges": list(item.edges),
                    "agree": list(item.agree),
                    "chance": list(item.chance),
                    "is_learned": item.is_learned,
                }
                for name, item in sorted(self.levels.items())
            },
            "coverage": dict(sorted(self.coverage.items())),
            "review_rate": self.review_rate,
            "is_identified": self.is_identified,
            "notes": dict(sorted(self.notes.items())),
            "rooms": {kind: dict(sorted(names.items())) for kind, names in sorted(self.rooms.items())},
            "threshold": dict(sorted(self.threshold.items())),
            "room_grade_share": self.room_grade_share,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "MatchWeights":
        """Inverse of :meth:`to_payload`.

        Raises:
            ContractError: the payload is of another version or lacks a field.
        """
        if payload.get("version") != PAYLOAD_VERSION or set(payload.get("fields", ())) != set(FIELDS):
            message = (
                f"match weights payload has version {payload.get('version')!r} and fields "
                f"{sorted(payload.get('fields', ()))}, expected {PAYLOAD_VERSION} and {sorted(FIELDS)}; "
                "refit match_weights"
            )
            raise ContractError(message)
        return cls(
            fields={name: FieldWeight(**item) for name, item in payload["fields"].items()},
            levels={
                name: LevelWeight(
                    tuple(item["edges"]), tuple(item["agree"]), tuple(item["chance"]), bool(item["is_learned"])
                )
                for name, item in payload["levels"].items()
            },
            coverage=dict(payload["coverage"]),
            review_rate=float(payload["review_rate"]),
            is_identified=bool(payload["is_identified"]),
            notes=dict(payload["notes"]),
            rooms={kind: dict(names) for kind, names in payload["rooms"].items()},
            threshold=dict(payload["threshold"]),
            room_grade_share=float(payload["room_grade_share"]),
        )


def assumed_weights(settings: AlignmentSettings) -> MatchWeights:
    """The documented start: priors only, nothing learned; text says nothing until it has been learned."""
    agree = {name: float(getattr(settings, f"agree_{name}")) for name in FIELDS}
    even = tuple(1.0 / (len(TEXT_EDGES) + 1) for _ in range(len(TEXT_EDGES) + 1))
    return MatchWeights(
        fields={name: FieldWeight(agree[name], min(PRIOR_CHANCE[name], agree[name])) for name in FIELDS},
        levels={"time": _assumed_time(settings), "text": LevelWeight(TEXT_EDGES, even, even)},
        coverage={"exact": settings.coverage, "context": settings.context_coverage},
        review_rate=settings.review_rate,
        room_grade_share=settings.room_grade_share,
    )


def _assumed_time(settings: AlignmentSettings) -> LevelWeight:
    """Exponential delays against evenly spread posts, over the days of the window."""
    days = [abs(day) for day in range(-settings.days_before, settings.window_days + 1)]
    agree, chance = [0.0] * (len(TIME_EDGES) + 1), [0.0] * (len(TIME_EDGES) + 1)
    for day in days:
        level = sum(day >= edge for edge in TIME_EDGES)
        agree[level] += math.exp(-day / MEAN_DELAY_DAYS)
        chance[level] += 1.0
    total = sum(agree)
    return LevelWeight(TIME_EDGES, tuple(item / total for item in agree), tuple(item / len(days) for item in chance))


def kind_of(candidates: pl.DataFrame) -> pl.Series:
    """City or resort, the kind of hotel of each pair."""
    rooms = candidates["stay_room"]
    kinds = {room: room.partition(" ")[0] for room in rooms.unique().to_list()}
    return rooms.replace_strict(kinds, return_dtype=pl.String)


def kind_value(kind: str, value: object) -> str:
    """Key of what a review says at one kind of hotel."""
    return f"{kind} {value}"


def chance_of(candidates: pl.DataFrame, name: str, weight: FieldWeight) -> FloatArray:
    """Chance agreement u of each row, within bounds: at its kind of hotel, else anywhere, else on average."""
    table = dict(weight.chance_by_value)
    if name not in VALUE_COLUMNS or not table:
        return np.clip(np.full(candidates.height, weight.chance), *_CHANCE_BOUNDS)
    said = pl.select(kind=kind_of(candidates), value=candidates[VALUE_COLUMNS[name]].cast(pl.String))
    distinct = said.unique(maintain_order=True)
    chances = [
        weight.chance if value is None else table.get(kind_value(kind, value), table.get(value, weight.chance))
        for kind, value in distinct.iter_rows()
    ]
    found = said.join(
        distinct.with_columns(u=pl.Series(chances, dtype=pl.Float64)),
        on=["kind", "value"], how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return np.clip(found["u"].to_numpy(), *_CHANCE_BOUNDS)


def bayes_factor(share: FloatArray, kept: float, chance: FloatArray) -> FloatArray:
    """P(agreement | same stay) / P(agreement | another stay) when only a share of the label agrees.

    A review of the same stay says the stay's own value with probability ``kept`` and otherwise any value, so
    that m = kept + (1 - kept) * u holds for every value, common or rare: m / u for full agreement and
    (1 - m) / (1 - u) for none. A label's values are equally likely, so a share of it counts in proportion.
    NaN (unknown) gives 1; over strangers the mean is 1.

    Args:
        share: (n,) in [0, 1] or NaN.
        kept: in [0, 1).
        chance: (n,) u in (0, 1).

    Source:
        Fellegi & Sunter (1969), doi:10.1080/01621459.1969.10501049; m that depends on the value: ours.
    """
    return np.where(np.isnan(share), 1.0, kept * share / chance + (1.0 - kept))


def level_of(values: FloatArray, edges: tuple[float, ...]) -> IntArray:
    """Number of edges at or below each value."""
    return np.searchsorted(np.array(edges), values, side="right").astype(np.int64)


def level_factor(levels: IntArray, weight: LevelWeight) -> FloatArray:
    """Ratio m / u of each row's level; 1 for a level that neither side ever takes."""
    agree, chance = np.array(weight.agree), np.array(weight.chance)
    ratio = np.where((chance > 0) & (agree > 0), agree / np.maximum(chance, 1e-12), 1.0)
    return ratio[levels]


def share_of(candidates: pl.DataFrame, name: str) -> FloatArray:
    """Agreement of one field as float64, null as NaN."""
    return candidates[f"{name}_agreement"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def graded_levels(candidates: pl.DataFrame, weights: MatchWeights) -> dict[str, IntArray]:
    """Level of each pair in the graded fields."""
    gap = np.abs((candidates["gap_days_from"].to_numpy() + candidates["gap_days_to"].to_numpy()) / 2.0)
    text = candidates["text_similarity"].cast(pl.Float64).fill_null(0.0).to_numpy()
    return {
        "time": level_of(gap, weights.levels["time"].edges),
        "text": level_of(text, weights.levels["text"].edges),
    }


def _stored(bits: FloatArray) -> FloatArray:
    """Six decimals: what is stored must not depend on the last bit of a logarithm."""
    return np.round(bits, 6).astype(np.float64)


def field_weights(candidates: pl.DataFrame, weights: MatchWeights) -> dict[str, FloatArray]:
    """log2 Bayes factor of each pair in each field; agreeing more than strangers do never counts against the pair.

    Args:
        candidates: rows of match_candidates.
        weights: learned or assumed.

    Returns:
        By field, (n,) bits, rounded to 6 decimals; 0 where the field is unknown.
    """
    found: dict[str, FloatArray] = {}
    for name in FIELDS:
        item, share = weights.fields[name], share_of(candidates, name)
        bits = np.log2(bayes_factor(share, item.kept, chance_of(candidates, name, item)))
        found[name] = _stored(bits)
    for name, levels in graded_levels(candidates, weights).items():
        found[name] = _stored(np.log2(level_factor(levels, weights.levels[name])))
    found[ROOM_NAME] = room_bits(candidates, weights.rooms, weights.room_grade_share)
    return found


def match_weight(candidates: pl.DataFrame, weights: MatchWeights) -> FloatArray:
    """Sum of the fields' bits in their fixed order, (n,)."""
    total = np.zeros(candidates.height)
    for bits in field_weights(candidates, weights).values():
        total = total + bits
    return np.round(total, 6)


def prior_odds(candidates: pl.DataFrame, weights: MatchWeights) -> FloatArray:
    """Odds of a pair before its fields are looked at, (n,).

    A review's stay is one of its rivals with probability ``coverage``, each as likely as its share of the
    hotel label; that a stay has no other review is already counted on the stay's side, hence the last factor.
    """
    share = candidates["identity_share"].to_numpy()
    rivals = np.maximum(candidates["rival_stays"].to_numpy(), share)
    coverage = candidates["identity"].replace_strict(dict(weights.coverage), return_dtype=pl.Float64).to_numpy()
    return coverage / (1.0 - coverage) * share / np.maximum(rivals, 1e-6) / (1.0 - weights.review_rate)


def pair_odds(candidates: pl.DataFrame, weights: MatchWeights) -> FloatArray:
    """Prior odds times the Bayes factor, (n,)."""
    return prior_odds(candidates, weights) * np.exp2(match_weight(candidates, weights))
