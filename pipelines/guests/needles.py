"""Words that must be found, or be nowhere: in text, in bytes, in the cells of tables and databases."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field


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
        """As it stands in text, and as JSON writes it."""
        escaped = (json.dumps(self.text)[1:-1], json.dumps(self.text, ensure_ascii=False)[1:-1])
        return tuple(dict.fromkeys((self.text, *escaped)))


def holds(text: str | None, needle: Needle) -> bool:
    """Whether the text holds the needle as a word of its own, in any letter case."""
    if text is None:
        return False
    return _stands_alone(text.lower(), [spelling.lower() for spelling in needle.spellings()])


def held_kinds(content: bytes, needles: Sequence[Needle]) -> set[str]:
    """Kinds of the needles that bytes (UTF-8 text or any file) hold as words of their own."""
    found: set[str] = set()
    for needle in needles:
        if needle.kind in found:
            continue
        if any(_bytes_stand_alone(content, spelling.encode()) for spelling in needle.spellings()):
            found.add(needle.kind)
    return found


def blank_out(text: str, needles: Sequence[Needle], mark: str = "[erased]") -> str:
    """The text with every needle replaced."""
    for needle in sorted(needles, key=lambda item: -len(item.text)):
        for spelling in needle.spellings():
            text = _replaced(text, spelling, mark)
    return text


def _replaced(text: str, word: str, mark: str) -> str:
    parts: list[str] = []
    start = 0
    while (place := text.find(word, start)) >= 0:
        is_word = not _joins(text[place - 1 : place]) and not _joins(text[place + len(word) : place + len(word) + 1])
        parts.append(text[start:place] + (mark if is_word else word))
        start = place + len(word)
    return "".join(parts) + text[start:]


def _stands_alone(text: str, words: Sequence[str]) -> bool:
    return any(_replaced(text, word, "\0") != text for word in words if word in text)


def _bytes_stand_alone(content: bytes, word: bytes) -> bool:
    place = content.find(word)
    while place >= 0:
        before, after = content[max(place - 1, 0) : place], content[place + len(word) : place + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        place = content.find(word, place + 1)
    return False


def _joins(character: str) -> bool:
    return character.isalnum()
