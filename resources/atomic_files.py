"""A file is the earlier one or the later one, never half of either: the one place that writes, and then renames.

A draft lies beside its place under a name that begins with a dot, which readers leave alone, and takes the place by
one rename, which POSIX does at once. A process that is killed in between leaves the earlier file, and a draft that
:func:`is_draft` knows; one that fails takes its draft away.

What nobody could make again (keys, whose world a home holds, what a ledger has spent, whom to forget) is ``lasting``:
content and name are on the disk before the call returns, so that a machine without power loses neither. Files that
the same inputs give again are not, since each costs the disk's slowest operation, and a lake has thousands.
"""

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_FILE = 0o600
_DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")


def draft_name(name: str) -> str:
    """A name for a draft of a file or folder; no two are equal.

    Example:
        >>> is_draft(draft_name("keys.json"))
        True
    """
    return f".{name}.{uuid.uuid4().hex}"


def is_draft(name: str) -> bool:
    """Whether a name is one that :func:`draft_name` gives.

    Example:
        >>> is_draft(".keys.json"), is_draft("keys.json")
        (False, False)
    """
    return _DRAFT.fullmatch(name) is not None


@contextmanager
def drafted(path: Path, *, mode: int | None = None, lasting: bool = False) -> Iterator[Path]:
    """The path of a draft to write to, which takes its place when the block ends and goes when the block fails.

    Args:
        path: the file; its folder is there.
        mode: rights of the file, from its first byte on; None: what the process's umask leaves.
        lasting: a machine that loses power afterwards has the new file.

    Raises:
        OSError: it can't be written; the earlier file stands.
    """
    draft = path.with_name(draft_name(path.name))
    try:
        if mode is not None:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield draft
        if mode is not None:
            draft.chmod(mode)
        take_place(draft, path, lasting=lasting)
    except BaseException:  # an interrupt, too, leaves nothing behind; it goes on its way
        with contextlib.suppress(OSError):  # the disk's own complaint is the one to hear
            draft.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes | str, *, mode: int | None = None, lasting: bool = False) -> None:
    """Write a file, or write over it, in one step; see :func:`drafted`. Text is UTF-8."""
    with drafted(path, mode=mode, lasting=lasting) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def take_place(draft: Path, path: Path, *, lasting: bool = False) -> None:
    """Put a draft that was written elsewhere on the same disk into its place, in one step.

    Raises:
        OSError: it can't be; the earlier file stands.
    """
    if lasting:
        _sync(draft)
    os.replace(draft, path)  # noqa: PTH105  (atomic on POSIX, documented as such)
    if lasting:
        _sync(path.parent)


def write_once(path: Path, content: bytes, *, mode: int = OWNER_FILE) -> bool:
    """Write a file that nobody has written yet, to last; of several at once the first one wins.

    Returns:
        Whether this call was the first.
    """
    draft = path.with_name(draft_name(path.name))
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        _sync(draft)
        os.link(draft, path)
        _sync(path.parent)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


@contextmanager
def drafted_folder(folder: Path) -> Iterator[Path]:
    """A new folder to fill, which takes its place when the block ends; of several at once the first one wins.

    Raises:
        OSError: it can't be made, and there is none.
    """
    draft = folder.with_name(draft_name(folder.name))
    draft.mkdir(parents=True)
    try:
        yield draft
        try:
            os.rename(draft, folder)  # noqa: PTH104  (Path.rename would be the same call)
        except OSError:
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
