"""The UI listens on this machine only unless it is told otherwise, and then it says so."""

from pathlib import Path

import pytest

from pipelines import cli
from pipelines.web import serving


def started(monkeypatch: pytest.MonkeyPatch, home: Path, command: str, *arguments: str) -> str:
    """The address that a command would listen on."""
    seen: list[str] = []
    monkeypatch.setenv("STAYWORTH_HOME", str(home))

    def served(_home: Path, listening: object, _hosts: object) -> bool:
        seen.append(listening.getsockname()[0])  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(serving, "serve_with_daemon", served)
    monkeypatch.setattr(serving, "serve_alone", served)
    assert cli.main([command, "--port", "0", *arguments]) == 0
    return seen[0]


@pytest.mark.parametrize("command", ["ui", "webserver"])
def test_localhost_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture, command: str
) -> None:
    assert started(monkeypatch, tmp_path, command) == "127.0.0.1"
    assert "Warning" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["ui", "webserver"])
def test_another_address_is_a_choice_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture, command: str
) -> None:
    assert started(monkeypatch, tmp_path, command, "--host", "0.0.0.0") == "0.0.0.0"
    told = capsys.readouterr().out
    assert "Warning: 0.0.0.0 can be reached from other machines" in told
    assert "operations.allowed_hosts" in told


def test_nothing_else_opens_a_port() -> None:
    root = Path(__file__).resolve().parents[2]
    for folder in ("assets", "resources", "pipelines"):
        for path in (root / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "0.0.0.0" not in text, path
            assert "socketserver" not in text, path
            assert "http.server" not in text, path
