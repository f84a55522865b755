"""``stayworth retain``: raw rows older than the retention leave; what was promoted of them stays and is frozen."""

from datetime import date, timedelta

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.workspace import Workspace
from pipelines.rooms import room_modules
from resources.access_log import reading_for
from resources.errors import SettingsError

PURPOSE = "command retain"


def delivered_tables(workspace: Workspace) -> list[str]:
    """Tables whose rows are as the source brought them, by their contracts."""
    return [asset for asset, contract in workspace.contracts.items() if contract.is_as_delivered]


def _made_of(tables: list[str]) -> list[str]:
    """Daily tables that read one of those; their unfinished days need its rows."""
    daily = declared_in(room_modules(), DailyAsset)
    return [item.name for item in daily if any(read.asset in tables for read in item.reads)]


def first_kept(workspace: Workspace, keep_days: int) -> date | None:
    """First day whose raw rows stay, counted back from the last stored day; None when nothing is stored."""
    lake = workspace.lake
    last = max((day for asset in delivered_tables(workspace) for day in lake.days(asset)), default=None)
    return None if last is None else last - timedelta(days=keep_days - 1)


def apply_retention(workspace: Workspace) -> dict[str, list[date]]:
    """Remove raw rows of days older than ``core.raw_retention_days``; returns the days removed, by table.

    The set-aside ids of those days go too. Doing it twice changes nothing; an interruption leaves whole days.

    Raises:
        SettingsError: no retention is set, or a day that is due is pending: it would be frozen unfinished.
    """
    keep = workspace.settings.core.raw_retention_days
    if keep is None:
        message = "core.raw_retention_days is not set, so raw rows are kept for good; set the number of days to keep"
        raise SettingsError(message)
    lake, first = workspace.lake, first_kept(workspace, keep)
    if first is None:
        return {}
    due = {asset: [day for day in lake.days(asset) if day < first] for asset in delivered_tables(workspace)}
    _refuse_unfinished(workspace, sorted({day for days in due.values() for day in days}))
    with reading_for(PURPOSE):
        lake.log_event("retention", {"before": str(first), "days": sum(map(len, due.values()))})
        for asset, days in due.items():
            for day in days:
                lake.remove_rows(asset, day)
                lake.drop_set_aside(asset, day)
    return {asset: days for asset, days in due.items() if days}


def _refuse_unfinished(workspace: Workspace, days: list[date]) -> None:
    raw = delivered_tables(workspace)
    tables = [*raw, *_made_of(raw)]
    for day in days:
        for asset in tables:
            record = workspace.lake.record(asset, day)
            if (record is not None and record.is_pending) or workspace.lake.failure(asset, day):
                message = (
                    f"{asset} {day} is pending or failed, and its raw rows are due to leave: it would be frozen "
                    "unfinished; run `stayworth settle`, or mend the day, first"
                )
                raise SettingsError(message)
