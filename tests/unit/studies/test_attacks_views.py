"""Attacks through views of customers succeed on exact figures and fail on bands in cells of k."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from assets.customers.lifetime_value import lifetime_values
from assets.customers.monthly_views import BANDS, VIEW_BANDS, bands_of, month_ends, month_view
from assets.privacy.publication import pseudonymise, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.studies.attacks.customer_views import QUANTITIES, Snapshot, banded_snapshots, exact_snapshots
from assets.studies.attacks.customers import certain_links, classes_of, successors
from assets.studies.attacks.rates import AttackResult
from assets.studies.attacks.stored_views import through_views, under_customers, with_facts
from assets.studies.attacks.suite import Population, by_version
from tests.unit.privacy.builders import DAY, KEY, booking, bookings

K = 5


def world() -> pl.DataFrame:
    """Half a year, ten rows a day; each guest comes once, some twice."""
    rng = np.random.default_rng(11)
    rows = []
    for number in range(1_800):
        day = DAY + timedelta(days=number // 10)
        guest = number if number % 3 else number // 2
        rows.append(
            booking(
                number, delivery_day=day, lead_time_days=int(rng.integers(0, 300)), rate=float(rng.integers(40, 300)),
                nights=int(rng.integers(1, 8)), special_requests=int(rng.integers(0, 4)), guest_key=f"g{guest}",
            )
        )  # fmt: skip
    return bookings(rows)


@pytest.fixture(scope="module")
def population() -> Population:
    raw, chosen = world(), PrivacySettings(k=K)
    names = pseudonymise(raw, chosen, KEY)
    stored = publish_bookings(raw, names, chosen).published
    return under_customers(Population(bookings=raw, pseudonyms=names, stored=stored, settings=chosen), "auto")


def ends(population: Population) -> list[date]:
    days = population.bookings["delivery_day"]
    return month_ends(days.min(), days.max())  # type: ignore[arg-type]


def exact(population: Population) -> list[Snapshot]:
    return exact_snapshots(population.known(), ends(population))


def banded(population: Population) -> list[Snapshot]:
    known = population.known().with_columns(is_completed=pl.col("reservation_status") == "Check-Out")
    views = []
    for day in ends(population):
        values = lifetime_values(known.filter(pl.col("delivery_day") <= day))
        views.append(month_view(bands_of(values), BANDS, VIEW_BANDS, day, KEY, K).rows)
    return banded_snapshots(pl.concat(views), known["pseudo_customer_id"].unique().to_list(), KEY)


def attacked(population: Population, snapshots: list[Snapshot], zone: str) -> dict[str, AttackResult]:
    known = by_version(population.known())
    targets = with_facts(known.sample(200, seed=3))
    return {item.attack: item for item in through_views(snapshots, population, known, targets, zone, K)}


def test_the_customers_that_are_attacked_are_those_of_the_settings(population: Population) -> None:
    names = population.pseudonyms
    assert names["pseudo_customer_id"].equals(names["guest_hash"].alias("pseudo_customer_id"))
    both = population.stored.join(names, on="booking_id", suffix="_true")
    assert (both["pseudo_customer_id"] == both["pseudo_customer_id_true"]).all()
    nameless = replace(population, pseudonyms=names.with_columns(pl.lit(None, pl.String).alias("guest_hash")))
    assert under_customers(nameless, "guest").stored.is_empty()


def test_every_customer_lies_within_the_bands(population: Population) -> None:
    for shown, true in zip(banded(population), exact(population), strict=True):
        both = shown.customers.join(true.customers, on="person", suffix="_true")
        assert both.height == shown.customers.height > 0
        for name in QUANTITIES:
            inside = (both[f"{name}_from"] <= both[f"{name}_from_true"]) & (
                both[f"{name}_to_true"] <= both[f"{name}_to"]
            )
            assert inside.all(), name


def test_exact_figures_give_customers_and_rows_away(population: Population) -> None:
    results = attacked(population, exact(population), "restricted")
    alone = results["customers_alone"]
    assert alone.rate.value > 0.2
    assert alone.disclosed_right is not None
    assert alone.disclosed_right > 0.9, "a claim is right but where two guests are alike"
    tied = results["customers_to_rows"]
    assert tied.rate.low > tied.guess.high
    assert tied.disclosed_right == 1.0, "a class that is left alone is the customer's"
    assert results["chained"].rate.value > 0.0
    assert results["internal_joined"].rate.value > results["labels_only"].rate.value


def test_bands_give_nothing_away(population: Population) -> None:
    results = attacked(population, banded(population), "internal")
    for name in ("customers_alone", "customers_to_rows", "chained"):
        assert results[name].rate.value == 0.0, name
    assert results["customers_alone"].disclosed == 0.0
    assert results["internal_joined"].rate == results["labels_only"].rate
    assert results["internal_joined_singling_out"].rate.value == 0.0


def renamed(snapshot: Snapshot, month: int) -> Snapshot:
    """The same figures under ids of the month."""
    ids = pl.format("{} in {}", pl.col("view_id"), pl.lit(month))
    return Snapshot(snapshot.seen, snapshot.customers.with_columns(view_id=ids))


def test_months_of_exact_figures_are_chained_whatever_their_ids(population: Population) -> None:
    months = [renamed(item, number) for number, item in enumerate(exact(population))]
    true = {
        frozenset(chain)
        for before, after in pairwise(months)
        for chain in before.customers.join(after.customers, on="person").select("view_id", "view_id_right").rows()
    }
    claimed = {frozenset(item) for before, after in pairwise(months) for item in successors(before, after).items()}
    assert len(claimed & true) > 50
    assert len(claimed & true) / len(claimed) > 0.9


def test_months_of_bands_are_not_chained(population: Population) -> None:
    months = banded(population)
    assert [successors(before, after) for before, after in pairwise(months)] == [{}] * (len(months) - 1)


def test_a_lone_guest_of_a_day_is_tied_to_the_day(population: Population) -> None:
    """What the links rest on: one class on a day, one booking, one customer."""
    classes = classes_of(population.stored)
    links = certain_links(exact(population), classes)
    rows = classes.rows.select("person", "place")
    assert links.join(rows, on=["person", "place"], how="anti").is_empty()


def test_nothing_is_attacked_before_a_month_is_over(population: Population) -> None:
    assert attacked(population, [], "internal") == {}
