"""Takes a guest's rows out of every stored partition; every other row stays as it is, byte for byte of its values.

Each partition is replaced in one rename. Calling it again on its own result changes nothing, so that an erasure
that was interrupted is simply done again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from assets.common.workspace import Workspace
from assets.privacy.contract import (
    LABELLED_BOOKINGS,
    PSEUDONYMS,
    PUBLISHED_BOOKINGS,
    RELEASED_BOOKINGS,
    STAYS,
)
from assets.privacy.feature_rows import reads_stays
from assets.privacy.fixed_labels import keep_labels
from assets.privacy.generalisation import batch_key
from assets.privacy.publication import publish_labels, release_bookings
from assets.privacy.settings import SECTION, PrivacySettings
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_REVIEWS
from assets.raw.exclusion import ERASED
from pipelines.guests.guest import Guest
from pipelines.guests.needles import Needle, holds, may_hold
from pipelines.guests.whose import IDS, ids_of, refers_to, without_ids
from resources.contract import FrameContract, Subject
from resources.lake import SET_ASIDE_SCHEMA, InputRecord
from resources.tombstones import ROW, Tombstones

_RAW = (RAW_BOOKINGS.asset, RAW_REVIEWS.asset)
# The finder knew the guest's rows there by field, and no word decides.
_BY_FIELD = (*_RAW, QUARANTINE.asset, PSEUDONYMS.asset, STAYS.asset)


@dataclass(frozen=True)
class Cut:
    """What to take out of the lake.

    Attributes:
        guest: the guest.
        withheld: booking ids of others whose class fell below k.
        needles: what no cell of text may hold.
    """

    guest: Guest
    withheld: frozenset[str]
    needles: tuple[Needle, ...]

    @cached_property
    def ids(self) -> dict[Subject, list[str]]:
        """What names a row of theirs, by subject; a shared pseudo-customer's values are made anew without the guest."""
        shared = [*self.guest.shared_customers, *self.guest.shared_view_ids]
        return ids_of(self.guest, withheld=self.withheld, shared=shared)


def batches_of(workspace: Workspace, guest: Guest) -> list[date]:
    """Published days on which a booking of the guest lies, ascending."""
    lake = workspace.lake
    days: set[date] = set()
    for asset in (RAW_BOOKINGS.asset, PSEUDONYMS.asset):
        for day in lake.days(asset):
            if lake.rows(asset, day, ["row_id"])["row_id"].is_in(guest.row_ids).any():
                days.add(day)
    length = workspace.settings.room(SECTION, PrivacySettings).batch
    batches = set(batch_key(pl.Series("day", sorted(days), dtype=pl.Date), length).to_list())
    return sorted(batches & set(lake.days(LABELLED_BOOKINGS.asset)))


def rows_to_take(workspace: Workspace, guest: Guest) -> dict[str, int]:
    """Rows by table that say something of the guest; nothing is changed.

    Bookings of others whose class falls below k with the guest's are not among them: they are withheld and counted
    when the labels are fixed.
    """
    lake, cut = workspace.lake, Cut(guest, frozenset(), tuple(guest.needles()))
    rows: dict[str, int] = {}
    for asset, contract in workspace.contracts.items():
        for day in lake.partitions(asset):
            stored = lake.rows(asset, day)
            rows[asset] = rows.get(asset, 0) + stored.height - without_guest(contract, stored, cut).height
    return {asset: count for asset, count in rows.items() if count}


