"""Noisy counts, closed months, and their way through the ledger."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.privacy.contract import BOOKINGS_BY_MONTH
from assets.privacy.releases import (
    QUERY,
    closed_months,
    month_counts,
    noise_bound,
    noisy_counts,
    release_month_counts,
    unit_of,
)
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError, PrivacyError
from resources.privacy_budget import BudgetLedger

HOTELS = ["City Hotel", "Resort Hotel"]
SCHEMA = {"row_id": pl.String, "guest_hash": pl.String, "hotel": pl.String, "delivery_day": pl.Date}


def rows(*values: tuple[str, str | None, str, date]) -> pl.DataFrame:
    return pl.DataFrame(values, schema=SCHEMA, orient="row")


def ledger(folder: Path, share: float = 0.6) -> BudgetLedger:
    return BudgetLedger.at(folder).under(1.0, {QUERY: share})


@pytest.mark.parametrize("scale", [0.1, 0.7, 1.0, 1 / 0.6, 20.0])
def test_bound_is_the_smallest_that_holds(scale: float) -> None:
    ratio = np.exp(-1 / scale)
    values = np.arange(-4000, 4001)
    mass = (1 - ratio) / (1 + ratio) * ratio ** np.abs(values)
    bound = noise_bound(scale)
    assert mass[np.abs(values) > bound].sum() <= 0.05
    assert bound == 0 or mass[np.abs(values) > bound - 1].sum() > 0.05


def test_private_noise_is_centred_and_within_its_bound() -> None:
    noisy = noisy_counts(np.full(4000, 100, np.int64), epsilon=0.5, sensitivity=1)
    error = noisy.values - 100
    assert noisy.is_private
    assert abs(error.mean()) < 0.3  # standard error 0.045
    assert 0.95 <= (np.abs(error) <= noisy.plus_minus_95).mean() <= 0.99
    assert error.std() == pytest.approx(np.sqrt(2) / 0.5, rel=0.1)


def test_sensitivity_widens_the_noise() -> None:
    widths = [noisy_counts(np.zeros(2, np.int64), epsilon=1.0, sensitivity=cap).plus_minus_95 for cap in (1, 3)]
    assert widths[1] > 2 * widths[0]


def test_seeded_noise_repeats_and_is_marked() -> None:
    one, two = (noisy_counts(np.zeros(9, np.int64), epsilon=0.5, sensitivity=1, test_seed=7) for _ in range(2))
    assert (one.values == two.values).all()
    assert not one.is_private


@pytest.mark.parametrize(
    ("epsilon", "sensitivity"), [(0.0, 1), (-1.0, 1), (float("nan"), 1), (float("inf"), 1), (1.0, 0)]
)
def test_nonsense_is_refused(epsilon: float, sensitivity: int) -> None:
    with pytest.raises(PrivacyError):
        noisy_counts(np.zeros(1, np.int64), epsilon=epsilon, sensitivity=sensitivity)


def test_only_whole_months_are_closed() -> None:
    days = [date(2016, 1, 15) + timedelta(days=index) for index in range(80)]  # to 2016-04-03
    assert closed_months(days, date(2016, 4, 3)) == ["2016-02", "2016-03"]
    assert closed_months(days, date(2016, 3, 30)) == ["2016-02"]
    assert closed_months([day for day in days if day != date(2016, 2, 10)], date(2016, 4, 3)) == ["2016-03"]
    assert closed_months([], date(2016, 4, 3)) == []


def test_a_booking_counts_once_on_its_first_day() -> None:
    given = rows(
        ("a", None, "City Hotel", date(2016, 2, 1)),
        ("a", None, "City Hotel", date(2016, 3, 1)),  # a correction of the month after
        ("b", None, "Resort Hotel", date(2016, 3, 1)),
        ("c", None, "Nowhere", date(2016, 3, 1)),
    )
    counts = month_counts(given, HOTELS, unit="booking", guest_cap=1)
    assert {month: values.tolist() for month, values in counts.items()} == {"2016-02": [1, 0], "2016-03": [0, 1]}


def test_a_guest_counts_up_to_the_cap_in_a_month() -> None:
    given = rows(
        *[(f"r{n}", "g", HOTELS[n % 2], date(2016, 2, 1 + n)) for n in range(6)],
        ("x", None, HOTELS[0], date(2016, 2, 2)),
    )
    for cap in (1, 2, 6):
        counts = month_counts(given, HOTELS, unit="guest", guest_cap=cap)["2016-02"]
        assert counts.sum() == cap + 1
    assert unit_of(given) == "guest"
    assert unit_of(given.filter(pl.col("guest_hash").is_null())) == "booking"
    with pytest.raises(ContractError, match="household"):
        month_counts(given, HOTELS, unit="household", guest_cap=1)


def test_taking_a_guest_away_changes_a_month_by_the_cap_at_most() -> None:
    rng = np.random.default_rng(5)
    draws = rng.integers([6, 2, 28], size=(60, 3)).tolist()
    table = [
        (f"r{n}", f"g{guest}", HOTELS[hotel], date(2016, 2, 1 + day)) for n, (guest, hotel, day) in enumerate(draws)
    ]
    whole = month_counts(rows(*table), HOTELS, unit="guest", guest_cap=2)["2016-02"]
    for guest in range(6):
        rest = [row for row in table if row[1] != f"g{guest}"]
        without = month_counts(rows(*rest), HOTELS, unit="guest", guest_cap=2)["2016-02"]
        assert np.abs(whole - without).sum() <= 2


def test_months_are_released_once_and_served_again(tmp_path: Path) -> None:
    given = rows(("a", None, "City Hotel", date(2016, 2, 1)))
    settings = PrivacySettings()
    months = ["2016-02", "2016-03"]
    first = release_month_counts(given, HOTELS, months, ledger(tmp_path), settings)
    again = release_month_counts(given, HOTELS, months, ledger(tmp_path), settings)
    assert first.released.equals(again.released)
    assert dict(first.released.schema) == BOOKINGS_BY_MONTH.schema
    assert first.released.height == 4
    assert first.released["is_private"].all()
    # Months share no booking: both together cost one month.
    assert ledger(tmp_path).spent("2016") == pytest.approx(0.6)


def test_months_of_guests_add_up_to_the_allotment(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    months = [f"2016-{month:02d}" for month in range(1, 13)]
    counts = release_month_counts(given, HOTELS, months, ledger(tmp_path), PrivacySettings())
    assert counts.refused == {}
    assert counts.released["epsilon"].unique().to_list() == [0.05]
    assert ledger(tmp_path).spent("2016") == pytest.approx(0.6)


def test_a_spent_budget_refuses_new_months_and_serves_old_ones(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    release_month_counts(given, HOTELS, ["2016-01"], ledger(tmp_path, 0.06), PrivacySettings())
    counts = release_month_counts(given, HOTELS, ["2016-01", "2016-02"], ledger(tmp_path, 0.06), PrivacySettings())
    assert list(counts.refused) == ["2016-02"]
    assert counts.released["month"].unique().to_list() == ["2016-01"]


def test_no_bookings_give_noise_around_zero(tmp_path: Path) -> None:
    empty = release_month_counts(rows(), HOTELS, [], ledger(tmp_path), PrivacySettings())
    assert empty.released.is_empty()
    quiet = release_month_counts(rows(), HOTELS, ["2016-01"], ledger(tmp_path), PrivacySettings(test_noise_seed=1))
    assert quiet.released.height == 2
    assert not quiet.released["is_private"].any()


def test_test_noise_never_stands_in_for_private_noise(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    seeded = release_month_counts(given, HOTELS, ["2016-02"], ledger(tmp_path), PrivacySettings(test_noise_seed=1))
    private = release_month_counts(given, HOTELS, ["2016-02"], ledger(tmp_path), PrivacySettings())
    assert not seeded.released["is_private"].any()
    assert private.released["is_private"].all()
    assert not set(seeded.released["release_id"]) & set(private.released["release_id"])
