"""What the rooms have told, as far as a chapter has declared that it reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from assets.common.findings import Estimate, Tree, at, covered, estimate_of, nest, reasons_of
from assets.reports.settings import ReportsSettings
from assets.reports.telling.absence import Presence
from assets.reports.telling.chapter import ALL_FINDINGS, Chapter
from assets.reports.telling.run import RunHeader
from resources.errors import ContractError

NOT_MEASURED = "no room has measured it"


@dataclass(frozen=True)
class Told:
    """Findings, tables and the header of the run, for one chapter.

    Attributes:
        run: header of the run: source, days, profile, version, currency.
        settings: how much is shown.
        chapter: whose reads count.
        tree: values of all findings, nested by name.
        reasons: path or branch -> why there is no value.
        table_of: reads a stored table; an absent one comes without rows.
        presence: how much of each thing the run has, to say why something is not there.
    """

    run: RunHeader
    settings: ReportsSettings
    chapter: Chapter
    tree: Tree = field(repr=False)
    reasons: Mapping[str, str] = field(repr=False)
    table_of: Callable[[str], pl.DataFrame] = field(repr=False)
    presence: Presence = field(default_factory=Presence)

    @classmethod
    def over(
        cls,
        findings: pl.DataFrame,
        *,
        run: RunHeader,
        settings: ReportsSettings,
        chapter: Chapter,
        table_of: Callable[[str], pl.DataFrame],
        presence: Presence | None = None,
    ) -> "Told":
        """From rows of findings; see the class for the other arguments."""
        return cls(run, settings, chapter, nest(findings), reasons_of(findings), table_of, presence or Presence())

    def value(self, path: str) -> Any:
        """What lies at a path: number, text, truth value, or value with bounds; None where it is absent.

        Raises:
            ContractError: the chapter does not declare the path.
        """
        self._declared(path)
        return at(self.tree, path)

    def number(self, path: str) -> float | None:
        """The number at a path, without its bounds; None where it is absent."""
        estimate = self.estimate(path)
        return None if estimate is None else estimate.value

    def estimate(self, path: str) -> Estimate | None:
        """The number at a path with its bounds, where it has any; None where it is absent."""
        value = self.value(path)
        return None if isinstance(value, str) else estimate_of(value)

    def branch(self, path: str) -> Tree:
        """Everything below a path, nested by name; empty where nothing is there."""
        value = self.value(path)
        return value if isinstance(value, dict) else {}

    def reason(self, path: str) -> str:
        """Why nothing is at a path: the reason given for it, or for a branch that it lies in."""
        self._declared(path)
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            if (branch := ".".join(parts[:length])) in self.reasons:
                return self.reasons[branch]
        return NOT_MEASURED

    def is_absent(self, path: str) -> bool:
        """Whether nothing is at a path, or all of it is said to be absent."""
        return self.value(path) is None or (covered(path, self.reasons) and not self.branch(path))

    def left_out(self) -> dict[str, str]:
        """Path or branch -> why it has no value, of all findings that the chapter declares."""
        return {path: why for path, why in self.reasons.items() if self._is_declared(path)}

    @cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        return {}

    def table(self, asset: str) -> pl.DataFrame:
        """Rows of a stored table; none where it was not made.

        Raises:
            ContractError: the chapter does not declare the table.
        """
        if asset not in {item.asset for item in self.chapter.tables}:
            raise _undeclared(self.chapter, f"table {asset!r}", f"Reads({asset!r}, …)")
        if asset not in self._tables:
            self._tables[asset] = self.table_of(asset)
        return self._tables[asset]

    def _declared(self, path: str) -> None:
        if not self._is_declared(path):
            raise _undeclared(self.chapter, f"finding {path!r}", repr(path))

    def _is_declared(self, path: str) -> bool:
        return any(item in (ALL_FINDINGS, path) or path.startswith(f"{item}.") for item in self.chapter.findings)


def _undeclared(chapter: Chapter, what: str, entry: str) -> ContractError:
    message = f"chapter {chapter.name!r} reads {what}, which its reads do not declare; add {entry} to CHAPTER.reads"
    return ContractError(message)
