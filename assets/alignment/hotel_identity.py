"""Which hotel of the group a review is about: normalised names with city and country, or context."""

import re
import unicodedata
from difflib import SequenceMatcher

import polars as pl

# Words that chains add or drop without naming another house (legal forms and generic words).
CORPORATE_WORDS = frozenset(
    {"ag", "bv", "co", "corp", "gmbh", "group", "hotel", "hotels", "inc", "kg", "lda", "llc", "ltd", "nv", "plc"}
    | {"sa", "sarl", "sl", "spa", "srl", "the"}
)
RESORT_WORDS = frozenset({"resort", "resorts"})
# Letters that Unicode does not take apart into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"æ": "ae", "đ": "d", "ð": "d", "ı": "i", "ł": "l", "ø": "o", "œ": "oe", "þ": "th"})
_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic letters; vowel signs of other scripts stay
# Ours: two names this alike in the same city are taken as one house; two sister houses differ by a whole word.
HIGH_CONFIDENCE = 0.93
CITY_CONTEXT, RESORT_CONTEXT = "context:city", "context:resort"


def normalise_name(name: str) -> str:
    """Lower case without accents, punctuation and corporate words; words in their order, in any script.

    A name made of corporate words only keeps them; one without a letter or digit is empty and agrees with nothing.

    Example:
        >>> normalise_name("Hôtel Le Marais & Spa, S.A.")
        'le marais and'
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = _ACCENTS.sub("", folded).translate(_PLAIN_LETTERS).replace("&", " and ")
    joined = re.sub(r"(?<=\w)[.'\u2019](?=\w)", "", plain)
    words = "".join(sign if _is_word_sign(sign) else " " for sign in joined).split()
    kept = [word for word in words if word not in CORPORATE_WORDS]
    return " ".join(kept or words)


def _is_word_sign(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"  # letters, marks that belong to a letter, numbers


def is_same_hotel(ours: tuple[str, str | None, str | None], theirs: tuple[str, str | None, str | None]) -> bool:
    """Whether two (normalised name, city, country) are one hotel: equal names, or alike beyond doubt in one city.

    Cities and countries are compared where both are known; a near match needs the city on both sides and
    the same numbers in the name.
    """
    pairs = [
        (left.casefold(), right.casefold()) for left, right in zip(ours[1:], theirs[1:], strict=True) if left and right
    ]
    if any(left != right for left, right in pairs):
        return False
    if ours[0] == theirs[0]:
        return bool(ours[0])
    if not (ours[1] and theirs[1]) or re.findall(r"\d+", ours[0]) != re.findall(r"\d+", theirs[0]):
        return False
    return SequenceMatcher(None, ours[0], theirs[0], autojunk=False).ratio() >= HIGH_CONFIDENCE


def stay_keys(hotels: pl.DataFrame) -> pl.DataFrame:
    """``hotel``, ``identity``, ``key`` of each hotel that takes bookings.

    A named hotel has a key of its own; one whose name the source hides shares the key of its kind.

    Args:
        hotels: as given by ``Source.hotels``.
    """
    named = pl.col("hotel_name").is_not_null()
    context = pl.when(pl.col("is_city")).then(pl.lit(CITY_CONTEXT)).otherwise(pl.lit(RESORT_CONTEXT))
    return hotels.select(
        "hotel",
        identity=pl.when(named).then(pl.lit("exact")).otherwise(pl.lit("context")),
        key=pl.when(named).then(pl.lit("hotel:") + pl.col("hotel")).otherwise(context),
    ).sort("hotel")


def review_keys(places: pl.DataFrame, hotels: pl.DataFrame) -> pl.DataFrame:
    """``hotel_name``, ``hotel_city``, ``hotel_country``, ``key`` of each reviewed place; null key: not ours.

    A place that is one of the named hotels gets that key. Otherwise it is open to hotels whose names are
    hidden, by kind: a resort if its name says so, a city hotel if its city is known.

    Args:
        places: ``hotel_name``, ``hotel_city``, ``hotel_country`` as in clean_reviews, repeats allowed.
        hotels: as given by ``Source.hotels``.
    """
    known = [
        (row["hotel"], (normalise_name(row["hotel_name"]), row["city"], row["country"]))
        for row in hotels.sort("hotel").iter_rows(named=True)
        if row["hotel_name"] is not None
    ]
    columns = ["hotel_name", "hotel_city", "hotel_country"]
    unique = places.select(columns).unique().sort(columns)
    keys = [_key_of(name, city, country, known) for name, city, country in unique.iter_rows()]
    return unique.with_columns(key=pl.Series("key", keys, dtype=pl.String))


def _key_of(
    name: str, city: str | None, country: str | None, known: list[tuple[str, tuple[str, str | None, str | None]]]
) -> str | None:
    plain = normalise_name(name)
    same = [hotel for hotel, place in known if is_same_hotel(place, (plain, city, country))]
    exact = [hotel for hotel, place in known if hotel in same and place[0] == plain]
    if len(exact or same) == 1:
        return f"hotel:{(exact or same)[0]}"
    if same:  # two houses of the group fit equally well: no high-confidence match
        return None
    if RESORT_WORDS & set(plain.split()):
        return RESORT_CONTEXT
    return CITY_CONTEXT if city else None
