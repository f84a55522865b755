"""Fellegi–Sunter weights: how much each agreement counts, as log2 Bayes factors that add up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.field_factors import (
    FieldWeight,
    LevelWeight,
    bayes_factor,
    chance_of,
    level_factor,
    level_of,
    share_of,
)
from assets.alignment.room_names import RoomBits, room_bits
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import FloatArray, IntArray
from resources.errors import ContractError

FIELDS = ("country", "nights", "party", "purpose", "room", "room_count")
LEVEL_FIELDS = ("time", "text")
ROOM_NAME = "room name"
# P(values agree | different stays) before any count: rough shares of city hotels' guests (ours).
PRIOR_CHANCE = {"country": 0.15, "nights": 0.25, "party": 0.4, "purpose": 0.6, "room": 0.5, "room_count": 0.9}
TIME_EDGES = (1.0, 2.0, 4.0, 8.0, 15.0)  # days from end to post: 0, 1, 2-3, 4-7, 8-14, more
TEXT_EDGES = (0.02, 0.1, 0.25)  # TF-IDF cosine
MEAN_DELAY_DAYS = 5.0  # ours: posts thin out exponentially after a stay; moves only the prior of "time"
PAYLOAD_VERSION = 4


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
    bits_by_field: dict[str, FloatArray] = {}
    for name in FIELDS:
        item, share = weights.fields[name], share_of(candidates, name)
        bits = np.log2(bayes_factor(share, item.kept, chance_of(candidates, name, item)))
        bits_by_field[name] = _stored(bits)
    for name, levels in graded_levels(candidates, weights).items():
        bits_by_field[name] = _stored(np.log2(level_factor(levels, weights.levels[name])))
    bits_by_field[ROOM_NAME] = room_bits(candidates, weights.rooms, weights.room_grade_share)
    return bits_by_field


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
