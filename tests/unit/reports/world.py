"""What an invented run has told: a tree of findings and small frames, for the tests of chapters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from assets.common.findings import Tree
from assets.reports.settings import ReportsSettings
from assets.reports.telling.absence import Presence
from assets.reports.telling.blocks import Section
from assets.reports.telling.chapter import Chapter
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import Told
from pipelines.rooms import room_contracts
from resources.contract import FrameContract


@dataclass(frozen=True)
class World:
    """Everything that chapters may read of one run.

    Attributes:
        run: its header.
        tree: values of findings, nested by name.
        tables: stored tables by name, with the columns that chapters look at; the others are empty.
        reasons: path -> why there is no value.
        presence: how much of each thing there is.
        settings: how much is shown.
    """

    run: RunHeader
    tree: Tree = field(default_factory=dict)
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)
    settings: ReportsSettings = field(default_factory=ReportsSettings)

    def told(self, chapter: Chapter) -> Told:
        """What the chapter is told of this run."""
        return Told(self.run, self.settings, chapter, self.tree, self.reasons, self.table, self.presence)

    def section(self, chapter: Chapter) -> Section:
        """The chapter of this run."""
        section = chapter.build(self.told(chapter))
        assert section is not None
        return section

    def table(self, asset: str) -> pl.DataFrame:
        """Rows of a stored table; none where it was not made."""
        return self.tables[asset] if asset in self.tables else self._contracts[asset].empty()

    def with_tables(self, **tables: pl.DataFrame) -> "World":
        """The same run with some tables in place of its own."""
        return replace(self, tables={**self.tables, **tables})

    def with_branch(self, name: str, branch: Any) -> "World":
        """The same run with one branch of the tree in place of its own."""
        return replace(self, tree={**self.tree, name: branch})

    def without_rows(self) -> "World":
        """The same run with every table empty."""
        return replace(self, tables={name: frame.clear() for name, frame in self.tables.items()})

    @cached_property
    def _contracts(self) -> Mapping[str, FrameContract]:
        return room_contracts()
