"""The spellings of what identifies a guest: e-mail, phone, card, name, row id. Pure; keys are in ``sources/keys.py``.

Two spellings of one thing have one form here, and two things never do where that can be helped: a national and an
international number are one when one ends in the other, names are alike when only case, accents, order, titles and
initials differ. What is left open (a middle name, a nickname, a typing error) is for a person to decide.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from resources.sources.keys import NO_WORDS, normalised_key

_ADDRESS = re.compile(r"<([^<>]*@[^<>]*)>")
_MIN_PHONE, _MAX_PHONE = 7, 15  # digits; ITU-T E.164 allows fifteen
_MIN_CARD, _MAX_CARD = 12, 19  # digits; ISO/IEC 7812
_TAIL = 7
# ITU-T E.164: country codes of one digit, and what those of three digits begin with; every other one has two.
_ONE_DIGIT = ("1", "7")
_THREE_DIGITS = re.compile("2[1-69]|3[578]|42|5[09]|6[7-9]|8[035789]|9[679]")
_EXTENSION = re.compile(
    r"[\s;,]*(?:\b(?:ext(?:ension)?|extn|durchwahl|dw|app|poste|interno|int|ramal|anexo|wew|x)|(?<=\d)x|#)"
    r"[.:=\s]*(\d{1,6})\W*$"
)
_SEVERAL = re.compile(r"[;,|]|\b(?:or|oder|ou|o|und|and)\b")
_LETTERS = re.compile(r"[^\W\d_]+[.:]*")
_TITLES = re.compile(
    "mr|mrs|ms|miss|mx|dr|prof|sir|madam|herr|frau|hr|sr|sra|srta|senhor|senhora|mme|mlle|monsieur|madame|sig|signor|"
    "signora|ing|dipl|phd"
)
_LETTERS_APART = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_MASK = re.compile(r"[*•xX#]{2,}")
_PREFIXED = re.compile(r"\s*(reservation|review|row)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
# What the raw room adds to a number, in small letters, which no number has in its one spelling: room, part, repeat.
_ADDED = re.compile(r"(.*?)(?::room:(.*?))?(:part:[0-9a-f]{12}(?::\d+)?)?(:again:\d+)?", re.DOTALL)


def plain_email(text: str | None) -> str | None:
    """An e-mail address without case, blanks and the name around it; None where there is none.

    A text without an at sign is compared as a key is: it is no address, but it may stand in the column all the same.

    Example:
        >>> plain_email("Ann <Ann@Example.ORG>"), plain_email("none")
        ('ann@example.org', None)
    """
    if text is None or (key := normalised_key(text)) is None:
        return None
    inner = _ADDRESS.search(key.lower())
    bare = (inner[1] if inner else key.lower()).removeprefix("mailto:").strip(" \t\"'<>;,.")
    if bare.count("@") != 1:
        return bare or None
    local, domain = (part.strip() for part in bare.split("@"))
    return f"{local}@{_ascii_domain(domain)}" if local and domain else None


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


@dataclass(frozen=True, order=True)
class Phone:
    """One telephone number.

    Attributes:
        country: country code; empty where the number is a national one.
        national: the rest, without zeros in front.
        extension: digits after ``ext.``, ``x``; empty where none is given.
    """

    country: str
    national: str
    extension: str = ""

    @property
    def digits(self) -> str:
        """Country code and national number."""
        return self.country + self.national

    @property
    def tail(self) -> str:
        """What any two spellings of the number share."""
        return self.national[-_TAIL:]

    def is_same(self, other: "Phone") -> bool:
        """Whether both may be one line: a national number is the end of an international one, or all of it."""
        if self.extension and other.extension and self.extension != other.extension:
            return False
        if bool(self.country) == bool(other.country):
            return self.digits == other.digits
        return self.national == other.national or self.digits == other.digits


def read_phones(text: str | None) -> tuple[Phone, ...]:
    """The telephone numbers of a cell; none for what holds fewer than seven digits or stands for a gap."""
    if text is None or (key := normalised_key(text)) is None:
        return ()
    plain = _digits_plain(key.lower())
    phones = [_phone(plain)]
    if phones == [None]:
        parts = [part for part in _SEVERAL.split(plain) if part]
        if len(parts) == 1:
            parts = plain.split("/")
        phones = [_phone(part) for part in parts]
    return tuple(sorted({phone for phone in phones if phone is not None}))


def _digits_plain(text: str) -> str:
    """Digits of any script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in text)


def _phone(text: str) -> Phone | None:
    extension = _EXTENSION.search(text)
    body = text[: extension.start()] if extension else text
    body = _LETTERS.sub(" ", body)
    is_abroad = re.match(r"\W*?(\+|00)", body) is not None
    if is_abroad:
        body = re.sub(r"\(\s*0\s*\)", "", body)
    digits = re.sub(r"\D", "", body)
    digits = digits.lstrip("0") if is_abroad else digits
    country = country_code(digits) if is_abroad else ""
    national = digits[len(country) :].lstrip("0")
    if not _MIN_PHONE <= len(national) <= len(digits) <= _MAX_PHONE or len(set(national)) == 1:
        return None
    return Phone(country, national, extension[1] if extension else "")


