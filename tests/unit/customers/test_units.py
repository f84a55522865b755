"""Whose value is counted: guests and markets, by the setting and by what a row names."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from assets.common.findings import nest
from assets.common.inputs import WholeInputs
from assets.customers import units
from assets.customers.behaviour import behaviour_features
from assets.customers.findings import customer_finding_rows
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.protocols import OriginPlan, prospective_targets
from assets.customers.settings import CustomerSettings
from assets.customers.unit_figures import UNIT_COLUMNS, unit_figures, unknown_at_origin_share
from assets.customers.units import customer_bookings, in_units, main_unit, of_main_unit
from assets.privacy.settings import FROM_LABELS, PrivacySettings
from resources.errors import SettingsError
from tests.unit.customers.build import DAY, booking, frame

OURS = CustomerSettings()
PLAN = OriginPlan(observed=DAY, horizon_days=30, cv=(DAY - timedelta(days=60),), holdout=DAY - timedelta(days=30))


def named(*rows: tuple[Any, ...], market: str = "m") -> pl.DataFrame:
    """Bookings (guest, days before, revenue[, booking_id[, market]]) as the exact history names them."""
    made, guests = [], []
    for guest, days_before, revenue, *more in rows:
        booking_id = more[0] if more else None
        name = more[1] if len(more) > 1 else market
        made.append(booking(name, days_before, revenue, booking_id=booking_id or f"b{len(made)}"))
        guests.append(guest)
    return frame(made).drop("unit").with_columns(guest_hash=pl.Series(guests, dtype=pl.String))


def values_of(rows: pl.DataFrame, unit: str = "auto", as_of: date = DAY) -> dict[str, tuple[str, int, int]]:
    """Customer -> unit, bookings, lifetime value."""
    table = lifetime_values(current_rows(in_units(rows, unit), as_of))
    return {row[0]: row[1:] for row in table.select("pseudo_customer_id", "unit", "bookings", "clv").iter_rows()}


MIXED = named(("anna", 50, 100), ("anna", 10, 200), (None, 40, 70), ("bert", 20, 30), (None, 5, 5))


def test_a_key_on_some_rows_only_makes_guests_beside_a_market() -> None:
    assert values_of(MIXED) == {"anna": ("guest", 2, 300), "bert": ("guest", 1, 30), "m": ("market", 2, 75)}


def test_markets_hold_the_rows_of_guests_too() -> None:
    assert values_of(MIXED, "market") == {"m": ("market", 5, 405)}


def test_guests_leave_rows_without_a_key_out() -> None:
    assert values_of(MIXED, "guest") == {"anna": ("guest", 2, 300), "bert": ("guest", 1, 30)}


def test_two_units_in_one_source_stand_side_by_side_and_one_is_measured() -> None:
    table = lifetime_values(in_units(MIXED, "auto"))
    assert main_unit(table) == "guest"
    assert of_main_unit(table)["pseudo_customer_id"].to_list() == ["anna", "bert"]
    markets = in_units(MIXED, "market")
    assert main_unit(markets) == "market"
    assert of_main_unit(markets).equals(markets)
    assert main_unit(markets.clear()) == "market"


def test_segments_compare_guests_with_guests() -> None:
    rows = named(*[(f"g{n}", 10 + n, 10 * (n + 1)) for n in range(3)], (None, 9, 10_000, "x", "m"),
                 (None, 8, 20_000, "y", "n"), (None, 7, 30_000, "z", "o"))  # fmt: skip
    known = in_units(rows, "auto")
    features = behaviour_features(known, DAY, OURS).drop("bookings")
    table = with_segments(lifetime_values(known).join(features, on="pseudo_customer_id"), OURS)
    assert table["pseudo_customer_id"].to_list() == ["g0", "g1", "g2", "m", "n", "o"]
    assert table["value_segment"].to_list() == ["low", "mid", "high"] * 2
    assert with_segments(table.clear(), OURS).is_empty()


def test_a_history_with_one_guest() -> None:
    rows = named(("anna", 50, 100))
    assert values_of(rows) == {"anna": ("guest", 1, 100)}
    assert values_of(rows, "market") == {"m": ("market", 1, 100)}
    assert prospective_targets(in_units(rows, "auto"), DAY, 30).height == 1


def test_a_guest_with_a_thousand_bookings_is_one_customer() -> None:
    rows = named(*[("anna", n % 400, 100) for n in range(1_000)], ("bert", 3, 40))
    assert values_of(rows) == {"anna": ("guest", 1_000, 100_000), "bert": ("guest", 1, 40)}
    features = behaviour_features(in_units(rows, "auto"), DAY, OURS)
    assert features.filter(pl.col("pseudo_customer_id") == "anna")["bookings"].to_list() == [1_000.0]


def test_two_guests_in_one_reservation_stay_two() -> None:
    """The rooms of a reservation are rows of their own, and each names its guest."""
    rows = named(("anna", 10, 100, "r-1"), ("bert", 10, 80, "r-2"))
    assert values_of(rows) == {"anna": ("guest", 1, 100), "bert": ("guest", 1, 80)}


def test_a_corrected_key_moves_the_booking_from_the_day_of_the_correction() -> None:
    rows = named(("anna", 50, 100, "b"), ("anna", 45, 60, "c"), ("bert", 20, 100, "b"))
    before, after = (values_of(rows, as_of=DAY - timedelta(days=days)) for days in (30, 0))
    assert before == {"anna": ("guest", 2, 160)}
    assert after == {"anna": ("guest", 1, 60), "bert": ("guest", 1, 100)}
    lost = named(("anna", 50, 100, "b"), (None, 20, 100, "b"))
    assert values_of(lost) == {"m": ("market", 1, 100)}


def findings_of(rows: pl.DataFrame, unit: str = "auto", minimum: int = 1) -> Any:
    known = in_units(rows, unit)
    features = behaviour_features(known, DAY, OURS).drop("bookings")
    customers = with_segments(lifetime_values(known).join(features, on="pseudo_customer_id"), OURS)
    told = unit_figures(rows.select(*UNIT_COLUMNS, "guest_hash"), unit, PLAN, minimum)
    return nest(customer_finding_rows(of_main_unit(customers), minimum, told))["customers"]


def test_findings_tell_whose_value_is_counted() -> None:
    both, markets, guests = (findings_of(MIXED, unit) for unit in ("auto", "market", "guest"))
    assert (both["unit"], both["count"]) == ("guest", 2)
    assert both["without_key"] == {"bookings": 2, "revenue_share": pytest.approx(75 / 405), "markets": 1}
    assert (markets["unit"], markets["count"]) == ("market", 1)
    assert (guests["unit"], guests["without_key"]["bookings"], guests["without_key"]["markets"]) == ("guest", 2, 0)


def test_a_few_bookings_without_a_key_are_not_told_of() -> None:
    few, enough = (findings_of(MIXED, minimum=minimum) for minimum in (3, 2))
    assert not few.get("without_key")
    assert enough["without_key"]["bookings"] == 2
    assert findings_of(MIXED.drop_nulls("guest_hash"), minimum=3)["without_key"]["bookings"] == 0


def test_the_share_of_revenue_that_no_known_customer_brings() -> None:
    rows = in_units(named(("anna", 50, 100), ("anna", 10, 30), ("bert", 20, 90), ("cora", 31, 7)), "auto")
    assert unknown_at_origin_share(rows, PLAN) == pytest.approx(90 / 120)
    short = replace(PLAN, horizon_days=15)
    assert unknown_at_origin_share(rows, short) == 1.0, "the horizon ends before anna comes back"
    assert unknown_at_origin_share(rows, PLAN, 2) == "fewer than 2 customers are behind it"
    assert unknown_at_origin_share(rows, replace(PLAN, cv=(), holdout=None)) is None
    assert unknown_at_origin_share(rows.filter(pl.col("delivery_day") <= PLAN.holdout), PLAN) is None


def test_labels_name_no_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = MIXED.drop("guest_hash")
    monkeypatch.setattr(units, "booking_rows", lambda _inputs, names, _days: labels.select(names))

    def inputs(unit: str) -> WholeInputs:
        rooms = {"customers": CustomerSettings(unit=unit), "privacy": PrivacySettings(features_from=FROM_LABELS)}
        settings = SimpleNamespace(room=lambda section, _kind: rooms[section])
        return cast("WholeInputs", SimpleNamespace(settings=settings))

    assert set(customer_bookings(inputs("auto"), labels.columns)["unit"]) == {"market"}
    with pytest.raises(SettingsError, match=r"customers\.unit .*features_from"):
        customer_bookings(inputs("guest"), labels.columns)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"customers\.unit .* auto, guest, market"):
        CustomerSettings(unit="household")
