"""Days that can't be made again, because the retention took raw rows that they need."""

from collections.abc import Sequence
from datetime import date

from assets.common.inputs import Reads
from assets.common.workspace import Workspace


def frozen_days(workspace: Workspace, own: str, reads: Sequence[Reads], days: Sequence[date]) -> dict[date, str]:
    """Days that need raw rows which the retention has taken, with the reason."""
    lake = workspace.lake
    gone = {asset: set(lake.removed_days(asset)) for asset in (own, *(item.asset for item in reads))}
    found: dict[date, str] = {}
    for day in days if any(gone.values()) else ():
        spans = [(own, (day, day))]
        spans += [(item.asset, item.window(day, workspace.history_start, workspace.settings)) for item in reads
                  if gone[item.asset] and not item.is_whole]  # fmt: skip
        lost = [(asset, when) for asset, (first, last) in spans for when in gone[asset] if first <= when <= last]
        if lost:
            asset, when = min(lost, key=lambda item: item[1])
            found[day] = (
                f"frozen: the retention (core.raw_retention_days) took the rows of {asset} {when}; what is stored "
                "stays, and the day can't be made again"
            )
    return found
