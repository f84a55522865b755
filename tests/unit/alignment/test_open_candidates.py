from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from assets.alignment.candidates import build_candidates
from assets.alignment.match_probability import assumed_weights
from assets.alignment.open_candidates import OpenCandidates, open_candidates
from assets.alignment.settings import AlignmentSettings
from tests.unit.alignment.world import make_world

ROOM = AlignmentSettings(window_days=5)


@pytest.fixture(scope="module")
def candidates() -> pl.DataFrame:
    world = make_world(np.random.default_rng(5), days=12, stays_per_day=8)
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame


def _opened(frame: pl.DataFrame) -> OpenCandidates:
    return open_candidates([frame], assumed_weights(ROOM))


def _named(rows: OpenCandidates) -> list[tuple[str, str, int]]:
    """Stay, review and stored day of each row."""
    ids = zip(rows.booking_ids[rows.stay].to_list(), rows.review_ids[rows.review].to_list(), strict=True)
    return [(*pair, stored) for pair, stored in zip(ids, rows.stored.tolist(), strict=True)]


def test_how_blocks_are_cut_changes_nothing(candidates: pl.DataFrame) -> None:
    cut = open_candidates([candidates[:7], candidates[7:7], candidates[7:]], assumed_weights(ROOM))
    assert _named(cut) == _named(_opened(candidates))
    assert np.array_equal(cut.odds, _opened(candidates).odds)


def test_parts_are_whole_components_in_stored_order_and_lose_nothing(candidates: pl.DataFrame) -> None:
    whole = _opened(candidates)
    parts = list(whole.parts(20))
    assert len(parts) > 1
    assert sorted(row for part in parts for row in _named(part)) == sorted(_named(whole))
    for side in ("stay", "review"):
        numbers = [set(getattr(part, side).tolist()) for part in parts]
        assert sum(map(len, numbers)) == len(set.union(*numbers))
    assert all((np.diff(part.stored) >= 0).all() for part in parts)


def test_few_rows_are_one_part(candidates: pl.DataFrame) -> None:
    (part,) = _opened(candidates).parts(candidates.height)
    assert _named(part) == _named(_opened(candidates))


@pytest.mark.parametrize("rows_at_once", [1, 1_000_000])
def test_a_pair_formed_again_makes_the_first_void(candidates: pl.DataFrame, rows_at_once: int) -> None:
    again = candidates.sort("delivery_day", "booking_id", "review_id")[:1]
    day: date = again["delivery_day"].item() + timedelta(days=1)
    assert day <= again["decision_day"].item()
    both = pl.concat([candidates, again.with_columns(delivery_day=pl.lit(day))])
    rows = _opened(both.sort("delivery_day", "booking_id", "review_id"))
    gone = [
        (part.stored[row], part.void[row])
        for part in rows.parts(rows_at_once)
        for row in np.flatnonzero(part.void < np.iinfo(np.int32).max)
    ]
    first = (again["delivery_day"].item() - date(1970, 1, 1)).days
    assert gone == [(first, first + 1)]
