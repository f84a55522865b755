"""How single cells of text become values: for each kind of field the value, and the reason why it is refused.

All is vectorised, in three passes over all fields (:func:`read_fields`): the cleaned text of every delivered
column (``~source``), the values (``=name``, from the cleaned text), then the refusals (from both). One pass with
nested expressions costs several times as much, because the same text would be cleaned again and again.

What stands for a gap (``NULL``, ``n/a``, ``-``, a GUID of zeros) is decided in ``resources/sources/keys.py`` for keys,
categories and numbers alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from resources.sources.keys import USUAL, Placeholders, key_expression, placeholder_expression

_SHOWN_CHARACTERS = 60
_WHOLE = r"^[+-]?\d{1,9}(\.0+)?$"  # 2 and 2.0: a column that passed through floats on its way
_DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One contract column.

    Attributes:
        source: delivered column to name when the cell is refused.
        name: contract column.
        value: the typed value over cleaned texts; null where missing or refused.
        is_bad: true where the cell is refused, over cleaned texts and values; never null.
        expected: what a sound cell holds.
    """

    source: str
    name: str
    value: pl.Expr
    is_bad: pl.Expr
    expected: str = "any text"

    @property
    def reason(self) -> pl.Expr:
        """``got '...', expected ...`` where the cell is refused, null elsewhere."""
        got = pl.col(self.source).fill_null("nothing").str.slice(0, _SHOWN_CHARACTERS)
        return pl.when(self.is_bad).then(pl.format("got '{}', expected {}", got, pl.lit(self.expected)))


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """Which texts stand for a missing value.

    Attributes:
        words: in any column.
        of_column: in the columns where they differ, because a word of the list is a value there.
        coded: columns of keys and codes, where zeros stand for none.
    """

    words: Placeholders = USUAL
    of_column: Mapping[str, Placeholders] = field(default_factory=dict[str, Placeholders])
    coded: frozenset[str] = frozenset()

    def in_column(self, column: str) -> pl.Expr:
        """True where the column's text stands for a gap; null for null."""
        words = self.of_column.get(column, self.words)
        return placeholder_expression(pl.col(column), words, zeros=column in self.coded)


NO_GAPS_BUT_THE_USUAL = Gaps()


def read_fields(
    rows: pl.DataFrame, columns: Sequence[str], fields: Sequence[Field], gaps: Gaps = NO_GAPS_BUT_THE_USUAL
) -> pl.DataFrame:
    """``rows`` with ``~column`` (cleaned text), ``=name`` (value) and ``_is_bad`` (any field refused).

    Args:
        rows: delivered text columns.
        columns: delivered columns that the fields are made from.
        fields: what to read.
        gaps: texts that stand for a missing value.
    """
    texts = [pl.when(~gaps.in_column(name)).then(pl.col(name).str.strip_chars()).alias(f"~{name}") for name in columns]
    values = rows.with_columns(texts).with_columns(field.value.alias(f"={field.name}") for field in fields)
    return values.with_columns(pl.any_horizontal(field.is_bad for field in fields).alias("_is_bad"))


def plain(source: str) -> pl.Expr:
    """The cell without blanks around it; null for a gap."""
    return pl.col(f"~{source}")


def value_of(name: str) -> pl.Expr:
    """The value that was read for a contract column."""
    return pl.col(f"={name}")


def where(condition: pl.Expr) -> pl.Expr:
    """The condition, false where it can't be told."""
    return condition.fill_null(value=False)


def whole_number(
    source: str, name: str, *, minimum: int = 0, maximum: int | None = None, nullable: bool = False
) -> Field:
    """A whole number within bounds (Int32)."""
    text = plain(source)
    value = pl.when(text.str.contains(_WHOLE)).then(text).str.replace(r"\.0+$", "").cast(pl.Int32, strict=False)
    return _bounded(source, name, value, minimum, maximum, "a whole number", nullable=nullable)


def decimal(
    source: str, name: str, *, minimum: float = 0.0, maximum: float | None = None, nullable: bool = False
) -> Field:
    """A decimal number with a point, within bounds (Float64); ``nan`` and ``inf`` are refused."""
    text = plain(source)
    value = pl.when(text.str.contains(_DECIMAL)).then(text).cast(pl.Float64, strict=False)
    return _bounded(source, name, value, minimum, maximum, "a number", nullable=nullable)


def _bounded(
    source: str, name: str, value: pl.Expr, minimum: float, maximum: float | None, kind: str, *, nullable: bool
) -> Field:
    read, text = value_of(name), plain(source)
    outside = (read < minimum) if maximum is None else ~read.is_between(minimum, maximum)
    unread = (read.is_null() & text.is_not_null()) if nullable else read.is_null()
    bounds = f"{minimum} or more" if maximum is None else f"from {minimum} to {maximum}"
    return Field(source=source, name=name, value=value, is_bad=unread | where(outside), expected=f"{kind}, {bounds}")


def flag(source: str, name: str) -> Field:
    """A truth value written 0 or 1."""
    text = plain(source).str.replace(r"\.0+$", "")
    return Field(
        source=source,
        name=name,
        value=pl.when(text.is_in(["0", "1"])).then(text == "1"),
        is_bad=value_of(name).is_null(),
        expected="0 or 1",
    )


def label(source: str, name: str, *, allowed: Iterable[str] | None = None, nullable: bool = False) -> Field:
    """A word or code. Without ``allowed`` any word is sound; gaps are sound where ``nullable``."""
    text = plain(source)
    is_bad = pl.lit(value=False) if nullable else text.is_null()
    expected = "a value"
    if allowed is not None:
        levels = list(allowed)
        is_bad = is_bad | where(~text.is_in(levels))
        expected = f"one of {', '.join(levels)}"
    return Field(source=source, name=name, value=text, is_bad=is_bad, expected=expected)


def code(source: str, name: str) -> Field:
    """A coded id (agent, company); a gap means none. ``9.0`` is the id 9 that passed through floats."""
    text = plain(source).str.replace(r"^(\d+)\.0+$", "${1}")
    return Field(source=source, name=name, value=text, is_bad=pl.lit(value=False))


def contact(source: str, name: str) -> Field:
    """A name or address as delivered; null for a gap: what stands for nobody must join nobody."""
    value = pl.when(plain(source).is_not_null()).then(pl.col(source))
    return Field(source=source, name=name, value=value, is_bad=pl.lit(value=False))


def key(source: str, name: str, words: Placeholders) -> Field:
    """A key in its one spelling; null for a gap."""
    return Field(source=source, name=name, value=key_expression(pl.col(source), words), is_bad=pl.lit(value=False))


def free_text(source: str, name: str) -> Field:
    """Text as delivered; null where there is nothing but blanks. Words such as NA are text here."""
    text = pl.col(source)
    value = pl.when(text.str.strip_chars() != "").then(text)
    return Field(source=source, name=name, value=value, is_bad=pl.lit(value=False))
