"""The oracle: the world's own probabilities over the pipeline's candidates."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.settings import AlignmentSettings
from assets.alignment.stay_rooms import merged_rooms
from assets.alignment.weight_learning import learn_weights
from assets.common.inputs import days_between
from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.publication import pseudonymise
from assets.privacy.settings import PrivacySettings
from assets.privacy.stays import as_labels, stays_of
from assets.raw.parse_bookings import parse_bookings
from assets.raw.settings import RawSettings
from assets.reports.chapters.alignment.chapter import CHAPTER
from assets.reports.chapters.alignment.evidence import evidence_blocks
from assets.reports.telling.blocks import Block
from assets.studies.alignment_evidence import LinkageWorld, evidence_branch, evidence_rows, of_window
from assets.studies.checks import validate_evidence
from assets.studies.contract import ALIGNMENT_EVIDENCE
from assets.studies.match_emissions import Emissions, between, members
from assets.studies.match_oracle import oracle_scores
from assets.studies.truth import alignment_truth, true_links
from benchmarks.alignment import Sides, sides_of
from resources.secret_keys import SecretKey
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from tests.unit.reports.fixtures import full_world

KEY = SecretKey(b"benchmark key, not a secret, 32 bytes!!")
ROOM = AlignmentSettings()
SOURCE = DemoSource(DemoSettings(guests=1500, days=70, hotels=3))


@pytest.fixture(scope="module")
def sides() -> Sides:
    return sides_of(SOURCE, days_between(SOURCE.first_day, SOURCE.first_day + timedelta(days=69)), 1)


@pytest.fixture(scope="module")
def candidates(sides: Sides) -> pl.DataFrame:
    return build_candidates(sides.bookings, sides.reviews, SOURCE.hotels(), sides.days, ROOM).frame


@pytest.fixture(scope="module")
def rows(sides: Sides) -> pl.DataFrame:
    world = LinkageWorld(
        bookings=sides.bookings, reviews=sides.reviews, hotels=SOURCE.hotels(), days=sides.days,
        links=true_links(SOURCE.truth(), KEY), model=SOURCE.match_model(),
    )  # fmt: skip
    return evidence_rows(world, ROOM, (7, ROOM.window_days), np.random.default_rng(1))


def test_every_level_of_a_label_has_a_member() -> None:
    assert members(["FRA"], 5, {"PRT": 1.0}) == {"FRA": 1.0}
    assert sum(members(["FRA", "PRT", "?"], 7, {"PRT": 9.0, "FRA": 1.0}).values()) == pytest.approx(1.0)
    assert between(1, 3, 2, {2: 1.0}) == {1: 0.5, 2: 0.0, 3: 0.5}


def test_what_is_said_sums_to_one() -> None:
    model = SOURCE.match_model()
    emissions = Emissions(model, "city")
    inside = emissions.inside("party", (1, 3, 0, 1), 5)
    assert sum(inside.values()) == pytest.approx(1.0)
    parties = ("solo", "couple", "family_young", "family_older", "group", "with_friends")
    assert sum(emissions.said("party", inside, party) for party in parties) == pytest.approx(1.0)
    trips = [emissions.said("trip", {"Corporate": 1.0}, value) for value in ("business", "leisure", None)]
    assert sum(trips) == pytest.approx(1.0)


def test_world_model_is_what_the_world_does() -> None:
    model = SOURCE.match_model()
    assert model.delay.sum() == pytest.approx(1.0)
    assert len(model.delay) == 21
    stays = SOURCE.truth().stays
    honest = SOURCE.truth().reviews.drop_nulls("reservation_id").height
    assert honest / stays.height == pytest.approx(model.review_rate, abs=0.06)
    assert all(sum(names.values()) == pytest.approx(1.0) for names in model.rooms.values())


def test_oracle_is_right_often_and_calibrated(sides: Sides, candidates: pl.DataFrame) -> None:
    scores = oracle_scores(candidates, sides.bookings, sides.reviews, SOURCE.match_model(), ROOM)
    pairs = decide(sides.bookings, candidates, BOOKING_REVIEW_PAIRS.empty(), sides.days, lambda _: scores, ROOM)
    found = alignment_truth(pairs, true_links(SOURCE.truth(), KEY))
    assert found["f1"] > 0.65
    assert found["calibration_error"] < 0.05
    nothing = oracle_scores(candidates.head(0), sides.bookings, sides.reviews, SOURCE.match_model(), ROOM)
    assert nothing.odds.is_empty()


@pytest.fixture(scope="module")
def exact() -> pl.DataFrame:
    """Stays with their exact values, all rooms of a guest's stay as one."""
    days = days_between(SOURCE.first_day, SOURCE.first_day + timedelta(days=69))
    raw = parse_bookings(SOURCE.rows(Stream.BOOKINGS, days), RawSettings()).rows
    stays = stays_of(raw, pseudonymise(raw, PrivacySettings(), KEY))
    return merged_rooms(as_labels(stays, (*LABELLED_BOOKINGS.names, "guest_hash")), ROOM)


