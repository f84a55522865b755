"""One budget for the same people, whatever home, source or schema asks: shared, never raised, never forgotten."""

import multiprocessing as mp
import os
import shutil
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.budget_registry import FALLBACK, FILE_NAME, KEY_NAME, SharedBudget, registry_folder
from resources.errors import PrivacyError, SettingsError
from resources.privacy_accounting import Accounting
from resources.privacy_budget import BudgetLedger, ReleaseIdentity

GUESTS = [f"row {number}".encode() for number in range(100)]
OTHERS = [f"other row {number}".encode() for number in range(100)]


def identity(period: str = "2016-03", loss: float = 0.4, **changes: Any) -> ReleaseIdentity:
    return ReleaseIdentity(
        **{"query": "counts", "period": period, "unit": "booking", "loss": loss, "schema_version": "1", **changes}
    )


def shared(tmp_path: Path, data: Sequence[bytes] = GUESTS) -> SharedBudget:
    return SharedBudget(tmp_path / "registry", lambda _year: data)


def ledger(
    tmp_path: Path, home: str, data: Sequence[bytes] = GUESTS, accounting: Accounting | None = None
) -> BudgetLedger:
    return BudgetLedger.at(tmp_path / home).under(accounting or Accounting()).over(shared(tmp_path, data))


def value(number: int) -> Any:
    return lambda: {"value": number}


def test_a_second_home_gets_what_the_first_released_and_pays_for_it(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity(), value(1))
    two = ledger(tmp_path, "two")
    assert two.release(identity(), value(2)).payload == {"value": 1}, "the same noise: two draws could be averaged"
    assert two.spent("2016") == 0.4
    assert two.taken_over() == 1
    two.release(identity("2016-04"), value(3))
    with pytest.raises(PrivacyError, match=r"1\.2 of 1"):
        ledger(tmp_path, "three").release(identity("2016-05"), value(4))
    with pytest.raises(PrivacyError, match=r"1\.2 of 1"):
        ledger(tmp_path, "one").release(identity("2016-05"), value(4))


def test_a_home_that_is_gone_is_not_forgotten(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity(loss=1.0), value(1))
    shutil.rmtree(tmp_path / "one")
    with pytest.raises(PrivacyError, match="does not cover"):
        ledger(tmp_path, "one").release(identity("2016-05", 0.1), value(2))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_a_part_of_the_same_data_shares_its_budget(tmp_path: Path, share: float) -> None:
    ledger(tmp_path, "one").release(identity(loss=1.0), value(1))
    part = [*GUESTS[: int(100 * share)], *OTHERS[: 100 - int(100 * share)]]
    with pytest.raises(PrivacyError, match="does not cover"):
        ledger(tmp_path, "two", part).release(identity("2016-05", 0.1), value(2))


def test_other_data_has_its_own_budget(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity(loss=1.0), value(1))
    two = ledger(tmp_path, "two", OTHERS)
    assert two.release(identity(loss=1.0), value(2)).payload == {"value": 2}
    assert two.taken_over() == 0
    three = ledger(tmp_path, "three", [])
    assert three.release(identity(loss=1.0), value(3)).payload == {"value": 3}, "no rows, nobody to protect"


def test_data_that_turns_out_to_be_one_is_joined(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity("2016-01", 0.3), value(1))
    ledger(tmp_path, "two", OTHERS).release(identity("2016-02", 0.3), value(2))
    both = ledger(tmp_path, "three", [*GUESTS, *OTHERS])
    both.release(identity("2016-03", 0.3), value(3))
    for home, data in (("three", [*GUESTS, *OTHERS]), ("one", GUESTS), ("two", OTHERS)):
        with pytest.raises(PrivacyError, match=r"1\.1 of 1"):
            ledger(tmp_path, home, data).release(identity("2016-04", 0.2), value(4))


def test_years_are_counted_apart(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity(loss=1.0), value(1))
    assert ledger(tmp_path, "two").release(identity("2017-01", 1.0), value(2)).payload == {"value": 2}


def test_a_ledger_from_before_the_registry_tells_what_it_booked(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path / "one").release(identity(loss=1.0), value(1))
    ledger(tmp_path, "one")
    with pytest.raises(PrivacyError, match="does not cover"):
        ledger(tmp_path, "two").release(identity("2016-05", 0.1), value(2))


