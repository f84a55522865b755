"""Near-duplicates: a text copied as it is, or edited lightly as copyists do."""

import re

from resources.sources.demo.catalogue import Hotel, hotels, table
from resources.sources.demo.settings import MOST_HOTELS
from resources.sources.demo.wording import Chooser, Text, fill

_EXACT_SHARE = 0.35
_SWAPS = {
    "very": "really", "room": "bedroom", "breakfast": "morning buffet", "great": "fantastic", "small": "tiny",
    "nobody": "no one", "clean": "tidy", "warm": "cosy", "price": "cost", "quiet": "calm", "staff": "team",
    "every": "each", "lovely": "charming", "hotel": "place", "good": "nice", "night": "evening", "took": "needed",
    "when": "once", "our": "the", "though": "although", "without": "with no", "never": "not once",
}  # fmt: skip
_NUMBERS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty", "thirty")
_NAMED = ("weekday", "month", "city_home", "companion")  # slots whose fillers are names, or stand for a person


def edited(chooser: Chooser, text: Text, hotel: Hotel) -> tuple[Text, str]:
    """A copy of ``text`` and how it was made: ``exact`` or the edits joined by ``+``.

    Args:
        chooser: draws of the copy.
        text: what is copied.
        hotel: that the copy is posted for; an added sentence and changed names speak of it.
    """
    if chooser.unit("exact") < _EXACT_SHARE:
        return text, "exact"
    title, positive, negative, done = text.title, list(text.positive), list(text.negative), []
    for name, share in (("shuffled", 0.3), ("dropped", 0.2), ("added", 0.35)):
        if chooser.unit(name) < share and _restructured(chooser, name, positive, negative, hotel):
            done.append(name)
    for name, share in (("swapped", 0.6), ("numbers", 0.5), ("names", 0.5), ("typos", 0.5)):
        if chooser.unit(name) < share or (name == "typos" and not done):
            others = _other_names(chooser, hotel) if name == "names" else {}
            title = _renamed(title, others) if title and others else title
            positive = [_reworded(chooser, name, sentence, place, others) for place, sentence in enumerate(positive)]
            negative = [
                _reworded(chooser, name, sentence, place, others) for place, sentence in enumerate(negative, 50)
            ]
            done.append(name)
    return Text(title=title, positive=tuple(positive), negative=tuple(negative)), "+".join(done)


def _restructured(chooser: Chooser, name: str, positive: list[str], negative: list[str], hotel: Hotel) -> bool:
    longest = positive if len(positive) >= len(negative) else negative
    if name == "added":
        side = "good" if longest is positive else "bad"
        template = chooser.one("added sentence", table("vocabulary")["closers"][side])
        longest.append(fill(chooser, "added sentence", 0, template, hotel))
        return True
    if len(longest) < 3:
        return False
    if name == "dropped":
        del longest[int(chooser.unit("which dropped") * len(longest))]
    else:
        longest.insert(0, longest.pop())
    return True


def _other_names(chooser: Chooser, hotel: Hotel) -> dict[str, str]:
    """What a copyist writes for the names in a text: days, months, towns, companions; of the new hotel, its places."""
    slots, renamed = table("vocabulary")["slots"], {}
    for slot in _NAMED:
        names = [name for name in slots[slot] if " " not in name]
        turn = 1 + int(chooser.unit("names turn", _NAMED.index(slot)) * (len(names) - 1))  # never itself
        renamed.update(zip(names, names[turn:] + names[:turn], strict=True))
    for other in hotels(MOST_HOTELS):
        if other.name != hotel.name:
            renamed[other.city] = hotel.city
            renamed.update((spot, chooser.one("names place", hotel.places, at)) for at, spot in enumerate(other.places))
    return renamed


def _renamed(sentence: str, names: dict[str, str]) -> str:
    """The sentence with each name replaced once; the longest name wins."""
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.sub(pattern, lambda match: names[match.group()], sentence)


def _reworded(chooser: Chooser, name: str, sentence: str, place: int, names: dict[str, str]) -> str:
    if name == "names":
        return _renamed(sentence, names)
    words = sentence.split(" ")
    if name == "swapped":
        return " ".join(_SWAPS.get(word, word) for word in words)
    if name == "numbers":
        return " ".join(
            chooser.one("number", _NUMBERS, 100 * place + index) if word in _NUMBERS else word
            for index, word in enumerate(words)
        )
    index = int(chooser.unit("typo", place) * len(words))
    word = words[index]
    if len(word) > 4 and word.isalpha():
        words[index] = word[:2] + word[3] + word[2] + word[4:]
    return " ".join(words)
