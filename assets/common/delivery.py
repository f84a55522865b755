"""Whether the source has delivered a day, and why not: asked of the source, said in the same words everywhere."""

from collections.abc import Sequence
from datetime import date

from resources.contract import CheckOutcome
from resources.sources.base import Source, Stream

DELIVERY_CHECK = "delivery_has_come"
DELIVERY_ADVICE = (
    "the file of the day is missing or can't be read, and the day has no rows, or still those of the delivery before: "
    "the reason names the file; put a sound one into its place, and the daemon or `stayworth backfill` makes the day"
)
UNREAD_CHECK = "every_file_is_read"
UNREAD_ADVICE = "a file that looks like a delivery is none by its name and was not read: rename it as the reason says"
HOTELS_CHECK = "hotels_are_listed"
HOTELS_ADVICE = (
    "a hotel without a sound row in the list has no name, so its reviews pair with no stay: mend `hotels.csv` as the "
    "reasons say"
)
SOURCE_CHECKS = (DELIVERY_CHECK, UNREAD_CHECK, HOTELS_CHECK)
_MOST_REASONS = 20


def why_missing(source: Source, stream: str, day: date) -> str:
    """Why a day has no delivery, in the source's words where it has any."""
    return _reason(source, stream, day) or f"the source has delivered no {stream} for this day"


def _reason(source: Source, stream: str, day: date) -> str | None:
    """Why a day has no delivery: what came can't be read, or nothing came. None where the source does not say."""
    for name in ("problem", "absence") if stream in tuple(Stream) else ():
        ask = getattr(source, name, None)
        if ask is not None and (reason := ask(Stream(stream), day)):
            return reason
    return None


def delivery_outcome(source: Source, stream: str, days: Sequence[date]) -> CheckOutcome:
    """Whether every day has come and can be read, with the reason of each that hasn't.

    A stream that the source does not deliver at all is no gap of any day.
    """
    asked = days if stream in source.streams else ()
    reasons = {day: reason for day in asked if (reason := _reason(source, stream, day))}
    return CheckOutcome(
        name=DELIVERY_CHECK,
        passed=not reasons,
        rows=len(reasons),
        failed_days=frozenset(reasons),
        advice=DELIVERY_ADVICE,
        metadata={"reasons": {str(day): reason for day, reason in list(reasons.items())[:_MOST_REASONS]}},
    )


def unread_outcome(source: Source, stream: str, days: Sequence[date]) -> CheckOutcome:
    """Whether all files of those days are read: one under another name is not."""
    asked = set(days)
    unread = [
        item for item in getattr(source, "unread", ())
        if item.stream in (None, stream) and (item.day is None or item.day in asked)
    ]  # fmt: skip
    return CheckOutcome(
        name=UNREAD_CHECK,
        passed=not unread,
        rows=len(unread),
        failed_days=frozenset(item.day for item in unread if item.day is not None),
        advice=UNREAD_ADVICE,
        is_blocking=False,
        metadata={"reasons": {item.name: item.reason for item in unread[:_MOST_REASONS]}},
    )


def hotels_outcome(source: Source) -> CheckOutcome:
    """Whether the list of hotels is sound and holds every hotel that bookings name."""
    notes = getattr(source, "hotel_notes", [])
    return CheckOutcome(
        name=HOTELS_CHECK,
        passed=not notes,
        rows=len(notes),
        advice=HOTELS_ADVICE,
        is_blocking=False,
        metadata={"reasons": {str(number): note for number, note in enumerate(notes[:_MOST_REASONS], start=1)}},
    )


def source_outcomes(source: Source, stream: str, days: Sequence[date]) -> list[CheckOutcome]:
    """The outcomes of :func:`source_checks` for the asked days of a stream."""
    outcomes = [delivery_outcome(source, stream, days), unread_outcome(source, stream, days)]
    return [*outcomes, hotels_outcome(source)] if stream == Stream.BOOKINGS else outcomes


def source_checks(stream: str | None) -> dict[str, str]:
    """Names of the checks of a stream's table, with what to do when they fail."""
    if stream not in tuple(Stream):
        return {}
    told = {DELIVERY_CHECK: DELIVERY_ADVICE, UNREAD_CHECK: UNREAD_ADVICE}
    return told | {HOTELS_CHECK: HOTELS_ADVICE} if stream == Stream.BOOKINGS else told
