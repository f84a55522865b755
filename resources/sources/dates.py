"""Days and points in time as files write them, brought into the exchange format.

The exchange format writes a day ``YYYY-MM-DD`` (bookings) or ``M/D/YYYY`` (reviews) and a time as local time without a
zone. Files write more: other separators, a time behind the day, a zone, the day before the month. What can be read in
one way only is rewritten; the order of day and month is inferred from the whole column, never row by row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from resources.errors import SourceError
from resources.sources.file_rules import AUTO, DAY_FIRST, MONTH_FIRST, SECTION, YEAR_FIRST, FileRules

ISO_DAY = "YYYY-MM-DD"
US_DAY = "M/D/YYYY"
_PUBLISHED_ON = date(2017, 8, 3)  # Review_Date plus days_since_review, in every row of the published file
_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?"
_ZONE = r"\s?(?:Z|UTC|[+-]\d{2}:?\d{2})"
_YEAR_FIRST = rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}$"
_YEAR_LAST = rf"^(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}$"
_POINT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}.*")
_ZONED = rf"^\d{{4}}-\d{{2}}-\d{{2}}[T ]+\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?{_ZONE}$"
_MONTHS_OF_A_YEAR = 12
_EVIDENCE_SHARE, _SLIP_SHARE = 0.01, 0.01  # rows that show an order, of all; rows that show the other one, of those
_CLEAR = 3  # times as many rows must show the order that a single slip is measured against
_SAME_ANCHOR = 0.9
_ON_THE_DAY = 1  # days between a row's day and its delivery
_NEAR = timedelta(days=31)  # a day so far from the history of the other file may still be of the same one


def iso_day(text: pl.Expr) -> pl.Expr:
    """The day of text such as ``2016-02-29``; null where it isn't one (wrong form, impossible date)."""
    clean = text.str.strip_chars()
    written = pl.when(clean.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(clean)
    return written.str.to_date("%Y-%m-%d", strict=False)


def us_day(text: pl.Expr) -> pl.Expr:
    """The day of text such as ``8/3/2017`` (month first); null where it isn't one."""
    clean = text.str.strip_chars()
    written = pl.when(clean.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}$")).then(clean)
    return written.str.to_date("%m/%d/%Y", strict=False)


@dataclass(frozen=True, kw_only=True)
class DayColumn:
    """A column of days, and what else tells the order of day and month in it.

    Attributes:
        name: of the column.
        form: how the exchange format writes it, ``ISO_DAY`` or ``US_DAY``.
        ages: column that counts the days from this day to the one on which the file was made, if there is one.
        delivered: business day of the whole file, where its name tells it.
        others: first and last day of what was delivered beside it, if anything was.
    """

    name: str
    form: str
    ages: str | None = None
    delivered: date | None = None
    others: tuple[date, date] | None = None


def with_exchange_days(rows: pl.DataFrame, column: DayColumn, rules: FileRules) -> pl.DataFrame:
    """Rows whose day column is in the exchange format, as far as it can be read.

    A cell that says a day in another order than the rest of the column gets a ``_problem``; a cell that is no day at
    all stays as it is, and the raw room says so.

    Raises:
        SourceError: nothing in the column tells which of two orders is meant, or rows contradict each other.
    """
    name = column.name
    zoned = local_text(rows[name], rules.time_zone)
    parts = _parts(zoned)
    _refuse_day_in_the_middle(parts, rows, column)
    if not parts["is_last"].any() and zoned.equals(rows[name]) and column.form == ISO_DAY and _is_plain(zoned):
        return rows
    order = _order(parts, rows, column, rules)
    days = _days(parts, order)
    form = "%Y-%m-%d" if column.form == ISO_DAY else "%-m/%-d/%Y"
    reader = iso_day if column.form == ISO_DAY else us_day
    told = pl.DataFrame({"text": zoned, "day": days, "is_last": parts["is_last"]}).with_columns(
        known=reader(pl.col("text"))
    )
    stays = pl.col("day").is_null() | (pl.col("day") == pl.col("known")).fill_null(value=False)
    written = told.select(pl.when(stays).then("text").otherwise(pl.col("day").dt.strftime(form))).to_series()
    is_some_day = _days(parts, MONTH_FIRST).is_not_null() | _days(parts, DAY_FIRST).is_not_null()
    misfit = told["is_last"] & days.is_null() & is_some_day
    reason = pl.format(f"{name} '{{}}' is not written {_SHOWN[order]} like the rest of the column", pl.col(name))
    return rows.with_columns(
        written.alias(name), pl.coalesce("_problem", pl.when(misfit).then(reason)).alias("_problem")
    )


def _refuse_day_in_the_middle(parts: pl.DataFrame, rows: pl.DataFrame, column: DayColumn) -> None:
    """``YYYY-DD-MM`` would lose the days above 12 and take the others for days of another month."""
    early = parts.filter("is_first")
    over = pl.col("first") > _MONTHS_OF_A_YEAR, pl.col("second") > _MONTHS_OF_A_YEAR
    turned = early.filter(over[0] & ~over[1]).height
    sound = early.filter(over[1] & ~over[0]).height
    if turned > max(1, sound * _SLIP_SHARE) or (turned and not sound):
        message = (
            f"{rows['_source_file'][0]}: {column.name} has the day before the month behind the year (YYYY-DD-MM) in "
            f"{turned} rows and after it in {sound}; write the column as YYYY-MM-DD"
        )
        raise SourceError(message)


_SHOWN = {MONTH_FIRST: "M/D/YYYY", DAY_FIRST: "D/M/YYYY", YEAR_FIRST: "YYYY-MM-DD"}


def local_text(cells: pl.Series, time_zone: str) -> pl.Series:
    """Cells with every point in time that has a zone (``Z``, ``+02:00``) as local time of the business, without one.

    Cells without a zone are local already, and stay as they are.
    """
    clean = cells.str.strip_chars()
    is_zoned = clean.str.contains(_ZONED).fill_null(value=False)
    if not is_zoned.any():
        return cells
    zone = ZoneInfo(time_zone)
    points = clean.filter(is_zoned).unique(maintain_order=True).to_list()
    table = {point: _local(point, zone) for point in points}
    moved = clean.replace_strict(table, default=None, return_dtype=pl.String)
    return moved.zip_with(is_zoned, cells).alias(cells.name)


def _local(point: str, zone: ZoneInfo) -> str:
    text = re.sub(r"\s*UTC$", "Z", point).replace(",", ".")
    text = re.sub(r"\s+([+-]\d{2}:?\d{2}|Z)$", r"\1", text)
    day, _, rest = re.sub(r"[T ]+", "T", text, count=1).partition("T")
    rest = rest if rest[1:2] != ":" else f"0{rest}"
    try:
        return datetime.fromisoformat(f"{day}T{rest}").astimezone(zone).replace(tzinfo=None).isoformat()
    except (ValueError, OverflowError):
        return point


def _is_plain(cells: pl.Series) -> bool:
    return bool(cells.drop_nulls().str.contains(r"^\s*(\d{4}-\d{2}-\d{2})?\s*$").all())


def _parts(cells: pl.Series) -> pl.DataFrame:
    """``first``, ``second``, ``year`` of every cell, and which of the two forms it has."""
    clean = cells.str.strip_chars()
    first = pl.DataFrame({"text": clean}).select(
        is_first=pl.col("text").str.contains(_YEAR_FIRST).fill_null(value=False),
        is_last=pl.col("text").str.contains(_YEAR_LAST).fill_null(value=False),
        early=pl.col("text").str.extract_groups(_YEAR_FIRST),
        late=pl.col("text").str.extract_groups(_YEAR_LAST),
    )
    part: Callable[[str, str], pl.Expr] = lambda group, index: pl.col(group).struct.field(index).cast(pl.Int32)  # noqa: E731
    return first.select(
        "is_first",
        "is_last",
        year=pl.coalesce(part("early", "1"), part("late", "3")),
        first=pl.coalesce(part("early", "2"), part("late", "1")),
        second=pl.coalesce(part("early", "3"), part("late", "2")),
    )


def _days(parts: pl.DataFrame, order: str) -> pl.Series:
    """The day of each cell, year first read as it is; null where it is none."""
    turned = pl.col("is_last") & (order == DAY_FIRST)
    month = pl.when(turned).then("second").otherwise("first")
    day = pl.when(turned).then("first").otherwise("second")
    text = pl.format("{}-{}-{}", pl.col("year"), month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2))
    read = pl.when(pl.lit(order != YEAR_FIRST) | ~pl.col("is_last")).then(text)
    return parts.select(read.str.to_date("%Y-%m-%d", strict=False)).to_series()


