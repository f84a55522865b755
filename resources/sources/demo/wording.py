"""What a review says: sentences about the service met and about the house, from a grammar with rich slots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resources.sources.demo.catalogue import SERVICES, Hotel, table
from resources.sources.demo.streams import stream_key

_MASK = (1 << 64) - 1
_SLOT = re.compile(r"\{(\w+)\}")
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aei]|o(?!ne\b))")
_RESORT_ONLY = frozenset({"beach", "kids", "spa"})
_FILLERS_GOOD = (
    *("",) * 14, "Honestly, ", "For us, ", "On top of that, ", "What a joy: ", "Also, ", "To our delight, ",
    "Better still, ", "Not to forget, ", "I must say, ", "A big plus: ", "Besides, ", "Happily, ", "As a bonus, ",
)  # fmt: skip
_FILLERS_BAD = (
    *("",) * 14, "Sadly, ", "To be frank, ", "To make it worse, ", "What a shame: ", "Also, ", "Worse, ",
    "I hate to say it: ", "A big minus: ", "Besides, ", "Regrettably, ", "Then again, ", "On the downside, ",
)  # fmt: skip
_SILVER_LINING = 0.55  # chance that who has only complaints still names one good thing
_SMALL_GRIPE = 0.4  # and that who has only praise still names one bad thing
_DETAIL = 0.4  # chance that a sentence goes on with a detail
_SERVICE_TALK = 0.55  # share of sentences about service, the rest is about the house


class Chooser:
    """Draws of one text, keyed by attribute: pure functions of (seed, text, attribute, place)."""

    def __init__(self, seed: int, number: int) -> None:
        self._seed = seed
        self._number = number

    def unit(self, attribute: str, place: int = 0) -> float:
        """A float in [0, 1)."""
        key = int(_key(self._seed, attribute))
        return _scramble(_scramble(key + self._number * 0x9E3779B97F4A7C15) + place * 0xD1B54A32D192ED03) / 2**64

    def one(self, attribute: str, options: Sequence[Any], place: int = 0) -> Any:
        """One of the options."""
        return options[int(self.unit(attribute, place) * len(options))]

    def normal(self, attribute: str, place: int = 0) -> float:
        """Roughly normal: the sum of four uniforms, standardised."""
        return (sum(self.unit(attribute, 4 * place + part) for part in range(4)) - 2.0) * 3.0**0.5


_KEYS: dict[tuple[int, str], np.uint64] = {}


def _key(seed: int, attribute: str) -> np.uint64:
    if (seed, attribute) not in _KEYS:
        _KEYS[(seed, attribute)] = stream_key(seed, "wording", attribute)
    return _KEYS[(seed, attribute)]


def _scramble(value: int) -> int:
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What the writer of one review has in mind."""

    hotel: Hotel
    mood: float  # satisfaction
    services: tuple[float, ...] | None  # None: an invented stay
    is_business: bool
    has_children: bool
    manner: str  # composed, stock, foreign, emoji
    sentences: int  # of a composed text
    one_sided: bool  # the text takes one side only (planted contradictions and bursts)
    language: str  # family of names of the writer's country


@dataclass(frozen=True, kw_only=True)
class Text:
    """A composed review before it is put into fields."""

    title: str | None
    positive: tuple[str, ...]
    negative: tuple[str, ...]


def compose(chooser: Chooser, occasion: Occasion, titled_share: float) -> Text:
    """The text of one review.

    Args:
        chooser: draws of this review.
        occasion: what the writer has in mind.
        titled_share: chance of a title.
    """
    title = _title(chooser, occasion) if chooser.unit("has title") < titled_share else None
    side = "good" if occasion.mood > 0 else "bad"
    if occasion.manner != "composed":
        words = (_short(chooser, occasion, side),)
        return Text(title=title, positive=words if side == "good" else (), negative=words if side == "bad" else ())
    positive, negative = _sentences(chooser, occasion)
    if not positive and not occasion.one_sided and chooser.unit("silver lining") < _SILVER_LINING:
        positive = [_about_house(chooser, occasion, "good")]
    if not negative and not occasion.one_sided and chooser.unit("small gripe") < _SMALL_GRIPE:
        negative = [_about_house(chooser, occasion, "bad")]
    frame = _frame(chooser, occasion, side)
    if side == "good":
        positive = [*frame[0], *positive, *frame[1]]
    else:
        negative = [*frame[0], *negative, *frame[1]]
    return Text(title=title, positive=tuple(positive), negative=tuple(negative))


def _short(chooser: Chooser, occasion: Occasion, side: str) -> str:
    vocabulary = table("vocabulary")
    if occasion.manner == "foreign":
        languages = list(vocabulary["foreign"])
        language = occasion.language if occasion.language in languages else chooser.one("language", languages)
        return chooser.one("foreign", vocabulary["foreign"][language][side])
    return chooser.one(occasion.manner, vocabulary[occasion.manner][side])


def _title(chooser: Chooser, occasion: Occasion) -> str:
    titles = table("vocabulary")["titles"]
    side = "mixed" if abs(occasion.mood) < 0.3 else ("good" if occasion.mood > 0 else "bad")
    return fill(chooser, "title", 0, chooser.one("title", titles[side]), occasion.hotel)


