"""The end of a command: its own report or none, checks before the first stage, and no failure without words."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.closing import ReportWatch, check_before_stages, closing_lines
from pipelines.running import failures_of
from resources.encoders import EncoderShelf
from resources.errors import PrivacyError, SourceError, told
from resources.settings import Settings
from resources.sources.base import Stream

DAYS = [date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)]


def write_report(home: Path, text: str = "new") -> None:
    """As the report is written: under another name, then renamed."""
    (home / "reports").mkdir(exist_ok=True)
    for name, content in (("index.html", text), ("results.json", json.dumps({"run": {"source": text}}))):
        part = home / "reports" / f".{name}.part"
        part.write_text(content, "utf-8")
        part.replace(home / "reports" / name)


def test_only_the_report_of_this_call_is_announced(tmp_path: Path) -> None:
    watch = ReportWatch.over(tmp_path)
    assert watch.lines()[0].startswith("No report was made")
    write_report(tmp_path)
    assert watch.lines() == [f"Report: {tmp_path / 'reports' / 'index.html'}"]


def test_an_older_report_is_not_passed_off_as_this_runs(tmp_path: Path) -> None:
    write_report(tmp_path, "old")
    watch = ReportWatch.over(tmp_path)
    lines = list(closing_lines(watch, DAYS[:1], 12.0))
    assert not any(line.startswith("Report:") for line in lines)
    assert any("an earlier run's is left" in line for line in lines)
    assert "seconds" not in json.loads((tmp_path / "reports" / "results.json").read_text("utf-8"))["run"]
    write_report(tmp_path, "old")  # the same bytes, made again
    lines = list(closing_lines(watch, [], 12.0))
    assert lines[-1].startswith("Report: ")
    assert json.loads((tmp_path / "reports" / "results.json").read_text("utf-8"))["run"]["seconds"] == 12.0


class Inbox:
    """A source whose files of one stream can't be read on some days."""

    streams = frozenset(Stream)

    def __init__(self, unreadable: list[date]) -> None:
        self.unreadable = unreadable
        self.missing_streams = {f"bookings of {day}": "the header lacks adr" for day in unreadable}

    def is_delivered(self, stream: Stream, day: date) -> bool:
        return stream is Stream.REVIEWS or day not in self.unreadable

    def hotels(self) -> None:
        return None


def workspace_of(source: object, home: Path, **embeddings: str) -> Any:
    settings = Settings(home=home, sections={"embeddings": embeddings})
    shelf = EncoderShelf(home, settings.core)
    return SimpleNamespace(source=source, key="", lake="", settings=settings, resource={"encoders": shelf}.get)


def test_a_header_that_is_wrong_in_every_file_stops_before_the_first_stage(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none of the files of bookings .* 2024-01-01: the header lacks adr"):
        check_before_stages(workspace_of(Inbox(DAYS), tmp_path), DAYS)
    check_before_stages(workspace_of(Inbox(DAYS[:2]), tmp_path), DAYS)


def test_a_model_that_is_not_there_stops_before_the_first_stage(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"embeddings\.model"):
        check_before_stages(workspace_of(Inbox([]), tmp_path, tier="roberta", model=str(tmp_path / "nowhere")), DAYS)


def test_a_key_that_is_too_short_stops_before_the_first_stage() -> None:
    class Keyless:
        lake = ""

        @property
        def key(self) -> None:
            raise PrivacyError("too short")

    with pytest.raises(PrivacyError):
        check_before_stages(Keyless(), DAYS)  # type: ignore[arg-type]


def kept_error(message: str, stack: list[str], cls_name: str | None) -> SimpleNamespace:
    """An error as Dagster keeps it with a failed step."""
    return SimpleNamespace(message=message, stack=stack, cls_name=cls_name, cause=None)


def result_of(error: SimpleNamespace | None, description: str | None = None) -> SimpleNamespace:
    data = SimpleNamespace(error=error, user_failure_data=SimpleNamespace(description=description))
    event = SimpleNamespace(step_key="customers", step_failure_data=data)
    return SimpleNamespace(get_step_failure_events=lambda: [event])


@pytest.mark.parametrize("message", ["", " \n", "AssertionError", "AssertionError\n", "KeyError: \n"])
def test_a_failure_without_a_message_says_where_it_happened(message: str) -> None:
    frame = '  File "customers.py", line 7, in customers\n    assert rows\n'
    error = kept_error(message, [frame], message.split(":")[0].strip() or None)
    (line,) = failures_of(result_of(error))  # type: ignore[arg-type]
    assert 'File "customers.py", line 7' in line
    assert "without a message" in line


def test_a_failure_with_a_message_says_it() -> None:
    error = kept_error("ValueError: got 3, expected 2\n", [], "ValueError")
    assert failures_of(result_of(error)) == ["customers: ValueError: got 3, expected 2"]  # type: ignore[arg-type]
    assert failures_of(result_of(error, "the day broke a check")) == ["customers: the day broke a check"]  # type: ignore[arg-type]
    assert failures_of(result_of(None, "  ")) == ["customers: failed without telling why"]  # type: ignore[arg-type]


def test_an_error_always_says_something() -> None:
    assert told(SourceError("no file")) == "no file"
    assert told(SourceError("  ")) == "SourceError, without a message"