def _order(parts: pl.DataFrame, rows: pl.DataFrame, column: DayColumn, rules: FileRules) -> str:
    """The order of day and month in the cells that end with the year."""
    if rules.settings.date_order != AUTO:
        return rules.settings.date_order
    last = parts.filter("is_last")
    over = pl.col("first") > _MONTHS_OF_A_YEAR, pl.col("second") > _MONTHS_OF_A_YEAR
    day_first = last.filter(over[0] & ~over[1]).height
    month_first = last.filter(over[1] & ~over[0]).height
    if day_first and month_first:
        return _of_both(rows, column, day_first, month_first)
    shown = max(day_first, month_first)
    if shown and shown >= last.height * _EVIDENCE_SHARE:
        return DAY_FIRST if day_first else MONTH_FIRST
    if last.filter(pl.col("first") != pl.col("second")).is_empty():
        return MONTH_FIRST
    if order := _by_age(parts, rows, column) or _by_delivery(parts, column) or _by_others(parts, column):
        return order
    raise _refusal(rows, column, "every day could be the month as well")


def _of_both(rows: pl.DataFrame, column: DayColumn, day_first: int, month_first: int) -> str:
    few, many = sorted((day_first, month_first))
    if few <= max(1, many * _SLIP_SHARE) and many > few * _CLEAR:
        return DAY_FIRST if day_first > month_first else MONTH_FIRST
    raise _refusal(rows, column, f"{month_first} rows have the month first and {day_first} the day")


