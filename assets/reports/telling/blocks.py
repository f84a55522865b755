"""The parts that a report is made of, each with a note of what it discloses."""

from dataclasses import dataclass, field
from enum import StrEnum

from matplotlib.figure import Figure

from assets.reports.telling.chapter import BOTH


class Disclosure(StrEnum):
    """What a block tells about guests; decides in which edition it may appear (specification 6.2, 6.9)."""

    NEUTRAL = "neutral"  # says nothing about the guests of this data set
    PRIVATE_RELEASE = "private_release"  # differentially private
    OPERATIONAL = "operational"  # counts of rows handled: exempt, exact
    MODEL_METRIC = "model_metric"  # quality of a model: exempt, exact
    GUEST_AGGREGATE = "guest_aggregate"  # an exact figure over guests
    PERSON_LEVEL = "person_level"  # one mark per pseudo-customer
    TEXT = "text"  # words that a guest wrote


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph of plain prose."""

    text: str
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "paragraph"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence that must not be missed: ``tone`` is ``warning``, ``info`` or ``missing``."""

    text: str
    tone: str = "info"
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "notice"


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A short list, or a list of (term, meaning) pairs where ``terms`` is given."""

    items: tuple[str, ...]
    terms: tuple[str, ...] = ()
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "bullets"


@dataclass(frozen=True, kw_only=True)
class Stat:
    """One key number with its label and the sentence that keeps it honest."""

    label: str
    value: str
    detail: str = ""
    disclosure: Disclosure = Disclosure.NEUTRAL


@dataclass(frozen=True, kw_only=True)
class Stats:
    """A row of key numbers."""

    items: tuple[Stat, ...]
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "stats"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A small table of formatted cells.

    Attributes:
        key: stable anchor, snake_case.
        text_columns: how many leading columns hold words; the others are aligned as numbers.
        words_at: positions of further columns of words.
        paper_columns: positions of columns that quote a paper (shown apart from ours).
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    text_columns: int = 1
    words_at: tuple[int, ...] = ()
    paper_columns: tuple[int, ...] = ()
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "table"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing, the sentence that says what it shows, and its description for those who can't see it."""

    key: str
    title: str
    sentence: str
    alt: str
    figure: Figure = field(repr=False, compare=False)
    disclosure: Disclosure = Disclosure.NEUTRAL
    kind: str = "picture"


Block = Paragraph | Notice | Bullets | Stats | Table | Picture


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter of the report; ``editions`` names those that it stands in."""

    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    editions: frozenset[str] = BOTH


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Everything that one HTML file shows."""

    name: str
    title: str
    subtitle: str
    badge: str
    sections: tuple[Section, ...]
