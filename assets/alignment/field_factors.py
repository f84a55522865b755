"""How much one field says: m and u of its values and levels, and the Bayes factor of an agreement."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from assets.alignment.sides import FloatArray, IntArray

# What a review says in each field: agreeing on a rare value counts more than on a common one.
VALUE_COLUMNS = {
    "country": "review_country", "nights": "review_nights", "party": "review_party", "purpose": "review_purpose",
    "room_count": "review_room_count",
}  # fmt: skip
_CHANCE_BOUNDS = (0.001, 0.98)


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
    chance_of_pairs = said.join(
        distinct.with_columns(u=pl.Series(chances, dtype=pl.Float64)),
        on=["kind", "value"], how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return np.clip(chance_of_pairs["u"].to_numpy(), *_CHANCE_BOUNDS)


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
