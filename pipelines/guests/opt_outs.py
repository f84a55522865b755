"""Which stored bookings are under a notice: read in the restricted zone, handed over as booking ids only."""

import polars as pl

from assets.common.workspace import Workspace
from assets.privacy.opt_outs import HISTORY, notice_history
from resources.access_log import reading_for


class OptOutRegister:
    """The notices by booking, as the stored rows and the source's notices stand.

    Args:
        workspace: its lake and source.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def history(self) -> pl.DataFrame:
        """``booking_id``, ``kind``, ``day``; empty, and nothing read, where nobody gave a notice."""
        notices = getattr(self._workspace.source, "notices", None)
        if notices is None or notices.is_empty():
            return pl.DataFrame(schema=HISTORY)
        lake, contracts = self._workspace.lake, self._workspace.contracts
        with reading_for("opt-outs"):
            bookings = lake.read_days(contracts["raw_bookings"], lake.days("raw_bookings"))
            pseudonyms = lake.read_days(contracts["pseudonyms"], lake.days("pseudonyms"))
        return notice_history(bookings, pseudonyms, notices, self._workspace.key)
