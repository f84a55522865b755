"""Masks personal data in review text: names, e-mails, phones, card and booking numbers.

Rules, not a model: they are deterministic, need no download, and each can be read and tested. They lean
towards leaving everyday words alone; what they miss is stated in ``docs/privacy.md``. Polars finds the
texts that could hold something; only those are walked through.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from assets.privacy.name_rules import GATE, find_names

TEXT_COLUMNS = ("title", "positive_text", "negative_text")
COUNT_COLUMNS = ("masked_names", "masked_emails", "masked_phones", "masked_numbers")
NAME, EMAIL, PHONE, NUMBER = "[name]", "[email]", "[phone]", "[number]"

_EMAIL = re.compile(
    r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[\w.+%-]+\s*[(\[]\s*at\s*[)\]]\s*[\w-]+(?:\s*(?:\.|[(\[]\s*dot\s*[)\]]|\bdot\b)\s*[\w-]+)+",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_DATE = r"(?!\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d\b)"
_GAP = r"[ .\-/()]{0,2}"
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)")
_BOOKING_NUMBER = re.compile(
    r"(?P<cue>\b(?:booking|reservation|confirmation|reference|ref|folio|itinerary|invoice|pin|passport|loyalty|member(?:ship)?)"
    r"(?:\s+(?:number|no|nr|id|code|ref|reference|confirmation|card))*\.?\s*(?:is|was|:|#|=|№)*\s*#?\s*)"
    r"(?P<number>(?=[A-Z0-9-]*\d[A-Z0-9-]*\d[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,})(?!\w)",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\w+.,])\d{9,}(?!\w)")
_PHONE = re.compile(
    rf"(?<![\w+])\+{_GAP}\d(?:{_GAP}\d){{6,14}}(?!\w)"  # international
    rf"|(?<!\w)\(0?\d{{1,4}}\)(?:{_GAP}\d){{6,10}}(?!\w)"  # area code in brackets
    rf"|(?<![\w.,/-])(?<!\d ){_DATE}0\d(?:{_GAP}\d){{7,12}}(?!\w)"  # national: a leading zero, nine digits or more
    r"|(?<![\w.,/-])\d{3}[-.]\d{3}[-.]\d{4}(?!\w)"  # North America
)
_CUED_PHONE = re.compile(
    r"(?P<cue>\b(?:phone|tel|telephone|mobile|cell|whatsapp|"
    r"(?:call|ring|text|reach) (?:me|us)(?: (?:on|at))?)(?: (?:number|no|nr))?\.?\s*(?:is|was|:|#)?\s*)"
    rf"(?P<number>\+?\d(?:{_GAP}\d){{5,14}})(?!\w)",
    re.IGNORECASE,
)

# Gates for Polars: every text that a pattern above could change passes its gate.
_ALNUM = "[A-Za-z0-9-]*"
_NUMBER_GATE = rf"\d(?:[ .\-/()]{{0,2}}\d){{4}}|[A-Za-z-]\d{_ALNUM}\d{_ALNUM}\d|\d{_ALNUM}\d{_ALNUM}\d[A-Za-z-]"
_EMAIL_GATE = r"@|(?i)[(\[]\s*at\s*[)\]]"
RESIDUAL_EMAIL = r"[\w.+%-]+@[\w-]+\.[\w-]+"
RESIDUAL_PHONE = r"\+\d(?:[ .\-/()]{0,2}\d){6,14}\b"


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
    emails = phones = numbers = 0
    if "@" in text or "(" in text or "[" in text:
        text, emails = _EMAIL.subn(EMAIL, text)
    if _DIGIT.search(text):
        text, phones, numbers = _mask_digits(text)
    spans = find_names(text, staff_names=staff_names)
    for start, stop in reversed(spans):
        text = f"{text[:start]}{NAME}{text[stop:]}"
    return Masked(text, len(spans), emails, phones, numbers)


def _mask_digits(text: str) -> tuple[str, int, int]:
    """The text without phones and long numbers, and how many of each it held."""
    text, ibans = _IBAN.subn(NUMBER, text)
    # A cued booking number first: it may look like a phone.
    text, bookings = _BOOKING_NUMBER.subn(_keep_cue(NUMBER), text)
    text, phones = _PHONE.subn(PHONE, text)
    text, cued = _CUED_PHONE.subn(_keep_cue(PHONE), text)
    text, cards = _CARD.subn(NUMBER, text)
    text, long = _LONG_NUMBER.subn(NUMBER, text)
    return text, phones + cued, ibans + cards + bookings + long


def _keep_cue(token: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match['cue']}{token}"


def mask_reviews(reviews: pl.DataFrame, *, staff_names: bool = True) -> pl.DataFrame:
    """Reviews with masked title and texts, and the four counts summed over them, in row order.

    Args:
        reviews: ``title``, ``positive_text``, ``negative_text`` (nulls stay null) and any other columns.
        staff_names: see :func:`mask_text`.
    """
    counts = {name: pl.zeros(reviews.height, pl.Int32, eager=True).alias(name) for name in COUNT_COLUMNS}
    columns = []
    for name in TEXT_COLUMNS:
        masked, found = _mask_column(reviews[name], staff_names=staff_names)
        columns.append(masked)
        counts = {count: (counts[count] + found[count]).alias(count) for count in COUNT_COLUMNS}
    return reviews.with_columns(*columns, *counts.values())


def _mask_column(column: pl.Series, *, staff_names: bool) -> tuple[pl.Series, pl.DataFrame]:
    """The masked column and its counts; texts that pass no gate are not touched."""
    text = pl.col("text")
    gate = text.str.contains(_NUMBER_GATE) | text.str.contains(_EMAIL_GATE) | text.str.contains(GATE)
    table = pl.DataFrame({"text": column.cast(pl.String)}).with_row_index("row")
    suspects = table.filter(gate.fill_null(value=False))
    results = [mask_text(value, staff_names=staff_names) for value in suspects["text"]]
    schema = {"masked": pl.String} | dict.fromkeys(COUNT_COLUMNS, pl.Int32)
    rows = [(item.text, item.names, item.emails, item.phones, item.numbers) for item in results]
    found = suspects.select("row").hstack(pl.DataFrame(rows, schema=schema, orient="row"))
    joined = table.join(found, on="row", how="left", maintain_order="left")
    masked = joined.select(pl.coalesce("masked", "text").alias(column.name))[column.name]
    return masked, joined.select(pl.col(name).fill_null(0) for name in COUNT_COLUMNS)
