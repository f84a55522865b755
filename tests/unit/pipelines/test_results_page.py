"""Results pages: a command replaces its own block and nothing else; nested figures become readable tables."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from benchmarks.measure import command_line
from pipelines.results_page import (
    Measured,
    Table,
    code_version,
    holds_block,
    machine_kind,
    measured_here,
    shown,
    tables_of,
    write_block,
)
from pipelines.results_tables import run_tables, write_results
from resources.errors import NotFittedError
from resources.settings import CoreSettings, Settings

TABLE = Table(["kind", "found"], [{"kind": "e-mail", "found": 1.0}, {"kind": "phone"}])
RESULTS = {
    "models": {
        "prospective_cv": {
            "best": "lightgbm",
            "lightgbm": {"r2": {"value": 0.7, "low": 0.5, "high": 0.9}, "n": 1200},
            "same_as_past": {"r2": {"value": 0.4, "low": 0.2, "high": 0.6}, "n": 1200},
        },
        "calibration": {"lightgbm": {"n": 1}},
    },
    "privacy": {"attacks": {"linkage": {"released": {"k5": {"value": 0.13, "guess": 0.007}}}}},
}


def measured(name: str, table: Table) -> Measured:
    return Measured(
        name, "python -m benchmarks.masking", table.markdown(), date(2026, 11, 29), "2 cores, 24 GiB", "abc1234"
    )


def test_a_block_says_when_by_which_command_on_what() -> None:
    lines = measured("masking", TABLE).block().splitlines()
    assert lines[0] == "<!-- measured: masking -->"
    assert lines[1] == ("**Measured** 2026-11-29 · `python -m benchmarks.masking` · 2 cores, 24 GiB · version abc1234")
    assert lines[3:7] == ["| kind | found |", "|---|---|", "| e-mail | 1 |", "| phone |  |"]
    assert lines[-1] == "<!-- end: masking -->"


def test_writing_replaces_its_own_block_only(tmp_path: Path) -> None:
    page = tmp_path / "results" / "masking.md"
    write_block(page, measured("masking", TABLE))
    assert page.read_text("utf-8").startswith("# Masking\n\n<!-- measured: masking -->")
    around = page.read_text("utf-8").replace("# Masking", "# What is found\n\nWords.") + "\nMore words.\n"
    page.write_text(around, "utf-8")
    write_block(page, measured("speed", TABLE))
    write_block(page, measured("masking", Table(["kind"], [{"kind": r"card \1"}])))
    text = page.read_text("utf-8")
    assert text.startswith("# What is found\n\nWords.") and "More words." in text  # noqa: PT018
    assert (text.count("<!-- measured:"), text.count("<!-- end:"), text.count("e-mail")) == (2, 2, 1)
    assert r"| card \1 |" in text
    assert (holds_block(page, "speed"), holds_block(page, "spee")) == (True, False)


def test_nested_figures_become_tables_of_like_rows() -> None:
    results = {
        "rows": 1200,
        "gain": {"seconds": 2.25, "ncp": 0.0085, "inner": {"ratio": 3.0}},
        "fast": {"seconds": 0.4, "ncp": 0.0166},
        "spans": [{"from": "a"}, {"from": "b"}],
        "names": ["x", "y"],
    }
    tables = [table.markdown() for table in tables_of(results)]
    assert "|  | seconds | ncp |\n|---|---|---|\n| gain | 2.25 | 0.0085 |\n| fast | 0.4 | 0.0166 |" in tables
    assert "|  | from |\n|---|---|\n| spans 1 | a |\n| spans 2 | b |" in tables
    assert "|  | value |\n|---|---|\n| rows | 1,200 |\n| names | x, y |" in tables
    assert "| gain, inner | value |\n|---|---|\n| ratio | 3 |" in tables
    assert tables_of({}) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.00044321, "0.0004432"),
        (12345.6, "12,346"),
        ("a|b", "a\\|b"),
    ],
)
def test_cells_are_readable(value: object, text: str) -> None:
    assert shown(value) == text


def test_results_become_models_and_attacks_with_intervals() -> None:
    tables = run_tables(RESULTS)
    assert set(tables) == {"evaluation", "attacks"}
    assert "| prospective_cv, lightgbm | 0.7 (0.5 to 0.9) | 1,200 |" in tables["evaluation"]
    assert "calibration" not in tables["evaluation"]
    assert "0.13" in tables["attacks"]


@pytest.fixture
def home(tmp_path: Path) -> Callable[[str], Settings]:
    def made(source: str) -> Settings:
        (tmp_path / "reports").mkdir(exist_ok=True)
        (tmp_path / "reports" / "results.json").write_text(json.dumps(RESULTS), "utf-8")
        data = tmp_path if source == "public" else None
        return Settings(home=tmp_path, core=CoreSettings(source=source, data=data))

    return made


def test_a_page_gets_the_blocks_that_it_has(tmp_path: Path, home: Callable[[str], Settings]) -> None:
    page = tmp_path / "attacks.md"
    write_block(page, measured("attacks_public", TABLE))
    write_results(page, home("public"), "stayworth evaluate")
    text = page.read_text("utf-8")
    assert "`stayworth evaluate --source public --data <folder>`" in text
    assert ("0.13" in text, "e-mail" in text, "evaluation_public" in text) == (True, False, False)


def test_a_new_page_gets_all_that_there_is(tmp_path: Path, home: Callable[[str], Settings]) -> None:
    page = tmp_path / "all.md"
    write_results(page, home("demo"), "stayworth run")
    assert holds_block(page, "evaluation_demo")
    assert holds_block(page, "attacks_demo")


def test_without_a_run_there_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError, match="run the chain first"):
        write_results(tmp_path / "page.md", Settings(home=tmp_path), "stayworth run")
    assert not (tmp_path / "page.md").exists()


def test_the_command_can_be_typed_by_somebody_else() -> None:
    asked = [
        "/x/benchmarks/scale.py",
        "--times",
        "1",
        "--of",
        "/home/me/it",
        "--write",
        "page.md",
        "--data=/data",
        "--keep",
    ]
    assert command_line(asked) == "python -m benchmarks.scale --times 1 --of <folder> --data <folder> --keep"


def test_machine_and_version_are_known_here() -> None:
    here = measured_here("x", "y", "")
    assert here.machine == machine_kind()
    assert here.machine.split(" core")[0].isdigit()
    assert here.version == code_version() != ""
