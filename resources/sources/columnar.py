"""Parquet to rows of text in the exchange format.

Numbers, categories, decimals and text are written as they are, truth values as 0 and 1, days as the exchange format
writes them, points in time as local time of the business (in a day column: its day there), a list in `Tags` as the
publisher writes lists. NaN is a gap. A list or a record in another column, and bytes that are no text, cost their row.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resources.errors import SourceError
from resources.sources.delimited import BYTE_PROBLEM, NUL_PROBLEM, TEXT_SCHEMA, too_many_rows
from resources.sources.file_rules import SECTION, USUAL_RULES, FileRules, FileSettings
from resources.sources.headers import clean_name, place_columns

LIST_COLUMN, POINT_COLUMN = "Tags", "Posted_At"
_DAY_COLUMNS = ("Review_Date", "reservation_status_date")
_COMPUTE: Any = pc  # its functions are made while it is imported
_BYTES = (pa.binary(), pa.large_binary())
_NESTED_PROBLEM = "holds a list or a record where one value is expected"


def read_columnar(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    *,
    us_dates: Sequence[str] = (),
    rules: FileRules = USUAL_RULES,
) -> pl.DataFrame:
    """Rows of a Parquet file as text, in the shape of :func:`~resources.sources.delimited.read_delimited`.

    Args:
        path: the file.
        required: columns that must be there.
        optional: columns that are null where the file lacks them.
        us_dates: columns written month first in the exchange format, when they are stored as dates.
        rules: limits, and the zone in which points in time become days.

    Raises:
        SourceError: the file is damaged, lacks a column or holds more than the limits allow.
    """
    frame = _read(path, required, optional, rules)
    names = frame.columns
    problem = pl.Series("_problem", [None] * frame.height, dtype=pl.String)
    texts: dict[str, pl.Series] = {}
    for name in names:
        texts[name], unread = _text(frame[name], name, rules.time_zone, is_us_date=name in us_dates)
        problem = problem if unread is None else problem.zip_with(problem.is_not_null(), unread)
    wide = pl.DataFrame(texts).with_columns(problem)
    return wide.with_columns(
        *(pl.lit(None, dtype=pl.String).alias(name) for name in optional if name not in names),
        pl.lit(path.name).alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_row"),
        pl.lit(None, dtype=pl.String).alias("_raw_text"),
    ).select(*required, *optional, *TEXT_SCHEMA)


def _read(path: Path, required: Sequence[str], optional: Sequence[str], rules: FileRules) -> pl.DataFrame:
    """The expected columns under their expected names, as they are stored.

    Arrow reads the file: over damaged bytes polars' own reader panics to the terminal, or ends the process.
    """
    limits = rules.settings
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            about, stored = file.metadata, file.schema_arrow
            size = sum(about.row_group(place).total_byte_size for place in range(about.num_row_groups))
        _refuse_size(path, about.num_rows, size, limits)
        places = place_columns(path.name, [clean_name(name) for name in stored.names], required, optional)
        names = {stored.names[place]: name for name, place in places.items()}
        table = _table(path, stored, list(names))
        _refuse_long_text(path, table, rules)
        return pl.DataFrame({name: _loaded(table[stored_name]) for stored_name, name in names.items()})
    except SourceError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:  # whatever damaged bytes make a reader raise
        reason = (str(error) or type(error).__name__).splitlines()[0]
        message = f"{path.name}: not a readable Parquet file ({reason}); fetch it again from its publisher"
        raise SourceError(message) from error


def _refuse_size(path: Path, rows: int, size: int, limits: FileSettings) -> None:
    if rows > limits.max_rows:
        raise too_many_rows(path.name, limits)
    if size > limits.max_bytes:
        raise _too_large(path, limits.max_unpacked_mb)


def _table(path: Path, stored: pa.Schema, names: Sequence[str]) -> pa.Table:
    """Columns with every text as a dictionary, so that cells that share one take its memory once."""
    texts = [name for name in names if _is_text(stored.field(name).type)]
    with (
        warnings.catch_warnings(),
        pq.ParquetFile(path, memory_map=False, read_dictionary=texts, page_checksum_verification=True) as file,
    ):
        warnings.simplefilter("ignore")
        return file.read(columns=list(names))


def _is_text(kind: pa.DataType) -> bool:
    return any(
        check(kind)
        for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )


def _loaded(column: Any) -> pl.Series:
    column = _sound(column)
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp(kind.unit, tz="UTC"))  # the same point in time; polars knows no `+05:30`
    try:
        loaded = pl.from_arrow(column)
    except (pl.exceptions.PolarsError, TypeError, ValueError, NotImplementedError):  # no counterpart: text will do
        cells = [None if cell is None else str(cell) for cell in column.to_pylist()]
        return pl.Series(cells, dtype=pl.String)
    return loaded if isinstance(loaded, pl.Series) else loaded.to_series()


def _sound(column: Any) -> Any:
    """The column without a dictionary; text that is not UTF-8 as bytes, so that it costs its rows only."""
    column.validate()
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not _is_text(kind):
        column.validate(full=True)
        return column.cast(kind)
    try:
        column.validate(full=True)
        return column.cast(pa.large_binary() if kind in _BYTES else pa.large_string())  # may be beyond 2 GB together
    except pa.ArrowInvalid:
        column = column.cast(pa.large_binary())
        column.validate(full=True)
        return column


def _too_large(path: Path, most: int) -> SourceError:
    return SourceError(
        f"{path.name}: holds more than {most} MB once unpacked ({SECTION}.max_unpacked_mb); raise the setting if that "
        "is right, or split the file"
    )


def _refuse_long_text(path: Path, table: pa.Table, rules: FileRules) -> None:
    """A dictionary of one long text takes few bytes in the file, and gigabytes once its cells are worked with."""
    total, limits = 0, rules.settings
    for name in table.column_names:
        for chunk in table[name].chunks:
            lengths = _lengths(chunk)
            total += _COMPUTE.sum(lengths).as_py() or 0
            if (_COMPUTE.max(lengths).as_py() or 0) > limits.max_line_bytes:
                message = (
                    f"{path.name}: a cell of {name} is longer than {limits.max_line_mb} MB ({SECTION}.max_line_mb); "
                    "the file is damaged"
                )
                raise SourceError(message)
    if total > limits.max_bytes:
        raise _too_large(path, limits.max_unpacked_mb)


def _lengths(chunk: Any) -> Any:
    """Bytes of each cell of text."""
    if pa.types.is_dictionary(chunk.type):
        lengths = _lengths(chunk.dictionary)
        return lengths.take(chunk.indices) if len(lengths) else lengths
    if _is_text(chunk.type):
        return _COMPUTE.binary_length(chunk).cast(pa.int64())
    return pa.array([], pa.int64())


def _text(column: pl.Series, name: str, time_zone: str, *, is_us_date: bool) -> tuple[pl.Series, pl.Series | None]:
    """The column as text, and why a row of it can't be read (None: all can)."""
    dtype = column.dtype
    if dtype == pl.Binary:
        return _decoded(column)
    if isinstance(dtype, pl.List | pl.Array):
        return _listed(column, name)
    if dtype.is_nested() or dtype == pl.Object:
        return _nested(column)
    text = _plain_text(column, name, time_zone, is_us_date=is_us_date)
    holds_nul = text.str.contains("\0", literal=True).fill_null(value=False)
    return text, _marked(holds_nul, NUL_PROBLEM)


