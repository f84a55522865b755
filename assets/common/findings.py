"""Findings: what a room has measured of itself, in one shape that every room shares.

A room's ``findings.py`` hands over a tree of figures (nested by name), says what each branch discloses and why a
figure is absent; :func:`finding_rows` turns that into rows of the room's ``<room>_findings`` table. The report and
``results.json`` are unions of these tables and know nothing of how a figure came about. Paths are public names:
renaming one is a breaking change.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl

from resources.contract import CheckOutcome, Column, FrameContract, Subject, Zone, outcome_of
from resources.errors import ContractError

Tree = dict[str, Any]
SUFFIX = "_findings"
_BOUNDS = frozenset({"value", "low", "high"})


class Disclosure(StrEnum):
    """What a figure or a block of the report tells about guests; decides in which edition it may appear."""

    NEUTRAL = "neutral"  # says nothing about the guests of this data set
    PRIVATE_RELEASE = "private_release"  # differentially private
    OPERATIONAL = "operational"  # counts of rows handled: exempt, exact
    MODEL_METRIC = "model_metric"  # quality of a model: exempt, exact
    GUEST_AGGREGATE = "guest_aggregate"  # an exact figure over guests
    PERSON_LEVEL = "person_level"  # one mark per customer
    TEXT = "text"  # words that a guest wrote


@dataclass(frozen=True)
class Estimate:
    """A value with the bounds of its 95 % interval, where one was computed."""

    value: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, float] | float | None:
        """The form in ``results.json``: a plain number, or value, low and high; null where not finite.

        Example:
            >>> Estimate(0.5, 0.4, 0.6).as_json(), Estimate(0.5, 0.4).as_json(), Estimate(float("nan")).as_json()
            ({'value': 0.5, 'low': 0.4, 'high': 0.6}, 0.5, None)
        """
        if not is_known(self.value):
            return None
        if self.low is None or self.high is None or not (is_known(self.low) and is_known(self.high)):
            return self.value
        return {"value": self.value, "low": self.low, "high": self.high}

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are known."""
        return is_known(self.low) and is_known(self.high)


def is_known(value: float | None) -> bool:
    """Whether there is a finite number to print."""
    return value is not None and math.isfinite(value)


def estimate_of(value: Any) -> Estimate | None:
    """A leaf of a tree as an estimate; None where there is no number."""
    if isinstance(value, Mapping):
        return Estimate(float(value["value"]), value.get("low"), value.get("high"))
    return None if value is None else Estimate(float(value))


def findings_contract(room: str) -> FrameContract:
    """The contract of a room's table of findings, ``<room>_findings``.

    Args:
        room: name of the room, the folder below ``assets/``.
    """
    return FrameContract(
        asset=f"{room}{SUFFIX}",
        zone=Zone.INTERNAL,
        grain="one row per figure that the room measures of itself, or per figure that is absent, with the reason",
        key=("path",),
        description=f"What the room `{room}` measures of itself, under the names of results.json.",
        columns=(
            Column(name="path", dtype=pl.String, description="dotted path in results.json", subject=Subject.NONE),
            Column(name="value", dtype=pl.Float64, description="the number", nullable=True),
            Column(name="low", dtype=pl.Float64, description="lower bound, 95 %", nullable=True),
            Column(name="high", dtype=pl.Float64, description="upper bound, 95 %", nullable=True),
            Column(name="text", dtype=pl.String, description="the value as JSON where it is no number", nullable=True),
            Column(name="reason", dtype=pl.String, description="why there is no value", nullable=True),
            Column(
                name="disclosure",
                dtype=pl.String,
                description="what it tells about guests",
                values=tuple(str(item) for item in Disclosure),
            ),
        ),
    )


FINDINGS = findings_contract("every_room")  # the shape alone, for frames that are no table of one room


