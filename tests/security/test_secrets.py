"""The key of the keyed hashes appears nowhere: not in what is stored, not in what is printed, not when a run fails."""

import base64
import secrets
from datetime import date
from pathlib import Path

import pytest

from pipelines.running import failures_of, run_job
from resources.errors import PrivacyError
from resources.secret_keys import load_secret_key
from resources.warehouse import build_warehouse
from tests.end_to_end.worlds import START, demo_workspace

DAYS = 2
END = date(2024, 1, DAYS)


def spellings(key: str) -> list[bytes]:
    raw = bytes.fromhex(key)
    return [key.encode(), key.upper().encode(), raw, base64.b64encode(raw).rstrip(b"="), repr(raw).encode()]


def found_under(folder: Path, needles: list[bytes]) -> list[str]:
    """Files that hold one of the byte strings; links (the shared encoder) are not followed."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    return [str(path) for path in files if any(needle in path.read_bytes() for needle in needles)]


def test_key_leaks_neither_from_a_good_run_nor_from_a_failing_one(
    tmp_path: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")  # set by the run; put back afterwards
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "500")
    key = secrets.token_hex(32)
    monkeypatch.setenv("STAYWORTH_HMAC_KEY", key)
    home = tmp_path / "home"
    workspace = demo_workspace(home, encoder_home, days=DAYS)
    good = run_job(workspace, "backfill", START, END, reuse=True)
    assert good.success, failures_of(good)
    assert workspace.key.material == bytes.fromhex(key), "the run used the planted key"
    build_warehouse(home / "warehouse.duckdb", workspace.lake, workspace.contracts)

    workspace.lake.path("raw_bookings", END).write_bytes(b"torn")
    bad = run_job(demo_workspace(home, encoder_home, days=DAYS), "backfill", START, END, reuse=True)
    assert not bad.success, "the second part is about a run that fails"

    needles = spellings(key)
    assert found_under(home, needles) == []
    printed = capfd.readouterr()
    assert not [needle for needle in needles if needle in (printed.out + printed.err).encode()]
    assert key not in repr(workspace.key)
    assert key not in str(vars(workspace))


def test_a_search_that_finds_a_planted_key(tmp_path: Path) -> None:
    key = secrets.token_hex(32)
    (tmp_path / "log").write_text(f"a line with {key} in it")
    assert found_under(tmp_path, spellings(key)) == [str(tmp_path / "log")]


def test_a_key_that_is_refused_is_not_printed(tmp_path: Path) -> None:
    short = "hunter2-hunter2"
    with pytest.raises(PrivacyError) as refused:
        load_secret_key(tmp_path, "public", {"STAYWORTH_HMAC_KEY": short})
    assert short not in str(refused.value)
