"""Opt-outs and consents of the simulated guests: a set share of those whom the source knows by a key."""

import hashlib
from datetime import date, timedelta

import polars as pl

_SPREAD_DAYS = 60  # an opt-out comes one to so many days after the guest's first row
_BACK_SHARE = 0.25  # of those who opt out, so many consent again
_BACK_DAYS = 30  # so many days later


def guest_notices(bookings: pl.DataFrame, start: date, seed: int, share: float) -> pl.DataFrame:
    """Notices of the guests among the bookings, by day: ``identifier`` (guest key), ``kind``, ``day``.

    Which guests give one, and when, is a pure function of seed and guest.

    Args:
        bookings: ``guest_key``, ``day`` (Int64, days after the start of the world).
        start: of the world.
        seed: of the world.
        share: of the guests.
    """
    firsts = bookings.drop_nulls("guest_key").group_by("guest_key").agg(pl.col("day").min()).sort("guest_key")
    rows: list[tuple[str, str, date]] = []
    for guest, first in firsts.iter_rows():
        if _uniform(seed, "opts out", guest) >= share:
            continue
        day = start + timedelta(days=int(first) + 1 + int(_uniform(seed, "when", guest) * _SPREAD_DAYS))
        rows.append((guest, "opt-out", day))
        if _uniform(seed, "comes back", guest) < _BACK_SHARE:
            rows.append((guest, "consent", day + timedelta(days=_BACK_DAYS)))
    schema = {"identifier": pl.String(), "kind": pl.String(), "day": pl.Date()}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("day", "identifier")


def _uniform(seed: int, purpose: str, guest: str) -> float:
    digest = hashlib.sha256(f"{seed}\x1f{purpose}\x1f{guest}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56
