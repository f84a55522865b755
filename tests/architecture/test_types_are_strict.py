"""Types are checked strictly, by the command that CI runs; no file steps back by itself."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_imports import ALL_FILES, PURE_FILES, ROOT, relative

CHECKED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pyright"]
OFF = {name for name, value in CHECKED.items() if value is False}
# What a library without types leaves unknown; what we leave unknown (the other rules) is refused.
OF_LIBRARIES = {f"reportUnknown{kind}Type" for kind in ("Member", "Argument", "Variable", "Lambda", "Parameter")}
WITH_REASONS = {
    "reportMissingTypeStubs", "reportMissingModuleSource", "strictDictionaryInference", "reportDeprecated",
    "reportUnnecessaryContains",
}  # fmt: skip
STEPS_BACK = re.compile(r"^\s*#\s*pyright:\s*(basic|standard|\w+=)", re.MULTILINE)


def test_all_is_strict_but_for_what_is_listed() -> None:
    assert CHECKED["typeCheckingMode"] == "strict"
    assert set(CHECKED["include"]) == {"assets", "pipelines", "resources"}
    assert not {"exclude", "ignore", "executionEnvironments"} & set(CHECKED)
    assert OFF <= OF_LIBRARIES | WITH_REASONS, "a rule that is off wants its reason in pyproject.toml, and here"


@pytest.mark.parametrize("folder", CHECKED["strict"])
def test_folders_without_any_rule_off_are_rooms(folder: str) -> None:
    assert [path for path in PURE_FILES if path.is_relative_to(ROOT / folder)], f"{folder} has no pure files"


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_no_file_steps_back(path: Path) -> None:
    assert not STEPS_BACK.search(path.read_text("utf-8")), "ignore one line by its rule, with the reason beside it"


@pytest.mark.parametrize("line", ["# pyright: basic", "# pyright: reportUnknownMemberType=false", "#pyright:standard"])
def test_a_step_back_would_be_seen(line: str) -> None:
    assert STEPS_BACK.search(f"import os\n{line}\n")
    assert not STEPS_BACK.search("x = y()  # pyright: ignore[reportUnknownMemberType]\n")


def test_the_command_and_ci_check_it() -> None:
    assert re.search(r"^types:.*\n\t\$\(BIN\)/pyright$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for name in (".github/workflows/ci.yml", ".ci/run"):
        assert re.search(r"^(.*run: )?\s*make types$", (ROOT / name).read_text("utf-8"), re.MULTILINE), name
