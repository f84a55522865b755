import polars as pl
import pytest

from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_COUNTS, RAW_REVIEWS
from resources.contract import FrameContract, Zone

CONTRACTS = (RAW_BOOKINGS, RAW_REVIEWS, QUARANTINE, RAW_COUNTS)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.asset)
def test_tables_are_described_and_partitioned(contract: FrameContract) -> None:
    assert contract.names[-1] == "delivery_day"
    assert contract.schema["delivery_day"] == pl.Date
    assert all(column.description for column in contract.columns)
    assert set(contract.key) <= set(contract.names)
    assert contract.conform(contract.empty()).is_empty()


def test_only_counts_leave_the_restricted_zone() -> None:
    assert {contract.asset for contract in CONTRACTS if contract.zone != Zone.RESTRICTED} == {"raw_counts"}
