"""Searches every file and object for what must be nowhere: tables decoded, databases by cell, the rest as bytes."""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePath

import polars as pl

from assets.common.workspace import Workspace
from pipelines.guests.needles import Needle, held_kinds, may_hold
from pipelines.guests.stores import files_of, is_database
from resources.contract import FrameContract

_TEXT = "text"


@dataclass(frozen=True)
class Proof:
    """What the search saw.

    Attributes:
        files: files and objects searched.
        kinds: kind of value -> how many values of it were looked for.
        leftovers: file and kind of every value that is still there.
    """

    files: int
    kinds: dict[str, int]
    leftovers: tuple[tuple[PurePath, str], ...]


def search(workspace: Workspace, needles: Sequence[Needle], skip: Path | None = None) -> Proof:
    """Look for the needles in all files under the home, in the restricted zone and in every object of the lake.

    Parquet is decoded, opened where it is sealed, and searched in every cell of text (review texts by whole cells) and
    in every column of ids, as the contract says;
    SQLite databases cell by cell, compressed cells unpacked, and as bytes for deleted rows; everything else, such as
    texts, models and the DuckDB warehouse, as bytes.

    Args:
        workspace: says where the files are.
        needles: what to look for.
        skip: the erasure's own journal.
    """
    kinds: dict[str, int] = {}
    for needle in needles:
        kinds[needle.kind] = kinds.get(needle.kind, 0) + 1
    leftovers: list[tuple[PurePath, str]] = []
    count = 0
    for path in (*files_of(workspace), *workspace.lake.objects()):
        if path == skip:
            continue
        count += 1
        leftovers += [(path, kind) for kind in sorted(_kinds_in(workspace, path, needles))]
    return Proof(count, kinds, tuple(leftovers))


def _kinds_in(workspace: Workspace, path: PurePath, needles: Sequence[Needle]) -> set[str]:
    content = workspace.lake.files.content(path)
    if path.suffix == ".parquet":
        rows = _as_text(workspace.contracts.get(path.parent.name), workspace.lake.files.table(content))
        return _kinds_in_table(rows, needles) | held_kinds(content, needles)
    if isinstance(path, Path) and is_database(path):
        return _kinds_in_cells(_cells(path), needles) | held_kinds(content, needles)
    return held_kinds(content, needles)


def _as_text(contract: FrameContract | None, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with all that can hold a word or an id as text: labels, and by the contract ids of any other type."""
    while structs := [name for name, kind in frame.schema.items() if kind == pl.Struct]:
        fields = [frame[name].struct.unnest().rename(lambda part, of=name: f"{of}.{part}") for name in structs]
        frame = pl.concat([frame.drop(structs), *fields], how="horizontal")
    labels = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    ids = () if contract is None else contract.personal
    return frame.with_columns(pl.col([*labels, *(name for name in ids if name in frame.columns)]).cast(pl.String))


def _kinds_in_table(frame: pl.DataFrame, needles: Sequence[Needle]) -> set[str]:
    kinds: set[str] = set()
    whole = {needle.text for needle in needles if needle.kind == _TEXT}
    words = [needle for needle in needles if needle.kind != _TEXT]
    for name in frame.columns:
        column = frame[name]
        while column.dtype == pl.List or column.dtype == pl.Array:
            column = column.explode()
        if column.dtype != pl.String or not len(column):
            continue
        if whole and column.is_in(sorted(whole)).any():
            kinds.add(_TEXT)
        if words:
            hits = column.filter(may_hold(column, words))
            kinds |= _kinds_in_cells((cell.encode() for cell in hits), words)
    return kinds


def _kinds_in_cells(cells: Iterator[bytes], needles: Sequence[Needle]) -> set[str]:
    kinds: set[str] = set()
    for cell in cells:
        kinds |= held_kinds(cell, needles)
    return kinds


def _cells(path: Path) -> Iterator[bytes]:
    """All cells of all tables; a compressed one also as what it unpacks to."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (content for cell in row if cell is not None for content in _contents(cell))


def _contents(cell: object) -> Iterator[bytes]:
    content = cell if isinstance(cell, bytes) else str(cell).encode()
    yield content
    try:
        yield zlib.decompress(content)
    except zlib.error:
        return
