"""The contract of a table: zone, grain, key, columns with dtype, unit and allowed values.

Written once per asset in ``assets/<room>/contract.py``; read by the lake (empty partitions), by the
expectation suites, by the column schema in the Dagster UI, by the data dictionary and by the next room.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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


class Subject(StrEnum):
    """Whose a value is: whom it leads to. Erasure, subject access and the search for leftovers follow it."""

    GUEST = "guest"  # a person, by key, keyed hash, address or name; or a damaged row that is a person's
    BOOKING = "booking"
    REVIEW = "review"
    CUSTOMER = "customer"  # a pseudo-customer: one guest, or several with the same characteristics
    NONE = "none"  # nobody: a hotel, a class, a run, the name of a figure


PERSONAL_NAMES = frozenset({"row_id", "guest_key", "guest_name", "email", "phone", "card_number"})
_ID_ENDINGS = ("_id", "_hash", "_key")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it holds, in which unit, which values it may take, and whose it is.

    Attributes:
        name: of the column.
        dtype: as stored.
        description: shown to people.
        unit: of a number.
        nullable: whether a cell may be empty.
        minimum: lowest value.
        maximum: highest value.
        values: the only values that it may take.
        is_timing: differs between two equal runs: it is stored, but makes nothing downstream stale.
        subject: whose the value is; None: it is no id. A column that looks like one has to say
            (:attr:`FrameContract.unsaid`).
        is_reference: the row is somebody else's and only names this one: when the named one is erased, the row stays
            and the cell becomes null.
        describes: the reference that the column tells of, and with which it becomes null.
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
    subject: Subject | None = None
    is_reference: bool = False
    describes: str | None = None


Forget = Callable[[pl.DataFrame, Collection[str]], pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class FrameContract:
    """What one asset's table promises to its readers.

    Attributes:
        asset: name of the table.
        zone: who may read it.
        grain: what one row is.
        key: columns that tell rows of one partition apart.
        columns: in stored order.
        description: shown to people.
        is_as_delivered: rows as the source brought them, which leave after ``core.raw_retention_days``.
        is_kept_for_a_while: exact rows of single bookings, which leave after ``retention.stays_days``.
        forget: subject -> how the table loses these ids, where dropping every row that holds one would lose somebody
            else's; takes rows and ids, returns the rows that stay.
    """

    asset: str
    zone: Zone
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str = ""
    is_as_delivered: bool = False
    is_kept_for_a_while: bool = False
    forget: Mapping[Subject, Forget] = field(default_factory=dict, compare=False)

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

    def ids_of(self, *subjects: Subject) -> tuple[str, ...]:
        """Columns whose values are of one of these subjects and say whose the row is."""
        return tuple(item.name for item in self.columns if item.subject in subjects and not item.is_reference)

    @property
    def personal(self) -> tuple[str, ...]:
        """Columns with a value that leads to somebody, references included."""
        return tuple(item.name for item in self.columns if item.subject not in (None, Subject.NONE))

    def references_to(self, subject: Subject) -> tuple[str, ...]:
        """Columns that name a subject in a row that is somebody else's."""
        return tuple(item.name for item in self.columns if item.subject == subject and item.is_reference)

    def described_by(self, reference: str) -> tuple[str, ...]:
        """A reference and the columns that tell of it."""
        return tuple(item.name for item in self.columns if reference in (item.name, item.describes))

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What the contract leaves open of whose its rows are, as sentences; empty when it is whole."""
        open_columns = [item.name for item in self.columns if item.subject is None and self._looks_like_an_id(item)]
        told = [
            f"{self.asset}.{name} looks like an id and does not say whose: give it a subject" for name in open_columns
        ]
        for item in self.columns:
            is_lost = (item.is_reference, item.describes is not None)
            if any(is_lost) and not item.nullable:
                told.append(f"{self.asset}.{item.name} becomes null when what it names is erased: make it nullable")
            if item.is_reference and item.subject in (None, Subject.NONE):
                told.append(f"{self.asset}.{item.name} is a reference and does not say to whom: give it a subject")
            if item.describes is not None and item.describes not in self.names:
                told.append(f"{self.asset}.{item.name} describes {item.describes}, which is no column")
            if item.subject not in (None, Subject.NONE) and item.dtype.is_nested():
                told.append(f"{self.asset}.{item.name} holds several ids in a cell: store one id a row")
        return tuple(told)

    def _looks_like_an_id(self, column: Column) -> bool:
        is_named_so = column.name.endswith(_ID_ENDINGS) or column.name in PERSONAL_NAMES
        tells_apart = column.name in self.key and column.values is None and not column.dtype.is_temporal()
        return is_named_so or tells_apart

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
