"""Whether a key was made by chance: long enough says nothing about `changeme` written eight times."""

import zlib
from collections import Counter

MIN_KEY_BYTES = 32
HOW_TO_MAKE = "openssl rand -hex 32"
_DISTINCT = {"hex": 16, "text": 12}  # of 32 random bytes about 30 differ, of 32 random letters and digits about 25
_MOST_EQUAL_STEPS = 1 / 3
_LEAST_PACKED = 0.7  # random bytes don't pack; a fixed part of the format is taken off
_PACKED_FRAME = 8
_LIKE_WORDS = 0.38  # share of the pairs below among letter pairs; random letters have 0.09, English about 0.6
_FEWEST_PAIRS = 16
_MOST_SWITCHES = 0.25  # of letter case between neighbours; random letters of both cases have 0.5
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_PLACEHOLDERS = (
    "changeme", "changethis", "change", "password", "passwort", "secret", "example", "stayworth", "default", "replace",
    "yourkey", "hmackey", "mykey", "qwerty", "qazwsx", "qwertz", "azerty", "asdfgh", "letmein", "placeholder", "insert",
    "testtest", "testkey", "welcome", "monkey", "dragon", "iloveyou", "admin", "abcdef", "deadbeef", "cafebabe",
    "notasecret",
)  # fmt: skip
_COMMON_PAIRS = {
    "th", "he", "in", "er", "an", "re", "on", "at", "en", "nd", "ti", "es", "or", "te", "of", "ed", "is", "it", "al",
    "ar", "st", "to", "nt", "ng", "se", "ha", "as", "ou", "io", "le", "ve", "co", "me", "de", "hi", "ri", "ro", "ic",
    "ne", "ea", "ra", "ce", "li", "ch", "ll", "be", "ma", "si", "om", "ur", "la", "el", "ta", "tr", "ho", "et", "us",
    "ec", "di", "ei", "ie", "un", "ge", "ss", "lo", "wa", "ev", "ey", "ow", "no", "so", "wi", "sc", "em", "ab",
}  # fmt: skip


def weakness(text: str, material: bytes, *, is_hex: bool) -> str | None:
    """Why a key can be guessed, in words that hold nothing of it; None where nothing speaks against it.

    Args:
        text: as given.
        material: its bytes.
        is_hex: whether the text was read as hexadecimal digits.
    """
    needed = _DISTINCT["hex" if is_hex else "text"]
    if (distinct := len(set(material))) < needed:
        return f"only {distinct} of its bytes differ (a random key of this length has {needed} or more)"
    if _period(material) <= len(material) // 2:
        return "it repeats one part"
    if _equal_steps(material) > _MOST_EQUAL_STEPS or _equal_steps(text.encode()) > _MOST_EQUAL_STEPS:
        return "it counts up or down"
    if not is_hex and any(word in plain for plain in _plain_spellings(text) for word in _PLACEHOLDERS):
        return "it holds a word that stands in examples and lists of passwords"
    if len(zlib.compress(material, 9)) - _PACKED_FRAME < _LEAST_PACKED * len(material):
        return "it repeats itself"
    if not is_hex and _share_of_common_pairs(text) > _LIKE_WORDS:
        return "it reads like words"
    return None


def _period(material: bytes) -> int:
    """Length of the shortest part whose repetition is the whole."""
    return next(length for length in range(1, len(material) + 1) if material[length:] == material[:-length])


def _equal_steps(material: bytes) -> float:
    """Share of the commonest difference between neighbours, those that are equal included."""
    steps = Counter((after - before) % 256 for before, after in zip(material, material[1:], strict=False))
    return max(steps.values()) / (len(material) - 1)


def _plain_spellings(text: str) -> list[str]:
    """Letters of a text in lower case, as they are and with figures read as the letters that they stand for."""
    low = text.lower()
    return ["".join(filter(str.isalpha, spelled)) for spelled in (low, low.translate(_LEET))]


def _share_of_common_pairs(text: str) -> float:
    pairs = [one + two for one, two in zip(text, text[1:], strict=False) if one.isalpha() and two.isalpha()]
    switches = sum(one.islower() != two.islower() for one, two in pairs)
    if len(pairs) < _FEWEST_PAIRS or switches > _MOST_SWITCHES * len(pairs):
        return 0.0
    return sum(pair.lower() in _COMMON_PAIRS for pair in pairs) / len(pairs)