def turned_title(chooser: Chooser, occasion: Occasion) -> str:
    """A title of the side opposite to the writer's mood."""
    return _title(chooser, replace(occasion, mood=-3.0 if occasion.mood > 0 else 3.0))


def _frame(chooser: Chooser, occasion: Occasion, side: str) -> tuple[list[str], list[str]]:
    vocabulary = table("vocabulary")
    parts: list[list[str]] = []
    for name, share in (("openers", 0.2), ("closers", 0.2)):
        chosen = chooser.unit(name) < share + 0.1 * (abs(occasion.mood) > 1)
        template = chooser.one(f"{name} which", vocabulary[name][side])
        parts.append([fill(chooser, name, 0, template, occasion.hotel)] if chosen else [])
    return parts[0], parts[1]


def _sentences(chooser: Chooser, occasion: Occasion) -> tuple[list[str], list[str]]:
    sides: dict[str, list[str]] = {"good": [], "bad": []}
    used: set[str] = set()
    for place in range(occasion.sentences):
        is_service = chooser.unit("about service", place) < _SERVICE_TALK and len(used & set(SERVICES)) < len(SERVICES)
        topic, side = (
            _service(chooser, occasion, used, place) if is_service else _aspect(chooser, occasion, used, place)
        )
        used.add(topic)
        source = table("vocabulary")["services" if is_service else "aspects"][topic][side]
        template = chooser.one("template", source, place)
        filler = chooser.one("filler", _FILLERS_GOOD if side == "good" else _FILLERS_BAD, place)
        sentence = _joined(filler, fill(chooser, "sentence", place, template, occasion.hotel), occasion.hotel)
        sides[side].append(sentence + _detail(chooser, occasion, side, place))
    return sides["good"], sides["bad"]


def _detail(chooser: Chooser, occasion: Occasion, side: str, place: int) -> str:
    if chooser.unit("has detail", place) >= _DETAIL:
        return ""
    template = chooser.one("detail template", table("vocabulary")["details"][side], place)
    return fill(chooser, "detail", place, template, occasion.hotel)


def _joined(filler: str, sentence: str, hotel: Hotel) -> str:
    keeps_capital = not filler or sentence.startswith(("I ", hotel.neighbours))
    return filler + (sentence if keeps_capital else sentence[0].lower() + sentence[1:])


def _service(chooser: Chooser, occasion: Occasion, used: set[str], place: int) -> tuple[str, str]:
    """The service that moved the writer most, of those not yet told; its side is how it was."""
    open_ones = [index for index, name in enumerate(SERVICES) if name not in used]
    felt = [
        occasion.mood + 0.8 * chooser.normal("invented", index)
        if occasion.services is None
        else occasion.services[index]
        for index in range(len(SERVICES))
    ]
    weights = [0.15 + abs(felt[index]) for index in open_ones]
    draw, index = chooser.unit("service", place) * sum(weights), open_ones[-1]
    for candidate, weight in zip(open_ones, weights, strict=True):
        draw -= weight
        if draw < 0:
            index = candidate
            break
    leaning = occasion.mood if occasion.one_sided else felt[index] + 0.3 * chooser.normal("service side", place)
    return SERVICES[index], "good" if leaning > 0 else "bad"


def _aspect(chooser: Chooser, occasion: Occasion, used: set[str], place: int) -> tuple[str, str]:
    names = [name for name in table("vocabulary")["aspects"] if name not in used and _fits(name, occasion)]
    name = chooser.one("aspect", names, place)
    house = _house_quality(occasion.hotel.name, name)
    leaning = 0.6 * occasion.mood + 0.5 * house + 0.8 * chooser.normal("aspect side", place)
    return name, "good" if (occasion.mood if occasion.one_sided else leaning) > 0 else "bad"


def _about_house(chooser: Chooser, occasion: Occasion, side: str) -> str:
    names = [name for name in table("vocabulary")["aspects"] if _fits(name, occasion)]
    template = chooser.one("silver template", table("vocabulary")["aspects"][chooser.one("silver", names)][side])
    return fill(chooser, "silver", 0, template, occasion.hotel)


def _fits(name: str, occasion: Occasion) -> bool:
    if name == "work":
        return occasion.is_business
    if name == "kids" and not occasion.has_children:
        return False
    if name == "pool":
        return "pool" in occasion.hotel.descriptor
    return name not in _RESORT_ONLY or occasion.hotel.kind == "resort"


def _house_quality(hotel: str, aspect: str) -> float:
    """How good a house is in one thing, for good: between -1.7 and 1.7."""
    return (Chooser(0, 0).unit(f"house {hotel} {aspect}") - 0.5) * 3.4


def fill(chooser: Chooser, attribute: str, place: int, template: str, hotel: Hotel) -> str:
    """The template with its slots filled, first letter as written; ``_cap`` slots begin with a capital."""
    slots = table("vocabulary")["slots"]
    here = {"place": hotel.places, "place2": hotel.places, "hood": (hotel.neighbours,), "city": (hotel.city,)}
    seen: dict[str, int] = {}

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        base = name.removesuffix("_cap")
        options = here.get(base) or slots[base]
        seen[base] = seen.get(base, -1) + 1
        word = chooser.one(f"{attribute} {base}", options, 97 * place + seen[base])
        return word[0].upper() + word[1:] if name != base else word

    return _BEFORE_VOWEL.sub(r"\1n ", _SLOT.sub(value, template))
