"""Who may touch a home at one time: any number of steps, or one command that takes rows out of every file.

The lock is the kernel's (``flock``): it goes with the process that holds it, so a killed one leaves nothing behind.
It reaches the processes of one machine; a home on a network drive is used by one machine at a time.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.errors import StorageError

_NAME = ".in_use"


@contextmanager
def step_in(home: Path) -> Iterator[None]:
    """Hold the home together with other steps.

    Raises:
        StorageError: a guest is being erased, or raw rows removed, right now.
    """
    with _held(home, fcntl.LOCK_SH, "rows are being taken out of this home (stayworth erase or retain)",
               "run the same days again when that has ended"):  # fmt: skip
        yield


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Hold the home with no step and no other such command at work.

    Raises:
        StorageError: a step, or another such command, is at work.
    """
    with _held(home, fcntl.LOCK_EX, "a step of a run, or another erasure, is at work in this home",
               "repeat the command when it has ended"):  # fmt: skip
        yield


@contextmanager
def _held(home: Path, kind: int, why: str, advice: str) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{home}: {why}; {advice}"
            raise StorageError(message) from None
        yield
    finally:
        os.close(handle)
