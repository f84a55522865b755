"""Source-stable ids of rows: the source's own key, or a content hash with an ordinal among identical rows.

An id depends on the row's day and on the days that it looks back to, never on others. Keys are in their one spelling
(``resources/sources/keys.py``), which has no small letter of the alphabet, while what is added to a key is written in
small letters: ``reservation:X7:room:101`` can't be the number ``X7:ROOM:101``.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from assets.raw.recurrence import FIRST, Same, Sent, Verdict, verdicts

NUMBER, ROOM_NUMBER = "_number", "_room"  # key and second part of it, in their one spelling; null: none
NOTHING = "\x00"
SEPARATOR = "\x1f"  # control characters: neither can be typed into a field
_DIGITS = 24
_GROUP, _PLACE, _CONTENT, _LAG = "_group", "_place", "_content", "_lag"


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How rows of a stream are named.

    Attributes:
        prefix: of ids made from a key.
        columns: delivered columns that make up the content of a row without a key, in the exchange format's order.
        later_columns: delivered columns that count only where they are filled: a row's id outlives a new column.
        said: typed columns (``=name``) of which a row that is sent again says the same.
        place: typed columns that tell the things of one key apart on one day; of rows with a second part of the key,
            the first of ``marks`` does.
        marks: typed columns to compare with rows of other days.
        event_day: typed column with the day of what happened.
        same: compares rows of different days.
        same_numbered: likewise where the key has a second part.
        most: places that one key may have within the look-back.
    """

    prefix: str
    columns: tuple[str, ...]
    later_columns: tuple[str, ...] = ()
    said: tuple[str, ...]
    place: tuple[str, ...]
    marks: tuple[str, ...]
    event_day: str
    same: Same
    same_numbered: Same
    most: int


class Identified(NamedTuple):
    """Rows with ``row_id`` and ``repeat_ordinal``, what was decided, and keys that fit too much."""

    rows: pl.DataFrame
    decisions: pl.DataFrame
    unfit: pl.DataFrame


def identify(
    rows: pl.DataFrame, naming: Naming, look_back_days: int, days: Collection[date] | None = None
) -> Identified:
    """Rows of the asked days with their ids.

    Args:
        rows: sound rows in the order of delivery, of the asked days and of those that they look back to, with
            ``NUMBER`` and ``ROOM_NUMBER``.
        naming: how they are named.
        look_back_days: how far back a day looks for rows of the same key.
        days: asked for; None: all days.

    Returns:
        The rows in their order with ``row_id`` and ``repeat_ordinal`` (identical rows of a day are counted from 1);
        ``delivery_day``, ``row_id``, ``decision`` of the rows whose key had come before; ``delivery_day``, ``key``,
        ``rows`` of keys that were not used because they fit too many things.
    """
    asked = sorted(set(rows["_delivery_day"].to_list()) if days is None else set(days))
    marked = _prepared(rows, naming)
    crowded = _crowded(marked, naming.most, look_back_days, asked)
    mine = marked.filter(pl.col("_delivery_day").is_in(asked))
    over = crowded.select(_GROUP, pl.col("delivery_day").alias("_delivery_day"), pl.lit(value=True).alias("_over"))
    mine = mine.join(over, on=[_GROUP, "_delivery_day"], how="left", maintain_order="left")
    mine = mine.with_columns(pl.when(pl.col("_over").is_null()).then(pl.col(_GROUP)).alias(_GROUP))
    told = _verdicts(marked, mine, naming, look_back_days, asked)
    named = mine.join(told, on="_at", how="left", maintain_order="left")
    unkeyed = pl.format("row:{}:{}", "_digest", "repeat_ordinal")
    keyed = pl.format("{}{}", _GROUP, pl.col("ending").fill_null(""))
    named = named.with_columns(pl.when(pl.col(_GROUP).is_null()).then(unkeyed).otherwise(keyed).alias("row_id"))
    decided = named.filter(pl.col("decision").is_not_null() & (pl.col("decision") != FIRST))
    return Identified(
        named.select(*rows.columns, "row_id", "repeat_ordinal"),
        decided.select(pl.col("_delivery_day").alias("delivery_day"), "row_id", "decision"),
        crowded.select("delivery_day", pl.col(_GROUP).str.strip_prefix(f"{naming.prefix}:").alias("key"), "rows"),
    )


