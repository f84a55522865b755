"""The ledger of releases: charge, draw, store, refuse, survive."""

import multiprocessing as mp
import os
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import PrivacyError, SettingsError
from resources.privacy_accounting import Accounting, epsilon_of, floor_loss, rho_of
from resources.privacy_budget import BudgetLedger, ReleaseIdentity


def identity(period: str = "2016-03", loss: float = 0.4, **changes: Any) -> ReleaseIdentity:
    given = {"query": "counts", "period": period, "unit": "booking", "loss": loss, "schema_version": "1"}
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
    [{"query": "means"}, {"period": "2016-04"}, {"unit": "guest"}, {"loss": 0.3}, {"schema_version": "2"}],
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


def test_two_releases_of_one_period_are_not_disjoint(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    ledger.release(identity("2016-01", 0.4), Draws(), disjoint_group="months")
    ledger.release(identity("2016-01", 0.4, schema_version="2"), Draws(), disjoint_group="months")
    ledger.release(identity("2016-02", 0.7), Draws(), disjoint_group="months")
    assert ledger.spent("2016") == 0.8
    with pytest.raises(PrivacyError):
        ledger.release(identity("2016-02", 0.4, schema_version="2"), Draws(), disjoint_group="months")


def test_guests_and_bookings_are_never_disjoint(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    ledger.release(identity("2016-01"), Draws(), disjoint_group="months")
    ledger.release(identity("2016-02", unit="guest"), Draws(), disjoint_group="months")
    assert ledger.spent("2016") == 0.8


def test_allotments_keep_a_share_for_each_query(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path).under(Accounting(), {"counts": 0.6})
    with pytest.raises(PrivacyError, match=r"0\.7 of 0\.6 for this query"):
        ledger.release(identity(loss=0.7), Draws())
    with pytest.raises(PrivacyError, match=r"0\.5 of 0\.4 for this query"):
        ledger.release(identity(query="means", loss=0.5), Draws())
    ledger.release(identity(loss=0.6), Draws())
    ledger.release(identity(query="means", loss=0.4), Draws())
    assert (ledger.spent("2016"), ledger.spent("2016", "means")) == (1.0, 0.4)


@pytest.mark.parametrize(("budget", "shares"), [(0.0, {}), (1.0, {"a": 0.6, "b": 0.6}), (1.0, {"a": 0.0})])
def test_budgets_that_make_no_sense_are_refused(tmp_path: Path, budget: float, shares: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        BudgetLedger.at(tmp_path).under(Accounting(epsilon=budget), shares)


@pytest.mark.parametrize("epsilon", [0.0, -0.5])
def test_a_release_for_nothing_is_refused(tmp_path: Path, epsilon: float) -> None:
    with pytest.raises(PrivacyError, match="above 0"):
        BudgetLedger.at(tmp_path).release(identity(loss=epsilon), Draws())


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


PROMISES = [Accounting(), Accounting(name="zcdp")]


def race(home: Path, promise: Accounting, number: int, start: Any, results: Any) -> None:
    """One process of several that want the last of the budget."""
    start.wait()
    asked = identity(f"2016-{number:02d}", promise.budget / 2, accounting=promise.name)
    try:
        BudgetLedger.at(home).under(promise).release(asked, lambda: {"value": number})
        results.put(number)
    except PrivacyError:
        results.put(None)


@pytest.mark.parametrize("racers", [2, 4])
@pytest.mark.parametrize("promise", PROMISES, ids=lambda item: item.name)
def test_of_processes_racing_for_the_last_of_the_budget_one_gets_it(
    tmp_path: Path, promise: Accounting, racers: int
) -> None:
    first = identity("2016-12", promise.budget / 4, accounting=promise.name)
    BudgetLedger.at(tmp_path).under(promise).release(first, Draws())
    context = mp.get_context("fork")
    start, results = context.Event(), context.Queue()
    running = [
        context.Process(target=race, args=(tmp_path, promise, number, start, results)) for number in range(racers)
    ]
    for process in running:
        process.start()
    start.set()
    outcomes = [results.get(timeout=60) for _ in running]
    for process in running:
        process.join(timeout=60)
        assert process.exitcode == 0
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert BudgetLedger.at(tmp_path).under(promise).spent("2016") == pytest.approx(promise.budget * 3 / 4, rel=1e-6)


def die_between_charge_and_noise(home: Path, promise: Accounting) -> None:
    """A process that is killed -9 once its charge is stored and before any noise is drawn."""

    def killed() -> dict[str, int]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {"value": -1}

    asked = identity(loss=floor_loss(promise.budget), accounting=promise.name)
    BudgetLedger.at(home).under(promise).release(asked, killed)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda item: item.name)
def test_kill_9_between_charge_and_noise_releases_nothing_uncharged(tmp_path: Path, promise: Accounting) -> None:
    process = mp.get_context("fork").Process(target=die_between_charge_and_noise, args=(tmp_path, promise))
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    ledger = BudgetLedger.at(tmp_path).under(promise)
    assert ledger.spent("2016") == pytest.approx(promise.budget, rel=1e-6)
    assert ledger.last("counts") is None
    assert ledger.releases()["is_drawn"].to_list() == [False]
    with pytest.raises(PrivacyError, match="does not cover"):
        ledger.release(identity("2016-05", promise.budget / 9, accounting=promise.name), Draws())
    draw = Draws()
    drawn = ledger.release(identity(loss=floor_loss(promise.budget), accounting=promise.name), draw)
    assert (drawn.payload, draw.number) == ({"value": 1}, 1)
    assert ledger.spent("2016") == pytest.approx(promise.budget, rel=1e-6)


def release_many(home: Path, handed_out: Path) -> None:
    """Releases without end; writes down each one that it was given."""
    ledger = BudgetLedger.at(home)
    with handed_out.open("a", buffering=1) as log:
        for number in range(10_000):
            asked = identity(f"{2100 + number // 12}-{number % 12 + 1:02d}", 0.08)
            log.write(f"{ledger.release(asked, lambda at=number: {'value': at}).identity.release_id}\n")


def test_whatever_a_killed_process_was_given_is_charged(tmp_path: Path) -> None:
    handed_out = tmp_path / "given.txt"
    for round_ in range(4):
        process = mp.get_context("fork").Process(target=release_many, args=(tmp_path, handed_out))
        process.start()
        wanted, deadline = 5 * (round_ + 1), time.monotonic() + 60
        while time.monotonic() < deadline:
            if handed_out.exists() and len(set(handed_out.read_text().split())) >= wanted:
                break
            time.sleep(0.003 * (round_ + 1))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(timeout=60)
        charged = BudgetLedger.at(tmp_path).releases()
        given = {name for name in handed_out.read_text().split() if len(name) == 16}
        assert len(given) >= wanted
        assert given <= set(charged.filter(pl.col("is_drawn"))["release_id"])


def test_a_ledger_keeps_to_one_accounting(tmp_path: Path) -> None:
    promise = Accounting(name="zcdp", epsilon=1.0, delta=1e-6)
    BudgetLedger.at(tmp_path).under(Accounting()).release(identity(), Draws())
    with pytest.raises(PrivacyError, match="books pure losses, but the settings ask for zcdp"):
        BudgetLedger.at(tmp_path).under(promise)
    other = tmp_path / "other"
    waiting = BudgetLedger.at(other).under(Accounting())
    ledger = BudgetLedger.at(other).under(promise)
    ledger.release(identity(loss=0.005, accounting="zcdp"), Draws())
    with pytest.raises(PrivacyError, match="books zcdp"):  # opened before the first charge decided
        waiting.release(identity("2016-04"), Draws())
    with pytest.raises(PrivacyError, match="drawn under pure"):
        ledger.release(identity("2016-05", 0.001), Draws())
    assert BudgetLedger.at(other).report()["rho_spent"].to_list() == [0.005]
    assert ledger.releases().height == 1


def test_zcdp_shows_rho_and_the_epsilon_it_amounts_to(tmp_path: Path) -> None:
    promise = Accounting(name="zcdp", epsilon=1.0, delta=1e-6)
    ledger = BudgetLedger.at(tmp_path).under(promise, {"counts": promise.loss_of(0.5)})
    ledger.release(identity(loss=floor_loss(promise.loss_of(0.5)), accounting="zcdp"), Draws())
    row = ledger.report().row(0, named=True)
    assert row["epsilon_budget"] == pytest.approx(1.0, rel=1e-6)
    assert row["rho_spent"] == pytest.approx(row["rho_budget"] / 2, rel=1e-6)
    assert row["epsilon_spent"] == pytest.approx(row["rho_spent"] + 2 * (row["rho_spent"] * 13.815511) ** 0.5, rel=1e-6)
    with pytest.raises(PrivacyError, match="does not cover"):
        ledger.release(identity("2016-04", 0.001, accounting="zcdp"), Draws())


@given(epsilon=st.floats(0.01, 10), delta=st.floats(1e-12, 1e-3))
def test_rho_and_epsilon_are_each_others_inverse(epsilon: float, delta: float) -> None:
    assert epsilon_of(rho_of(epsilon, delta), delta) == pytest.approx(epsilon)


@pytest.mark.parametrize("wrong", [{"name": "renyi"}, {"epsilon": 0.0}, {"delta": 1.0}])
def test_promises_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Accounting(**wrong)


def test_the_last_release_can_be_asked_for_by_period_and_kind(tmp_path: Path) -> None:
    ledger = BudgetLedger.at(tmp_path)
    ledger.release(identity("2016-01", 0.1), Draws())
    ledger.release(identity("2016-01", 0.2, is_private=False), Draws())
    ledger.release(identity("2016-02", 0.1), Draws())
    found = ledger.last("counts", period="2016-01", is_private=True)
    assert found is not None
    assert found.identity == identity("2016-01", 0.1)
    assert ledger.last("counts", "guest") is None


def test_a_ledger_from_before_two_accountings_is_pure(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE ledger (ledger_id TEXT NOT NULL)")
        connection.execute("INSERT INTO ledger VALUES ('a')")
        connection.execute(
            "CREATE TABLE releases (sequence INTEGER PRIMARY KEY AUTOINCREMENT, release_id TEXT NOT NULL UNIQUE, "
            "budget_period TEXT NOT NULL, query TEXT NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL, epsilon_nano "
            "INTEGER NOT NULL, schema_version TEXT NOT NULL, is_private INTEGER NOT NULL, disjoint_group TEXT, "
            "payload TEXT)"
        )
        connection.execute(
            "INSERT INTO releases VALUES (1, 'x', '2016', 'counts', '2016-01', 'guest', 600000000, '1', 1, NULL, '{}')"
        )
    connection.close()
    ledger = BudgetLedger(path, marker=tmp_path / "m.json")
    assert ledger.spent("2016") == 0.6
    with pytest.raises(PrivacyError, match="books pure"):
        ledger.under(Accounting(name="zcdp"))


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
