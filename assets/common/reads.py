"""What an asset declares that it reads: tables, and how far back a day looks into each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from resources.settings import Settings


@dataclass(frozen=True)
class Reads:
    """One upstream table and how far back a day D looks into it.

    Attributes:
        asset: name of the table.
        look_back_days: days before D that are read too; None reads the whole history up to D.
        days_of: the first and last day that a day reads, by the settings (a batch that comes out on its last day);
            first > last reads nothing. It takes the place of ``look_back_days``.
        applies: whether the table is read at all, by the settings; None: always.
        include_today: False for a table's own earlier days.
        is_whole: True for an unpartitioned table that is read as it stands (trained models).
        is_optional: True for an unpartitioned table that may not have been made yet (a study): it reads as empty.
        is_sparse: True for a daily table of which not every day is made (scores): a day that nobody made is no gap.
    """

    asset: str
    look_back_days: int | None = 0
    include_today: bool = True
    is_whole: bool = False
    is_optional: bool = False
    is_sparse: bool = False
    days_of: Callable[[Settings, date], tuple[date, date]] | None = None
    applies: Callable[[Settings], bool] | None = None

    def is_read(self, settings: Settings) -> bool:
        """Whether anything of the table is read under these settings."""
        return self.applies is None or self.applies(settings)

    def window(self, day: date, history_start: date, settings: Settings) -> tuple[date, date]:
        """First and last day read for ``day`` (first > last when nothing is read)."""
        if not self.is_read(settings):
            return day + timedelta(days=1), day
        if self.days_of is not None:
            first, last = self.days_of(settings, day)
            return max(history_start, first), last
        last = day if self.include_today else day - timedelta(days=1)
        if self.look_back_days is None:
            return history_start, last
        return max(history_start, day - timedelta(days=self.look_back_days)), last


def days_between(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``, both included; empty when first > last."""
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]


def daily_tables_of(reads: Sequence[Reads], own: str, settings: Settings) -> list[str]:
    """Other daily tables that are read under these settings."""
    return [item.asset for item in reads if item.asset != own and not item.is_whole and item.is_read(settings)]
