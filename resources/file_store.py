"""Where the lake's files are kept: what a store of files must do, and the local folder that does it.

A file is named by its path. A ``pathlib.Path`` lies in a local folder; the pure path of an object
(``resources/object_store.py``) has no way to be opened by accident.
"""

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path, PurePath
from typing import Protocol

from resources.atomic_files import OWNER_FILE, drafted_folder, take_place, write_whole

Target = Path | BytesIO
Writer = Callable[[Target], None]


class FileStore(Protocol):
    """Files by path. A reader sees a file whole, the earlier or the later one, never half of either."""

    def content(self, path: PurePath) -> bytes:
        """Bytes of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        ...

    def contents(self, paths: Sequence[PurePath]) -> list[bytes]:
        """Bytes of several files, in their order."""
        ...

    def stamp(self, path: PurePath) -> Hashable | None:
        """What changes whenever the file does; None where there is none."""
        ...

    def names(self, folder: PurePath) -> list[str]:
        """Names of the files in a folder, sorted; none where it does not exist."""
        ...

    def below(self, folder: PurePath) -> Iterator[PurePath]:
        """Every file below a folder, at any depth, in a fixed order."""
        ...

    def draft(self, path: PurePath, write: Writer, *, is_private: bool) -> bytes | None:
        """Write a file that nobody reads; gives back its bytes where the store keeps no drafts itself.

        Raises:
            OSError: it can't be written.
        """
        ...

    def settle(self, path: PurePath, content: bytes | None, target: PurePath) -> Hashable | None:
        """Put a draft in its place, in one step; gives back its stamp where the store says it by itself."""
        ...

    def replace(self, path: PurePath, content: bytes, *, is_private: bool) -> None:
        """Write a file, or write over it, in one step."""
        ...

    def remove(self, path: PurePath) -> None:
        """Remove a file; nothing happens where there is none."""
        ...

    def put_folder(self, folder: PurePath, files: Mapping[str, bytes], last: str) -> None:
        """Write a folder that no one has; it counts as there once the file named ``last`` is."""
        ...

    def make_folder(self, folder: PurePath) -> None:
        """Make a folder where the store has such a thing."""
        ...

    def look_afresh(self) -> None:
        """Forget what is remembered of the store."""
        ...


class LocalFolder:
    """Files of this machine: drafts lie beside their place and take it by renaming, which POSIX does at once."""

    def content(self, path: PurePath) -> bytes:
        """Bytes of a file."""
        return Path(path).read_bytes()

    def contents(self, paths: Sequence[PurePath]) -> list[bytes]:
        """Bytes of several files, in their order."""
        return [self.content(path) for path in paths]

    def stamp(self, path: PurePath) -> Hashable | None:
        """Time of the last change, size and inode."""
        try:
            stat = Path(path).stat()
        except FileNotFoundError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def names(self, folder: PurePath) -> list[str]:
        """Names of the files in a folder, sorted."""
        try:
            with os.scandir(folder) as entries:
                return sorted(entry.name for entry in entries if not entry.is_dir())
        except FileNotFoundError:
            return []

    def below(self, folder: PurePath) -> Iterator[PurePath]:
        """Every file below a folder, links followed, in a fixed order."""
        for base, folders, names in os.walk(folder, followlinks=True):
            folders.sort()
            yield from (path for name in sorted(names) if (path := Path(base) / name).is_file())

    def draft(self, path: PurePath, write: Writer, *, is_private: bool) -> bytes | None:
        """The file itself, in a place that readers leave alone."""
        write(Path(path))
        if is_private:
            Path(path).chmod(OWNER_FILE)
        return None

    def settle(self, path: PurePath, content: bytes | None, target: PurePath) -> Hashable | None:  # noqa: ARG002
        """One rename."""
        take_place(Path(path), Path(target))
        return None

    def replace(self, path: PurePath, content: bytes, *, is_private: bool) -> None:
        """A draft and one rename, to last: tombstones, journals, fitted records, which model serves."""
        write_whole(Path(path), content, mode=OWNER_FILE if is_private else None, lasting=True)

    def remove(self, path: PurePath) -> None:
        """Unlink."""
        Path(path).unlink(missing_ok=True)

    def put_folder(self, folder: PurePath, files: Mapping[str, bytes], last: str) -> None:  # noqa: ARG002
        """A folder beside its place and one rename; of two that write the same one, the second finds it done."""
        with drafted_folder(Path(folder)) as draft:
            for name, content in files.items():
                (draft / name).write_bytes(content)

    def make_folder(self, folder: PurePath) -> None:
        """Make it with its parents."""
        Path(folder).mkdir(parents=True, exist_ok=True)

    def look_afresh(self) -> None:
        """Nothing is remembered."""
