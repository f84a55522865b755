"""The UI listens on this machine only unless it is told otherwise, and then it says so."""

import argparse
import os
from pathlib import Path

import pytest

from pipelines import cli, commands
from pipelines.commands import ui_command


def started(monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str) -> list[str]:
    """The command line that ``stayworth ui`` would become."""
    seen: list[list[str]] = []
    monkeypatch.setenv("STAYWORTH_HOME", str(home))
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, os.environ.get(name, "1"))
    monkeypatch.setattr(os, "execv", lambda _path, command: seen.append(command))
    options: argparse.Namespace = cli._parser().parse_args(["ui", *arguments])  # noqa: SLF001
    commands.ui(options)
    return seen[0]


def test_localhost_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    command = started(monkeypatch, tmp_path)
    assert command[command.index("-h") + 1] == "127.0.0.1"
    assert "Warning" not in capsys.readouterr().out


def test_another_address_is_a_choice_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    command = started(monkeypatch, tmp_path, "--host", "0.0.0.0", "--port", "8080")
    assert command == ui_command("0.0.0.0", 8080)
    told = capsys.readouterr().out
    assert "Warning: 0.0.0.0 can be reached from other machines" in told


def test_nothing_else_opens_a_port() -> None:
    root = Path(__file__).resolve().parents[2]
    for folder in ("assets", "resources", "pipelines"):
        for path in (root / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "0.0.0.0" not in text, path
            assert "socketserver" not in text, path
            assert "http.server" not in text, path
