"""Hotel names as keys, and city and country out of an address line."""

import re
import unicodedata
from collections.abc import Iterable

import polars as pl

from assets.reviews.countries import country_code

_SUFFIXES = frozenset(
    (
        "ag",
        "bv",
        "gmbh",
        "inc",
        "kg",
        "lda",
        "limited",
        "llc",
        "ltd",
        "oy",
        "plc",
        "sa",
        "sarl",
        "sas",
        "sl",
        "spa",
        "srl",
    )
)
ALIAS_SIGN = "=>"
_MAX_COUNTRY_WORDS = 4
_POSTCODE_LETTERS = 2  # "1092 AA Amsterdam": the two letters belong to the postcode


def hotel_key(name: str | None) -> str:
    """Name without case, accents, punctuation and corporate suffixes; empty for a missing name.

    Example:
        >>> hotel_key("Hôtel  Le Marais, Ltd."), hotel_key(None)
        ('hotel le marais', '')
    """
    bare = _plain(name or "")
    words = bare.split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return " ".join(words)


def read_aliases(aliases: Iterable[str]) -> dict[str, str]:
    """Key of each old name -> the name now in use.

    Args:
        aliases: ``old name=>new name`` of each house that changed its name.

    Raises:
        ValueError: a pair is malformed, an old name is given twice, or a new name is itself an old one.
    """
    pairs = [tuple(part.strip() for part in alias.split(ALIAS_SIGN)) for alias in aliases]
    if any(len(pair) != 2 or not all(hotel_key(name) for name in pair) for pair in pairs):
        message = f"each one is an old name, {ALIAS_SIGN} and a new name"
        raise ValueError(message)
    new_by_old = {hotel_key(old): new for old, new in pairs}
    if len(new_by_old) < len(pairs) or any(hotel_key(new) in new_by_old for new in new_by_old.values()):
        message = "an old name is given once and leads to the name now in use at once"
        raise ValueError(message)
    return new_by_old


def current_names(names: pl.Series, aliases: Iterable[str]) -> pl.Series:
    """Names of reviewed hotels, those of renamed houses replaced by the name now in use; in row order."""
    known = read_aliases(aliases)
    if not known:
        return names
    now = {name: known.get(hotel_key(name), name) for name in names.unique().drop_nulls().to_list()}
    return names.replace_strict(now, default=None, return_dtype=pl.String)


def city_and_country(address: str | None) -> tuple[str | None, str | None]:
    """City and country (ISO alpha-3) at the end of an address line; None where they can't be told.

    The country is the longest known name that ends the line. The city is what stands before it after the
    postcode is taken away: the part behind the last comma, or the last word where there is no comma.

    Example:
        >>> city_and_country("1 Addington Street London SE1 7RY United Kingdom"), city_and_country("somewhere")
        (('London', 'GBR'), (None, None))
    """
    words = re.sub(r"\s+", " ", address or "").strip(" ,").split(" ")
    for length in range(min(_MAX_COUNTRY_WORDS, len(words)), 0, -1):
        code = country_code(" ".join(words[-length:]))
        if code:
            return _city(words[:-length]), code
    return None, None


def _city(words: list[str]) -> str | None:
    kept = list(words)
    while kept and (_is_postcode(kept[-1]) or kept[-1] == ","):
        kept.pop()
    if not kept:
        return None
    line = " ".join(kept).strip(" ,")
    last = line.rpartition(",")[2].strip() if "," in line else line.rpartition(" ")[2]
    spoken = [word for word in last.split(" ") if not _is_postcode(word)]
    return " ".join(spoken) or None


def _is_postcode(word: str) -> bool:
    bare = word.strip(",")
    return any(sign.isdigit() for sign in bare) or (len(bare) == _POSTCODE_LETTERS and bare.isupper())


def hotel_columns(names: pl.Series, addresses: pl.Series) -> pl.DataFrame:
    """Frame (hotel_key, hotel_city, hotel_country) in row order; each distinct value is parsed once."""
    keys = {name: hotel_key(name) for name in names.unique().drop_nulls().to_list()}
    places = {line: city_and_country(line) for line in addresses.unique().drop_nulls().to_list()}
    cities = {line: place[0] for line, place in places.items()}
    countries = {line: place[1] for line, place in places.items()}
    return pl.DataFrame(
        {
            "hotel_key": names.replace_strict(keys, default="", return_dtype=pl.String),
            "hotel_city": addresses.replace_strict(cities, default=None, return_dtype=pl.String),
            "hotel_country": addresses.replace_strict(countries, default=None, return_dtype=pl.String),
        }
    )


def _plain(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())
