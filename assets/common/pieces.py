"""A range of days in pieces that fit into memory: like runs one after another, told as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from resources.contract import CheckOutcome
from resources.lake import Lake

_EXAMPLES = 5


def pieces(
    lake: Lake, assets: Sequence[str], days: Sequence[date], rows: int | None, fewest_days: int = 1
) -> list[list[date]]:
    """Days cut where the stored rows that they bring exceed ``rows``; a day is never cut, a piece never empty.

    Args:
        lake: counts the rows of each day.
        assets: tables whose rows count; look-backs don't, every piece has its own.
        days: ascending.
        rows: None: all days at once.
        fewest_days: a piece of fewer goes on, whatever its rows.
    """
    if rows is None:
        return [list(days)]
    parts: list[list[date]] = []
    total = 0
    for day in days:
        brought = sum(record.rows_out for asset in assets if (record := lake.record(asset, day)))
        if not parts or (total + brought > rows and len(parts[-1]) >= fewest_days):
            parts.append([])
            total = 0
        parts[-1].append(day)
        total += brought
    return parts


def outcomes_together(before: Sequence[CheckOutcome], now: Sequence[CheckOutcome]) -> list[CheckOutcome]:
    """One outcome per check over two pieces, in the order of the later one."""
    known = {outcome.name: outcome for outcome in before}
    return [_both(known[outcome.name], outcome) if outcome.name in known else outcome for outcome in now]


def _both(one: CheckOutcome, two: CheckOutcome) -> CheckOutcome:
    return replace(
        two,
        passed=one.passed and two.passed,
        rows=one.rows + two.rows,
        failed_days=one.failed_days | two.failed_days,
        examples=(*one.examples, *two.examples)[:_EXAMPLES],
        metadata=metadata_together(one.metadata, two.metadata),
    )


def metadata_together(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of two pieces added up, also those in a mapping; of anything else the later one's."""
    together = {**before, **now}
    for name in before.keys() & now.keys():
        one, two = before[name], now[name]
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            together[name] = metadata_together(one, two)
        elif type(one) is int and type(two) is int:
            together[name] = one + two
    return together
