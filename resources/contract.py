"""The contract of a table: zone, grain, key, columns with dtype, unit and allowed values.

Written once per asset in ``assets/<room>/contract.py``; read by the lake (empty partitions), by the
expectation suites, by the column schema in the Dagster UI, by the data dictionary and by the next room.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from resources.errors import ContractError


class Zone(StrEnum):
    """Who may read a table (specification 5)."""

    RESTRICTED = "restricted"
    INTERNAL = "internal"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it holds, in which unit, which values it may take, and whether it measures this very run.

    A timing (``is_timing``) differs between two equal runs: it is stored, but makes nothing downstream stale.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    unit: str | None = None
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] | None = None
    is_timing: bool = False


@dataclass(frozen=True, kw_only=True)
class FrameContract:
    """What one asset's table promises to its readers."""

    asset: str
    zone: Zone
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in stored order."""
        return tuple(column.name for column in self.columns)

    @property
    def timings(self) -> tuple[str, ...]:
        """Columns that differ between two equal runs."""
        return tuple(column.name for column in self.columns if column.is_timing)

    @property
    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Polars schema in stored order."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def shape(self) -> str:
        """Short digest of columns, dtypes and key: rows of another shape are stale whatever their inputs."""
        columns = [f"{column.name}:{column.dtype!r}" for column in self.columns]
        return hashlib.sha256("|".join([*columns, *self.key]).encode()).hexdigest()[:8]

    def empty(self) -> pl.DataFrame:
        """A frame without rows, as stored for a delivered day that brought nothing."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Select the promised columns in order and cast them.

        Raises:
            ContractError: lists every missing column, extra column and failed cast at once.
        """
        problems = [f"missing column {name!r}" for name in self.names if name not in frame.columns]
        problems += [f"unexpected column {name!r}" for name in frame.columns if name not in self.names]
        columns: list[pl.Series] = []
        for column in self.columns:
            if column.name not in frame.columns:
                continue
            try:
                columns.append(frame[column.name].cast(column.dtype))
            except pl.exceptions.PolarsError:  # what it says quotes cells
                problems.append(f"column {column.name!r} can't become {column.dtype} from {frame.schema[column.name]}")
        if problems:
            message = f"{self.asset}: {'; '.join(problems)}; bring the frame to its contract before storing it"
            raise ContractError(message)
        return pl.DataFrame(columns) if columns else self.empty()


@dataclass(frozen=True, kw_only=True)
class CheckOutcome:
    """The result of one check over one day or one range of days.

    Attributes:
        name: snake_case, says what holds when the check passes (``pair_key_is_unique``).
        passed: whether it held on every row.
        rows: how many rows broke it.
        failed_days: the delivery days on which it was broken (empty when unpartitioned).
        examples: up to five offending rows: ids, column and value; never review text.
        advice: what a person should do about it.
        is_blocking: False for checks that only warn.
        threshold: the figure it was compared with, where there is one.
    """

    name: str
    passed: bool
    rows: int = 0
    failed_days: frozenset[date] = frozenset()
    examples: Sequence[Mapping[str, Any]] = ()
    advice: str = ""
    is_blocking: bool = True
    threshold: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def outcome_of(
    name: str,
    bad: pl.DataFrame,
    *,
    show: Iterable[str] = (),
    advice: str = "",
    is_blocking: bool = True,
    threshold: float | None = None,
) -> CheckOutcome:
    """Turn the frame of offending rows into an outcome; no rows means that the check passed.

    Args:
        name: of the check.
        bad: the offending rows; ``delivery_day`` is read where it exists.
        show: columns to show as examples (ids and labels only).
        advice: what to do when it fails.
        is_blocking: whether a failure stops the day.
        threshold: figure shown beside the count.
    """
    days = frozenset(bad["delivery_day"].to_list()) if "delivery_day" in bad.columns else frozenset()
    shown = [column for column in show if column in bad.columns]
    return CheckOutcome(
        name=name,
        passed=bad.is_empty(),
        rows=bad.height,
        failed_days=days,
        examples=tuple(bad.select(shown).head(5).to_dicts()) if shown else (),
        advice=advice,
        is_blocking=is_blocking,
        threshold=threshold,
    )
