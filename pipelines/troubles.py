"""What is not in order: days that did not come or can't be read, tables that keep an older day, files nobody reads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from assets.common.delivery import why_missing
from assets.common.inputs import days_between
from assets.common.workspace import Workspace
from pipelines.partitions import history
from resources.errors import SourceError
from resources.sources.base import Stream

_MOST_LINES = 30


@dataclass(frozen=True)
class Trouble:
    """One thing that a person should look at.

    Attributes:
        table: that lacks something.
        first: day.
        last: day.
        reason: why.
        came: whether something came, and can't be used.
    """

    table: str
    first: date | None
    last: date | None
    reason: str
    came: bool = False

    @property
    def text(self) -> str:
        """One line."""
        days = "" if self.first is None else f" {self.first}" + (f" to {self.last}" if self.last != self.first else "")
        return f"{self.table}{days}: {self.reason}"


def delivery_troubles(workspace: Workspace, days: Sequence[date]) -> list[Trouble]:
    """Days of the source that did not come or can't be read, as far as the source says so; runs of gaps as one."""
    source = workspace.source
    problem = getattr(source, "problem", None)
    if problem is None:
        return []
    troubled: list[Trouble] = []
    for stream in (stream for stream in Stream if stream in source.streams):
        late = [day for day in days if not source.is_delivered(stream, day)]
        for day in (day for day in late if problem(stream, day)):
            troubled.append(Trouble(f"raw_{stream}", day, day, why_missing(source, stream, day), came=True))
        for reason, gap in _gaps(stream, [day for day in late if not problem(stream, day)], workspace):
            troubled.append(Trouble(f"raw_{stream}", gap[0], gap[-1], reason))
    return troubled


def _gaps(stream: Stream, days: Sequence[date], workspace: Workspace) -> Iterator[tuple[str, list[date]]]:
    reasons = {day: why_missing(workspace.source, stream, day) for day in days}
    plain = {day for day in days if ";" not in reasons[day]}
    yield from ((reasons[day], [day]) for day in days if day not in plain)
    ordered = sorted(plain)
    for _, run in groupby(enumerate(ordered), key=lambda item: item[1] - timedelta(days=item[0])):
        gap = [day for _, day in run]
        yield (reasons[gap[0]] if len(gap) == 1 else f"no files of {stream} for these {len(gap)} days"), gap


def troubles(workspace: Workspace) -> list[Trouble]:
    """All that is not in order, up to the last day that anything was delivered for."""
    all_troubles: list[Trouble] = []
    try:
        start, end = history(workspace.settings)
        if hasattr(workspace.source, "problem"):
            end = min(end, workspace.source.last_day)
            all_troubles += delivery_troubles(workspace, days_between(start, end))
        all_troubles += [Trouble("inbox", None, None, note) for note in getattr(workspace.source, "notes", ())]
    except SourceError as error:
        all_troubles.append(Trouble("source", None, None, str(error)))
    for asset in sorted(workspace.lake.assets()):
        for day in sorted(workspace.lake.failures(asset)):
            reasons = (reason.partition(", for example")[0] for reason in workspace.lake.failure(asset, day))
            all_troubles.append(Trouble(asset, day, day, f"kept aside, broke {'; '.join(reasons)}"))
    return all_troubles


def lines_of(told: Sequence[Trouble]) -> list[str]:
    """The first lines, and how many more there are."""
    more = [f"and {len(told) - _MOST_LINES} more"] if len(told) > _MOST_LINES else []
    return [item.text for item in told[:_MOST_LINES]] + more


def tell_source(workspace: Workspace, first: date, last: date, say: Callable[[str], None]) -> None:
    """Read the source before any run starts, so that a missing folder or file is one clear message."""
    source = workspace.source
    for stream, reason in getattr(source, "missing_streams", {}).items():
        say(f"No {stream}: {reason}. What needs them is skipped.")
    for note in getattr(source, "notes", ()):
        say(f"Note: {note}")
    gaps = [item for item in delivery_troubles(workspace, days_between(first, last)) if not item.came]
    for line in lines_of(gaps):
        say(f"Missing: {line}")
