"""Source-stable ids of rows: the source's own key, or a content hash with an ordinal among identical rows."""

import hashlib

import polars as pl

_DIGITS = 24
_SEPARATOR, _NOTHING = "\x1f", "\x00"  # control characters: neither can be typed into a field


def with_row_ids(rows: pl.DataFrame, columns: tuple[str, ...], key: str, prefix: str) -> pl.DataFrame:
    """``rows`` with ``row_id`` and ``repeat_ordinal``.

    Identical rows have the same delivery day and the same ordinals whatever else is delivered, so ids do not
    depend on other days. A key that comes twice in a day gets ``#2`` the second time.

    Args:
        rows: delivered rows in delivery order.
        columns: delivered columns that make up the content, in the exchange format's order.
        key: column with the source's own id; null where it has none.
        prefix: of ids made from that key.

    Returns:
        The same rows in the same order.
    """
    digests = pl.Series("_digest", _digests(rows, columns), dtype=pl.String)
    keyed = pl.col(key).str.strip_chars()
    keyed = pl.when(keyed != "").then(keyed)
    within_key = pl.int_range(1, pl.len() + 1).over("_delivery_day", keyed)
    repeat = pl.col("repeat_ordinal")
    marked = rows.with_columns(digests).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("_delivery_day", "_digest").alias("repeat_ordinal"),
        within_key.alias("_key_ordinal"),
    )
    again = pl.when(pl.col("_key_ordinal") > 1).then(pl.format("#{}", "_key_ordinal")).otherwise(pl.lit(""))
    given = pl.format(prefix + ":{}{}", keyed, again)
    made = pl.format("row:{}:{}", "_digest", repeat)
    named = pl.when(keyed.is_not_null()).then(given).otherwise(made)
    return marked.with_columns(named.alias("row_id")).drop("_digest", "_key_ordinal")


def _digests(rows: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    cells = [pl.col(name).fill_null(_NOTHING) for name in columns]
    joined = rows.select(pl.concat_str(cells, separator=_SEPARATOR)).to_series()
    return [hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS] for text in joined]
