"""Attacks on bookings succeed where the anonymisation is broken and fail where it holds."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.publication import pseudonymise, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.studies.attacks.linkage import BY_ZONE, attack_linkage
from assets.studies.attacks.rates import AttackResult, table_of
from assets.studies.attacks.search import exact_labels, haystack_of, known_guests
from assets.studies.attacks.suite import Population, attack_bookings
from assets.studies.checks import validate_attacks
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, linked, streams


def population(raw: pl.DataFrame, k: int = 5) -> Population:
    chosen = PrivacySettings(k=k, allow_k_1=True)
    names = pseudonymise(raw, chosen, KEY)
    stored = publish_bookings(raw, names, chosen).published if raw.height else LABELLED_BOOKINGS.empty()
    return Population(bookings=raw, pseudonyms=names, stored=stored, settings=chosen)


def crowd(days: int = 6, per_day: int = 30, *, agents: bool = False) -> pl.DataFrame:
    """Guests who differ in lead time and bill; stays and cancellations; each guest comes on two days."""
    rng = np.random.default_rng(4)
    rows = []
    for number in range(days * per_day):
        day = DAY + timedelta(days=number // per_day)
        lost = number % 3 == 0
        rows.append(
            booking(
                number, delivery_day=day, lead_time_days=int(rng.integers(0, 300)), rate=float(rng.integers(40, 300)),
                reservation_status="Canceled" if lost else "Check-Out", is_canceled=lost,
                arrival_day=day + timedelta(days=9) if lost else None, meal=str(rng.choice(["BB", "HB", "SC"])),
                special_requests=int(rng.integers(0, 4)), guest_key=f"g{number % (days * per_day // 2)}",
                agent=f"a{number % (days * per_day // 2)}" if agents else None,
            )
        )  # fmt: skip
    return bookings(rows)


def by_name(results: list[AttackResult]) -> dict[tuple[str, str, int], AttackResult]:
    return {(item.attack, item.zone, item.k): item for item in results}


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str, int], AttackResult]:
    results = attack_bookings(population(crowd()), (5, 10), 120, np.random.default_rng(1))
    assert not [item.name for item in validate_attacks(table_of(results)) if not item.passed]
    return by_name(results)


def test_exact_rows_are_found_and_single_out(found: dict) -> None:
    assert found["linkage", "restricted", 1].rate.value > 0.9
    assert found["singling_out", "restricted", 1].rate.value > 0.8
    assert found["inference_outcome", "restricted", 1].rate.value > 0.9


@pytest.mark.parametrize("k", [5, 10])
@pytest.mark.parametrize("zone", ["internal", "released"])
def test_labels_keep_their_promise(found: dict, zone: str, k: int) -> None:
    item = found["linkage", zone, k]
    assert item.worst <= 1 / k + 1e-12
    assert item.rate.value > item.guess.value
    assert found["singling_out", zone, k].rate.value == 0.0


def test_the_internal_zone_tells_the_mean_of_a_class_and_no_bill(found: dict) -> None:
    """What is attacked has the columns of the stored table: nobody who knows details or a bill finds more."""
    assert found["linkage_with_outcome", "internal", 5].worst <= 1 / 5 + 1e-12
    assert not {name for name, _, _ in found if name.startswith(("customer_from", "linkage_with_b", "linkage_with_d"))}
    band = found["inference_revenue_band", "internal", 5]
    assert band.rate.value < found["inference_revenue_band", "restricted", 1].rate.value
    assert ("inference_revenue_band", "released", 5) not in found


def test_more_k_is_less_risk(found: dict) -> None:
    assert found["linkage", "released", 10].rate.value < found["linkage", "released", 5].rate.value


def test_the_outcome_is_told_with_and_without_the_guests_row(found: dict) -> None:
    item = found["inference_outcome", "released", 5]
    assert item.outside is not None
    assert item.rate.value >= item.outside.value - 0.1
    assert "row" in item.meaning


def test_one_class_that_is_not_anonymous_breaks_the_check() -> None:
    """Labels of k = 1 sold as k = 5: the attack must show it."""
    raw = crowd(days=2)
    known = known_guests(linked(raw)).with_columns(unit=pl.coalesce("guest_hash", "booking_id"))
    results = attack_linkage(haystack_of(exact_labels(known)), known, "released", 5, BY_ZONE["restricted"])
    failed = {item.name for item in validate_attacks(table_of(results)) if not item.passed}
    assert failed == {"linkage_is_at_most_one_in_k", "nobody_is_singled_out_by_labels"}


@settings(max_examples=8, deadline=None)
@given(raw=streams(), k=st.integers(2, 6))
def test_linkage_is_never_above_one_in_k(raw: pl.DataFrame, k: int) -> None:
    results = attack_bookings(population(raw, k), (k,), 40, np.random.default_rng(0))
    assert bool(results) == bool(raw.height)
    for item in results:
        assert 0 <= item.rate.low <= item.rate.value <= item.rate.high <= 1
        if item.attack == "linkage" and item.zone != "restricted":
            assert item.worst is not None
            assert item.worst <= 1 / k + 1e-12
        if item.attack == "singling_out" and item.zone != "restricted":
            assert item.rate.value == 0.0


def test_withheld_guests_are_not_found() -> None:
    raw = bookings([booking(number) for number in range(3)])  # below k = 5: nothing is published
    results = by_name(attack_bookings(population(raw), (5,), 10, np.random.default_rng(0)))
    assert ("linkage", "released", 5) not in results
    assert results["linkage", "restricted", 1].rate.value == pytest.approx(1 / 3)


def test_batches_without_the_targets_are_made_again_and_others_kept() -> None:
    people = population(crowd())
    known = people.known()
    gone = known["unit"].unique().sort()[:5]
    without = people.published_without(gone, known, 5, people.stored)
    absent = known.filter(pl.col("unit").is_in(gone.implode()))["booking_id"]
    assert not set(absent) & set(without["booking_id"])
    days = set(known.filter(pl.col("unit").is_in(gone.implode()))["delivery_day"])
    rest = pl.col("delivery_day").is_in(list(days)).not_()
    assert without.filter(rest).sort("booking_id").equals(people.stored.filter(rest).sort("booking_id"))


def test_the_draw_and_the_rates_are_repeatable() -> None:
    people = population(crowd(days=2))
    first, second = (attack_bookings(people, (5,), 20, np.random.default_rng(9)) for _ in range(2))
    assert first == second
