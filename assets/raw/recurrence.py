"""What a key that comes again is taken for: the same row once more, a correction, or another room of a reservation.

Without a room number a reservation's rows say by their content which room they are about. On one day, rows that
differ in hotel, room type, dates, rate, party or guest are rooms; of others the last one counts. On a later day a row
takes the place of the room that it agrees with (:func:`same_room`), and is a further room where there is none.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

FIRST, ROOM, CORRECTION, REPEAT, REPLACED = DECISIONS = ("first", "room", "correction", "repeat", "replaced")
PART = ":part:"  # in small letters: no key holds any (resources/sources/keys.py), so that ids can't be forged
AGAIN = ":again:"
_DIGITS = 12
_ENOUGH_MARKS = 3


class Sent(NamedTuple):
    """One delivered row of a key.

    Attributes:
        place: what tells it from other things of the day; equal for rows about one thing.
        content: all that it says.
        lag: days between what happened and the delivery.
        marks: what is compared with rows of other days (see :data:`Same`).
    """

    place: str
    content: str
    lag: int
    marks: tuple[Any, ...]


Same = Callable[[Sent, Sent], int]


class Verdict(NamedTuple):
    """The ending of a row's id, and what the row is taken for."""

    ending: str
    decision: str


def same_room(earlier: Sent, later: Sent) -> int:
    """How far a later row agrees with an earlier one about a room of the same reservation; 0: another room.

    A row that comes as promptly as the earlier one did tells of something new, and is the same room only where all of
    room and dates are the same. A row that comes later after its event looks back: it is a correction when three of
    room type, arrival, nights, rate and day of departure are the same, the room type or the rate among them.

    Args:
        earlier: ``marks`` are hotel, room type given, room type booked, arrival, nights, rate, day of the status.
        later: likewise.
    """
    hotel, given, *old = earlier.marks
    new_hotel, new_given, *new = later.marks
    if hotel != new_hotel:
        return 0
    booked, arrival, nights, rate, departure = (one == two for one, two in zip(old, new, strict=True))
    agreed = sum((booked, arrival, nights, rate, departure))
    if later.lag <= earlier.lag:
        return agreed if given == new_given and booked and arrival and nights else 0
    return agreed if agreed >= _ENOUGH_MARKS and (booked or rate) else 0


def same_numbered_room(earlier: Sent, later: Sent) -> int:
    """A room with a number stays that room whatever else is said of it, in one hotel."""
    return int(earlier.marks[0] == later.marks[0])


def same_review(earlier: Sent, later: Sent) -> int:
    """A key of the platform names one review of one hotel; what was posted anew speaks of the same stay.

    Args:
        earlier: ``marks`` are hotel, day of posting, country, tags.
        later: likewise.
    """
    hotel, posted, country, tags = (one == two for one, two in zip(earlier.marks, later.marks, strict=True))
    if not hotel:
        return 0
    return int(later.lag > earlier.lag or posted or (country and tags)) + posted


@dataclass
class _Thing:
    ending: str
    last: Sent


def verdicts(days: Sequence[Sequence[Sent]], same: Same) -> list[Verdict]:
    """What the last day's rows of one key are taken for, as the days up to it tell.

    Args:
        days: rows by day, in the order of delivery; the last day is asked for.
        same: agreement of a later row with an earlier one, 0 where they are about different things.
    """
    things: list[_Thing] = []
    decided: list[Verdict] = []
    for rows in days:
        decided = _day(rows, things, same)
    return decided


def _day(rows: Sequence[Sent], things: list[_Thing], same: Same) -> list[Verdict]:
    by_place: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        by_place.setdefault(row.place, []).append(index)
    decided: list[Verdict] = [Verdict("", REPLACED)] * len(rows)
    chosen = {place: _last_said(rows, indexes) for place, indexes in by_place.items()}
    met = _met([rows[index] for index in chosen.values()], things, same)
    for (place, index), thing in zip(chosen.items(), met, strict=True):
        ending, decision = _told(rows[index], thing, things)
        decided[index] = Verdict(ending, decision)
        others = (other for other in by_place[place] if other != index)
        for number, other in enumerate(others, start=2):
            is_same = rows[other].content == rows[index].content
            decided[other] = Verdict(f"{ending}{AGAIN}{number}", REPEAT if is_same else REPLACED)
    return decided


def _last_said(rows: Sequence[Sent], indexes: Sequence[int]) -> int:
    """The first of the rows that say what the last one says."""
    return next(index for index in indexes if rows[index].content == rows[indexes[-1]].content)


def _met(rows: Sequence[Sent], things: Sequence[_Thing], same: Same) -> list[_Thing | None]:
    """The earlier thing that each row of a day is about, each at most once: equal places first."""
    by_place = {thing.last.place: thing for thing in reversed(things)}
    met: list[_Thing | None] = [by_place.get(row.place) for row in rows]
    taken = {id(thing) for thing in met}
    free = [thing for thing in things if id(thing) not in taken]
    for index, row in enumerate(rows):
        if met[index] is None and free:
            agreed = [same(thing.last, row) for thing in free]
            if best := max(agreed):
                met[index] = free.pop(agreed.index(best))
    return met


def _told(row: Sent, thing: _Thing | None, things: list[_Thing]) -> Verdict:
    if thing is not None:
        decision = REPEAT if row.content == thing.last.content else CORRECTION
        thing.last = row
        return Verdict(thing.ending, decision)
    ending = ""
    if things:
        digest = hashlib.sha256(row.place.encode()).hexdigest()[:_DIGITS]
        taken = sum(item.ending.startswith(f"{PART}{digest}") for item in things)
        ending = f"{PART}{digest}" + (f":{taken + 1}" if taken else "")
    things.append(_Thing(ending, row))
    return Verdict(ending, ROOM if len(things) > 1 else FIRST)
