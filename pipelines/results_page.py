"""Measured figures as a block of a results page: when, by which command, on what, with which version, and the tables.

A page of ``docs/results`` has text by people and blocks by commands. Writing replaces the block of one name and leaves
everything else of the page as it is.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

_SHARED_COLUMNS = 0.5  # of a row's columns that a table must have, for the row to join it
_MANY = 1_000
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Table:
    """Rows under named columns; what a row lacks is left empty."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Cell]]

    def markdown(self) -> str:
        """The table as Markdown."""
        cells = [[shown(row[name]) if name in row else "" for name in self.columns] for row in self.rows]
        head, *rows = ["| " + " | ".join(line) + " |" for line in [list(self.columns), *cells]]
        return "\n".join([head, "|" + "---|" * len(self.columns), *rows])


@dataclass(frozen=True)
class Measured:
    """One run of a command.

    Attributes:
        name: of the block, unique within its page.
        command: as it can be typed again; ``<folder>`` in place of folders of data.
        body: what it measured, as Markdown.
        day: of the run.
        machine: its kind, say ``2 cores, 24 GiB``.
        version: of the code.
    """

    name: str
    command: str
    body: str
    day: date
    machine: str
    version: str

    def block(self) -> str:
        """The block as Markdown, between its two marks."""
        told = f"**Measured** {self.day} · `{self.command}` · {self.machine} · version {self.version}"
        return f"{_start(self.name)}\n{told}\n\n{self.body}\n\n{_end(self.name)}"


def measured_here(name: str, command: str, body: str) -> Measured:
    """Figures of a command that has just run in this process."""
    return Measured(name, command, body, date.today(), machine_kind(), code_version())  # noqa: DTZ011  (a label)


def write_block(page: Path, measured: Measured) -> None:
    """Put the block in place of the one of its name; at the end of the page, or on a new page, where there is none."""
    text = page.read_text("utf-8") if page.exists() else f"# {measured.name.replace('_', ' ').capitalize()}\n"
    old = re.compile(re.escape(_start(measured.name)) + ".*?" + re.escape(_end(measured.name)), flags=re.DOTALL)
    new, count = old.subn(lambda _: measured.block(), text)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(new if count else f"{text.rstrip()}\n\n{measured.block()}\n", "utf-8")


def holds_block(page: Path, name: str) -> bool:
    """Whether the page has a block of this name."""
    return page.exists() and _start(name) in page.read_text("utf-8")


def markdown_of(results: Mapping[str, Any]) -> str:
    """The tables of nested figures, one below the other."""
    return "\n\n".join(table.markdown() for table in tables_of(results))


def tables_of(results: Mapping[str, Any]) -> list[Table]:
    """Tables of nested figures: a row for each mapping that holds values, rows with like columns in one table.

    Args:
        results: names -> values, mappings, or lists of either.
    """
    groups: list[tuple[list[str], list[dict[str, Cell]]]] = []
    for label, row in _records("", results):
        for columns, rows in groups:
            if len(set(row) & set(columns)) > _SHARED_COLUMNS * len(row):
                columns += [name for name in row if name not in columns]
                rows.append({"": label} | row)
                break
        else:
            groups.append((list(row), [{"": label} | row]))
    return [_table(columns, rows) for columns, rows in groups]


def shown(value: object) -> str:
    """A value as a cell: thousands apart, four digits, a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.4g}"
    return str(value).replace("|", "\\|")


def machine_kind() -> str:
    """Cores that this process may use, memory, and the card where torch has found one."""
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    torch = sys.modules.get("torch")
    card = f", {torch.cuda.get_device_name(0)}" if torch is not None and torch.cuda.is_available() else ""
    return f"{cores} core{'s' if cores > 1 else ''}, {memory:.0f} GiB{card}"


def code_version() -> str:
    """Short hash of the checkout, marked where files are changed; the package's version outside one."""
    try:
        head, changes = (
            _git("rev-parse", "--short", "HEAD"),
            _git("status", "--porcelain", "-uno", "--", ":/", ":(top,exclude)docs"),
        )
    except (OSError, subprocess.CalledProcessError):
        return version("stayworth")
    return f"{head} with changes" if changes else head


def _git(*words: str) -> str:
    where = Path(__file__).parent
    return subprocess.run(["git", *words], cwd=where, capture_output=True, text=True, check=True).stdout.strip()


def _records(label: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Cell]]]:
    row: dict[str, Cell] = {}
    deeper: list[tuple[str, Mapping[str, Any]]] = []
    for name, value in tree.items():
        below = f"{label}, {name}" if label else str(name)
        if isinstance(value, Mapping):
            deeper.append((below, value))
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            deeper += [(f"{below} {number}", item) for number, item in enumerate(value, 1) if isinstance(item, Mapping)]
        else:
            row[str(name)] = ", ".join(map(shown, value)) if isinstance(value, list | tuple) else value
    if row:
        yield label, row
    for below, item in deeper:
        yield from _records(below, item)


def _table(columns: list[str], rows: list[dict[str, Cell]]) -> Table:
    if len(rows) > 1:
        return Table(["", *columns], rows)
    names: list[dict[str, Cell]] = [{"": name, "value": rows[0].get(name)} for name in columns]
    return Table([str(rows[0][""]), "value"], [{str(rows[0][""]): row[""], "value": row["value"]} for row in names])


def _start(name: str) -> str:
    return f"<!-- measured: {name} -->"


def _end(name: str) -> str:
    return f"<!-- end: {name} -->"
