"""Words that must be found, or be nowhere: in text, in bytes, in the cells of tables and databases.

What identifies a person is found in any letter case and Unicode form, a telephone or card number with any separators;
ids, hashes and texts, which this software writes, are found as they are.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import AnyStr

import polars as pl

from resources.identifiers import plain_card, read_phones

PHONE, CARD = "phone", "card_number"
SPELLED = ("email", "guest_key", "guest_name", PHONE, CARD, "given identifier")
_FULL_WIDTH = 0xFEE0  # from an ASCII mark to its wide form
_FULL_WIDTH_BYTES = (b"\xef\xbc", b"\xef\xbd")
_SEPARATORS = r"(?:[\s.\-/()\\]|\u00b7|[\u2010-\u2015]|\u2212)"
_SEPARATOR_BYTES = rb"(?:[\s.\-/()\\]|\xc2\xa0|\xc2\xb7|\xe2\x80[\x90-\x95\xaf]|\xe2\x88\x92)"
_BLANKS, _BLANK_BYTES = r"\s+", rb"(?:\s|\xc2\xa0|\xe2\x80\xaf)+"
_BEFORE_NUMBER = re.compile(rf"(\+?)(\d*)({_SEPARATORS}{{0,4}}?)(?:\(0\){_SEPARATORS}{{0,4}})?$")
_CONTEXT = 24  # characters before a number in which its country code stands
_ALONE_DIGITS = 8  # a shorter national number is found with its country code only: too many figures look like it
_MIN_ANCHOR = 3
# What the raw room adds to a row id: the id of one room goes on where that of another one ends.
_GOES_ON = (":room:", ":part:", ":again:")
_GOES_ON_BYTES = tuple(text.encode() for text in _GOES_ON)
_LONGEST_ADDED = max(map(len, _GOES_ON))


@dataclass(frozen=True)
class Needle:
    """One value that leads to a guest.

    Attributes:
        kind: what it is, for the report, which never shows the value.
        text: the value.
    """

    kind: str
    text: str = field(repr=False)

    def spellings(self) -> tuple[str, ...]:
        """As it stands in text, composed and decomposed, and as JSON writes it."""
        forms = dict.fromkeys((self.text, *(unicodedata.normalize(form, self.text) for form in ("NFC", "NFD"))))
        escaped = [json.dumps(text, ensure_ascii=plain)[1:-1] for text in forms for plain in (True, False)]
        return tuple(dict.fromkeys((*forms, *escaped)))

    @cached_property
    def is_spelled(self) -> bool:
        """Whether people write it in more ways than one."""
        return self.kind in SPELLED

    @cached_property
    def number(self) -> tuple[str, str] | None:
        """Country code and digits of a telephone number, or nothing and the digits of a card; None for other kinds."""
        if self.kind == PHONE and (phones := read_phones(self.text)):
            return phones[0].country, phones[0].national
        if self.kind == CARD and (digits := plain_card(self.text)) and digits.isdecimal():
            return "", digits
        return None

    @cached_property
    def anchor(self) -> str:
        """The longest run of plain letters and digits, lower case: without it no spelling is there; may be empty.

        Taken before the case is changed: the small form of another letter may begin with a plain one (İ).
        """
        runs = re.findall(r"[A-Za-z0-9]+", unicodedata.normalize("NFC", self.text))
        best = max(runs, key=len, default="").lower()
        return best if len(best) >= _MIN_ANCHOR and self.number is None else ""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the text holds it as a word of its own, in any spelling."""
        return list(_found(self, text))

    def is_in(self, content: bytes, lowered: bytes) -> bool:
        """Whether bytes (UTF-8 text or any file) hold it as a word of its own, in any spelling.

        Args:
            content: to be searched.
            lowered: the same in lower case; many needles share it.
        """
        if not self.is_spelled:
            return any(_bytes_stand_alone(content, spelling.encode()) for spelling in self.spellings())
        if self.anchor and self.anchor.encode() not in lowered and not any(m in content for m in _FULL_WIDTH_BYTES):
            return False
        return next(_found(self, content), None) is not None


def _found(needle: Needle, content: AnyStr) -> Iterator[tuple[int, int]]:
    pattern = _pattern(needle, isinstance(content, str))
    for match in pattern.finditer(content):  # type: ignore[arg-type]
        start, end = match.span()
        if needle.number and needle.kind == PHONE:
            is_alone = _is_line(content[max(start - _CONTEXT, 0) : start], needle.number)
        else:
            is_alone = not content[start - 1 : start].isalnum() if start else True
        if is_alone and not content[end : end + 1].isalnum():
            yield start, end


def _is_line(before: str | bytes, number: tuple[str, str]) -> bool:
    """Whether what stands before a national number lets it be this one, and not another country's."""
    text = before.decode("utf-8", "ignore") if isinstance(before, bytes) else before
    country, national = number
    match = _BEFORE_NUMBER.search(text)
    plus, digits, gap = match.groups() if match else ("", "", "")
    if plus or digits.startswith("00"):
        code = digits.removeprefix("00")
        return code in (country, f"{country}0") if country else 1 <= len(code) <= 4
    if country and digits in (country, f"{country}0"):
        return True
    is_told = not country or len(national) >= _ALONE_DIGITS
    if digits and not gap:
        return is_told and digits == "0"
    return is_told and not (match and not gap and text[: match.start()][-1:].isalpha())


