"""Splits delivered rows into sound ones and quarantined ones, with every problem of a row and its text.

Conservation: every delivered row is either sound or quarantined, never both, never neither.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from assets.raw.cells import NO_GAPS_BUT_THE_USUAL, Field, Gaps, read_fields
from assets.raw.contract import QUARANTINE
from resources.contract import CheckOutcome
from resources.sources.base import LINEAGE_COLUMNS, REQUIRED_COLUMNS, Stream
from resources.sources.keys import masked_key

_ROW = "_row_index"
_PROBLEM_SCHEMA = {_ROW: pl.UInt32(), "column": pl.String(), "reason": pl.String()}


NOTHING_DECIDED = pl.DataFrame(schema={"delivery_day": pl.Date(), "row_id": pl.String(), "decision": pl.String()})
NONE_UNFIT = pl.DataFrame(
    schema={"delivery_day": pl.Date(), "kind": pl.String(), "key": pl.String(), "rows": pl.UInt32()}
)


class Parsed(NamedTuple):
    """What became of delivered rows.

    Attributes:
        rows: sound rows in their contract.
        problems: of the others, in ``QUARANTINE``.
        decisions: what sound rows of a key that came before are taken for (``identity``): ``delivery_day``,
            ``row_id``, ``decision``.
        unfit: keys that fit too much to be the key of one thing: ``delivery_day``, ``kind``, ``key`` (masked),
            ``rows``.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    decisions: pl.DataFrame = NOTHING_DECIDED
    unfit: pl.DataFrame = NONE_UNFIT


