"""The command line: every file of ``commands`` is a command, loads no more than it needs, and says what is wrong."""

import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from pipelines import cli
from pipelines.cli import main, stayworth
from pipelines.commands_page import commands_page

ROOT = Path(__file__).resolve().parents[3]
CONTEXT = click.Context(stayworth, info_name="stayworth")
NAMES = stayworth.list_commands(CONTEXT)
EVERY = {
    "at-risk", "backfill", "budget", "catalogue", "ceilings", "daemon", "demo-deliveries", "demo-stats", "erase",
    "evaluate", "fine-tune", "load-sql", "models", "price-of-privacy", "quarantine", "retain", "run", "score",
    "screenshots", "settle", "status", "subject-access", "ui", "webserver",
}  # fmt: skip


def command_of(name: str) -> click.Command:
    found = stayworth.get_command(CONTEXT, name)
    assert found is not None
    return found


def test_no_command_was_lost() -> None:
    assert set(NAMES) >= EVERY


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_command_that_says_what_it_does(name: str) -> None:
    command = command_of(name)
    assert command.name == name
    assert command.help
    silent = [item.name for item in command.params if isinstance(item, click.Option) and not item.help]
    assert not silent
    assert {"--source", "--data"} <= {text for item in command.params for text in item.opts}


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_its_help(name: str, capsys: pytest.CaptureFixture) -> None:
    assert main([name, "--help"]) == 0
    assert f"stayworth {name}" in capsys.readouterr().out


def test_the_bare_name_prints_help(capsys: pytest.CaptureFixture) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert "Usage: stayworth" in told
    assert not [name for name in NAMES if f"  {name}" not in told]


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture) -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("stayworth ")
    assert stated[0].isdigit()


def test_the_page_names_every_command_and_option() -> None:
    page = commands_page("<!-- note -->", stayworth)
    for name in NAMES:
        assert f"## {name}\n" in page
        for item in command_of(name).params:
            assert isinstance(item, click.Argument) or all(f"`{text}`" in page for text in item.opts)
    assert page == commands_page("<!-- note -->", stayworth)


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["run", "--no-such-option"], ["run", "--from", "yesterday"], ["run", "--profile", "slow"],
     ["backfill", "--at-once", "0"], ["score"], ["demo-deliveries"], ["models", "--compare", "1"],
     ["ui", "--port", "x"]],
)  # fmt: skip
def test_what_is_no_command_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    assert main(arguments) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_options_go_before_settings_and_stay_out_of_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    import os

    monkeypatch.setenv("STAYWORTH_CORE__SOURCE", "demo")
    before = dict(os.environ)
    assert main(["status", "--source", "deliveries", "--data", str(home)]) == 2
    assert "no delivery in" in capsys.readouterr().err, "the source of the option was asked"
    assert main(["status", "--source", "nonsense"]) == 2
    assert "core.source = 'nonsense'" in capsys.readouterr().err
    assert dict(os.environ) == before


def test_data_alone_means_the_published_files(home: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["status", "--data", str(home)]) in (0, 2), "an empty folder is told as such"
    assert (home / "world.txt").read_text().startswith("public")


@pytest.mark.parametrize("make", ["file", "below a file", "no such name"])
def test_a_home_that_is_none_is_a_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, make: str
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    given = {"file": str(file), "below a file": str(file / "home"), "no such name": "~nobody-of-that-name/home"}[make]
    monkeypatch.setenv("STAYWORTH_HOME", given)
    for command in (["status"], ["run"], ["budget"], ["webserver", "--port", "0"]):
        assert main(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"stayworth {command[0]}: ")
        assert "is a file" in told or "without the tilde" in told


def test_a_home_that_cannot_be_made_is_a_clear_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", "/proc/no-such-folder/home")
    assert main(["status"]) == 2
    told = capsys.readouterr().err
    assert "STAYWORTH_HOME = /proc/no-such-folder/home" in told
    assert "another folder" in told


def test_a_tilde_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STAYWORTH_HOME", "~/world")
    (tmp_path / "notices.csv").write_text("identifier,kind,day\n")
    (tmp_path / "settings.toml").write_text('[core]\nnotices = "~/notices.csv"\n')
    monkeypatch.setenv("STAYWORTH_SETTINGS", "~/settings.toml")
    assert main(["status"]) == 0
    assert (tmp_path / "world" / "world.txt").exists()
    from resources.settings import load_settings

    assert load_settings().core.notices == tmp_path / "notices.csv"
    assert load_settings(given={"core": {"data": "~/files"}}).core.data == tmp_path / "files"


@pytest.mark.parametrize("call", [["--help"], ["budget", "--help"], ["--version"]])
def test_help_does_not_load_the_models_libraries(call: list[str]) -> None:
    code = (
        f"import sys; from pipelines.cli import main; main({call!r});"
        "print(*{'torch', 'sklearn', 'lightgbm', 'great_expectations', 'dagster'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_a_look_at_the_budget_does_not_load_the_models_libraries(home: Path) -> None:
    code = (
        "import sys; from pipelines.cli import main; main(['budget']);"
        "print(*{'torch', 'sklearn', 'lightgbm', 'great_expectations'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_the_module_runs_as_a_program() -> None:
    assert Path(cli.__file__).read_text("utf-8").rstrip().endswith("sys.exit(main())")