@lru_cache(maxsize=512)
def _pattern(needle: Needle, is_text: bool) -> re.Pattern[str] | re.Pattern[bytes]:
    if needle.number:
        most = 4 if needle.kind == PHONE else 2
        if is_text:
            return re.compile(f"{_SEPARATORS}{{0,{most}}}".join(needle.number[1]))
        gap = _SEPARATOR_BYTES + b"{0,%d}" % most
        return re.compile(gap.join(digit.encode() for digit in needle.number[1]))
    parts = [_written(mark) for mark in re.split(r"(\s+)|", unicodedata.normalize("NFC", needle.text)) if mark]
    if is_text:
        return re.compile("".join(_BLANKS if part is None else _either(part) for part in parts))
    return re.compile(b"".join(_BLANK_BYTES if part is None else _either_bytes(part) for part in parts))


def _written(mark: str) -> list[str] | None:
    """All ways to write one character, the longest first; None for blanks."""
    if mark.isspace():
        return None
    cases = {mark, mark.lower(), mark.upper(), mark.title()}
    forms = {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}
    if mark.isascii():
        forms |= {chr(ord(case) + _FULL_WIDTH) for case in cases if case.isprintable()}
    forms |= {escaped for form in forms if not form.isascii() for escaped in _json_forms(form)}
    return sorted(forms, key=lambda form: (-len(form), form))


def _json_forms(form: str) -> tuple[str, str]:
    escaped = json.dumps(form)[1:-1]
    return escaped, escaped.replace("\\u", "\0").upper().replace("\0", "\\u")


def _either(forms: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, forms))})"


def _either_bytes(forms: Sequence[str]) -> bytes:
    return b"(?:" + b"|".join(re.escape(form.encode()) for form in forms) + b")"


def holds(text: str | None, needle: Needle) -> bool:
    """Whether the text holds the needle as a word of its own, in any letter case."""
    if text is None:
        return False
    if needle.is_spelled:
        return bool(needle.spans(text))
    return _stands_alone(text.lower(), [spelling.lower() for spelling in needle.spellings()])


def held_kinds(content: bytes, needles: Sequence[Needle]) -> set[str]:
    """Kinds of the needles that bytes (UTF-8 text or any file) hold as words of their own."""
    kinds: set[str] = set()
    lowered = content.lower() if any(needle.is_spelled for needle in needles) else content
    for needle in needles:
        if needle.kind not in kinds and needle.is_in(content, lowered):
            kinds.add(needle.kind)
    return kinds


def may_hold(column: pl.Series, needles: Iterable[Needle]) -> pl.Series:
    """Cells of a text column that are worth a closer look: all that hold a needle, and some others."""
    words: set[str] = set()
    numbers: list[str] = []
    for needle in needles:
        if needle.number:
            numbers.append(f"{_SEPARATORS}{{0,4}}".join(needle.number[1]))
        elif needle.is_spelled and needle.anchor:
            words.add(needle.anchor)
        else:
            words |= {_folded(spelling) for spelling in needle.spellings()}
    plain = column.str.normalize("NFKD").str.to_lowercase()
    hit = plain.str.contains_any(sorted(words)) if words else pl.Series([False] * len(column), dtype=pl.Boolean)
    for number in numbers:
        hit = hit | plain.str.contains(number)
    return hit.fill_null(value=False)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).lower()


def blank_out(text: str, needles: Sequence[Needle], mark: str = "[erased]") -> str:
    """The text with every needle replaced."""
    for needle in sorted(needles, key=lambda item: -len(item.text)):
        if needle.is_spelled:
            for start, end in reversed(needle.spans(text)):
                text = text[:start] + mark + text[end:]
            continue
        for spelling in needle.spellings():
            text = _replaced(text, spelling, mark)
    return text


def _replaced(text: str, word: str, mark: str) -> str:
    parts: list[str] = []
    start = 0
    while (place := text.find(word, start)) >= 0:
        before = text[place - 1 : place] if place else ""
        after = text[place + len(word) : place + len(word) + _LONGEST_ADDED]
        is_word = not before.isalnum() and not after[:1].isalnum() and not after.startswith(_GOES_ON)
        parts.append(text[start:place] + (mark if is_word else word))
        start = place + len(word)
    return "".join(parts) + text[start:]


def _stands_alone(text: str, words: Sequence[str]) -> bool:
    return any(_replaced(text, word, "\0") != text for word in words if word in text)


def _bytes_stand_alone(content: bytes, word: bytes) -> bool:
    place = content.find(word)
    while place >= 0:
        before = content[max(place - 1, 0) : place]
        after = content[place + len(word) : place + len(word) + _LONGEST_ADDED]
        if not before.isalnum() and not after[:1].isalnum() and not after.startswith(_GOES_ON_BYTES):
            return True
        place = content.find(word, place + 1)
    return False