def test_what_was_charged_and_not_drawn_is_drawn_once(tmp_path: Path) -> None:
    def dies() -> dict[str, int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger(tmp_path, "one").release(identity(), dies)
    assert ledger(tmp_path, "two").release(identity(), value(2)).payload == {"value": 2}
    assert ledger(tmp_path, "one").release(identity(), value(1)).payload == {"value": 2}
    assert ledger(tmp_path, "one").spent("2016") == 0.4


@pytest.mark.parametrize("with_marker", [True, False])
def test_a_restored_home_takes_back_what_it_lacks(tmp_path: Path, with_marker: bool) -> None:
    one = ledger(tmp_path, "one")
    one.release(identity("2016-01"), value(1))
    shutil.copytree(tmp_path / "one", tmp_path / "backup")
    one.release(identity("2016-02"), value(2))
    shutil.rmtree(tmp_path / "one")
    shutil.copytree(tmp_path / "backup", tmp_path / "one")
    if not with_marker:
        (tmp_path / "one" / "lake" / "privacy_budget.marker.json").unlink()
    again = ledger(tmp_path, "one")
    assert again.release(identity("2016-02"), value(9)).payload == {"value": 2}
    assert again.taken_over() == 1, "and it is told"
    with pytest.raises(PrivacyError, match=r"1\.2 of 1"):
        again.release(identity("2016-03"), value(3))


def test_a_ledger_with_another_history_than_its_marker_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lake" / "restricted" / "privacy_budget.sqlite3"
    marker = tmp_path / "lake" / "privacy_budget.marker.json"
    BudgetLedger.at(tmp_path).release(identity("2016-01", 0.1), value(1))
    older, its_marker = path.read_bytes(), marker.read_bytes()
    BudgetLedger.at(tmp_path).release(identity("2016-02", 0.1), value(2))
    newest = marker.read_bytes()
    path.write_bytes(older)
    marker.write_bytes(its_marker)
    BudgetLedger.at(tmp_path).release(identity("2016-03", 0.1), value(3))
    marker.write_bytes(newest)
    with pytest.raises(PrivacyError, match="restored from before a charge"):
        BudgetLedger.at(tmp_path)


def test_released_tables_tell_of_a_ledger_that_is_older(tmp_path: Path) -> None:
    one = BudgetLedger.at(tmp_path)
    one.release(identity("2016-01", 0.1), value(1))
    one.refuse_restored({"bookings_by_month": [identity("2016-01", 0.1).release_id]})
    with pytest.raises(PrivacyError, match="lacks 1 of the releases that bookings_by_month shows"):
        one.refuse_restored({"bookings_by_month": [identity("2016-02", 0.1).release_id]})


def test_epsilon_cannot_be_raised_after_the_first_charge(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).under(Accounting(epsilon=2.0)).under(Accounting(epsilon=0.5)).release(
        identity(loss=0.5), value(1)
    )
    with pytest.raises(SettingsError, match=r"privacy\.epsilon = 1 is above the 0\.5 per calendar year"):
        BudgetLedger.at(tmp_path).under(Accounting(epsilon=1.0))
    lower = BudgetLedger.at(tmp_path).under(Accounting(epsilon=0.4))
    with pytest.raises(PrivacyError, match="does not cover"):
        lower.release(identity("2016-05", 0.1), value(2))
    BudgetLedger.at(tmp_path).under(Accounting(epsilon=0.5))
    assert BudgetLedger.at(tmp_path).accounting.epsilon == 0.5, "what it shows by itself is what it promised"


def test_epsilon_cannot_be_raised_by_a_second_home(tmp_path: Path) -> None:
    ledger(tmp_path, "one", accounting=Accounting(epsilon=0.5)).release(identity(loss=0.1), value(1))
    with pytest.raises(SettingsError, match=r"the first release over this data promised"):
        ledger(tmp_path, "two").release(identity("2016-05", 0.1), value(2))
    three = ledger(tmp_path, "three", accounting=Accounting(name="zcdp", epsilon=0.5))
    with pytest.raises(PrivacyError, match="don't add up"):
        three.release(identity("2016-05", 0.01, accounting="zcdp"), value(2))
    lower = ledger(tmp_path, "four", accounting=Accounting(epsilon=0.3))
    assert lower.release(identity("2016-05", 0.1), value(2)).payload == {"value": 2}


def test_delta_cannot_be_raised_either(tmp_path: Path) -> None:
    zcdp = Accounting(name="zcdp", epsilon=1.0, delta=1e-6)
    BudgetLedger.at(tmp_path).under(zcdp).release(identity(loss=0.001, accounting="zcdp"), value(1))
    with pytest.raises(SettingsError, match=r"privacy\.delta"):
        BudgetLedger.at(tmp_path).under(Accounting(name="zcdp", epsilon=1.0, delta=1e-5))


def test_no_message_sends_anybody_to_another_home(tmp_path: Path) -> None:
    BudgetLedger.at(tmp_path).release(identity(), value(1))
    with pytest.raises(PrivacyError) as told:
        BudgetLedger.at(tmp_path).under(Accounting(name="zcdp"))
    assert "home" not in str(told.value)


def test_the_registry_is_its_owners_and_holds_no_row(tmp_path: Path) -> None:
    ledger(tmp_path, "one").release(identity(), value(1))
    folder = tmp_path / "registry"
    assert {path.name for path in folder.iterdir()} == {FILE_NAME, KEY_NAME}
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    assert b"row 1" not in (folder / FILE_NAME).read_bytes()


def test_a_registry_that_cannot_be_used_charges_nothing(tmp_path: Path) -> None:
    one = ledger(tmp_path, "one")
    (tmp_path / "registry").mkdir(exist_ok=True)
    (tmp_path / "registry" / FILE_NAME).write_bytes(b"no database" * 100)
    with pytest.raises(PrivacyError, match=r"can't be used .*privacy\.budget_registry"):
        one.release(identity(), value(1))
    assert one.spent("2016") == 0


def test_where_the_registry_lies(tmp_path: Path) -> None:
    home, state = tmp_path / "home", tmp_path / "state"
    assert registry_folder(home, tmp_path / "asked", {}) == tmp_path / "asked"
    assert registry_folder(home, None, {"XDG_STATE_HOME": str(state), "HOME": "/"}) == state / "stayworth"
    assert registry_folder(home, None, {"HOME": str(tmp_path)}) == tmp_path / ".local" / "state" / "stayworth"
    (tmp_path / "file").write_text("")
    for odd in ({}, {"XDG_STATE_HOME": "not/absolute"}, {"HOME": str(tmp_path / "file")}):
        assert registry_folder(home, None, odd) == home / FALLBACK


def _charge(tmp_path: Path, home: str, period: str, start: Any, results: Any) -> None:
    start.wait()
    try:
        ledger(tmp_path, home).release(identity(period, 0.4), value(os.getpid()))
        results.put(period)
    except PrivacyError:
        results.put(None)


def test_of_homes_racing_for_the_last_of_the_budget_two_get_it(tmp_path: Path) -> None:
    context = mp.get_context("fork")
    start, results = context.Event(), context.Queue()
    racers = [
        context.Process(target=_charge, args=(tmp_path, f"home {n}", f"2016-{n + 1:02d}", start, results))
        for n in range(5)
    ]
    for racer in racers:
        racer.start()
    start.set()
    got = [results.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join()
    assert sum(period is not None for period in got) == 2
    with closing(sqlite3.connect(tmp_path / "registry" / FILE_NAME)) as database:
        assert database.execute("SELECT COUNT(*) FROM charges").fetchone() == (2,)


def _racing_draw(tmp_path: Path, home: str, start: Any, results: Any) -> None:
    start.wait()
    results.put(ledger(tmp_path, home).release(identity(), value(os.getpid())).payload["value"])


def test_homes_that_draw_at_once_hand_out_one_value(tmp_path: Path) -> None:
    context = mp.get_context("fork")
    start, results = context.Event(), context.Queue()
    racers = [context.Process(target=_racing_draw, args=(tmp_path, f"home {n}", start, results)) for n in range(4)]
    for racer in racers:
        racer.start()
    start.set()
    assert len({results.get(timeout=120) for _ in racers}) == 1
    for racer in racers:
        racer.join()


@pytest.mark.parametrize("after", ["registry", "draw"])
def test_kill_9_between_the_two_files_costs_once_and_publishes_nothing(tmp_path: Path, after: str) -> None:
    def killed() -> None:
        one = ledger(tmp_path, "one")
        if after == "registry":  # both files are written: the registry is kept, the ledger not yet
            real = one._file.remember
            one._file.remember = lambda: os.kill(os.getpid(), signal.SIGKILL) or real()
        one.release(identity(loss=1.0), lambda: os.kill(os.getpid(), signal.SIGKILL) or {})

    victim = mp.get_context("fork").Process(target=killed)
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    two = ledger(tmp_path, "two")
    assert two.release(identity(loss=1.0), value(2)).payload == {"value": 2}
    with pytest.raises(PrivacyError, match="does not cover"):
        two.release(identity("2016-05", 0.1), value(3))
    assert ledger(tmp_path, "one").release(identity(loss=1.0), value(1)).payload == {"value": 2}


def test_a_charge_that_only_the_registry_has_is_taken_over(tmp_path: Path) -> None:
    """As after a kill between the two commits."""
    with closing(sqlite3.connect(_seeded(tmp_path))) as database, database:
        database.execute("DELETE FROM releases")
    (tmp_path / "one" / "lake" / "privacy_budget.marker.json").unlink()
    again = ledger(tmp_path, "one")
    with pytest.raises(PrivacyError, match="does not cover"):
        again.release(identity("2016-05", 0.1), value(2))


def _seeded(tmp_path: Path) -> Path:
    ledger(tmp_path, "one").release(identity(loss=1.0), value(1))
    return tmp_path / "one" / "lake" / "restricted" / "privacy_budget.sqlite3"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6), st.sampled_from([0.1, 0.3, 0.5])), max_size=12))
def test_no_sequence_of_homes_overspends(tmp_path_factory: pytest.TempPathFactory, wishes: list) -> None:
    folder = tmp_path_factory.mktemp("homes")
    given_out: dict[tuple[int, float], Any] = {}
    for home, month, loss in wishes:
        try:
            got = ledger(folder, str(home)).release(identity(f"2016-{month:02d}", loss), value(len(given_out)))
        except PrivacyError:
            continue
        assert given_out.setdefault((month, loss), got.payload) == got.payload, "one release, one value, for everybody"
    assert sum(loss for _, loss in given_out) <= 1.0 + 1e-9