def cut_lake(workspace: Workspace, guest: Guest, tombstones: Tombstones) -> dict[str, int]:
    """Remove the guest from all partitions; returns rows taken out by table.

    Args:
        workspace: its lake.
        guest: found before anything was removed.
        tombstones: with the guest's marks and fixed days in it.
    """
    taken: dict[str, int] = {}
    bare = Cut(guest, frozenset(), tuple(guest.needles()))
    for asset in _BY_FIELD:
        taken[asset] = sum(
            _cut_partition(workspace, asset, day, bare, tombstones) for day in workspace.lake.days(asset)
        )
    taken[LABELLED_BOOKINGS.asset] = _fixed_days(workspace, guest, tombstones)
    # Rows of others that lost their label leave what was made of labels; what was made of exact rows keeps them.
    fallen = frozenset() if reads_stays(workspace.settings) else _withheld(workspace, tombstones.fixed_days)
    cut = replace(bare, withheld=fallen)
    done = {*taken, PUBLISHED_BOOKINGS.asset, RELEASED_BOOKINGS.asset}
    for asset in workspace.contracts:
        if asset not in done:
            partitions = workspace.lake.partitions(asset)
            taken[asset] = sum(_cut_partition(workspace, asset, day, cut, tombstones) for day in partitions)
    for asset in workspace.contracts:
        _drop_failures(workspace, asset, cut)
    workspace.lake.sweep_staging()
    return {asset: rows for asset, rows in taken.items() if rows}


def _cut_partition(workspace: Workspace, asset: str, day: date | None, cut: Cut, tombstones: Tombstones) -> int:
    lake, contract = workspace.lake, workspace.contracts[asset]
    record = lake.record(asset, day)
    if record is None:
        return 0
    before = lake.rows(asset, day)
    after = without_guest(contract, before, cut)
    aside = lake.set_aside(asset, [day]) if day is not None else pl.DataFrame(schema=SET_ASIDE_SCHEMA)
    left = _aside_without(aside, cut, tombstones, is_raw=asset in _RAW)
    if day is not None and asset in _RAW:
        gone = before.join(after.select("row_id"), on="row_id", how="anti")["row_id"].to_list()
        left = pl.concat([left, _erased(day, gone, tombstones)])
    if after.equals(before) and left.equals(aside):
        return 0
    if day is not None:
        lake.store_set_aside(asset, day, left)
    lake.rewrite(contract, day, after, _recounted(record, after, left, is_raw=asset in _RAW))
    return before.height - after.height


def without_guest(contract: FrameContract, frame: pl.DataFrame, cut: Cut) -> pl.DataFrame:
    """Rows of a table that say nothing of the guest; a reference to one of the guest's reviews becomes null."""
    kept = without_ids(contract, frame, cut.ids)
    return kept if contract.asset in _BY_FIELD else kept.filter(~_tells(contract, kept, cut.needles))


def _tells(contract: FrameContract, frame: pl.DataFrame, needles: Iterable[Needle]) -> pl.Series:
    """Rows one of whose cells of text holds a needle."""
    never = {*contract.ids_of(*IDS), *(name for item in IDS for name in contract.references_to(item))}
    told = pl.Series([False] * frame.height, dtype=pl.Boolean)
    searched = list(needles)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name not in never]
    for name in texts if searched and frame.height else ():
        hit = may_hold(frame[name], searched)
        sure = [flag and any(holds(cell, needle) for needle in searched)
                for cell, flag in zip(frame[name], hit, strict=True)] if hit.any() else hit.to_list()  # fmt: skip
        told |= pl.Series(sure, dtype=pl.Boolean)
    return told


def _aside_without(aside: pl.DataFrame, cut: Cut, tombstones: Tombstones, *, is_raw: bool) -> pl.DataFrame:
    """Set-aside rows without the guest's ids: raw ones become keyed marks, later ones were never let in."""
    is_mine = refers_to("row_id", [value for values in cut.ids.values() for value in values])
    mine, rest = aside.filter(is_mine), aside.filter(~is_mine)
    if not is_raw or mine.is_empty():
        return rest
    marked = [_erased(day, rows["row_id"].to_list(), tombstones) for (day,), rows in mine.group_by("delivery_day")]
    return pl.concat([rest, *marked]).sort("row_id", "reason")


def _erased(day: date, row_ids: list[str], tombstones: Tombstones) -> pl.DataFrame:
    rows = [(day, tombstones.mark(ROW, value), ERASED) for value in row_ids]
    return pl.DataFrame(rows, schema=SET_ASIDE_SCHEMA, orient="row")


