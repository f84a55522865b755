"""Chapters: found by looking, read only what they declare, and say why something is absent."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from assets.common.findings import Disclosure, Estimate, finding_rows
from assets.common.inputs import Reads
from assets.reports import chapters
from assets.reports.settings import ReportsSettings
from assets.reports.telling.chapter import ALL_FINDINGS, Chapter, chapters_in, tables_of
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import NOT_MEASURED, Told
from resources.errors import ContractError
from resources.sources.base import SourceFacts

ROWS = finding_rows(
    {"models": {"cv": {"a": {"r2": {"value": 0.5, "low": 0.4, "high": 0.6}, "n": 3}, "best": "a"}}, "gate": {"low": 1}},
    {"models": Disclosure.MODEL_METRIC, "gate": Disclosure.MODEL_METRIC},
    {"models.holdout": "the history is too short"},
)
DAY = date(2024, 1, 1)
RUN = RunHeader(source="demo", facts=SourceFacts(title="toys", covers="toys"), first_day=DAY, last_day=DAY)


def told(*reads: str | Reads) -> Told:
    chapter = Chapter(order=1, reads=reads, build=lambda _told: None, name="toy")
    table = pl.DataFrame({"day": [date(2024, 1, 1)]})
    return Told.over(ROWS, run=RUN, settings=ReportsSettings(), chapter=chapter, table_of=lambda _asset: table)


def test_what_is_declared_can_be_read() -> None:
    own = told("models", Reads("customers", None))
    assert own.estimate("models.cv.a.r2") == Estimate(0.5, 0.4, 0.6)
    assert own.number("models.cv.a.r2") == 0.5
    assert own.value("models.cv.best") == "a"
    assert own.branch("models.cv.a")["n"] == 3
    assert own.table("customers").height == 1


@pytest.mark.parametrize("path", ["gate.low", "models2", "model", "models_x.cv"])
def test_what_is_not_declared_is_refused_by_name(path: str) -> None:
    with pytest.raises(ContractError, match="CHAPTER.reads") as refused:
        told("models").value(path)
    assert path in str(refused.value)
    assert "toy" in str(refused.value)


def test_an_undeclared_table_is_refused() -> None:
    with pytest.raises(ContractError, match="table 'customers'"):
        told("models").table("customers")


def test_what_is_absent_says_why() -> None:
    own = told("models")
    assert own.estimate("models.holdout.a.r2") is None
    assert own.reason("models.holdout.a.r2") == "the history is too short"
    assert own.reason("models.nowhere") == NOT_MEASURED
    assert own.is_absent("models.holdout")
    assert not own.is_absent("models.cv")
    assert own.branch("models.holdout") == {}


def test_a_chapter_may_read_every_reason() -> None:
    why = {"models.holdout": "the history is too short"}
    assert told("models").left_out() == told(ALL_FINDINGS).left_out() == why
    assert told("gate").left_out() == {}
    assert told(ALL_FINDINGS).value("gate.low") == 1


def package_of(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> ModuleType:
    root = folder / f"toy_chapters_{folder.name}"
    for name, text in texts.items():
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").touch()
        (root / name / "chapter.py").write_text(text, "utf-8")
    (root / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(folder))
    return __import__(root.name)


DECLARED = (
    "from assets.reports.telling.chapter import Chapter\n"
    "CHAPTER = Chapter(order={order}, reads=(), build=lambda told: None)\n"
)


def test_chapters_are_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = package_of(tmp_path, monkeypatch, late=DECLARED.format(order=2), early=DECLARED.format(order=1))
    assert [chapter.name for chapter in chapters_in(package)] == ["early", "late"]


def test_two_chapters_in_one_place_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = package_of(tmp_path, monkeypatch, one=DECLARED.format(order=1), other=DECLARED.format(order=1))
    with pytest.raises(ContractError, match="order 1"):
        chapters_in(package)


def test_a_folder_without_a_chapter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = package_of(tmp_path, monkeypatch, empty="")
    with pytest.raises(ContractError, match="exports no CHAPTER"):
        chapters_in(package)


def test_tables_are_read_once_and_as_far_back_as_any_chapter_asks() -> None:
    def chapter(order: int, *reads: Reads) -> Chapter:
        return Chapter(order=order, reads=reads, build=lambda _told: None)

    asked = [chapter(1, Reads("a", 3), Reads("b", 0)), chapter(2, Reads("a", 7)), chapter(3, Reads("b", None))]
    assert {item.asset: item.look_back_days for item in tables_of(asked)} == {"a": 7, "b": None}


def test_declaring_the_chapters_draws_nothing() -> None:
    code = (
        "import sys; from assets.reports import chapters; from assets.reports.telling.chapter import chapters_in; "
        "assert chapters_in(chapters); assert 'matplotlib' not in sys.modules, 'a chapter.py imports matplotlib'"
    )
    root = Path(chapters.__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env={"PYTHONPATH": str(root), "PATH": ""})
