"""The ledger of releases: charge, draw, store, refuse, survive."""

import multiprocessing as mp
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import PrivacyError, SettingsError
from resources.privacy_budget import BudgetLedger, ReleaseIdentity


def identity(period: str = "2016-03", epsilon: float = 0.4, **changes: Any) -> ReleaseIdentity:
    given = {"query": "counts", "period": period, "unit": "booking", "epsilon": epsilon, "schema_version": "1"}
    return ReleaseIdentity(**{**given, **changes})


class Draws:
    """Counts how often noise is drawn."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> dict[str, int]:
        self.number += 1
        return {"value": self.number}


def test_a_release_is_drawn_once_and_served_again_for_free(tmp_path: Path) -> None:
    draw = Draws()
    first = BudgetLedger.at(tmp_path).release(identity(), draw)
    again = BudgetLedger.at(tmp_path).release(identity(), draw)
    assert first.payload == again.payload == {"value": 1}
    assert draw.number == 1
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.4


@pytest.mark.parametrize(
    "change",
    [{"query": "means"}, {"period": "2016-04"}, {"unit": "guest"}, {"epsilon": 0.3}, {"schema_version": "2"}],
)
def test_every_part_of_the_identity_makes_another_release(tmp_path: Path, change: dict[str, Any]) -> None:
    ledger, draw = BudgetLedger.at(tmp_path), Draws()
    ledger.release(identity(), draw)
    ledger.release(identity(**change), draw)
    assert draw.number == 2


def test_a_spent_budget_refuses_before_anything_is_drawn(tmp_path: Path) -> None:
    ledger, draw = BudgetLedger.at(tmp_path), Draws()
    ledger.release(identity("2016-01"), draw)
    ledger.release(identity("2016-02"), draw)
    with pytest.raises(PrivacyError, match=r"1\.2 of 1"):
        ledger.release(identity("2016-03"), draw)
    assert draw.number == 2
    assert ledger.spent("2016") == 0.8
    last = ledger.last("counts")
    assert last is not None
    assert (last.identity, last.payload) == (identity("2016-02"), {"value": 2})
    ledger.release(identity("2017-01"), draw)
    assert ledger.spent("2017") == 0.4


def test_no_release_yet_is_no_release(tmp_path: Path) -> None:
    assert BudgetLedger.at(tmp_path).last("counts") is None
    assert BudgetLedger.at(tmp_path).spent("2016") == 0
    assert BudgetLedger.at(tmp_path).report().is_empty()


def test_ten_tenths_are_one(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    for month in range(1, 11):
        ledger.release(identity(f"2016-{month:02d}", 0.1), Draws())
    assert ledger.spent("2016") == 1.0
    with pytest.raises(PrivacyError):
        ledger.release(identity("2016-11", 1e-9), Draws())


def test_disjoint_parts_cost_their_largest(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    for month, epsilon in (("01", 0.4), ("02", 0.7), ("03", 0.5)):
        ledger.release(identity(f"2016-{month}", epsilon), Draws(), disjoint_group="months")
    assert ledger.spent("2016") == 0.7
    ledger.release(identity("2016-04", 0.3), Draws())
    with pytest.raises(PrivacyError):
        ledger.release(identity("2016-05", 0.71), Draws(), disjoint_group="months")


def test_guests_and_bookings_are_never_disjoint(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    ledger.release(identity("2016-01"), Draws(), disjoint_group="months")
    ledger.release(identity("2016-02", unit="guest"), Draws(), disjoint_group="months")
    assert ledger.spent("2016") == 0.8


def test_allotments_keep_a_share_for_each_query(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path).under(1.0, {"counts": 0.6})
    with pytest.raises(PrivacyError, match=r"0\.7 of 0\.6 for this query"):
        ledger.release(identity(epsilon=0.7), Draws())
    with pytest.raises(PrivacyError, match=r"0\.5 of 0\.4 for this query"):
        ledger.release(identity(query="means", epsilon=0.5), Draws())
    ledger.release(identity(epsilon=0.6), Draws())
    ledger.release(identity(query="means", epsilon=0.4), Draws())
    assert (ledger.spent("2016"), ledger.spent("2016", "means")) == (1.0, 0.4)


@pytest.mark.parametrize(("budget", "shares"), [(0.0, {}), (1.0, {"a": 0.6, "b": 0.6}), (1.0, {"a": 0.0})])
def test_budgets_that_make_no_sense_are_refused(tmp_path: Path, budget: float, shares: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        BudgetLedger.at(tmp_path).under(budget, shares)


@pytest.mark.parametrize("epsilon", [0.0, -0.5])
def test_a_release_for_nothing_is_refused(tmp_path: Path, epsilon: float) -> None:
    with pytest.raises(PrivacyError, match="above 0"):
        BudgetLedger.at(tmp_path).release(identity(epsilon=epsilon), Draws())


def test_report_adds_up_over_the_years(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    ledger.release(identity("2016-03", 0.4), Draws())
    ledger.release(identity("2017-03", 0.5), Draws())
    report = ledger.report()
    assert report["budget_period"].to_list() == ["2016", "2017"]
    assert report["epsilon_left"].to_list() == [0.6, 0.5]
    assert report["epsilon_spent_so_far"].to_list() == [0.4, 0.9]


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_crash_between_charge_and_draw_costs_once_and_publishes_nothing(tmp_path: Path) -> None:
    def die() -> dict[str, int]:
        raise Killed

    with pytest.raises(Killed):
        BudgetLedger.at(tmp_path).release(identity(), die)
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.4
    assert BudgetLedger.at(tmp_path).last("counts") is None
    assert BudgetLedger.at(tmp_path).release(identity(), Draws()).payload == {"value": 1}
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.4


def test_the_charge_is_on_disk_before_the_noise_is_drawn(tmp_path: Path) -> None:
    seen: list[float] = []

    def look() -> dict[str, int]:
        seen.append(BudgetLedger.at(tmp_path).spent("2016"))
        return {}

    BudgetLedger.at(tmp_path).release(identity(), look)
    assert seen == [0.4]


def test_of_two_draws_for_one_charge_only_the_first_stored_is_ever_seen(tmp_path: Path) -> None:
    inner = Draws()

    def draw_while_another_does() -> dict[str, int]:
        BudgetLedger.at(tmp_path).release(identity(), inner)
        return {"value": 99}

    assert BudgetLedger.at(tmp_path).release(identity(), draw_while_another_does).payload == {"value": 1}
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.4


def race(home: Path, number: int, start: Any, results: Any) -> None:
    """One process of many that want the last of the budget."""
    start.wait()
    try:
        BudgetLedger.at(home).release(identity(f"2016-{number:02d}", 0.5), lambda: {"value": number})
        results.put(number)
    except PrivacyError:
        results.put(None)


def test_processes_racing_for_the_last_of_the_budget_never_overspend(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).release(identity("2016-12", 0.25), Draws())
    context = mp.get_context("fork")
    start, results = context.Event(), context.Queue()
    racers = [context.Process(target=race, args=(tmp_path, number, start, results)) for number in range(1, 5)]
    for racer in racers:
        racer.start()
    start.set()
    outcomes = [results.get(timeout=60) for _ in racers]
    for racer in racers:
        racer.join(timeout=60)
        assert racer.exitcode == 0
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.75


def test_a_lost_ledger_is_refused(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).release(identity(), Draws())
    (tmp_path / "lake" / "restricted" / "privacy_budget.sqlite3").unlink()
    with pytest.raises(PrivacyError, match="restore the ledger"):
        BudgetLedger.at(tmp_path)


def test_released_tables_without_a_ledger_are_evidence_of_its_loss(tmp_path: Path) -> None:
    table = tmp_path / "bookings_by_month"
    table.mkdir()
    with pytest.raises(PrivacyError, match="bookings_by_month"):
        BudgetLedger(tmp_path / "l.sqlite3", marker=tmp_path / "m.json", evidence=(table,))


def test_an_older_or_another_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lake" / "restricted" / "privacy_budget.sqlite3"
    BudgetLedger.at(tmp_path).release(identity("2016-01"), Draws())
    older = path.read_bytes()
    BudgetLedger.at(tmp_path).release(identity("2016-02"), Draws())
    path.write_bytes(older)
    with pytest.raises(PrivacyError, match="newest backup"):
        BudgetLedger.at(tmp_path)
    other = tmp_path / "other"
    for month in ("01", "02"):
        BudgetLedger.at(other).release(identity(f"2016-{month}"), Draws())
    path.write_bytes((other / "lake" / "restricted" / "privacy_budget.sqlite3").read_bytes())
    with pytest.raises(PrivacyError, match="another ledger"):
        BudgetLedger.at(tmp_path)


def test_an_emptied_file_is_a_lost_ledger(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).release(identity(), Draws())
    (tmp_path / "lake" / "restricted" / "privacy_budget.sqlite3").write_bytes(b"")
    with pytest.raises(PrivacyError, match="newest backup"):
        BudgetLedger.at(tmp_path)


def test_a_crash_before_the_marker_is_written_is_mended(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).release(identity(), Draws())
    marker = tmp_path / "lake" / "privacy_budget.marker.json"
    marker.unlink()
    assert BudgetLedger.at(tmp_path).spent("2016") == 0.4
    assert marker.exists()


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    elsewhere = tmp_path / "vault"
    BudgetLedger.at(tmp_path, elsewhere)
    assert (elsewhere / "privacy_budget.sqlite3").stat().st_mode & 0o777 == 0o600


@settings(max_examples=15, deadline=None)
@given(
    wishes=st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from([0.1, 0.25, 0.5]), st.sampled_from([None, "months"])), max_size=12
    )
)
def test_no_sequence_of_wishes_overspends(tmp_path_factory: pytest.TempPathFactory, wishes: list) -> None:
    home = tmp_path_factory.mktemp("ledger")
    ledger = BudgetLedger.at(home)
    for month, epsilon, group in wishes:
        before = ledger.spent("2016")
        try:
            ledger.release(identity(f"2016-{month:02d}", epsilon), Draws(), disjoint_group=group)
        except PrivacyError:
            assert ledger.spent("2016") == before
        assert before <= ledger.spent("2016") <= 1.0
    with sqlite3.connect(home / "lake" / "restricted" / "privacy_budget.sqlite3") as connection:
        undrawn = connection.execute("SELECT COUNT(*) FROM releases WHERE payload IS NULL").fetchone()[0]
    connection.close()
    assert undrawn == 0
