"""What ends a command: the figures and the report that this very call has made, or why there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assets.common.workspace import Workspace
from assets.embeddings.settings import EmbeddingSettings
from resources.atomic_files import write_whole
from resources.errors import SourceError
from resources.sources.base import Source, Stream

_REPORT = "index.html"
_RESULTS = "results.json"
_SEVERAL = 2  # one file that can't be read is as no file; several and no other are a header that is always wrong
_NAMED = 3  # days whose reason is told; the others are counted
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class ReportWatch:
    """Knows which report lay in the home when a command began, so that no other one is announced as its own.

    Attributes:
        folder: of the reports.
        before: state of each file when the command began; None: there was none.
    """

    folder: Path
    before: dict[str, Stamp | None] = field(default_factory=dict)

    @classmethod
    def over(cls, home: Path) -> "ReportWatch":
        """Look at the reports of a home as they are now."""
        folder = home / "reports"
        return cls(folder, {name: _stamp(folder / name) for name in (_REPORT, _RESULTS)})

    @property
    def results(self) -> Path | None:
        """The figures, where this command wrote them."""
        return self._made(_RESULTS)

    def lines(self) -> list[str]:
        """Where the report of this command lies; else that it made none, and which older one is left."""
        if (made := self._made(_REPORT)) is not None:
            return [f"Report: {made}"]
        if _stamp(self.folder / _REPORT) is None:
            return ["No report was made: what failed is told above, and by `stayworth status`."]
        older = f"No report was made, see what failed above; an earlier run's is left in {self.folder}"
        return [f"{older}."]

    def _made(self, name: str) -> Path | None:
        path = self.folder / name
        stamp = _stamp(path)
        return path if stamp is not None and stamp != self.before.get(name) else None


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def closing_lines(watch: ReportWatch, pending: Sequence[date], seconds: float) -> Iterator[str]:
    """The short table that ends a run: this run's figures, days that wait, seconds, and its report.

    Args:
        watch: begun with the command.
        pending: days that are pending or failed.
        seconds: that the whole command took; kept among the figures.
    """
    from assets.reports import results

    yield ""
    if (path := watch.results) is not None:
        write_whole(path, results.with_seconds(path.read_text("utf-8"), seconds))
        for name, value in results.closing_lines(path.read_text("utf-8")):
            yield f"  {name:<58}{value:>18}"
    if pending:
        yield f"  {len(pending)} days are pending or failed; see `stayworth status` and `stayworth settle`"
    yield f"  {'seconds':<58}{seconds:>18.0f}"
    yield ""
    yield from watch.lines()


def check_before_stages(workspace: Workspace, days: list[date]) -> None:
    """Ask for everything that a run needs, so that a wrong file, header or key is told before the first stage.

    Raises:
        SourceError: files or the encoder's model can't be read, or a stream's files of these days all can't.
        PrivacyError: a key is missing or too short.
    """
    _ = workspace.key, workspace.lake
    chosen = workspace.settings.room("embeddings", EmbeddingSettings)
    workspace.resource("encoders").check(chosen.tier, model=chosen.model, pooling=chosen.pooling)
    source = workspace.source
    source.hotels()
    for stream in sorted(source.streams):
        if any(source.is_delivered(stream, day) for day in days):
            continue
        if len(reasons := _reasons(source, stream, days)) >= _SEVERAL:
            named = "; ".join(f"{day}: {why}" for day, why in reasons[:_NAMED])
            more = f"; and {len(reasons) - _NAMED} more days" if len(reasons) > _NAMED else ""
            message = f"none of the files of {stream} from {days[0]} to {days[-1]} can be read: {named}{more}"
            raise SourceError(message)


def _reasons(source: Source, stream: Stream, days: list[date]) -> list[tuple[date, str]]:
    """Days of the range whose delivery is there and can't be read, with the reason."""
    told: dict[str, str] = getattr(source, "missing_streams", {})
    return [(day, told[key]) for day in days if (key := f"{stream} of {day}") in told]