def _refusal(rows: pl.DataFrame, column: DayColumn, why: str) -> SourceError:
    return SourceError(
        f"{rows['_source_file'][0]}: the order of day and month in {column.name} can't be told: {why}; set "
        f"{SECTION}.date_order to {MONTH_FIRST} (month first) or {DAY_FIRST} (day first)"
    )


def _by_age(parts: pl.DataFrame, rows: pl.DataFrame, column: DayColumn) -> str | None:
    """The order under which day and age give the same day in every row: the one on which the file was made."""
    if column.ages is None or column.ages not in rows.columns:
        return None
    ages = rows[column.ages].str.extract(r"^\s*(\d{1,5})(?: days?)?\s*$").cast(pl.Int32)
    shares: list[tuple[float, date, str]] = []
    for order in (MONTH_FIRST, DAY_FIRST):
        made = pl.DataFrame({"day": _days(parts, order), "age": ages}).drop_nulls()
        made = made.select(day=pl.col("day") + pl.duration(days="age"))["day"].value_counts(sort=True)
        if made.height:
            shares.append((made["count"][0] / made["count"].sum(), made["day"][0], order))
    fitting = [(day, order) for share, day, order in shares if share >= _SAME_ANCHOR]
    if len(fitting) == 1:
        return fitting[0][1]
    return next((order for day, order in fitting if day == _PUBLISHED_ON), None)


def _by_delivery(parts: pl.DataFrame, column: DayColumn) -> str | None:
    """The order that the day of the delivery allows; the exchange format's own where that one does as well."""
    if column.delivered is None:
        return None
    distance = {}
    for order in (MONTH_FIRST, DAY_FIRST):
        days = _days(parts, order).drop_nulls()
        before = (pl.Series([column.delivered]) - days).dt.total_days() if len(days) else pl.Series([0])
        is_future = before.median() < -_ON_THE_DAY  # type: ignore[operator]
        distance[order] = None if is_future else abs(before.median())  # type: ignore[arg-type]
    month_first, day_first = distance[MONTH_FIRST], distance[DAY_FIRST]
    if month_first is None or day_first is None:
        known = [order for order, far in distance.items() if far is not None]
        return known[0] if known else None
    if column.form == US_DAY and (month_first <= _ON_THE_DAY or day_first > _ON_THE_DAY):
        return MONTH_FIRST
    return None


def _by_others(parts: pl.DataFrame, column: DayColumn) -> str | None:
    """The only order under which the days lie in the history of what was delivered beside them."""
    if column.others is None:
        return None
    first, last = column.others
    fitting: list[str] = []
    for order in (MONTH_FIRST, DAY_FIRST):
        days = _days(parts, order).drop_nulls()
        if len(days) and days.is_between(first - _NEAR, last + _NEAR).mean() >= _SAME_ANCHOR:  # type: ignore[operator]
            fitting.append(order)
    return fitting[0] if len(fitting) == 1 else None
