"""What a key must be, in one place: which words stand for "no key", and the one spelling of a key.

A key is whatever names one thing over and over: a guest, a reservation, a room, a review. Systems write it with
blanks around it, in either letter case, composed or decomposed, or through a float on its way (``7.0``); and where
they have none they write a word for it (``NULL``, ``n/a``, ``WALK-IN``, a GUID of zeros). The raw room brings every
key into the spelling of :func:`normalised_key` once, and everybody who is given a key from outside (opt-outs,
erasure, subject access) asks here too, so that two spellings never are two guests, and a word for "none" never is one.

What stays apart: ``007`` and ``7`` (leading zeros tell keys apart in many systems), ``1e5`` and ``100000`` (the first
is a hexadecimal key as often as a damaged number), and blanks inside of a key against none.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import TypeVar

import polars as pl

# Compared without case, blanks, brackets and separators: "N/A" also covers n.a., NA, <na> and (N/A).
PLACEHOLDERS: tuple[str, ...] = (
    "null", "nil", "none", "nan", "nat", "na", "void", r"\N", "undef", "undefined", "unset",
    "unknown", "unkn", "unk", "not known", "not available", "not applicable", "not specified", "unspecified",
    "not provided", "not given", "no data", "no value", "no key", "no id", "no name", "no guest", "missing", "empty",
    "blank", "default", "dummy", "placeholder", "tbd", "tba", "tbc", "anonymous", "anon", "guest", "guest unknown",
    "unknown guest", "walk-in", "walk-in guest", "guest walk-in",
    "unbekannt", "keine", "kein", "keine angabe", "k. A.", "ohne", "inconnu", "non renseigné", "aucun", "desconocido",
    "sin datos", "ninguno", "desconhecido", "nenhum", "sconosciuto", "nessuno", "onbekend", "geen", "nieznany", "brak",
    "okänd", "ukjent", "ukendt", "tuntematon", "neznámý", "ismeretlen", "bilinmiyor", "yok", "неизвестно", "нет",
    "άγνωστο", "不明", "未知", "无", "無", "なし", "없음",
    "n/d", "s/d", "sin dato", "no disponible", "non disponible", "non disponibile", "não disponível", "não informado",
    "no informado", "nicht verfügbar", "nicht bekannt", "niet beschikbaar", "not registered", "no email", "None None",
    "1.#QNAN", "1.#IND", "1.#INF", "#N/A N/A", "-1", "#N/A", "#NULL!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#DIV/0!",
)  # fmt: skip

_LONGEST = 64  # characters; a longer text says something
_SHOWN_LENGTH = 4
_WHOLE_FLOAT = re.compile(r"(-?(?:0|[1-9]\d*))\.0+")
_BLANKS = re.compile(r"\s+")
_DASHES = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b]")
_LOOSE = re.compile(r"[\s\-_./\\()\[\]{}<>\"'`]")
_ZEROS = re.compile(r"0+")
_ALL_ONES = re.compile(r"F{32}")  # a GUID whose bits are all set, without its dashes
_CROSSES = re.compile(r"X{2,}")
_SHORTENED = re.compile(
    r"\d(?:[.,]\d+)?E\+\d{2,3}"
)  # a spreadsheet's 1.23457E+12: the digits that tell keys apart are gone
_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
_Value = TypeVar("_Value", str, bool)


def _spelled(text: str) -> str:
    before, after = None, text
    while after != before:  # folding can compose anew; twice is the most that was seen
        before, after = after, _once(after)
    return after


def _once(text: str) -> str:
    if text.isascii():
        folded = text
    else:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _visible(text)).casefold())
        folded = _DASHES.sub("-", folded)
    blank = _BLANKS.sub(" ", _visible(folded)).strip().translate(_CAPITALS)
    whole = _WHOLE_FLOAT.fullmatch(blank)
    return whole[1] if whole else blank


def _visible(text: str) -> str:
    """Without zero-width marks, direction marks, soft hyphens and control characters that are no blank."""
    if text.isprintable():
        return text
    return "".join(item for item in text if item.isspace() or unicodedata.category(item) not in ("Cf", "Cc"))


@dataclass(frozen=True)
class Placeholders:
    """Words that stand for a gap.

    Attributes:
        exact: words without a letter, as they stand.
        loose: words without blanks, brackets and separators.
        values: no gaps, though their form says so (``0``, ``-``, ``XX``).
    """

    exact: frozenset[str]
    loose: frozenset[str]
    values: frozenset[str] = frozenset()

    @classmethod
    def of(cls, words: Iterable[str]) -> "Placeholders":
        """The words in any spelling of case, Unicode form and separators."""
        plain = [_spelled(word) for word in words]
        has_letter = {word: any(character.isalpha() for character in word) for word in plain}
        exact = frozenset(word for word in plain if not has_letter[word] or word.startswith("#"))
        return cls(exact, frozenset(_LOOSE.sub("", word) for word in plain if word not in exact))

    def without(self, words: Collection[str]) -> "Placeholders":
        """These words less some that are values after all."""
        kept = Placeholders.of(words)
        return Placeholders(self.exact - kept.exact, self.loose - kept.loose, self.values | set(map(_spelled, words)))

    def mean(self, text: str, *, zeros: bool = True) -> bool:
        """Whether a text stands for a gap: blank, one of the words, or nothing but marks.

        Args:
            text: as it was written.
            zeros: whether zeros (``0``, ``000``, ``0.0``, a GUID of zeros) and long numbers that a spreadsheet
                shortened (``1.23457E+12``) stand for a gap too; not where a number or a flag is expected.
        """
        if len(text) > _LONGEST:
            return False
        key = _spelled(text)
        if key in self.values:
            return False
        bare = _LOOSE.sub("", key)
        if key in self.exact or bare in self.loose or not any(map(str.isalnum, key)):
            return True
        if _ALL_ONES.fullmatch(bare) or _CROSSES.fullmatch(bare):
            return True
        return zeros and (_ZEROS.fullmatch(bare) is not None or _SHORTENED.fullmatch(key) is not None)


USUAL = Placeholders.of(PLACEHOLDERS)
NO_WORDS = Placeholders.of(())  # blanks, marks and zeros only: for keys of which it is known that they are some


def is_placeholder(text: str, placeholders: Placeholders = USUAL) -> bool:
    """Whether a key or category stands for a gap, zeros included."""
    return placeholders.mean(text)


def normalised_key(text: str, placeholders: Placeholders = USUAL) -> str | None:
    """The one spelling of a key; None for a placeholder.

    Without blanks around it, runs of blanks as one, letters folded (a to z are capitals then, so that other marks can
    be told from them), Unicode in form NFKC, every dash a hyphen, nothing invisible, ``7.0`` as ``7``. Doing it twice
    changes nothing.
    """
    return None if placeholders.mean(text) else _spelled(text)


def key_expression(keys: pl.Expr, placeholders: Placeholders = USUAL) -> pl.Expr:
    """:func:`normalised_key` of a text column; null for a placeholder and for null."""
    return _mapped(keys, lambda text: normalised_key(text, placeholders), pl.String())


def placeholder_expression(texts: pl.Expr, placeholders: Placeholders = USUAL, *, zeros: bool = True) -> pl.Expr:
    """:meth:`Placeholders.mean` of a text column; null for null."""
    return _mapped(texts, lambda text: placeholders.mean(text, zeros=zeros), pl.Boolean())


def masked_key(key: str) -> str:
    """A key as it may be shown: its ends and its length, of a short one the length only."""
    ends = f"{key[0]}…{key[-1]}" if len(key) >= _SHOWN_LENGTH else "…"
    return f"{ends} ({len(key)} characters)"


def _mapped(texts: pl.Expr, verb: Callable[[str], _Value | None], dtype: pl.DataType) -> pl.Expr:
    """The verb over a column, once per distinct text: expression and function can't differ."""

    def over(column: pl.Series) -> pl.Series:
        words = column.drop_nulls().unique(maintain_order=True)
        table = pl.DataFrame({"word": words, "said": pl.Series(map(verb, words), dtype=dtype)})
        asked = pl.DataFrame({"word": column.cast(pl.String)})
        return asked.join(table, on="word", how="left", maintain_order="left")["said"].alias(column.name)

    return texts.map_batches(over, return_dtype=dtype, is_elementwise=True)
