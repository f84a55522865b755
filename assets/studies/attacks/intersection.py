"""Labels of rows that share an id, intersected: what k-anonymity hides in each row, the id gives back over several.

Every label holds the row's value; a value that the rows of one id have in common lies in all of their labels. Where
the intersection is one level, it is known, at any k. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.privacy.class_labels import LEVEL_COLUMNS, LEVEL_SEPARATOR
from resources.contract import FrameContract, Zone

LASTING = ("country", "market_segment", "distribution_channel", "customer_type", "agent", "company", "repeated_guest")


@dataclass(frozen=True)
class Pinned:
    """What intersecting gives back.

    Attributes:
        rows: rows of bookings that stand beside an id.
        vague: of these, rows one of whose own labels holds several levels.
        pinned: of the vague ones, rows whose whole key is known after intersecting.
    """

    rows: int
    vague: int
    pinned: int

    @property
    def share(self) -> float:
        """Of the vague rows those that are given back; 0 where there is nothing to intersect."""
        return self.pinned / self.vague if self.vague else 0.0


def ids_of_rows(frame: pl.DataFrame, contract: FrameContract) -> list[str]:
    """Columns by which rows of a table can be told to belong together: ids by the contract, and what looks like one."""
    said = set(contract.personal)
    return [name for name in frame.columns if name in said or name.endswith(("_id", "_hash", "_key"))]


def labelled_with_ids(
    tables: Mapping[str, pl.DataFrame], contracts: Mapping[str, FrameContract], zone: Zone = Zone.INTERNAL
) -> dict[str, list[str]]:
    """Tables of a zone that hold rows of bookings beside ids -> those ids; the rule is that there is none.

    Args:
        tables: stored rows by name.
        contracts: by name; a table without one is looked at too.
        zone: to look into.
    """
    beside = {}
    for name, frame in tables.items():
        contract = contracts.get(name)
        if contract is None or contract.zone is not zone:
            continue
        has_labels = any(f"{column}_levels" in frame.columns for column in LEVEL_COLUMNS)
        if has_labels and (ids := ids_of_rows(frame, contract)):
            beside[name] = ids
    return beside


def intersected(frames: Iterable[pl.DataFrame], by: str, columns: Sequence[str] = LASTING) -> Pinned:
    """How many rows give their whole key away once the labels of all rows with their id are intersected.

    Args:
        frames: tables that hold the id, with ``<column>_levels``.
        by: the id.
        columns: of the key, the same in all rows of an id.
    """
    names = [f"{name}_levels" for name in columns]
    rows = pl.concat([frame.select(by, *names) for frame in frames if {by, *names} <= set(frame.columns)])
    if rows.is_empty():
        return Pinned(0, 0, 0)
    common = rows.select(by).unique()
    for name in names:
        labels = rows.select(by, name).unique()
        held = labels.group_by(by).agg(labels=pl.len())
        levels = labels.with_columns(level=pl.col(name).str.split(LEVEL_SEPARATOR)).explode("level")
        everywhere = levels.group_by(by, "level").len().join(held, on=by).filter(pl.col("len") == pl.col("labels"))
        left = everywhere.group_by(by).agg((pl.len() == 1).alias(name))
        common = common.join(left, on=by, how="left")
    known = common.select(by, known=pl.all_horizontal(pl.col(name).fill_null(value=False) for name in names))
    is_vague = pl.any_horizontal(pl.col(name).str.contains(LEVEL_SEPARATOR, literal=True) for name in names)
    vague = rows.filter(is_vague).join(known, on=by, how="left")
    return Pinned(rows.height, vague.height, int(vague["known"].sum()))
