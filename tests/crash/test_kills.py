"""A run killed at any moment leaves whole files only, and the next one ends with the bytes of an undisturbed run."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.evidence import half_files, orchestration, stored_bytes
from tests.crash.victims import START, Moment, Nursery, nursery

DAYS = 6
WORLD = {
    "STAYWORTH_DEMO__DAYS": str(DAYS),
    "STAYWORTH_DEMO__GUESTS": "1500",
    "STAYWORTH_DEMO__HOTELS": "2",
    "STAYWORTH_STUDIES__CONTROL_GUESTS": "100",
    "STAYWORTH_STUDIES__CONTROL_DAYS": "40",
    "STAYWORTH_CORE__FIT_EVERY_DAYS": "3",
}
_DAILY = ["raw_bookings", "published_bookings", "review_vectors", "booking_review_pairs", "daily_ledger"]


def prepared(home: Path, encoder_home: Path) -> Path:
    home.mkdir()
    (home / "encoders").symlink_to(encoder_home / "encoders")
    return home


@pytest.fixture(scope="module")
def born(encoder_home: Path) -> Iterator[Nursery]:
    with nursery(WORLD) as workers:
        yield workers


@pytest.mark.slow
@pytest.mark.parametrize("more", [("--runs", "3"), ("--runs", "2", "--at-once", "2")])
def test_many_runs_end_with_the_bytes_of_one(
    tmp_path: Path, encoder_home: Path, born: Nursery, more: tuple[str, ...]
) -> None:
    assert born.run(prepared(tmp_path / "one", encoder_home), ["backfill"]).status == 0
    many = born.run(prepared(tmp_path / "many", encoder_home), ["backfill", *more])
    assert many.status == 0, many.text
    assert stored_bytes(tmp_path / "many") == stored_bytes(tmp_path / "one")
    assert orchestration(tmp_path / "many", DAYS, _DAILY) == []


def test_kills_over_a_backfill_end_with_the_bytes_of_an_undisturbed_one(
    tmp_path: Path, encoder_home: Path, born: Nursery
) -> None:
    calm = born.run(prepared(tmp_path / "calm", encoder_home), ["backfill"])
    assert calm.status == 0, calm.text
    born.order = [name for name, _ in calm.stages]
    whole = stored_bytes(tmp_path / "calm")
    assert any("match_weights" in name for name in whole), "a fit was due inside the range"

    home, rng = prepared(tmp_path / "killed", encoder_home), random.Random(5)
    first_line = calm.stages[0][1]
    places = [
        Moment(START, rng.uniform(0.0, first_line)),
        Moment(rng.choice(born.order[:8]), rng.uniform(0.0, 0.4)),
        Moment(rng.choice(born.order[8:-1]), rng.uniform(0.0, 0.3)),
    ]
    killed = []
    for moment in places:
        ended = born.run(home, ["backfill"], moment)
        killed.append(ended.was_killed)
        assert ended.was_killed or ended.status == 0, ended.text
        assert half_files(home, whole) == [], f"killed in {ended.stage}"
    assert sum(killed) >= 2

    last = born.run(home, ["backfill"])
    assert last.status == 0, last.text
    assert "reused" in last.text, "what was whole is not made again"
    assert stored_bytes(home) == whole
    assert orchestration(home, DAYS, _DAILY) == []
