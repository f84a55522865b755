"""Source-stable ids of rows: the source's own key, or a content hash with an ordinal among identical rows."""

import hashlib

import polars as pl

_DIGITS = 24
_UNKEYED = "row:"
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
    made = pl.format(_UNKEYED + "{}:{}", "_digest", repeat)
    named = pl.when(keyed.is_not_null()).then(given).otherwise(made)
    return marked.with_columns(named.alias("row_id")).drop("_digest", "_key_ordinal")


def contents_of(rows: pl.DataFrame) -> pl.DataFrame:
    """``delivery_day``, ``row_id``, ``repeat_ordinal``, ``content`` of the rows whose source gives them a key.

    Args:
        rows: typed rows; what is equal once it is typed says the same.
    """
    keyed = rows.filter(~pl.col("row_id").str.starts_with(_UNKEYED))
    own = ("row_id", "repeat_ordinal", "delivery_day")
    cells = [pl.col(name).cast(pl.String).fill_null(_NOTHING) for name in rows.columns if name not in own]
    return keyed.select("delivery_day", "row_id", "repeat_ordinal", content=pl.concat_str(cells, separator=_SEPARATOR))


def resent_rows(contents: pl.DataFrame, look_back_days: int) -> pl.DataFrame:
    """Rows that say what the row of the same key said the last time, ``delivery_day`` and ``row_id``.

    The last time is earlier on the same day, or on the last day within the look-back on which the key came. A key
    that comes with other fields is a correction and no repeat, also when it goes back to what it once said.

    Args:
        contents: see :func:`contents_of`, of any days.
        look_back_days: how far back a day looks.
    """
    ordered = contents.sort("row_id", "delivery_day")
    ordered = ordered.with_columns(pl.col("delivery_day", "content").shift(1).over("row_id").name.prefix("last_"))
    near = (pl.col("delivery_day") - pl.col("last_delivery_day")).dt.total_days() <= look_back_days
    again = (near & (pl.col("last_content") == pl.col("content"))).fill_null(value=False)
    return ordered.filter(again | (pl.col("repeat_ordinal") > 1)).select("delivery_day", "row_id")


def _digests(rows: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    cells = [pl.col(name).fill_null(_NOTHING) for name in columns]
    joined = rows.select(pl.concat_str(cells, separator=_SEPARATOR)).to_series()
    return [hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS] for text in joined]
