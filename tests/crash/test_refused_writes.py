"""Disk full, a folder that can't be written, too little memory: a clear failure, and the last good data still there."""

import errno
import multiprocessing
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.common.inputs import DayInputs, Produced
from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from pipelines.running import failures_of
from resources.errors import StorageError
from resources.lake import InputRecord
from resources.stored_files import StoredFiles
from tests.rooms.toy import START, TOY_SUM, run, stored_bytes, toy_sum, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(4)]


def toy(home: Path) -> Workspace:
    return toy_workspace(home, {day: [20 + index, 30] for index, day in enumerate(DAYS)})


def failing(error: Callable[[], BaseException], place: str, after: int) -> Callable[..., None]:
    """A writer that fails as the system would: half a file, after so many whole ones of that table."""
    write, seen = StoredFiles.draft, []

    def writes(self: StoredFiles, path: Path, frame: pl.DataFrame, **options: object) -> bytes | None:
        if place in path.parts:
            seen.append(path)
            if len(seen) > after:
                path.write_bytes(b"PAR1 and no more")
                raise error()
        return write(self, path, frame, **options)  # type: ignore[arg-type]

    return writes


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (lambda: OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (lambda: PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (lambda: OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (lambda: MemoryError("Unable to allocate 8 GiB"), "Unable to allocate"),
    ],
)
def test_a_write_that_fails_half_way_keeps_the_last_good_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Callable[[], BaseException], told: str
) -> None:
    workspace = toy(tmp_path)
    assert run(workspace, DAYS[0], DAYS[-1]).success
    good = stored_bytes(workspace)

    monkeypatch.setattr(StoredFiles, "draft", failing(error, "toy_sum", 1))
    failed = run(workspace, DAYS[0], DAYS[-1])
    assert not failed.success
    lines = failures_of(failed)
    assert len(lines) == 1, "what reads the table is skipped"
    assert lines[0].startswith("toy_sum: ")
    assert told in lines[0]
    if "allocate" not in told:
        assert "free space there or mend the rights of the folder" in lines[0]
    assert stored_bytes(workspace) == good

    monkeypatch.undo()
    assert run(workspace, DAYS[0], DAYS[-1]).success
    assert stored_bytes(workspace) == good
    assert workspace.lake.sweep_staging() == (1 if "allocate" in told else 0)


def test_a_home_below_a_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """No rights are needed for it, and none help: it also fails for the system's administrator."""
    (tmp_path / "file").write_text("in the way")
    workspace = toy(tmp_path / "file" / "home")
    with pytest.raises(StorageError, match="mend the rights of the folder"):
        workspace.lake.stage(TOY_SUM, START, TOY_SUM.empty(), InputRecord(asset="toy_sum", partition=str(START)))


def test_the_kernel_refuses_to_let_files_grow(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk; the process is the one that writes."""
    workspace = toy(tmp_path)
    assert run(workspace, DAYS[0], DAYS[-1]).success
    good = stored_bytes(workspace)
    process = multiprocessing.get_context("spawn").Process(target=write_too_much, args=(tmp_path,))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == 3
    assert stored_bytes(workspace) == good
    assert workspace.lake.sweep_staging() == 0


def write_too_much(home: Path) -> None:
    """Stage rows that do not fit; ends with 3 when that is refused in our words."""
    workspace = toy(home)
    frame = workspace.lake.read_days(TOY_SUM, DAYS)
    wide = pl.concat([frame.with_columns(row_id=pl.col("row_id") + f"-{index}") for index in range(5_000)])
    record = replace(InputRecord(asset="toy_sum", partition=str(START)), rows_out=wide.height)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
    try:
        workspace.lake.promote(workspace.lake.stage(TOY_SUM, START, wide, record))
    except StorageError:
        sys.exit(3)


@pytest.mark.parametrize(("kind", "ends_with"), [("numpy", 3), ("polars", -signal.SIGABRT)])
def test_the_kernel_refuses_more_memory(tmp_path: Path, kind: str, ends_with: int) -> None:
    """Numpy's refusal fails the step in words; Polars ends the process, which is a killed one to all others."""
    workspace = toy(tmp_path)
    assert run(workspace, DAYS[0], DAYS[-1]).success
    good = stored_bytes(workspace)
    process = multiprocessing.get_context("spawn").Process(target=want_too_much, args=(tmp_path, kind))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == ends_with
    assert stored_bytes(workspace) == good
    assert run(workspace, DAYS[0], DAYS[-1]).success
    assert stored_bytes(workspace) == good


def want_too_much(home: Path, kind: str) -> None:
    """Make days again with a verb that needs more memory than the process may have; ends with 3 when told so."""

    def greedy(inputs: DayInputs) -> Produced:
        made = toy_sum.spec.verb(inputs)
        if kind == "numpy":
            np.ones(1 << 31)
        else:
            pl.DataFrame({"a": [1] * 1_000}).join(pl.DataFrame({"b": [1] * 3_000_000}), how="cross").sum()
        return made

    workspace = toy(home)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + (4 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        produce_days(workspace, replace(toy_sum.spec, verb=greedy), DAYS)
    except MemoryError as error:
        sys.exit(3 if "Unable to allocate" in str(error) else 4)
