"""Near-duplicates: a text copied as it is, or edited lightly as copyists do."""

from resources.sources.demo.catalogue import Hotel, table
from resources.sources.demo.wording import Chooser, Text, fill

_EXACT_SHARE = 0.35
_SWAPS = {
    "very": "really", "room": "bedroom", "breakfast": "morning buffet", "great": "fantastic", "small": "tiny",
    "nobody": "no one", "clean": "tidy", "warm": "cosy", "price": "cost", "quiet": "calm", "staff": "team",
    "every": "each", "lovely": "charming", "hotel": "place", "good": "nice", "night": "evening", "took": "needed",
    "when": "once", "our": "the", "though": "although", "without": "with no", "never": "not once",
}  # fmt: skip
_NUMBERS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty", "thirty")


def edited(chooser: Chooser, text: Text, hotel: Hotel) -> tuple[Text, str]:
    """A copy of ``text`` and how it was made: ``exact`` or the edits joined by ``+``.

    Args:
        chooser: draws of the copy.
        text: what is copied.
        hotel: that the copy is posted for; only an added sentence names it.
    """
    if chooser.unit("exact") < _EXACT_SHARE:
        return text, "exact"
    positive, negative, done = list(text.positive), list(text.negative), []
    for name, share in (("shuffled", 0.3), ("dropped", 0.2), ("added", 0.35)):
        if chooser.unit(name) < share and _restructured(chooser, name, positive, negative, hotel):
            done.append(name)
    for name, share in (("swapped", 0.6), ("numbers", 0.5), ("typos", 0.5)):
        if chooser.unit(name) < share or (name == "typos" and not done):
            positive = [_reworded(chooser, name, sentence, place) for place, sentence in enumerate(positive)]
            negative = [_reworded(chooser, name, sentence, 50 + place) for place, sentence in enumerate(negative)]
            done.append(name)
    return Text(title=text.title, positive=tuple(positive), negative=tuple(negative)), "+".join(done)


def _restructured(chooser: Chooser, name: str, positive: list[str], negative: list[str], hotel: Hotel) -> bool:
    longest = positive if len(positive) >= len(negative) else negative
    if name == "added":
        side = "good" if longest is positive else "bad"
        template = chooser.one("added sentence", table("vocabulary")["closers"][side])
        longest.append(fill(chooser, "added sentence", 0, template, hotel))
        return True
    if len(longest) < 3:  # noqa: PLR2004
        return False
    if name == "dropped":
        del longest[int(chooser.unit("which dropped") * len(longest))]
    else:
        longest.insert(0, longest.pop())
    return True


def _reworded(chooser: Chooser, name: str, sentence: str, place: int) -> str:
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
    if len(word) > 4 and word.isalpha():  # noqa: PLR2004
        words[index] = word[:2] + word[3] + word[2] + word[4:]
    return " ".join(words)