def country_code(digits: str) -> str:
    """The country code that an international number begins with."""
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    return digits[:3] if _THREE_DIGITS.match(digits) else digits[:2]


def plain_card(text: str | None) -> str | None:
    """A card number as its digits; None where there is none, or where it is masked and fits many cards."""
    if text is None or (key := normalised_key(text)) is None or _MASK.search(text):
        return None
    digits = re.sub(r"[\s\-.]", "", _digits_plain(key))
    is_number = digits.isdecimal()
    if is_number and (not _MIN_CARD <= len(digits) <= _MAX_CARD or len(set(digits)) == 1):
        return None
    return digits


def name_words(text: str | None) -> tuple[str, ...]:
    """The words of a name in order of the alphabet: without case, accents, titles and marks; none for a gap."""
    if text is None or normalised_key(text) is None:
        return ()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS_APART)
    bare = "".join(mark for mark in folded if not unicodedata.combining(mark) and mark not in "'’`´")
    words = [re.sub(r"([aou])e", r"\1", word) for word in re.split(r"[\W_]+", bare) if word]  # ä is a or ae
    kept = [word for word in words if not _TITLES.fullmatch(word)]
    return tuple(sorted(kept or words))


def is_same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names (see :func:`name_words`) may be one: the same words, where a letter stands for its word.

    At least one whole word is shared, so that two initials are no name. Nothing is said where one has no words.
    """
    if not one or not other:
        return True
    left, right = _without(one, other), _without(other, one)
    shared = _without(one, left)
    if len(left) != len(right) or not any(len(word) > 1 for word in shared):
        return not left and not right
    return _pairs_off(left, right)


def _without(words: Sequence[str], others: Iterable[str]) -> list[str]:
    rest = list(words)
    for word in others:
        if word in rest:
            rest.remove(word)
    return rest


def _pairs_off(left: list[str], right: list[str]) -> bool:
    if not left:
        return True
    first = left[0]
    for place, word in enumerate(right):
        stands_for = (len(first) == 1 or len(word) == 1) and first[0] == word[0]
        if stands_for and _pairs_off(left[1:], right[:place] + right[place + 1 :]):
            return True
    return False


def row_id_prefix(text: str) -> str:
    """What a row id is made of: ``reservation``, ``review``, ``row``, or nothing of these."""
    named = _PREFIXED.fullmatch(text)
    return named[1].lower() if named else ""


def plain_row_id(text: str) -> str:
    """A row id in the one spelling in which ids are compared; an id of the raw room stays as it is."""
    return row_id_scopes(text)[-1]


def row_id_scopes(text: str) -> tuple[str, ...]:
    """Every id that covers a row, the widest first and its own last: of a reservation its number and its room, too.

    The number covers all rooms, however they are told apart (``reservation:R1:room:101``, ``reservation:R1:part:…``).
    A review's key covers no other review that came with the same key. What is added to a number counts in small
    letters only: ``reservation:R1:ROOM:101`` is the number ``R1:ROOM:101``, and no room of R1.
    """
    named = _PREFIXED.fullmatch(text)
    if named is None:
        return (_plain_number(text),)
    prefix, rest = named[1].lower(), named[2]
    if prefix == "row":
        return (f"row:{rest.strip().lower()}",)
    added = _ADDED.fullmatch(rest.strip())
    number, room, part, again = added.groups() if added else (rest, None, None, None)
    scopes = [f"{prefix}:{_plain_number(number)}"]
    for more in (f":room:{_plain_number(room)}" if room else "", part, again):
        scopes += [scopes[-1] + more] if more else []
    return tuple(scopes[1:] if prefix == "review" and part else scopes)


def _plain_number(text: str) -> str:
    return normalised_key(text, NO_WORDS) or text.strip()


def each_once(column: pl.Series, verb: Callable[[str], str | None]) -> pl.Series:
    """A verb over a text column, once per distinct text; null stays null."""
    words = column.drop_nulls().unique(maintain_order=True)
    table = pl.DataFrame({"word": words, "said": pl.Series([verb(word) for word in words], dtype=pl.String)})
    asked = pl.DataFrame({"word": column.cast(pl.String)})
    return asked.join(table, on="word", how="left", maintain_order="left")["said"]


def masked(value: str) -> str:
    """A value that whoever knows it knows again, and nobody else reads: ``an…@ex….org``, ``G1…89``.

    Example:
        >>> masked("annabel@example.org"), masked("G1234589")
        ('an…@ex….org', 'G1…89')
    """
    if "@" in value:
        local, _, domain = value.partition("@")
        host, _, top = domain.rpartition(".")
        return f"{_ends(local, 2, 0)}@{_ends(host, 2, 0)}.{top}" if host else f"{_ends(local, 2, 0)}@…"
    prefix, number = value.split(":", 1) if _PREFIXED.fullmatch(value) else ("", value)
    return f"{prefix}:{masked(number)}" if prefix else _ends(value, 2, 2)


def _ends(text: str, before: int, after: int) -> str:
    """The first and last characters where at least four stay hidden, else one character, and none of a single one."""
    if len(text) >= before + after + 4:
        return text[:before] + "…" + (text[-after:] if after else "")
    return text[:1] + "…" if len(text) > 1 else "…"
