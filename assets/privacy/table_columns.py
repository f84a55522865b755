"""Columns of any table as codes to cut on: kinds by dtype, missing values as something of their own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from assets.privacy.partitioning import IntArray, Values
from resources.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

MISSING_LEVEL = "?"
SEPARATOR = "|"
_FINEST = 1 << 20  # steps into which a wide or fractional range is divided for the fast mode


@dataclass(frozen=True)
class TableColumn:
    """One quasi-identifier as codes.

    Attributes:
        name: of the column.
        is_level: True for a set of levels, False for an interval.
        codes: (n,) levels by alphabetical rank (missing first), or numbers, missing one whole range below the smallest.
        span: levels - 1, or largest - smallest number (0 when nothing varies).
        missing: (n,) True where the value is missing.
        texts: level of each code, escaped; empty for numbers.
        values: numbers as given (dates stay dates), null where missing; for levels the codes.
    """

    name: str
    is_level: bool
    codes: Values
    span: float
    missing: np.ndarray
    texts: tuple[str, ...]
    values: pl.Series

    @property
    def weight(self) -> float:
        """Weight of one unit of span; 1 where only missing and one value differ."""
        return 1.0 / self.span if self.span else 1.0

    def level_codes(self) -> IntArray:
        """(n,) codes of the levels."""
        return self.codes.astype(np.int64)

    def small_codes(self) -> tuple[IntArray, float]:
        """Small non-negative integers in the same order, and the weight of one of their units.

        A wide or fractional range is divided into about a million steps.
        """
        shifted = self.codes - self.codes.min()
        widest = float(shifted.max())
        if self.codes.dtype == np.int64 and widest < np.iinfo(np.int32).max // 2:
            return shifted.astype(np.int64), self.weight
        step = widest / _FINEST if widest else 1.0
        return np.floor(shifted / step).astype(np.int64), self.weight * step


def polars_of(frame: "pl.DataFrame | pd.DataFrame", names: list[str]) -> pl.DataFrame:
    """The named columns as a Polars frame in row order; a pandas index, whatever it is, plays no part.

    Raises:
        ContractError: a column is missing, or a name is there twice.
    """
    given = [str(name) for name in frame.columns]
    missing = [name for name in names if name not in given]
    twice = [name for name in names if given.count(name) > 1]
    if missing or twice:
        message = f"columns {missing or twice} are {'missing' if missing else 'there more than once'}; got {given[:30]}"
        raise ContractError(message)
    if isinstance(frame, pl.DataFrame):
        return frame.select(names)
    plain = frame.reset_index(drop=True)
    return pl.DataFrame({name: _from_pandas(plain[name]) for name in names})


def _from_pandas(column: Any) -> pl.Series:
    """Numbers, dates and booleans as such; categories, text and mixed objects as text."""
    import pandas as pd

    typed = {"boolean", "integer", "floating", "decimal", "date", "datetime", "datetime64", "mixed-integer-float"}
    kind = column.dtype
    is_text = isinstance(kind, pd.CategoricalDtype | pd.PeriodDtype | pd.IntervalDtype) or (
        pd.api.types.is_object_dtype(kind) and pd.api.types.infer_dtype(column, skipna=True) not in typed
    )
    if not is_text:
        return pl.from_pandas(column)
    texts = [None if unknown else str(value) for value, unknown in zip(column, column.isna(), strict=True)]
    return pl.Series(str(column.name), texts, dtype=pl.String)


def table_column(column: pl.Series) -> TableColumn:
    """Codes of one column; text, categories and booleans become levels, numbers and times intervals.

    Raises:
        ContractError: a dtype without order or levels (lists, structs, binary), or an infinite number.
    """
    kind = column.dtype
    if kind in (pl.String, pl.Boolean, pl.Null) or isinstance(kind, pl.Categorical | pl.Enum):
        return _levels(column)
    if kind.is_numeric() or kind.is_temporal():
        return _numbers(column)
    message = f"column {column.name!r} is {kind}; quasi-identifiers are text, categories, booleans, numbers or times"
    raise ContractError(message)


def _levels(column: pl.Series) -> TableColumn:
    if column.dtype == pl.Null:
        column = column.cast(pl.String)
    # Text of the few levels, not of every row; level order is alphabetical, whatever a category's own order is.
    levels = column.drop_nulls().unique()
    texts = levels.cast(pl.String)
    order = texts.arg_sort()
    levels, texts = levels.gather(order), texts.gather(order)
    first = 1 if column.null_count() else 0
    lookup = pl.DataFrame({"level": levels, "code": np.arange(len(levels), dtype=np.int64) + first})
    codes = column.to_frame("level").join(lookup, on="level", how="left", maintain_order="left")["code"]
    values = codes.fill_null(0)
    escaped = [MISSING_LEVEL] * first + [_escaped(text) for text in texts.to_list()]
    missing = column.is_null().to_numpy()
    span = float(max(len(escaped) - 1, 0))
    return TableColumn(column.name, True, values.to_numpy(), span, missing, tuple(escaped), values)


def _escaped(text: str) -> str:
    """A level's text in a label: a separator inside it, or a question mark that is a value, can be told apart."""
    plain = text.replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}")
    return f"\\{plain}" if plain == MISSING_LEVEL else plain


def _numbers(column: pl.Series) -> TableColumn:
    if column.dtype.is_float():
        column = column.fill_nan(None)
        if column.is_infinite().any():
            message = f"column {column.name!r} holds an infinite number; set it to missing or to a bound"
            raise ContractError(message)
    elif column.dtype.is_decimal() or column.dtype in (pl.UInt64, pl.Int128):
        column = column.cast(pl.Float64)
    physical = column.to_physical()
    missing = physical.is_null().to_numpy()
    kind = np.float64 if physical.dtype.is_float() else np.int64
    known = physical.drop_nulls().to_numpy().astype(kind)
    span = known.max() - known.min() if len(known) else kind(0)
    codes = np.full(len(column), known.min() - (span or 1) if len(known) else 0, dtype=kind)
    codes[~missing] = known
    return TableColumn(column.name, False, cast("Values", codes), float(span), missing, (), column)
