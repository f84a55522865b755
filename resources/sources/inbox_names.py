"""Names in an inbox: which file is which delivery, and which one looks like a delivery and is not read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from resources.sources.archives import SUFFIXES, suffix_of
from resources.sources.base import Stream

_NAME = re.compile(r"(bookings|reviews)-(\d{4}-\d{2}-\d{2})")
# Being written, or kept by a program for itself: nobody takes them for deliveries.
_PASSING = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", ".lock", ".bak", "~")
_TABLES = (
    *SUFFIXES, ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".json", ".jsonl", ".ndjson", ".xml",
    ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz", ".pq", ".parq", ".feather", ".arrow", ".orc", ".avro",
    ".dat", ".sql", ".gpg", ".pgp",
)  # fmt: skip
_STREAM_WORDS = {
    Stream.BOOKINGS: re.compile(r"book|buchung|reserv|rsv|stay|arrival", re.IGNORECASE),
    Stream.REVIEWS: re.compile(r"revie|bewertung|rating|feedback|opinion|avis", re.IGNORECASE),
}
_STREAM_NAME = re.compile(r"(bookings|reviews)\W", re.IGNORECASE)
_HOTELS_NAME = re.compile(r"hotels?(?![a-z])")
_DEEPEST, _LOOKED_AT = 3, 1_000  # folders in folders, files that are looked at in one
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_. ]?([01]?\d)[-_. ]?([0-3]?\d)(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)([0-3]?\d)[-_. ]?([01]?\d)[-_. ]?((?:19|20)\d{2})(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Unread:
    """Something in the inbox that is not read although it looks like a delivery.

    Attributes:
        name: of the file.
        reason: why it is not read, and what to do.
        stream: that it seems to belong to.
        day: that it seems to be of.
    """

    name: str
    reason: str
    stream: Stream | None = None
    day: date | None = None

    @property
    def text(self) -> str:
        """One line for people."""
        return f"{self.name} is not read: {self.reason}"


@dataclass(frozen=True)
class Listing:
    """What lies in an inbox.

    Attributes:
        files: the file of each stream and day.
        rivals: streams and days of several files, which are not read: nothing says which one counts.
        unread: what looks like a delivery and is none by its name.
    """

    files: dict[tuple[Stream, date], Path] = field(default_factory=dict)
    rivals: dict[tuple[Stream, date], tuple[Path, ...]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()

    @property
    def names(self) -> dict[tuple[Stream, date], tuple[Path, ...]]:
        """Every file of each stream and day."""
        return {name: (path,) for name, path in self.files.items()} | self.rivals


def list_names(entries: Sequence[Path], others: Iterable[str]) -> Listing:
    """What an inbox holds, by the names of its entries.

    Args:
        entries: files and folders.
        others: names of files that are read as something else.
    """
    named: dict[tuple[Stream, date], list[Path]] = {}
    unread: list[Unread] = []
    known = {name.lower() for name in others}
    for path in entries:
        if (name := delivery_of(path.name)) and path.is_file():
            named.setdefault(name, []).append(path)
        elif path.name.lower() not in known and (seen := _seen(path, name) or _inside(path) or _list_like(path)):
            unread.append(seen)
    files = {name: paths[0] for name, paths in named.items() if len(paths) == 1}
    rivals = {name: tuple(paths) for name, paths in named.items() if len(paths) > 1}
    return Listing(files, rivals, tuple(unread))


def delivery_of(name: str) -> tuple[Stream, date] | None:
    """Stream and day of a file named ``bookings-<YYYY-MM-DD>.csv`` or alike; None for any other name."""
    suffix = suffix_of(name)
    match = _NAME.fullmatch(name.lower().removesuffix(suffix)) if suffix else None
    if match is None:
        return None
    try:
        return Stream(match[1]), date.fromisoformat(match[2])
    except ValueError:  # 2024-02-30
        return None


def _seen(path: Path, delivery: tuple[Stream, date] | None) -> Unread | None:
    """What an entry seems to be; None where it does not look like a delivery."""
    lower = path.name.lower()
    if lower.startswith((".", "~$")) or lower.endswith(_PASSING):
        return None
    stream = next((stream for stream, words in _STREAM_WORDS.items() if words.search(path.name)), None)
    day = _day_in(path.name)
    if not ((stream or day) and (lower.endswith(_TABLES) or (stream and day))):
        return None
    return Unread(name=path.name, reason=_reason(path, delivery, stream, day), stream=stream, day=day)


def _inside(path: Path) -> Unread | None:
    """A folder that holds deliveries, at whatever depth up to ``_DEEPEST``."""
    if not path.is_dir() or path.name.startswith("."):
        return None
    names = islice((item.name for item in _below(path, _DEEPEST)), _LOOKED_AT)
    held = [name for name in names if (delivery_of(name) or _STREAM_NAME.match(name)) and suffix_of(name)]
    if not held:
        return None
    reason = f"it is a folder and holds what looks like deliveries ({held[0]}); put the files themselves into the inbox"
    return Unread(name=path.name, reason=reason)


def _below(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # its permissions: nothing can be said of it
        return
    yield from (entry for entry in entries if entry.is_file())
    if depth > 1:
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                yield from _below(entry, depth - 1)


def _list_like(path: Path) -> Unread | None:
    """Another list of hotels: a newer one under a name of its own, or the list in another kind of file."""
    lower = path.name.lower()
    if not _HOTELS_NAME.match(lower) or not lower.endswith(_TABLES) or not path.is_file():
        return None
    return Unread(name=path.name, reason="the list of hotels is one file called hotels.csv; rename it or remove it")


def _day_in(name: str) -> date | None:
    for pattern, order in ((_YEAR_FIRST, (1, 2, 3)), (_YEAR_LAST, (3, 2, 1))):
        for match in pattern.finditer(name):
            try:
                return date(*(int(match[group]) for group in order))
            except ValueError:
                continue
    return None


def _reason(path: Path, delivery: tuple[Stream, date] | None, stream: Stream | None, day: date | None) -> str:
    if path.is_symlink() and not path.exists():
        return "it is a link that leads nowhere"
    if path.is_dir():
        return "it is a folder; put the file itself into the inbox"
    if delivery:
        return "it is no plain file"
    wanted = f"{stream or '<bookings or reviews>'}-{day or '<YYYY-MM-DD>'}"
    if not suffix_of(path.name):
        kinds = ", ".join(SUFFIXES)
        return f"files of this kind are not read ({kinds} are); save the table as {wanted}.csv"
    if _NAME.fullmatch(path.name.lower().removesuffix(suffix_of(path.name) or "")):
        return "its name holds no day of the calendar"
    return (
        f"a delivery of one stream and day is one file called {wanted}.csv; rename it, or put its rows into that file"
    )
