"""The behaviour features, described once: formula, unit, the day they are known from, and what they leak.

Read by the contract, the leakage table, the explanations and the documentation. Not here: computing them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ROLLING_DAYS = (90, 180)  # ours: one quarter and the default horizon; part of the column names, so not a setting


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One behaviour feature of a pseudo-customer as of day T.

    Attributes:
        name: column name; the examples table prefixes it with ``b_``.
        symbol: letter in paper 001, section 2.6, empty where the paper has none.
        formula: over rows delivered by T.
        unit: of the value.
        known_from: the day from which the value is known.
        definition: ``paper`` where 001 words it, ``ours`` where the paper names it at most.
        target_in_observed_window: whether it holds the CLV of the observed window: ``whole``, ``part`` or ``no``.
        when_undefined: what is stored where the formula has nothing to work on.
    """

    name: str
    symbol: str = ""
    formula: str
    unit: str
    known_from: str = "T: changes only on a delivery day of the customer"
    definition: Literal["paper", "ours"] = "ours"
    target_in_observed_window: Literal["whole", "part", "no"] = "no"
    when_undefined: str = "0 (no completed stay)"


_MOVES = "T: moves with T even on days without a row"
_ALWAYS = "always defined"

FEATURES: tuple[Feature, ...] = (
    Feature(name="recency_days", symbol="R", formula="T - latest delivery day of any row", unit="days",
            known_from=_MOVES, definition="paper", when_undefined=_ALWAYS),
    Feature(name="frequency", symbol="F", formula="number of completed bookings", unit="bookings",
            definition="paper", target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="monetary", symbol="M", formula="sum of realised revenue", unit="currency units",
            definition="paper", target_in_observed_window="whole", when_undefined=_ALWAYS),
    Feature(name="stay_nights", symbol="L", formula="mean of (nights_from + nights_to) / 2 over completed bookings",
            unit="nights", definition="paper"),
    Feature(name="cancellation_ratio", symbol="C", formula="bookings not completed / bookings", unit="share",
            definition="paper", when_undefined=_ALWAYS),
    Feature(name="price_sensitivity", symbol="P",
            formula="-(sum dx dy) / (sum dx^2 + n ridge) over blocks since the first row, x = ln of the house's mean "
            "price per midpoint night in the block, y = ln(1 + completed bookings of the customer in it)",
            unit="elasticity", known_from=_MOVES, when_undefined="0 (fewer than three blocks with a price)"),
    Feature(name="gap_volatility_days", symbol="V",
            formula="population standard deviation of the gaps between the customer's distinct delivery days",
            unit="days", when_undefined="0 (fewer than two gaps)"),
    Feature(name="gap_mean_days", formula="mean gap between distinct delivery days", unit="days",
            when_undefined="0 (one delivery day)"),
    Feature(name="average_revenue", formula="M / F", unit="currency units per booking", definition="paper",
            target_in_observed_window="part"),
    Feature(name="stay_stability", formula="1 / (1 + population standard deviation of midpoint nights)",
            unit="0 to 1, 1 = always the same length"),
    Feature(name="price_per_night", formula="M / sum of midpoint nights", unit="currency units per night",
            target_in_observed_window="part"),
    Feature(name="lead_time_days", formula="mean of (lead_time_from + lead_time_to) / 2 over all bookings",
            unit="days", when_undefined=_ALWAYS),
    Feature(name="tenure_days", formula="T - first delivery day", unit="days", known_from=_MOVES,
            when_undefined=_ALWAYS),
    Feature(name="bookings", formula="number of rows", unit="bookings", target_in_observed_window="part",
            when_undefined=_ALWAYS),
    Feature(name="special_requests", formula="mean special requests over all bookings", unit="requests",
            when_undefined=_ALWAYS),
    Feature(name="revenue_90d", formula="realised revenue delivered in (T - 90, T]", unit="currency units",
            known_from=_MOVES, target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="revenue_180d", formula="realised revenue delivered in (T - 180, T]", unit="currency units",
            known_from=_MOVES, target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="completed_90d", formula="completed bookings delivered in (T - 90, T]", unit="bookings",
            known_from=_MOVES, target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="completed_180d", formula="completed bookings delivered in (T - 180, T]", unit="bookings",
            known_from=_MOVES, target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="revenue_smoothed",
            formula="S_j = alpha x_j + (1 - alpha) S_(j-1), x_j = revenue of block j, from the customer's first block",
            unit="currency units per block", known_from=_MOVES, definition="paper",
            target_in_observed_window="part", when_undefined=_ALWAYS),
    Feature(name="revenue_trend", formula="least-squares slope of block revenue since the first block",
            unit="currency units per block and block", known_from=_MOVES, target_in_observed_window="part",
            when_undefined="0 (fewer than three blocks)"),
    Feature(name="revenue_unevenness", formula="standard deviation of block revenue around that trend",
            unit="currency units per block", known_from=_MOVES, target_in_observed_window="part",
            when_undefined="0 (fewer than three blocks)"),
    Feature(name="season_share",
            formula="share of realised revenue that fell, in any year, on the calendar days of the season after T",
            unit="share", known_from=_MOVES, when_undefined="0 (no revenue)"),
)  # fmt: skip
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
PAPER_FEATURES: tuple[str, ...] = tuple(feature.name for feature in FEATURES if feature.symbol)


def feature(name: str) -> Feature:
    """The description of a feature, with or without the ``b_`` prefix of the examples table."""
    bare = name.removeprefix("b_")
    return next(item for item in FEATURES if item.name == bare)


def feature_table(features: Sequence[Feature] = FEATURES) -> str:
    """Markdown table of features; docs/methods/customers.md carries those of both blocks, and tests compare."""
    head = "| feature | paper | formula | unit | known from | definition | where undefined | holds the observed CLV |"
    rows = [head, "|" + "---|" * 8]
    for item in features:
        cells = (
            f"`{item.name}`", item.symbol, item.formula.replace("|", "\\|"), item.unit, item.known_from,
            item.definition, item.when_undefined, item.target_in_observed_window,
        )  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)
