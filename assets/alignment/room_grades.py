"""What is believed of room names and room types before any pair is learned: a dearer type bears a grander name.

Letter codes of types climb with the price, names climb with the words that the trade uses. Both are put on one
ladder of grades; how firmly a name's grade follows its type's is a setting, and learning overrules it.
"""

import re

import polars as pl

SMALL, STANDARD, SUPERIOR, DELUXE, FAMILY, SUITE = range(6)
# Mean rate per night of the completed public bookings by reserved type: city B 87, A 97, D 128, E 153, F 185
# (1.5 children), G 194; resort A 74, D 100, E 109, F 129, C 154 (1.2 children), G 160, H 181.
GRADE_OF_CODE = {
    "A": STANDARD, "B": SMALL, "C": FAMILY, "D": SUPERIOR, "E": DELUXE, "F": FAMILY, "G": SUITE, "H": SUITE,
}  # fmt: skip
# The same bookings' share of each grade: how common names of a grade are before any review was counted.
COMMON_GRADE = (0.01, 0.705, 0.176, 0.062, 0.035, 0.012)
# Words of room names, the public reviews' among them; the first rung that a name has a word of is its grade.
_WORDS = (
    (SUITE, frozenset({"suite", "apartment", "penthouse", "villa"})),
    (FAMILY, frozenset({"family", "triple", "quadruple", "quad"})),
    (DELUXE, frozenset({"deluxe", "executive", "club", "premium", "luxury", "privilege"})),
    (SUPERIOR, frozenset({"superior"})),
    (SMALL, frozenset({"single", "small", "compact", "budget", "economy"})),
)


def grade_of_name(name: str) -> int:
    """Grade of a room's name; a name without any of the words is a standard room."""
    words = frozenset(re.findall(r"[a-z]+", name.lower()))
    return next((grade for grade, telling in _WORDS if words & telling), STANDARD)


def grade_of_type(stay_room: str) -> int | None:
    """Grade of ``stay_room`` ("city A"): by its letter, by its words where it has a name, None where neither tells."""
    code = stay_room.split(" ", 1)[-1]
    if len(code) > 1:
        return grade_of_name(code)
    return GRADE_OF_CODE.get(code)


def grades_of(values: pl.Series, *, is_type: bool) -> pl.Series:
    """Grade of each value as Int64, null where it has none."""
    distinct = values.drop_nulls().unique().sort().to_list()
    table = {value: grade_of_type(value) if is_type else grade_of_name(value) for value in distinct}
    return values.replace_strict(table, default=None, return_dtype=pl.Int64)
