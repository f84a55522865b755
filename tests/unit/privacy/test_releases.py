"""Noisy counts, closed months, and their way through the ledger."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.privacy.aggregates import booking_aggregates, score_aggregate, unit_of
from assets.privacy.contract import BOOKINGS_BY_MONTH, GUEST_AGGREGATES
from assets.privacy.release_errors import release_errors
from assets.privacy.releases import (
    QUERY,
    Released,
    closed_months,
    closed_years,
    month_counts,
    release_aggregates,
    release_month_counts,
)
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError, PrivacyError
from resources.privacy_accounting import Accounting
from resources.privacy_budget import BudgetLedger

HOTELS = ["City Hotel", "Resort Hotel"]
SCHEMA = {"row_id": pl.String, "guest_hash": pl.String, "hotel": pl.String, "delivery_day": pl.Date}


def rows(*values: tuple[str, str | None, str, date]) -> pl.DataFrame:
    return pl.DataFrame(values, schema=SCHEMA, orient="row")


def ledger(folder: Path, share: float = 0.3) -> BudgetLedger:
    return BudgetLedger.at(folder).under(Accounting(), {QUERY: share})


def release(bookings: pl.DataFrame, months: list[str], booked: BudgetLedger, settings: PrivacySettings) -> Released:
    return release_month_counts(bookings, HOTELS, months, unit_of(bookings), booked, settings)


def test_only_whole_months_are_closed() -> None:
    days = [date(2016, 1, 15) + timedelta(days=index) for index in range(80)]  # to 2016-04-03
    assert closed_months(days, date(2016, 4, 3)) == ["2016-02", "2016-03"]
    assert closed_months(days, date(2016, 3, 30)) == ["2016-02"]
    assert closed_months([day for day in days if day != date(2016, 2, 10)], date(2016, 4, 3)) == ["2016-03"]
    assert closed_months([], date(2016, 4, 3)) == []


def test_only_whole_years_are_closed() -> None:
    days = [date(2015, 12, 1) + timedelta(days=index) for index in range(500)]
    assert closed_years(days, date(2017, 3, 1)) == ["2016"]
    assert closed_years(days, date(2016, 12, 30)) == []
    assert closed_years([day for day in days if day != date(2016, 2, 29)], date(2017, 3, 1)) == []


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
    first = release(given, months, ledger(tmp_path), settings)
    again = release(given, months, ledger(tmp_path), settings)
    assert first.released.equals(again.released)
    assert dict(first.released.schema) == BOOKINGS_BY_MONTH.schema
    assert first.released.height == 4
    assert first.released["is_private"].all()
    # Months share no booking: both together cost one month.
    assert ledger(tmp_path).spent("2016") == pytest.approx(0.3)


def test_months_of_guests_add_up_to_the_allotment(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    months = [f"2016-{month:02d}" for month in range(1, 13)]
    counts = release(given, months, ledger(tmp_path), PrivacySettings())
    assert counts.refused == {}
    assert counts.released["loss"].unique().to_list() == [0.025]
    assert ledger(tmp_path).spent("2016") == pytest.approx(0.3)


def test_a_spent_budget_refuses_new_months_and_serves_old_ones(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    release(given, ["2016-01"], ledger(tmp_path, 0.03), PrivacySettings())
    counts = release(given, ["2016-01", "2016-02"], ledger(tmp_path, 0.03), PrivacySettings())
    assert list(counts.refused) == ["2016-02"]
    assert counts.released["month"].unique().to_list() == ["2016-01"]


def test_no_bookings_give_noise_around_zero(tmp_path: Path) -> None:
    empty = release(rows(), [], ledger(tmp_path), PrivacySettings())
    assert empty.released.is_empty()
    quiet = release(rows(), ["2016-01"], ledger(tmp_path), PrivacySettings(test_noise_seed=1))
    assert quiet.released.height == 2
    assert not quiet.released["is_private"].any()


def test_test_noise_never_stands_in_for_private_noise(tmp_path: Path) -> None:
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    seeded = release(given, ["2016-02"], ledger(tmp_path), PrivacySettings(test_noise_seed=1))
    private = release(given, ["2016-02"], ledger(tmp_path), PrivacySettings())
    assert not seeded.released["is_private"].any()
    assert private.released["is_private"].all()
    assert not set(seeded.released["release_id"]) & set(private.released["release_id"])


def test_another_cap_is_another_question_and_the_old_answer_is_served(tmp_path: Path) -> None:
    given = rows(("a", None, "City Hotel", date(2016, 2, 1)))
    first = release(given, ["2016-02"], ledger(tmp_path), PrivacySettings())
    other = release(given, ["2016-02"], ledger(tmp_path), PrivacySettings(guest_cap=2))
    assert list(other.refused) == ["2016-02"]
    assert other.released.equals(first.released)
    assert ledger(tmp_path).spent("2016") == pytest.approx(0.3)


def test_zcdp_months_spend_rho(tmp_path: Path) -> None:
    settings = PrivacySettings(accounting="zcdp")
    booked = BudgetLedger.at(tmp_path).under(settings.budget, settings.allotments)
    given = rows(("a", "g", "City Hotel", date(2016, 2, 1)))
    made = release(given, [f"2016-{month:02d}" for month in range(1, 13)], booked, settings)
    assert made.refused == {}
    assert made.released["accounting"].unique().to_list() == ["zcdp"]
    assert booked.spent("2016") <= settings.allotments[QUERY]
    assert booked.spent("2016") == pytest.approx(settings.allotments[QUERY], rel=1e-4)
    with pytest.raises(PrivacyError, match="zcdp"):
        BudgetLedger.at(tmp_path).under(Accounting(), {})


DAY = date(2016, 5, 2)


def guests(number: int = 400) -> pl.DataFrame:
    """Bookings of a year with guests who come one to three times."""
    rng = np.random.default_rng(3)
    kinds = np.array(["Direct", "Groups", "Online TA"])
    return pl.DataFrame(
        {
            "row_id": [f"r{row:05d}" for row in range(number)],
            "guest_hash": [f"g{guest}" for guest in rng.integers(0, number // 2, number)],
            "hotel": "City Hotel",
            "country": rng.choice(["PRT", "FRA", "JPN"], number),
            "market_segment": rng.choice(kinds, number),
            "is_canceled": rng.random(number) < 0.3,
            "realised_revenue": rng.integers(0, 1500, number),
            "delivery_day": [DAY + timedelta(days=int(day)) for day in rng.integers(0, 200, number)],
        }
    )


REVIEWS = pl.DataFrame(
    {"row_id": ["a", "b", "c"], "hotel_name": ["X", "X", "Y"], "score": [8.8, 7.0, 12.0], "delivery_day": DAY}
)


def test_true_aggregates() -> None:
    settings = PrivacySettings()
    given = guests()
    sizes, by_band, by_country, rates = booking_aggregates(given, "2016", "guest", settings)
    assert sizes.sizes.sum() == given["guest_hash"].n_unique()
    assert by_band.sums is not None
    assert by_country.sums is not None
    assert by_band.sums.sum() == by_country.sums.sum()
    assert by_country.sizes.sum() == sizes.sizes.sum()
    assert by_country.sizes[by_country.groups.index("other")] > 0
    assert rates.sizes.sum() == given.group_by("guest_hash").len()["len"].clip(0, 2).sum()
    assert booking_aggregates(given, "2015", "guest", settings)[0].sizes.sum() == 0
    scores = score_aggregate(REVIEWS, ["X", "Z"], "2016")
    assert scores.sums is not None
    assert (scores.sizes.tolist(), scores.sums.tolist()) == ([2, 0], [158, 0])
    everything = score_aggregate(REVIEWS, [], "2016")
    assert everything.groups == ("all hotels",)
    assert everything.sizes.tolist() == [3]


@pytest.mark.parametrize("unit", ["guest", "booking"])
def test_taking_one_unit_away_moves_an_aggregate_by_what_its_noise_covers(unit: str) -> None:
    settings = PrivacySettings(value_clamp=2000)
    given = guests(60)
    key = "guest_hash" if unit == "guest" else "row_id"
    whole = booking_aggregates(given, "2016", unit, settings)
    for name in given[key].unique().sort()[:25]:
        less = booking_aggregates(given.filter(pl.col(key) != name), "2016", unit, settings)
        for one, other in zip(whole, less, strict=True):
            rows_moved = np.abs(one.sizes - other.sizes).sum()
            assert rows_moved <= one.contributions
            if one.sums is not None and other.sums is not None:
                low, high = np.array(one.bounds).T
                upper = np.abs((one.sums - low * one.sizes) - (other.sums - low * other.sizes))
                lower = np.abs((high * one.sizes - one.sums) - (high * other.sizes - other.sums))
                assert ((upper + lower) / (high - low)).sum() <= one.contributions + 1e-9


@pytest.mark.parametrize("accounting", ["pure", "zcdp"])
def test_years_are_released_once_and_within_the_budget(tmp_path: Path, accounting: str) -> None:
    settings = PrivacySettings(accounting=accounting)
    booked = BudgetLedger.at(tmp_path).under(settings.budget, settings.allotments)
    asked = [*booking_aggregates(guests(), "2016", "guest", settings), score_aggregate(REVIEWS, ["X", "Y"], "2016")]
    made = release_aggregates(asked, booked, settings)
    assert made.refused == {}
    assert dict(made.released.schema) == GUEST_AGGREGATES.schema
    assert set(made.released["family"]) == set(settings.allotments) - {QUERY}
    assert made.released["is_private"].all()
    assert made.released.filter(pl.col("measure") == "cancellation_rate")["value"].is_between(0, 1).all()
    assert release_aggregates(asked, booked, settings).released.equals(made.released)
    assert booked.spent("2016") == pytest.approx(sum(settings.allotments.values()) - settings.allotments[QUERY])
    changed = PrivacySettings(accounting=accounting, value_bands=(1, 700), value_clamp=5000)
    again = booking_aggregates(guests(), "2016", "guest", changed)
    refused = release_aggregates(again, booked, changed)
    assert set(refused.refused) == {"segment_sizes 2016", "value_by_segment 2016", "value_by_country 2016"}
    served = made.released.filter(pl.col("family") != "service_scores")
    assert refused.released.equals(served)  # what was released before is still served


def test_errors_fall_with_epsilon_and_are_flagged() -> None:
    settings = PrivacySettings()
    found = release_errors(guests(), [0.1, 1.0], 20, np.random.default_rng(1), settings)
    assert not found["is_private"].any()
    for family in found["family"].unique():
        errors = found.filter(pl.col("family") == family).sort("epsilon")["relative_error"].to_list()
        assert errors[1] < errors[0]
    assert release_errors(guests().clear(), [1.0], 1, np.random.default_rng(1), settings).is_empty()