def _prepared(rows: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    """Rows with their key, digest, place, content and lag."""
    room = pl.when(pl.col(ROOM_NUMBER).is_null()).then(pl.lit("")).otherwise(pl.format(":room:{}", ROOM_NUMBER))
    texts = {
        name: pl.col(f"={name}").cast(pl.String).fill_null(NOTHING)
        for name in (*naming.said, *naming.place, *naming.marks)
    }
    apart = pl.concat_str([texts[name] for name in naming.place], separator=SEPARATOR)
    marked = rows.with_columns(
        pl.Series("_digest", _digests(rows, naming), dtype=pl.String),
        pl.format(naming.prefix + ":{}{}", NUMBER, room).alias(_GROUP),
        pl.when(pl.col(ROOM_NUMBER).is_null()).then(apart).otherwise(texts[naming.marks[0]]).alias(_PLACE),
        pl.concat_str([texts[name] for name in naming.said], separator=SEPARATOR).alias(_CONTENT),
        (pl.col("_delivery_day") - pl.col(f"={naming.event_day}")).dt.total_days().alias(_LAG),
    )
    ordinal = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("_delivery_day", "_digest")
    return marked.with_columns(ordinal.alias("repeat_ordinal")).with_row_index("_at")


def _digests(rows: pl.DataFrame, naming: Naming) -> list[str]:
    cells = [pl.col(name).fill_null(NOTHING) for name in naming.columns]
    later = [
        pl.when(pl.col(name).is_null()).then(pl.lit("")).otherwise(pl.format(SEPARATOR + name + "={}", name))
        for name in naming.later_columns
    ]
    joined = rows.select(pl.concat_str([pl.concat_str(cells, separator=SEPARATOR), *later])).to_series()
    return [hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS] for text in joined]


def _crowded(marked: pl.DataFrame, most: int, look_back_days: int, asked: Sequence[date]) -> pl.DataFrame:
    """``_GROUP``, ``delivery_day``, ``rows`` of keys that fit more places than one thing may have, by asked day."""
    keyed = marked.filter(pl.col(_GROUP).is_not_null())
    many = keyed.group_by(_GROUP).agg(pl.col(_PLACE).n_unique()).filter(pl.col(_PLACE) > most)[_GROUP].to_list()
    crowd = keyed.filter(pl.col(_GROUP).is_in(many))
    crowds: list[pl.DataFrame] = []
    for day in asked if many else ():
        seen = crowd.filter(pl.col("_delivery_day").is_between(day - timedelta(days=look_back_days), day))
        counts = seen.group_by(_GROUP).agg(
            pl.col(_PLACE).n_unique(), (pl.col("_delivery_day") == day).sum().cast(pl.UInt32).alias("rows")
        )
        over = counts.filter((pl.col(_PLACE) > most) & (pl.col("rows") > 0))
        crowds.append(over.select(_GROUP, pl.lit(day).alias("delivery_day"), "rows").sort(_GROUP))
    schema = {_GROUP: pl.String(), "delivery_day": pl.Date(), "rows": pl.UInt32()}
    return pl.concat([pl.DataFrame(schema=schema), *crowds])


def _verdicts(
    marked: pl.DataFrame, mine: pl.DataFrame, naming: Naming, look_back_days: int, asked: Sequence[date]
) -> pl.DataFrame:
    """``_at``, ``ending``, ``decision`` of the asked rows whose key came more than once; all others need none."""
    wanted = mine.filter(pl.col(_GROUP).is_not_null()).select(_GROUP).unique()
    several = marked.filter(pl.col(_GROUP).is_duplicated()).join(wanted, on=_GROUP, how="semi", maintain_order="left")
    kept = set(mine.filter(pl.col(_GROUP).is_not_null())["_at"].to_list())
    endings: list[tuple[int, Verdict]] = []
    for group in several.partition_by(_GROUP, maintain_order=True):
        endings += _group_verdicts(group, naming, look_back_days, set(asked))
    told = [(at, verdict.ending, verdict.decision) for at, verdict in endings if at in kept]
    schema = {"_at": mine.schema["_at"], "ending": pl.String(), "decision": pl.String()}
    return pl.DataFrame(told, schema=schema, orient="row")


def _group_verdicts(
    group: pl.DataFrame, naming: Naming, look_back_days: int, asked: Collection[date]
) -> list[tuple[int, Verdict]]:
    same = naming.same if group[ROOM_NUMBER][0] is None else naming.same_numbered
    columns = ("_at", "_delivery_day", _PLACE, _CONTENT, _LAG, *(f"={name}" for name in naming.marks))
    days: dict[date, list[tuple[int, Sent]]] = {}
    for at, day, place, content, lag, *marks in group.select(columns).sort("_delivery_day", "_at").iter_rows():
        days.setdefault(day, []).append((at, Sent(place, content, lag, tuple(marks))))
    placed: list[tuple[int, Verdict]] = []
    for day in (day for day in days if day in asked):
        first = day - timedelta(days=look_back_days)
        window = [[sent for _, sent in rows] for when, rows in days.items() if first <= when <= day]
        placed += zip((at for at, _ in days[day]), verdicts(window, same), strict=True)
    return placed
