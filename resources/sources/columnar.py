"""Parquet to rows of text in the exchange format."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from resources.errors import SourceError
from resources.sources.delimited import BYTE_PROBLEM, NUL_PROBLEM, TEXT_SCHEMA, check_columns


def read_columnar(
    path: Path, required: Sequence[str], optional: Sequence[str] = (), *, us_dates: Sequence[str] = ()
) -> pl.DataFrame:
    """Rows of a Parquet file as text, in the shape of :func:`~resources.sources.delimited.read_delimited`.

    Args:
        path: the file.
        required: columns that must be there.
        optional: columns that are null where the file lacks them.
        us_dates: columns written month first in the exchange format, when they are stored as dates.

    Raises:
        SourceError: the file is damaged or lacks a column.
    """
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        message = f"{path.name}: not a readable Parquet file ({reason}); fetch it again from its publisher"
        raise SourceError(message) from error
    check_columns(path.name, frame.columns, required, optional)
    names = [name for name in (*required, *optional) if name in frame.columns]
    frame, is_undecodable = _decoded(frame.select(names))
    return frame.select(
        *(_as_text(name, frame.schema[name], name in us_dates) for name in names),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in optional if name not in frame.columns),
        pl.lit(path.name).alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_row"),
        _problem(frame, is_undecodable).alias("_problem"),
        pl.lit(None, dtype=pl.String).alias("_raw_text"),
    ).select(*required, *optional, *TEXT_SCHEMA)


def _decoded(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    r"""Binary columns as text, bytes that are not UTF-8 written ``\xNN``; and the rows that hold such bytes."""
    is_bad = pl.Series([False] * frame.height, dtype=pl.Boolean)
    for name in (name for name, dtype in frame.schema.items() if dtype == pl.Binary):
        cells = frame[name].to_list()
        texts = [None if cell is None else cell.decode("utf-8", "backslashreplace") for cell in cells]
        changed = [text is not None and text.encode("utf-8") != cell for text, cell in zip(texts, cells, strict=True)]
        is_bad = is_bad | pl.Series(changed, dtype=pl.Boolean)
        frame = frame.with_columns(pl.Series(name, texts, dtype=pl.String))
    return frame, is_bad


def _problem(frame: pl.DataFrame, is_undecodable: pl.Series) -> pl.Expr:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    holds_nul = [pl.col(name).str.contains("\0", literal=True).fill_null(value=False) for name in texts]
    return (
        pl.when(pl.lit(is_undecodable))
        .then(pl.lit(BYTE_PROBLEM))
        .when(pl.any_horizontal(pl.lit(value=False), *holds_nul))
        .then(pl.lit(NUL_PROBLEM))
        .otherwise(pl.lit(None, dtype=pl.String))
    )


def _as_text(name: str, dtype: pl.DataType, is_us_date: bool) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime) and name == "Posted_At":
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(dtype, pl.Date | pl.Datetime):
        return column.dt.strftime("%-m/%-d/%Y" if is_us_date else "%Y-%m-%d")
    if isinstance(dtype, pl.Boolean):
        return column.cast(pl.Int8).cast(pl.String)
    return column.cast(pl.String)