def finding_rows(
    tree: Mapping[str, Any],
    disclosures: Mapping[str, Disclosure],
    reasons: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """A tree of figures as rows: one per number or text, one per absent figure with its reason.

    Args:
        tree: nested by name; a leaf is a number, a text, a truth value, or ``{"value", "low", "high"}``; None is
            left out, so give its reason.
        disclosures: path or branch -> what it tells about guests; the longest that fits decides.
        reasons: path or branch -> why there is no value.

    Returns:
        Rows of :data:`FINDINGS`, by path. Where a path has a value and a reason, the value stays.

    Raises:
        ContractError: a name holds a dot, a number is not finite, or no disclosure is declared for a path.

    Example:
        >>> rows = finding_rows({"pairs": {"f1": 0.5}}, {"pairs": Disclosure.MODEL_METRIC}, {"pairs.auc": "no truth"})
        >>> rows.select("path", "value", "reason").rows()
        [('pairs.auc', None, 'no truth'), ('pairs.f1', 0.5, None)]
    """
    empty = dict.fromkeys(("value", "low", "high", "text", "reason"))
    rows: dict[str, dict[str, Any]] = {}
    for path, why in (reasons or {}).items():
        rows[path] = {"path": path} | empty | {"reason": str(why)}
    for parts, leaf in _leaves(tree, ()):
        path = ".".join(parts)
        rows[path] = {"path": path} | empty | leaf
    for path, row in rows.items():
        row["disclosure"] = str(_disclosure_of(path, disclosures))
    return pl.DataFrame(list(rows.values()), schema=FINDINGS.schema).sort("path")


def _disclosure_of(path: str, disclosures: Mapping[str, Disclosure]) -> Disclosure:
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        if (branch := ".".join(parts[:length])) in disclosures:
            return disclosures[branch]
    message = f"finding {path!r} does not say what it discloses; declared: {sorted(disclosures)}; add its branch"
    raise ContractError(message)


def _leaves(tree: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, value in tree.items():
        if "." in str(name):
            message = f"finding {name!r} holds a dot; name it without, so that its path can be read back"
            raise ContractError(message)
        path = (*above, str(name))
        if isinstance(value, Mapping) and frozenset(map(str, value)) == _BOUNDS:
            yield path, {key: _finite(path, number) for key, number in value.items()}
        elif isinstance(value, Mapping):
            yield from _leaves(value, path)
        elif isinstance(value, bool | np.bool_ | str):
            yield path, {"text": json.dumps(value.item() if isinstance(value, np.generic) else value)}
        elif value is not None:
            yield path, {"value": _finite(path, value)}


def _finite(path: tuple[str, ...], number: Any) -> float:
    if not math.isfinite(number):
        message = f"finding {'.'.join(path)!r} is {number}, no finite number; leave it out and give the reason"
        raise ContractError(message)
    return float(number)


def union_of(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Findings of several rooms as one table; a value stands before a reason given elsewhere for the same path.

    Args:
        tables: rows of :data:`FINDINGS`.

    Raises:
        ContractError: two tables give a value for one path.
    """
    rows = pl.concat([FINDINGS.empty(), *tables])
    told = rows.filter(pl.col("reason").is_null())
    if twice := told.filter(pl.col("path").is_duplicated())["path"].unique().sort().to_list():
        message = f"two rooms measure {twice[0]!r} ({len(twice)} such paths); one room owns a figure"
        raise ContractError(message)
    absent = rows.filter(pl.col("reason").is_not_null()).unique("path", keep="first", maintain_order=True)
    return pl.concat([told, absent.join(told, on="path", how="anti")]).sort("path")


def nest(rows: pl.DataFrame) -> Tree:
    """Inverse of :func:`finding_rows` for the values: whole numbers come back as integers.

    Args:
        rows: of :data:`FINDINGS`; absent figures are left out (see :func:`reasons_of`).
    """
    tree: Tree = {}
    for row in rows.filter(pl.col("reason").is_null()).iter_rows(named=True):
        *branches, name = row["path"].split(".")
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[name] = value_of(row)
    return tree


def reasons_of(rows: pl.DataFrame) -> dict[str, str]:
    """Path or branch -> why it has no value."""
    absent = rows.filter(pl.col("reason").is_not_null())
    return dict(zip(absent["path"].to_list(), absent["reason"].to_list(), strict=True))


def value_of(row: Mapping[str, Any]) -> Any:
    """The value of one row: a text or truth value, a number with bounds, or a number."""
    if row["text"] is not None:
        return json.loads(row["text"])
    if row["low"] is not None and row["high"] is not None:
        return {"value": row["value"], "low": row["low"], "high": row["high"]}
    value = row["value"]
    return int(value) if value is not None and float(value).is_integer() else value


def merged(*branches: Mapping[str, Any]) -> Tree:
    """Branches as one tree; later ones add to earlier ones, NumPy scalars become plain numbers."""
    tree: Tree = {}
    for branch in branches:
        for name, value in branch.items():
            both = isinstance(value, Mapping) and isinstance(tree.get(name), Mapping)
            tree[name] = merged(tree[name], value) if both else _plain(value)
    return tree


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return merged(value)
    return value.item() if isinstance(value, np.generic) else value


def at(tree: Any, path: str) -> Any:
    """The value or branch at a dotted path; None where there is none."""
    for part in path.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree


def holds(tree: Any, path: str) -> bool:
    """Whether a value lies at the path; ``*`` matches any name."""
    first, _, rest = path.partition(".")
    if not isinstance(tree, Mapping):
        return False
    places = list(tree.values()) if first == "*" else [tree.get(first)]
    return any(holds(item, rest) if rest else item is not None for item in places)


def covered(path: str, reasons: Mapping[str, str]) -> bool:
    """Whether the path, or a branch that contains it, has a reason."""
    parts = path.split(".")
    return any(".".join(parts[: length + 1]) in reasons for length in range(len(parts)))


def validate_findings(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of every table of findings: each row says something, and intervals hold their value."""
    silent = staged.filter(pl.all_horizontal(pl.col("value", "text", "reason").is_null()))
    reversed_bounds = staged.filter((pl.col("low") > pl.col("value")) | (pl.col("value") > pl.col("high")))
    return [
        outcome_of(
            "every_finding_says_something",
            silent,
            show=("path",),
            advice="leave the row out or give the reason why there is no value",
        ),
        outcome_of(
            "interval_holds_its_value",
            reversed_bounds,
            show=("path", "value", "low", "high"),
            advice="look at the interval's method in the room that measures it",
            is_blocking=False,
        ),
    ]
