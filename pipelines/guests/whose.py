"""Whose a row is, by the contract of its table: what a guest's ids are, and which rows hold one. Pure.

A booking's rows are known by the booking, and not by a pseudo-customer that others may share: of booking, guest and
customer the narrowest that a row names decides. A review decides beside them: a row may be of a booking and a review.
"""

from collections.abc import Collection, Mapping

import polars as pl

from pipelines.guests.guest import Guest
from resources.contract import FrameContract, Subject

_NARROWEST_FIRST = (Subject.BOOKING, Subject.GUEST, Subject.CUSTOMER)
IDS = (Subject.BOOKING, Subject.REVIEW, Subject.CUSTOMER)  # what this software writes; no text is looked for in them

Ids = Mapping[Subject, Collection[str]]


def ids_of(guest: Guest, *, withheld: Collection[str] = (), shared: Collection[str] = ()) -> dict[Subject, list[str]]:
    """Every value by which a row is the guest's, by subject.

    Args:
        guest: as the finder knows them.
        withheld: booking ids of others whose rows go too.
        shared: pseudo-customers of the guest and of others whose rows count, under any of their ids.
    """
    direct = [value for values in guest.identifiers.values() for value in values]
    return {
        Subject.BOOKING: [*guest.row_ids, *guest.reservations, *guest.booking_ids, *withheld],
        Subject.REVIEW: [*guest.review_row_ids, *guest.review_ids],
        Subject.GUEST: [*guest.guest_keys, *guest.guest_hashes, *guest.emails, *direct, *guest.quarantined],
        Subject.CUSTOMER: [*guest.own_customers, *guest.own_view_ids, *shared],
    }


def is_about(contract: FrameContract, ids: Ids, columns: Collection[str] | None = None) -> pl.Expr | None:
    """Rows that are the guest's, never null; None where no column says whose a row is.

    Args:
        contract: of the table.
        ids: see :func:`ids_of`.
        columns: that the rows have; None: all of the contract. Rows of another shape may lack some.
    """
    there = set(contract.names if columns is None else columns)
    names = {item: [name for name in contract.ids_of(item) if name in there] for item in ids}
    if not any(names.values()):
        return None
    hit = _holds(names.get(Subject.REVIEW, []), ids.get(Subject.REVIEW, ()))
    is_open = pl.lit(value=True)
    for item in _NARROWEST_FIRST:
        if names.get(item):
            hit |= is_open & _holds(names[item], ids[item])
            is_open &= pl.all_horizontal(pl.col(name).is_null() for name in names[item])
    return hit


def refers_to(name: str, ids: Collection[str]) -> pl.Expr:
    """Rows whose cell in a column is one of the ids, whatever its type; never null."""
    return pl.col(name).cast(pl.String).is_in(list(ids)).fill_null(value=False)


def _holds(names: list[str], ids: Collection[str]) -> pl.Expr:
    return pl.any_horizontal(refers_to(name, ids) for name in names) if names else pl.lit(value=False)


def without_references(contract: FrameContract, rows: pl.DataFrame, ids: Ids) -> pl.DataFrame:
    """The rows with null where they name one of the ids while being somebody else's."""
    for item, values in ids.items():
        for name in contract.references_to(item):
            if name in rows.columns:
                blank = [other for other in contract.described_by(name) if other in rows.columns]
                stays = ~refers_to(name, values)
                rows = rows.with_columns(pl.when(stays).then(pl.col(other)).alias(other) for other in blank)
    return rows


def without_ids(contract: FrameContract, rows: pl.DataFrame, ids: Ids) -> pl.DataFrame:
    """The rows that are not the guest's, with null for what they name of the guest.

    Where the table has its own way to lose a subject (:attr:`FrameContract.forget`), that way is taken.
    """
    for item, forget in contract.forget.items():
        rows = forget(rows, ids.get(item, ()))
    is_mine = is_about(contract, ids, rows.columns)
    return without_references(contract, rows if is_mine is None else rows.filter(~is_mine), ids)