def split_rows(
    rows: pl.DataFrame, fields: Sequence[Field], gaps: Gaps = NO_GAPS_BUT_THE_USUAL
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parse all fields at once and collect all problems.

    Args:
        rows: delivered rows, text columns and lineage.
        fields: how each contract column is read, with its reason for refusal.
        gaps: texts that stand for a missing value.

    Returns:
        ``(sound, problems)``: sound rows in delivered order, with the delivered columns and one more column
        per field (``=name``); one row per problem with ``_row_index``, ``column``, ``reason`` otherwise.
    """
    delivered = [name for name in rows.columns if name not in LINEAGE_COLUMNS]
    # In one piece: polars 2 panics when it formats a column whose first chunk a filter has emptied.
    parsed = read_fields(rows.rechunk().with_row_index(_ROW), delivered, fields, gaps)
    is_bad = pl.col("_is_bad") | pl.col("_problem").is_not_null()
    bad = parsed.filter(is_bad)
    return parsed.filter(~is_bad), _reasons(bad, fields) if bad.height else pl.DataFrame(schema=_PROBLEM_SCHEMA)


def _reasons(bad: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Every reason of the bad rows, in field order. For these few only: formatting reasons for all rows is slow."""
    wide = bad.select(
        _ROW,
        pl.col("_problem").alias("!"),
        *(
            # A row that can't be read as a whole has one problem, not one per cell.
            pl.when(pl.col("_problem").is_null()).then(field.reason).alias(f"!{index}")
            for index, field in enumerate(fields)
        ),
    )
    columns = {"!": None} | {f"!{index}": field.source for index, field in enumerate(fields)}
    return (
        wide.unpivot(index=_ROW, variable_name="place", value_name="reason")
        .filter(pl.col("reason").is_not_null())
        .with_columns(
            pl.col("place").replace_strict(columns, return_dtype=pl.String).alias("column"),
            pl.col("place").str.strip_prefix("!").cast(pl.Int32, strict=False).fill_null(-1).alias("place"),
        )
        .sort(_ROW, "place")
        .unique([_ROW, "column", "reason"], keep="first", maintain_order=True)
        .select(*_PROBLEM_SCHEMA)
    )


def quarantine_frame(stream: Stream, rows: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Problems with the place and the text of their rows, in the ``QUARANTINE`` contract.

    Args:
        stream: kind of row.
        rows: delivered rows, as given to :func:`split_rows`.
        problems: ``_row_index``, ``column``, ``reason``.
    """
    if problems.is_empty():
        return QUARANTINE.empty()
    indexed = rows.with_row_index(_ROW).join(problems.select(_ROW).unique(), on=_ROW, how="semi").rechunk()
    delivered = [name for name in rows.columns if name not in LINEAGE_COLUMNS]
    # In the order of the exchange format, whatever the other rows hold: so the text can be cut into fields again.
    texts = pl.Series("raw_text", _csv_lines(indexed.select(delivered).iter_rows(), stream), dtype=pl.String)
    lookup = indexed.select(
        _ROW,
        pl.lit(stream.value).alias("stream"),
        pl.format("{}:{}", "_source_file", "_source_row").alias("row_id"),
        pl.col("_source_file").alias("source_file"),
        pl.col("_source_row").alias("source_row"),
        pl.coalesce("_raw_text", texts).alias("raw_text"),
        pl.col("_delivery_day").alias("delivery_day"),
    )
    joined = problems.join(lookup, on=_ROW, how="left", maintain_order="left")
    return QUARANTINE.conform(joined.select(QUARANTINE.names))


def _csv_lines(rows: Iterable[tuple[str | None, ...]], stream: Stream) -> list[str]:
    """Lines of CSV; optional columns after the last one that the row has are left out."""
    required = len(REQUIRED_COLUMNS[stream])
    lines: list[str] = []
    for cells in rows:
        last = max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)
        row = cells[: max(last, required)]
        buffer = io.StringIO()
        # With its usual end of line, so that a cell with a line break is quoted.
        csv.writer(buffer).writerow(["" if cell is None else cell for cell in row])
        lines.append(buffer.getvalue().removesuffix("\r\n").replace("\0", "\\x00"))
    return lines


def quarantined_rows(problems: pl.DataFrame) -> pl.DataFrame:
    """One set-aside row per quarantined row: ``delivery_day``, ``row_id``, ``reason`` = quarantined."""
    return problems.select("delivery_day", "row_id", pl.lit("quarantined").alias("reason")).unique(
        "row_id", keep="first", maintain_order=True
    )


def conservation(delivered: pl.DataFrame, parsed: Parsed) -> CheckOutcome:
    """Whether each day's delivered rows = sound rows + distinct quarantined rows.

    Args:
        delivered: rows as the source gave them.
        parsed: what became of them.
    """
    per_day = pl.concat(
        [
            delivered.select(pl.col("_delivery_day").alias("delivery_day"), pl.lit(1).alias("balance")),
            parsed.rows.select("delivery_day", pl.lit(-1).alias("balance")),
            quarantined_rows(parsed.problems).select("delivery_day", pl.lit(-1).alias("balance")),
        ]
    )
    bad = per_day.group_by("delivery_day").agg(pl.col("balance").sum()).filter(pl.col("balance") != 0)
    return CheckOutcome(
        name="delivered_rows_are_conserved",
        passed=bad.is_empty(),
        rows=int(bad["balance"].abs().sum()),
        failed_days=frozenset(bad["delivery_day"].to_list()),
        examples=tuple(bad.sort("delivery_day").head(5).to_dicts()),
        advice="a positive balance: rows vanished; a negative one: rows were made up; compare with the source file",
    )


def unfit_frame(keys: pl.DataFrame, kind: str | None = None) -> pl.DataFrame:
    """Keys that fit too much, masked, as :class:`Parsed` has them.

    Args:
        keys: ``delivery_day``, ``key``, ``rows``, and ``kind`` where none is given.
        kind: of all of them.
    """
    masked = pl.Series("key", [masked_key(key) for key in keys["key"]], dtype=pl.String)
    kinds = pl.col("kind") if kind is None else pl.lit(kind).alias("kind")
    return keys.select("delivery_day", kinds, masked, "rows").select(NONE_UNFIT.columns)