def test_on_exact_rows_the_oracle_is_an_upper_bound(sides: Sides, exact: pl.DataFrame) -> None:
    candidates = build_candidates(exact, sides.reviews, SOURCE.hotels(), sides.days, ROOM).frame
    links, empty = true_links(SOURCE.truth(), KEY), BOOKING_REVIEW_PAIRS.empty()
    oracle = oracle_scores(candidates, exact, sides.reviews, SOURCE.match_model(), ROOM)
    told = learn_weights(candidates, exact, ROOM, links)
    learned = learn_weights(candidates, exact, ROOM)
    assert told is not None
    assert learned is not None
    f1 = {}
    for name, scores in {"oracle": oracle, "told": told, "learned": learned}.items():
        pairs = decide(exact, candidates, empty, sides.days, lambda _, scores=scores: scores, ROOM)
        f1[name] = alignment_truth(pairs, links)["f1"]
    assert f1["oracle"] > f1["told"]
    assert f1["oracle"] > f1["learned"] > 0.7


def test_a_pair_that_comes_again_has_odds_of_its_own(sides: Sides, candidates: pl.DataFrame) -> None:
    again = candidates.with_columns(
        pl.col("delivery_day") + pl.duration(days=1), pl.col("gap_days_from", "gap_days_to") + 1
    )
    both = pl.concat([candidates, again])
    scores = oracle_scores(both, sides.bookings, sides.reviews, SOURCE.match_model(), ROOM)
    odds = scores.score(both)[1].reshape(2, -1)
    assert odds.shape == (2, candidates.height)
    assert odds[0].sum() > 1.1 * odds[1].sum(), "a later post is less likely"


def test_a_late_room_leaves_the_oracle_a_doubt() -> None:
    cities = Emissions(SOURCE.match_model(), "city", "reservations")
    one, two = (cities.said("room_count", {1: 1.0}, value) for value in (1, 2))
    assert 0.97 < one < 1.0
    assert 0.0 < two < 0.02
    assert cities.said("room_count", {1: 1.0}, None) == 1.0


def test_evidence_compares_windows_with_the_oracle(rows: pl.DataFrame) -> None:
    assert ALIGNMENT_EVIDENCE.conform(rows).height == rows.height
    narrow, own = of_window(rows, 7), of_window(rows, ROOM.window_days)
    assert narrow["candidates"] < own["candidates"]
    assert own["f1"] > 0.5
    assert own["oracle_f1"] > 0.5
    assert set(evidence_branch(rows)) == {"windows", "permutation", "reliability", "waterfalls", "verdict"}


def test_dealt_out_texts_lose_their_pairs(rows: pl.DataFrame) -> None:
    mass = dict(
        rows.filter((pl.col("part") == "permutation") & (pl.col("measure") == "probability_mass"))
        .select("setting", "value").iter_rows()
    )  # fmt: skip
    assert mass["dealt out anew"] < 0.7 * mass["as written"]


def test_ten_pairs_are_taken_apart(rows: pl.DataFrame) -> None:
    falls = rows.filter(pl.col("part") == "waterfall")
    assert falls["setting"].n_unique() == 10
    steps = falls.filter(pl.col("setting") == "pair 01")["measure"].to_list()
    assert steps[0] == "prior"
    assert steps[-1] == "probability"


def test_checks_of_the_evidence_are_red_and_green(rows: pl.DataFrame) -> None:
    assert all(item.passed for item in validate_evidence(rows))
    verdict = (pl.col("part") == "verdict") & (pl.col("measure") == "is_identified")
    noise = (pl.col("part") == "permutation") & (pl.col("measure") == "is_identified")
    broken = rows.with_columns(
        value=pl.when(verdict).then(0.0).when(noise).then(1.0)
        .when(pl.col("measure") == "paired_share").then(1.5).otherwise("value")
    )  # fmt: skip
    outcomes = {item.name: item for item in validate_evidence(broken)}
    assert not any(item.passed for item in outcomes.values())
    assert [name for name, item in outcomes.items() if not item.is_blocking] == [
        "match_weights_are_identified", "shuffled_texts_teach_nothing",
    ]  # fmt: skip


def test_report_says_what_was_found(rows: pl.DataFrame) -> None:
    def blocks(stored: pl.DataFrame) -> list[Block]:
        return evidence_blocks(full_world().with_tables(alignment_evidence=stored).told(CHAPTER))

    keys = [getattr(block, "key", block.kind) for block in blocks(rows)]
    assert {"alignment_windows", "alignment_permutation", "pair_reliability", "pair_waterfalls"} <= set(keys)
    assert blocks(rows.clear())[0].text.startswith("The evidence for the pairs: ")
    drift = rows.with_columns(
        value=pl.when((pl.col("part") == "verdict") & (pl.col("measure") == "is_identified"))
        .then(0.0)
        .otherwise("value")
    )
    assert "nothing to learn" in blocks(drift)[0].text
