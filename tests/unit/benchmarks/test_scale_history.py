"""Copies of a stored day: other bookings on other days, guests who come back once."""

from datetime import date, timedelta

import polars as pl

from benchmarks.scale_history import copied

DAY = date(2024, 1, 1)
ROWS = pl.DataFrame(
    {
        "booking_id": ["b", "c"], "pseudo_customer_id": ["g", None], "realised_revenue": [10, 0],
        "delivery_day": [DAY, DAY], "stay_end": [DAY, None],
    }
)  # fmt: skip


def test_a_copy_moves_dates_and_renames_bookings() -> None:
    shift = timedelta(days=35)
    copies = [copied(ROWS, number, number * shift) for number in range(4)]
    together = pl.concat(copies)
    assert together["booking_id"].n_unique() == together.height
    assert [part["delivery_day"][0] for part in copies] == [DAY + number * shift for number in range(4)]
    assert copies[1]["stay_end"].to_list() == [DAY + shift, None]
    assert together["realised_revenue"].sum() == 4 * ROWS["realised_revenue"].sum()
    assert together.group_by("pseudo_customer_id").len().drop_nulls()["len"].to_list() == [2, 2], "comes back once"
