"""Files of the restricted zone that are no tables: their owner's alone, sealed where the zone is sealed."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from resources.atomic_files import OWNER_FILE
from resources.contract import Zone
from resources.file_store import Writer
from resources.lake import Lake

_OWNER_FOLDER = 0o700


class RestrictedStore:
    """The store of files that a folder of the restricted zone lies in, with the zone's rights and its seal.

    Args:
        lake: whose zone.
        root: folder in it.
    """

    def __init__(self, lake: Lake, root: PurePath) -> None:
        self._lake, self._files = lake, lake.files
        self._store = lake.files.store(root)

    def content(self, path: PurePath) -> bytes:
        """Bytes of a file, opened where it is sealed.

        Raises:
            FileNotFoundError: there is no such file.
            PrivacyError: it is sealed and there is no key, or another one.
        """
        return self._files.content(path)

    def contents(self, paths: Sequence[PurePath]) -> list[bytes]:
        """Bytes of several files, in their order."""
        raw = self._store.contents(paths)
        return [self._files.opened(content, path) for content, path in zip(raw, paths, strict=True)]

    def stamp(self, path: PurePath) -> Hashable | None:
        """What changes with the file; None where there is none."""
        return self._store.stamp(path)

    def names(self, folder: PurePath) -> list[str]:
        """Names of the files in a folder, sorted."""
        return self._store.names(folder)

    def below(self, folder: PurePath) -> Iterator[PurePath]:
        """Every file below a folder, in a fixed order."""
        return self._store.below(folder)

    def draft(self, path: PurePath, write: Writer, *, is_private: bool) -> bytes | None:  # noqa: ARG002
        """A draft that only its owner may read; it is not sealed: :meth:`replace` and :meth:`put_folder` seal."""
        return self._store.draft(path, write, is_private=True)

    def settle(self, path: PurePath, content: bytes | None, target: PurePath) -> Hashable | None:
        """Let a draft take its place."""
        return self._store.settle(path, content, target)

    def replace(self, path: PurePath, content: bytes, *, is_private: bool) -> None:  # noqa: ARG002
        """Replace a file in one step."""
        self.make_folder(path.parent)
        self._files.replace(path, content, seal=True)

    def remove(self, path: PurePath) -> None:
        """Remove a file; nothing happens where there is none."""
        self._store.remove(path)

    def put_folder(self, folder: PurePath, files: Mapping[str, bytes], last: str) -> None:
        """Write a folder that no one has; it counts as there once the file named ``last`` is."""
        self.make_folder(folder.parent)
        sealed = {name: self._files.sealed(content, folder / name) for name, content in files.items()}
        self._store.put_folder(folder, sealed, last)
        if isinstance(folder, Path):
            folder.chmod(_OWNER_FOLDER)
            for name in files:
                (folder / name).chmod(OWNER_FILE)

    def make_folder(self, folder: PurePath) -> None:
        """Make a folder that only its owner may enter."""
        self._lake.make_folder(folder, Zone.RESTRICTED)

    def look_afresh(self) -> None:
        """Forget what is remembered of the store."""
        self._store.look_afresh()
