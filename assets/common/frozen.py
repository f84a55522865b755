"""Days that can't be made again, because the retention took rows that they need."""

from collections.abc import Sequence
from datetime import date

from assets.common.inputs import Reads
from assets.common.workspace import Workspace


def frozen_days(workspace: Workspace, own: str, reads: Sequence[Reads], days: Sequence[date]) -> dict[date, str]:
    """Days that need rows which the retention has taken, with the reason.

    A whole history is what is still held of it: a day that reads one goes on without the days that were taken, unless
    it is one of them.
    """
    lake = workspace.lake
    gone = {asset: set(lake.removed_days(asset)) for asset in (own, *(item.asset for item in reads))}
    frozen: dict[date, str] = {}
    for day in days if any(gone.values()) else ():
        spans = [(own, (day, day))]
        spans += [(item.asset, _needed(workspace, item, day)) for item in reads
                  if gone[item.asset] and not item.is_whole]  # fmt: skip
        lost = [(asset, when) for asset, (first, last) in spans for when in gone[asset] if first <= when <= last]
        if lost:
            asset, when = min(lost, key=lambda item: item[1])
            frozen[day] = (
                f"frozen: the retention ({_setting_of(workspace, asset)}) took the rows of {asset} {when}; what is "
                "stored stays, and the day can't be made again"
            )
    return frozen


def _needed(workspace: Workspace, item: Reads, day: date) -> tuple[date, date]:
    first, last = item.window(day, workspace.history_start, workspace.settings)
    is_history = item.days_of is None and item.look_back_days is None and first <= last
    return (last, last) if is_history else (first, last)


def _setting_of(workspace: Workspace, asset: str) -> str:
    contract = workspace.contracts.get(asset)
    is_exact = contract is not None and contract.is_kept_for_a_while
    return "retention.stays_days" if is_exact else "core.raw_retention_days"