def _recounted(record: InputRecord, rows: pl.DataFrame, aside: pl.DataFrame, *, is_raw: bool) -> InputRecord:
    counts = aside.group_by("reason").len().sort("reason")
    by_reason = dict(zip(counts["reason"].to_list(), counts["len"].to_list(), strict=True))
    came = record.rows_in
    if came is not None and not is_raw:
        came -= record.rows_out + sum(record.set_aside.values()) - rows.height - aside.height
    return replace(record, rows_in=came, rows_out=rows.height, set_aside=by_reason)


def _fixed_days(workspace: Workspace, guest: Guest, tombstones: Tombstones) -> int:
    """Publish the days that an erasure has fixed again, from their stored labels; returns rows that left."""
    lake = workspace.lake
    length = workspace.settings.room(SECTION, PrivacySettings).batch
    days = sorted(tombstones.fixed_days & set(lake.days(LABELLED_BOOKINGS.asset)))
    stored_days = lake.days(PSEUDONYMS.asset)
    batches = batch_key(pl.Series("day", stored_days, dtype=pl.Date), length).to_list()
    left = 0
    for day in days:
        record = lake.record(LABELLED_BOOKINGS.asset, day)
        members = [when for when, batch in zip(stored_days, batches, strict=True) if batch == day]
        if record is None or not members:
            continue
        named = pl.concat([lake.rows(PSEUDONYMS.asset, when) for when in members])
        before, previous = lake.rows(LABELLED_BOOKINGS.asset, day), lake.set_aside(LABELLED_BOOKINGS.asset, [day])
        previous = previous.filter(~pl.col("row_id").is_in(guest.row_ids))
        after, withheld = keep_labels(before, previous, named, length)
        left += before.height - after.height
        lake.store_set_aside(LABELLED_BOOKINGS.asset, day, withheld)
        lake.rewrite(LABELLED_BOOKINGS, day, after, _recounted(record, after, withheld, is_raw=False))
        _project(workspace, day, after)
    return left


def _project(workspace: Workspace, day: date, labelled: pl.DataFrame) -> None:
    """Write the tables without ids again from the labels that are left, the stored means among them."""
    published = publish_labels(labelled)
    for contract, rows in ((PUBLISHED_BOOKINGS, published), (RELEASED_BOOKINGS, release_bookings(published))):
        record = workspace.lake.record(contract.asset, day)
        if record is not None and record.rows_out:  # a day that is not exported stays empty
            empty = pl.DataFrame(schema=SET_ASIDE_SCHEMA)
            workspace.lake.rewrite(contract, day, rows, _recounted(record, rows, empty, is_raw=False))


def _withheld(workspace: Workspace, days: Iterable[date]) -> frozenset[str]:
    """Booking ids that were withheld on those days and stand in no later table."""
    lake = workspace.lake
    aside = set(lake.set_aside(LABELLED_BOOKINGS.asset, days)["row_id"])
    stored = [day for day in sorted(days) if lake.exists(LABELLED_BOOKINGS.asset, day)]
    served = {name for day in stored for name in lake.rows(LABELLED_BOOKINGS.asset, day, ["booking_id"])["booking_id"]}
    withheld: set[str] = set()
    for day in lake.days(PSEUDONYMS.asset) if aside else ():
        rows = lake.rows(PSEUDONYMS.asset, day, ["row_id", "booking_id"])
        withheld |= set(rows.filter(pl.col("row_id").is_in(sorted(aside)))["booking_id"])
    return frozenset(withheld - served)


def _drop_failures(workspace: Workspace, asset: str, cut: Cut) -> None:
    """Remove rows kept for inspection where the guest is among them; their reasons stay, without the guest."""
    files = workspace.lake.files
    for path in workspace.lake.failed_files(asset):
        rows = files.read([path])
        if not without_guest(workspace.contracts[asset], rows, cut).equals(rows):
            files.store(path).remove(path)
