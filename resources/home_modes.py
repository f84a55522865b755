"""Who may look into a home: its owner alone unless ``core.home_access`` says otherwise; set here for every process.

The process's umask does it, so that it holds for whatever library writes: Parquet, SQLite with its write-ahead logs,
DuckDB, models, reports. Processes that are started from one inherit it.
"""

import os
import stat
from pathlib import Path

from resources.atomic_files import is_draft

ACCESS = ("owner", "group", "umask")
_MASKS = {"owner": 0o077, "group": 0o027}
_EVERYBODY_ELSE = 0o077
# What a home consists of: nothing else in the folder is touched, whoever chose it.
PARTS = (
    "lake", "models", "reports", "warehouse.duckdb", "warehouse.sql", "dagster", "worlds", "world.txt", "cache",
    "encoders", "secrets", ".in_use", "fine_tuning", "ceilings", "budget_registry",
)  # fmt: skip


def keep_closed(access: str) -> None:
    """Let this process, and those that it starts, make files that only the allowed ones can open.

    Args:
        access: ``owner`` (modes 700 and 600), ``group`` (750 and 640), ``umask`` (as the process came).
    """
    if access in _MASKS:
        before = os.umask(_MASKS[access])
        os.umask(before | _MASKS[access])  # a stricter umask of the caller stays


def keep_as_closed_as(folder: Path) -> None:
    """Let this process make files that are no more open than a folder: for processes that read no settings."""
    if folder.exists():
        missing = ~stat.S_IMODE(folder.stat().st_mode) & _EVERYBODY_ELSE
        os.umask(os.umask(_EVERYBODY_ELSE) | missing)


def close_home(home: Path, access: str) -> str | None:
    """Make the home, or take rights from one that was made before it was closed; a sentence where that can't be.

    Of a folder that was there before only the parts of a home are closed, and the folder itself where it holds
    nothing else. Links are left alone: what they lead to is shared on purpose.

    Args:
        home: the folder.
        access: of ``ACCESS``.
    """
    keep_closed(access)
    home.mkdir(parents=True, exist_ok=True)
    taken = _MASKS.get(access, 0)
    if not _is_open(home, taken):
        return None
    try:
        for part in PARTS:
            if not (home / part).is_symlink():
                _close(home / part, taken)
        if all(path.name in PARTS or is_draft(path.name) for path in home.iterdir()):
            home.chmod(stat.S_IMODE(home.stat().st_mode) & ~taken)
            return None
    except PermissionError as error:
        return f"{home} is open to others, and its rights can't be changed ({error}); let its owner close it"
    return (
        f"{home} is open to others and holds more than a home of Stayworth, so its own rights are left as they are; "
        "what Stayworth keeps in it is closed"
    )


def _is_open(path: Path, taken: int) -> bool:
    return bool(stat.S_IMODE(path.lstat().st_mode) & taken)


def _close(path: Path, taken: int) -> None:
    if not path.exists():
        return
    for base, folders, names in os.walk(path) if path.is_dir() else ():
        for name in (*folders, *names):
            _take(Path(base) / name, taken)
    _take(path, taken)


def _take(path: Path, taken: int) -> None:
    try:
        if not path.is_symlink() and _is_open(path, taken):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~taken)
    except FileNotFoundError:  # a draft that has taken its place
        return
