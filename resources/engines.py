"""Where groups of rows are worked on: in this process, or on other machines (``resources/spark.py``)."""

from collections.abc import Callable, Mapping
from typing import Protocol

import polars as pl

GROUP = "group"  # column that names a row's group
GroupFunction = Callable[[str, pl.DataFrame, pl.DataFrame], pl.DataFrame]


class GroupEngine(Protocol):
    """Runs one function over every group of two frames."""

    @property
    def workers(self) -> int:
        """How many groups can be worked on at a time."""
        ...

    def run_groups(
        self, left: pl.DataFrame, right: pl.DataFrame, function: GroupFunction, schema: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """Rows of all groups, in no promised order, in the columns of ``schema``.

        Args:
            left: rows with the String column ``GROUP``.
            right: likewise; a group may lack rows on one side.
            function: called as (group, left rows, right rows) without the column ``GROUP``, rows in any order;
                what it gives must depend on its arguments alone.
            schema: columns that the function gives.
        """
        ...


class LocalEngine:
    """One group after the other, in this process."""

    workers = 1

    def run_groups(
        self, left: pl.DataFrame, right: pl.DataFrame, function: GroupFunction, schema: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """See :meth:`GroupEngine.run_groups`; groups come in the order of their names."""
        lefts, rights = _parts(left), _parts(right)
        no_left, no_right = left.clear().drop(GROUP), right.clear().drop(GROUP)
        frames = [
            function(group, lefts.get(group, no_left), rights.get(group, no_right))
            for group in sorted(lefts.keys() | rights.keys())
        ]
        return pl.concat([pl.DataFrame(schema=dict(schema)), *frames])


def _parts(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(key[0]): part.drop(GROUP) for key, part in frame.partition_by(GROUP, as_dict=True).items()}