def _plain_text(column: pl.Series, name: str, time_zone: str, *, is_us_date: bool) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        local = column.dt.convert_time_zone(time_zone).dt.replace_time_zone(None) if dtype.time_zone else column
        if name == POINT_COLUMN or name not in _DAY_COLUMNS:
            return local.dt.strftime("%Y-%m-%dT%H:%M:%S")
        return local.dt.strftime("%-m/%-d/%Y" if is_us_date else "%Y-%m-%d")
    if isinstance(dtype, pl.Date):
        return column.dt.strftime("%-m/%-d/%Y" if is_us_date else "%Y-%m-%d")
    if isinstance(dtype, pl.Duration):
        return column.dt.total_days().cast(pl.String)
    if isinstance(dtype, pl.Boolean):
        return column.cast(pl.Int8).cast(pl.String)
    if dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if dtype in (pl.String, pl.Null) or dtype.is_integer() or dtype.is_decimal() or dtype == pl.Time:
        return column.cast(pl.String)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    return pl.Series(name, [None if cell is None else str(cell) for cell in column.to_list()], dtype=pl.String)


def _marked(is_bad: pl.Series, problem: str) -> pl.Series | None:
    if not is_bad.any():
        return None
    return pl.select(pl.when(is_bad).then(pl.lit(problem)).alias("_problem")).to_series()


def _decoded(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    r"""Bytes as text, those that are not UTF-8 written ``\xNN``."""
    cells = column.to_list()
    texts = [None if cell is None else cell.decode("utf-8", "backslashreplace") for cell in cells]
    changed = [text is not None and text.encode("utf-8") != cell for text, cell in zip(texts, cells, strict=True)]
    text = pl.Series(column.name, texts, dtype=pl.String)
    bad = _marked(pl.Series(changed, dtype=pl.Boolean), BYTE_PROBLEM)
    nul = _marked(text.str.contains("\0", literal=True).fill_null(value=False), NUL_PROBLEM)
    return text, nul if bad is None else bad if nul is None else bad.zip_with(bad.is_not_null(), nul)


def _listed(column: pl.Series, name: str) -> tuple[pl.Series, pl.Series | None]:
    inner: Any = column.dtype
    if name != LIST_COLUMN or inner.inner.is_nested() or inner.inner == pl.Binary:
        return _nested(column)
    items = (None if cell is None else [str(item) for item in cell if item is not None] for cell in column.to_list())
    texts = [None if item is None else str(item) for item in items]
    return pl.Series(name, texts, dtype=pl.String), None


def _nested(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    texts = [None if cell is None else str(cell) for cell in column.to_list()]
    text = pl.Series(column.name, texts, dtype=pl.String)
    return text, _marked(text.is_not_null(), _NESTED_PROBLEM)
