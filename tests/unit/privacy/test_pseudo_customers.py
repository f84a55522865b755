"""Composite keys, pseudo-customer ids, revenue."""

import polars as pl
import pytest

from assets.privacy.pseudo_customers import composite_key, deposit_aware_revenue, pseudo_customer_ids, realised_revenue
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError
from tests.unit.privacy.builders import KEY, booking, bookings

COLUMNS = PrivacySettings().key_columns


def ids(*rows: dict) -> list[str]:
    return pseudo_customer_ids(bookings(list(rows)), COLUMNS, KEY).to_list()


def test_rows_that_share_the_key_share_the_id() -> None:
    first, second = ids(booking(0), booking(1, nights=9, rate=300.0, adults=1))
    assert first == second
    assert len(first) == 32


@pytest.mark.parametrize("change", [{"country": "FRA"}, {"agent": "9"}, {"company": "1"}, {"is_repeated_guest": True}])
def test_each_key_column_parts_customers(change: dict) -> None:
    first, second = ids(booking(0), booking(1, **change))
    assert first != second


def test_missing_is_a_category_of_its_own() -> None:
    values = ids(booking(0, agent=None), booking(1, agent=""), booking(2, agent="?"), booking(3, agent=None))
    assert len(set(values)) == 3
    assert values[0] == values[3]


def test_values_do_not_run_into_each_other() -> None:
    rows = bookings([booking(0, agent="1", company="12"), booking(1, agent="11", company="2")])
    first, second = composite_key(rows, ("agent", "company"))
    assert first != second


def test_unknown_key_column_is_refused() -> None:
    with pytest.raises(ContractError, match="colour"):
        composite_key(bookings([]), ("colour",))


def test_revenue_counts_completed_stays_in_whole_units() -> None:
    rows = bookings(
        [
            booking(0, rate=80.4, nights=3),
            booking(1, rate=100.0, nights=2, reservation_status="Canceled", is_canceled=True),
            booking(2, rate=100.0, nights=2, reservation_status="No-Show", is_canceled=True, deposit_type="Non Refund"),
            booking(3, rate=-6.38, nights=10),
            booking(4, rate=50.0, nights=0),
        ]
    )
    earned = rows.select(realised_revenue(), deposit_aware_revenue())
    assert earned["realised_revenue"].to_list() == [241, 0, 0, -64, 0]
    assert earned["deposit_aware_revenue"].to_list() == [241, 0, 200, -64, 0]
    assert earned.schema["realised_revenue"] == pl.Int64
