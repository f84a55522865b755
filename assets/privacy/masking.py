"""Masks personal data in review text: names, e-mails, phones, card, booking and passport numbers.

Rules, not a model: they are deterministic, need no download, and each can be read and tested. They lean
towards leaving everyday words alone; what they miss is stated in ``docs/privacy/masking.md``. Polars finds the
texts that could hold something; only those are walked through.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assets.privacy import email_rules, name_cues, name_rules, number_rules
from assets.privacy.email_rules import find_emails
from assets.privacy.name_cues import find_told_names
from assets.privacy.name_rules import find_names, merged_spans
from assets.privacy.number_rules import find_numbers

TEXT_COLUMNS = ("title", "positive_text", "negative_text")
COUNT_COLUMNS = ("masked_names", "masked_emails", "masked_phones", "masked_numbers")
NAME, EMAIL, PHONE, NUMBER = "[name]", "[email]", "[phone]", "[number]"

RESIDUAL_EMAIL = r"[\w.+%-]+@[\w-]+\.[\w-]+"
RESIDUAL_PHONE = r"\+\d(?:[ .\-/()]{0,2}\d){6,14}\b"


# Texts that pass none of these hold nothing that the rules below could change.
_GATES = (email_rules.GATE, name_rules.GATE, *number_rules.GATES, *name_cues.GATES)
_ALL = (True,) * len(_GATES)


def _plain_signs() -> dict[int, str]:
    """Digits of any script, full-width letters and signs, and every kind of blank and dash, by their plain sign."""
    plain: dict[int, str] = {}
    for code in range(128, sys.maxunicode + 1):
        sign = chr(code)
        kind = unicodedata.category(sign)
        if kind == "Nd":
            plain[code] = str(unicodedata.digit(sign))
        elif kind in {"Zs", "Pd"} or sign in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
            plain[code] = " " if kind == "Zs" else "-"
        elif 0xFF01 <= code <= 0xFF5E or 0x24B6 <= code <= 0x24E9:  # full width, in circles
            plain[code] = unicodedata.normalize("NFKC", sign)
    return plain


_PLAIN = _plain_signs()
_RUNS = re.compile(r"\s{20,}|[^\W\d]{200,}")


@dataclass(frozen=True)
class Masked:
    """A masked text and how many items of each kind were found in it."""

    text: str
    names: int = 0
    emails: int = 0
    phones: int = 0
    numbers: int = 0


def mask_text(text: str, *, staff_names: bool = True) -> Masked:
    """One text with its personal data replaced by ``[name]``, ``[email]``, ``[phone]``, ``[number]``.

    Args:
        text: any text.
        staff_names: also mask first names of employees ("thanks to Sara at reception").

    Example:
        >>> mask_text("Regards, John Smith. Call me on +44 20 7946 0958").text
        'Regards, [name]. Call me on [phone]'
    """
    return _masked(text, _ALL, staff_names=staff_names)


def _masked(text: str, passed: Sequence[bool], *, staff_names: bool) -> Masked:
    plain = _plain(text)
    emails = find_emails(plain) if passed[0] else []
    plain = _blanked(plain, emails)
    phones, numbers = find_numbers(plain, passed[2:5])
    plain = _blanked(plain, [*phones, *numbers])
    names = find_names(plain, staff_names=staff_names) if passed[1] else []
    names = merged_spans([*names, *find_told_names(plain, staff_names=staff_names, passed=passed[5:])])
    kinds = ((emails, EMAIL), (phones, PHONE), (numbers, NUMBER), (names, NAME))
    for start, stop, token in sorted(((*span, token) for spans, token in kinds for span in spans), reverse=True):
        text = f"{text[:start]}{token}{text[stop:]}"
    return Masked(text, len(names), len(emails), len(phones), len(numbers))


def _plain(text: str) -> str:
    """The text, sign by sign, with plain digits, blanks and dashes."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    # Long runs of blanks or of one word's letters would cost the patterns time without end, and join nothing.
    return _RUNS.sub(lambda match: chr(0) * len(match.group()), plain)


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with what was masked already taken out, at the same places; nothing is looked for there again."""
    for start, stop in spans:
        text = f"{text[:start]}{chr(0) * (stop - start)}{text[stop:]}"
    return text


def mask_reviews(reviews: pl.DataFrame, *, staff_names: bool = True) -> pl.DataFrame:
    """Reviews with masked title and texts, and the four counts summed over them, in row order.

    Args:
        reviews: ``title``, ``positive_text``, ``negative_text`` (nulls stay null) and any other columns.
        staff_names: see :func:`mask_text`.
    """
    counts = {name: pl.zeros(reviews.height, pl.Int32, eager=True).alias(name) for name in COUNT_COLUMNS}
    columns = []
    for name in TEXT_COLUMNS:
        masked, masked_counts = _mask_column(reviews[name], staff_names=staff_names)
        columns.append(masked)
        counts = {count: (counts[count] + masked_counts[count]).alias(count) for count in COUNT_COLUMNS}
    return reviews.with_columns(*columns, *counts.values())


def _mask_column(column: pl.Series, *, staff_names: bool) -> tuple[pl.Series, pl.DataFrame]:
    """The masked column and its counts; texts that pass no gate are not touched."""
    text, passed = pl.col("text"), [f"gate_{number}" for number in range(len(_GATES))]
    gates = [
        text.str.contains(gate).fill_null(value=False).alias(name) for name, gate in zip(passed, _GATES, strict=True)
    ]
    table = pl.DataFrame({"text": column.cast(pl.String)}).with_row_index("row").with_columns(gates)
    suspects = table.filter(pl.any_horizontal(passed))
    gated = suspects.select(passed).iter_rows()
    results = [
        _masked(value, flags, staff_names=staff_names) for value, flags in zip(suspects["text"], gated, strict=True)
    ]
    table = table.drop(passed)
    schema = {"masked": pl.String} | dict.fromkeys(COUNT_COLUMNS, pl.Int32)
    rows = [(item.text, item.names, item.emails, item.phones, item.numbers) for item in results]
    masked_rows = suspects.select("row").hstack(pl.DataFrame(rows, schema=schema, orient="row"))
    joined = table.join(masked_rows, on="row", how="left", maintain_order="left")
    masked = joined.select(pl.coalesce("masked", "text").alias(column.name))[column.name]
    return masked, joined.select(pl.col(name).fill_null(0) for name in COUNT_COLUMNS)
