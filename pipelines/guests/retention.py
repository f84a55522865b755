"""``stayworth retain``: rows older than their retention leave; what was promoted of them stays and is frozen."""

from datetime import date, timedelta

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.workspace import Workspace
from pipelines.guests.retention_settings import SECTION, RetentionSettings
from pipelines.rooms import room_modules
from resources.access_log import reading_for
from resources.errors import SettingsError

PURPOSE = "command retain"


def delivered_tables(workspace: Workspace) -> list[str]:
    """Tables whose rows are as the source brought them, by their contracts."""
    return [asset for asset, contract in workspace.contracts.items() if contract.is_as_delivered]


def exact_tables(workspace: Workspace) -> list[str]:
    """Tables of exact rows under hashes, which have a retention of their own, by their contracts."""
    return [asset for asset, contract in workspace.contracts.items() if contract.is_kept_for_a_while]


def longest_look_back(asset: str) -> int:
    """Days before a day that some daily table reads of a table; whole histories are what is still held of them."""
    daily = declared_in(room_modules(), DailyAsset)
    spans = (read.look_back_days or 0 for item in daily for read in item.reads if read.asset == asset)
    return max(spans, default=0)


def kept_days(workspace: Workspace) -> dict[str, int | None]:
    """Days of each table with a retention that stay; None: all of them.

    Exact rows stay as long as raw rows where no period of their own is set, and in any case as long as a daily table
    looks back at them: without them no later day could be made.
    """
    core = workspace.settings.core
    kept: dict[str, int | None] = dict.fromkeys(delivered_tables(workspace), core.raw_retention_days)
    own = workspace.settings.room(SECTION, RetentionSettings).stays_days or core.raw_retention_days
    for asset in exact_tables(workspace):
        kept[asset] = None if own is None else max(own, longest_look_back(asset) + 1)
    return kept


def _made_of(tables: list[str]) -> list[str]:
    """Daily tables that read one of those; their unfinished days need its rows."""
    daily = declared_in(room_modules(), DailyAsset)
    return [item.name for item in daily if any(read.asset in tables for read in item.reads)]


def first_kept(workspace: Workspace, keep_days: int) -> date | None:
    """First day whose rows stay, counted back from the last stored day; None when nothing is stored."""
    lake = workspace.lake
    last = max((day for asset in delivered_tables(workspace) for day in lake.days(asset)), default=None)
    return None if last is None else last - timedelta(days=keep_days - 1)


def apply_retention(workspace: Workspace) -> dict[str, list[date]]:
    """Remove rows of days older than their retention; returns the days removed, by table.

    The set-aside ids of those days go too. Doing it twice changes nothing; an interruption leaves whole days.

    Raises:
        SettingsError: no retention is set, or a day that is due is pending: it would be frozen unfinished.
    """
    kept = {asset: days for asset, days in kept_days(workspace).items() if days is not None}
    if not kept:
        message = (
            "neither core.raw_retention_days nor retention.stays_days is set, so rows are kept for good; set the "
            "number of days to keep"
        )
        raise SettingsError(message)
    lake = workspace.lake
    firsts = {asset: first_kept(workspace, days) for asset, days in kept.items()}
    due = {asset: [day for day in lake.days(asset) if day < first] for asset, first in firsts.items() if first}
    for asset, days in due.items():
        _refuse_unfinished(workspace, asset, days)
    with reading_for(PURPOSE):
        lake.log_event("retention", {"days": {asset: len(days) for asset, days in due.items()}})
        for asset, days in due.items():
            for day in days:
                lake.remove_rows(asset, day)
                lake.drop_set_aside(asset, day)
    return {asset: days for asset, days in due.items() if days}


def _refuse_unfinished(workspace: Workspace, leaving: str, days: list[date]) -> None:
    tables = [leaving, *_made_of([leaving])]
    for day in days:
        for asset in tables:
            record = workspace.lake.record(asset, day)
            if (record is not None and record.is_pending) or workspace.lake.failure(asset, day):
                message = (
                    f"{asset} {day} is pending or failed, and rows of {leaving} that it needs are due to leave: it "
                    "would be frozen unfinished; run `stayworth settle`, or mend the day, first"
                )
                raise SettingsError(message)
