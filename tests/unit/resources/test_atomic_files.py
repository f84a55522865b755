"""Readers see the earlier file or the later one, whatever ends the process that writes."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from resources import atomic_files
from resources.atomic_files import (
    draft_name,
    drafted,
    drafted_folder,
    is_draft,
    take_place,
    write_once,
    write_whole,
)
from resources.contract import FrameContract, Zone
from resources.lake import Lake

ROOT = Path(__file__).resolve().parents[3]
# The whole new content is in the draft, and is not in its place yet.
KILLED = """
import os, signal, sys
from pathlib import Path
from resources import atomic_files
for name in ("replace", "rename", "link"):
    setattr(os, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
path = Path(sys.argv[1])
"""


def killed(path: Path, statement: str) -> list[Path]:
    """Run a statement in a process that is killed where the draft would take its place; the drafts that it leaves."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED + statement, str(path)], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr
    return [item for item in path.parent.iterdir() if is_draft(item.name)]


@pytest.mark.parametrize("arguments", ["", ", lasting=True", ", mode=0o600"])
def test_a_process_killed_before_the_rename_leaves_the_earlier_file(tmp_path: Path, arguments: str) -> None:
    path = tmp_path / "ledger.json"
    path.write_text("earlier")
    (draft,) = killed(path, f"atomic_files.write_whole(path, 'later'{arguments})")
    assert path.read_text() == "earlier"
    assert draft.read_text() == "later"
    write_whole(path, "latest")  # the draft of another process is in nobody's way
    assert path.read_text() == "latest"


def test_a_process_killed_before_a_key_has_its_name_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "hmac.key"
    (draft,) = killed(path, "atomic_files.write_once(path, b'key')")
    assert not path.exists()
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert write_once(path, b"another")
    assert path.read_bytes() == b"another"


def test_a_process_killed_before_a_folder_has_its_name_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "version"
    statement = "with atomic_files.drafted_folder(path) as draft:\n    (draft / 'table').write_bytes(b'rows')"
    (draft,) = killed(path, statement)
    assert not path.exists()
    assert (draft / "table").read_bytes() == b"rows"


def test_the_lake_sweeps_away_what_a_killed_process_left(tmp_path: Path) -> None:
    lake = Lake.of(tmp_path, [FrameContract(asset="table", zone=Zone.INTERNAL, grain="row", key=(), columns=())])
    path = Path(lake.folder("table")) / "2024-01-01.removed.json"
    path.parent.mkdir(parents=True)
    (draft,) = killed(path, "atomic_files.write_whole(path, 'later')")
    assert lake.sweep_staging() == 1
    assert not draft.exists()


def fails(draft: Path) -> None:
    draft.write_text("half")
    raise ValueError("no more to write")


def is_interrupted(draft: Path) -> None:
    draft.write_text("half")
    raise KeyboardInterrupt


@pytest.mark.parametrize(("write", "error"), [(fails, ValueError), (is_interrupted, KeyboardInterrupt)])
@pytest.mark.parametrize("mode", [None, 0o600])
def test_a_writer_that_fails_leaves_the_earlier_file_and_no_draft(
    tmp_path: Path, write: Callable[[Path], None], error: type[BaseException], mode: int | None
) -> None:
    path = tmp_path / "figures.json"
    path.write_text("earlier")
    with pytest.raises(error), drafted(path, mode=mode) as draft:
        write(draft)
    assert path.read_text() == "earlier"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_rename_that_fails_leaves_the_earlier_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.mkdir()  # a file can't take a folder's place
    with pytest.raises(OSError, match="directory"):
        write_whole(path, "later")
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_file_has_its_rights_before_its_content(tmp_path: Path) -> None:
    path = tmp_path / "key"
    before = os.umask(0)
    try:
        with drafted(path, mode=0o600) as draft:
            assert stat.S_IMODE(draft.stat().st_mode) == 0o600
            draft.write_text("secret")
        write_whole(tmp_path / "open", "seen by all", mode=0o644)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o644


@pytest.mark.parametrize("lasting", [False, True])
def test_what_lasts_is_on_the_disk_before_and_after_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lasting: bool
) -> None:
    steps: list[tuple[str, str]] = []
    replace = os.replace

    def noted(source: Path, target: Path) -> None:
        steps.append(("replace", target.name))
        replace(source, target)

    monkeypatch.setattr(os, "replace", noted)
    monkeypatch.setattr(atomic_files, "_sync", lambda path: steps.append(("sync", path.name)))
    draft = tmp_path / "draft"
    draft.write_text("later")
    take_place(draft, tmp_path / "file", lasting=lasting)
    around = [("sync", "draft"), ("replace", "file"), ("sync", tmp_path.name)]
    assert steps == (around if lasting else [("replace", "file")])
    assert (tmp_path / "file").read_text() == "later"


def test_content_and_names_can_be_waited_for(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "text é", lasting=True)
    assert (tmp_path / "file").read_bytes() == "text é".encode()


def test_the_first_of_two_keys_is_the_key(tmp_path: Path) -> None:
    assert write_once(tmp_path / "key", b"first")
    assert not write_once(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"
    assert [item.name for item in tmp_path.iterdir()] == ["key"]


def test_the_first_of_two_folders_stays(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        with drafted_folder(tmp_path / "version") as draft:
            (draft / "table").write_bytes(content)
    assert (tmp_path / "version" / "table").read_bytes() == b"first"
    assert [item.name for item in tmp_path.iterdir()] == ["version"]


def test_a_folder_that_can_not_take_its_place_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="no space left"), drafted_folder(tmp_path / "version") as draft:
        (draft / "table").write_bytes(b"rows")
    assert list(tmp_path.iterdir()) == []


def test_drafts_are_known_by_their_names() -> None:
    assert is_draft(draft_name("world.txt"))
    assert not any(map(is_draft, ("world.txt", ".world.txt", ".in_use", "lake", ".warehouse.lock")))
