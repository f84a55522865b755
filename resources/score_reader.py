"""Point look-up of stored scores: one customer's row from the day's Parquet file, and a line in the access log.

A stored day is sorted by customer, so the statistics of its row groups leave at most one or two to be read; the rows
of those are filtered while they are decoded; a sealed day is opened whole. Neither the warehouse nor another table is
touched.
"""

import re
from datetime import date

import polars as pl

from resources.contract import FrameContract
from resources.errors import ContractError, NotFittedError
from resources.lake import Lake

_ID = re.compile(r"[0-9a-f]{32}")


class ScoreReader:
    """Finds scores by customer in the lake.

    Args:
        lake: where the scores lie.
        table: contract of the table that holds them by day.
    """

    def __init__(self, lake: Lake, table: FrameContract) -> None:
        self._lake, self._table = lake, table

    def day(self, as_of: date | None = None) -> date:
        """The last scored day, or the last one up to ``as_of``.

        Raises:
            NotFittedError: no day is scored by then.
        """
        days = self._lake.days(self._table.asset)
        scored = [day for day in days if as_of is None or day <= as_of]
        if scored:
            return scored[-1]
        if days:
            message = f"nobody is scored by {as_of}, the first scored day is {days[0]}; ask for a day from then on"
        else:
            message = "no day is scored yet; run the chain first (stayworth run)"
        raise NotFittedError(message)

    def find(self, customer: str, as_of: date | None = None) -> pl.DataFrame:
        """Scores of one customer on the last scored day up to ``as_of``: a row per target, none if not scored that day.

        Raises:
            ContractError: the id has not the form of a pseudo-customer id.
            NotFittedError: no day is scored by then.
        """
        if not _ID.fullmatch(customer):
            message = f"{customer!r} is no pseudo-customer id: expected 32 hexadecimal digits in lower case, as in "
            raise ContractError(message + f"the column pseudo_customer_id of {self._table.asset}")
        return self._lake.read_days(self._table, [self.day(as_of)], where=pl.col("pseudo_customer_id") == customer)
