"""Why something is not there: the first lack on the way to it, the profile only where it is the profile."""

from dataclasses import replace

import polars as pl
import pytest

from assets.reports.chapters.customers import chapter as customers
from assets.reports.results import required_paths
from assets.reports.telling.absence import Need, Presence, delivered_rows, presence_of
from assets.reports.telling.blocks import Bullets, Notice
from assets.reports.telling.editions import all_sections
from tests.unit.reports import fixtures
from tests.unit.reports.world import World

FULL = Presence(
    bookings=9, published=9, completed=9, reviews=9, delivered_reviews=9, pairs=9, customers=9, forecasts=9, texts=9,
    profile="full",
)  # fmt: skip


@pytest.mark.parametrize(
    ("lack", "need", "told"),
    [
        ({"bookings": 0, "published": 0, "customers": 0, "forecasts": 0}, Need.FORECASTS, "no bookings were delivered"),
        ({"published": 0, "customers": 0}, Need.CUSTOMERS, "could be published"),
        ({"completed": 0, "pairs": 0}, Need.PAIRS, "no published stay took place"),
        ({"reviews": 0, "delivered_reviews": 0, "pairs": 0}, Need.PAIRS, "no reviews were delivered"),
        ({"reviews": 0}, Need.REVIEWS, "none of the delivered reviews can be read"),
        ({"pairs": 0, "texts": 0}, Need.TEXTS, "no stay was paired"),
        ({"texts": 0}, Need.TEXTS, "no customer had a paired review in time"),
        ({"forecasts": 0}, Need.FORECASTS, "the history is too short"),
        ({"profile": "quick"}, Need.PROFILE, "not computed in the quick profile"),
        ({"profile": "quick", "forecasts": 0}, Need.PROFILE, "the history is too short"),
        ({}, Need.PROFILE, "too few"),
    ],
)
def test_the_first_lack_is_told(lack: dict, need: Need, told: str) -> None:
    assert told in replace(FULL, **lack).why(need)


@pytest.mark.parametrize("presence", [Presence(), FULL, replace(FULL, profile="quick")])
def test_every_path_has_a_reason_and_the_profile_is_blamed_for_its_own_only(presence: Presence) -> None:
    for path in required_paths(knows_truth=True):
        reason = presence.why_not(path)
        assert reason.strip()
        assert ("profile" in reason) <= path.startswith("ablations"), path
    assert "stayworth ceilings" in presence.why_not("ceilings.oracle.r2")


def test_what_is_counted() -> None:
    frames = {"published_bookings": pl.DataFrame({"reservation_status": ["Check-Out", "Canceled"]})}
    values = {"alignment": {"pairs": 1}, "models": {"examples": {"ahead": 1, "with_text": 0}}}
    counted = presence_of("quick", {"bookings": 3}, frames, values)
    assert (counted.published, counted.completed, counted.pairs, counted.forecasts, counted.texts) == (2, 1, 1, 1, 0)
    assert (counted.bookings, counted.reviews, counted.customers) == (3, None, None)
    assert delivered_rows({"ours": {"bookings": {"raw": 4}}}) == {"bookings": 4, "reviews": 0}
    assert delivered_rows({}) == {"bookings": None, "reviews": None}


def texts_of(world: World) -> str:
    words = []
    for section in all_sections(world.told):
        words.append(section.lead)
        for block in section.blocks:
            words += [block.text] if isinstance(block, Notice) else []
            words += block.items if isinstance(block, Bullets) else []
    return " ".join(words)


def test_only_published_rows_are_called_so() -> None:
    assert "two Portuguese hotels" in texts_of(fixtures.full_world("public"))
    for source in ("demo", "deliveries"):
        text = texts_of(fixtures.full_world(source))
        assert "Portuguese" not in text
        assert "public bookings" not in text


def test_pairing_follows_the_names_and_not_the_source() -> None:
    world = fixtures.full_world("deliveries")
    named = texts_of(world)
    assert "name the same hotels" in named
    assert "by context only" not in named
    hidden = texts_of(replace(world, run=replace(world.run, facts=replace(world.run.facts, names_hotels=False))))
    assert "The bookings name no hotel: pairing is by context only" in hidden
    elsewhere = world.with_branch("alignment", {**world.tree["alignment"], "exact_pairs": 2, "context_pairs": 90})
    assert "most bookings are of hotels that no review names" in texts_of(elsewhere).lower()


def test_guest_keys_are_told() -> None:
    world = fixtures.full_world("deliveries")
    assert "the source does name guests" in world.section(customers.CHAPTER).lead
    assert "the data does not say" in fixtures.full_world("public").section(customers.CHAPTER).lead
    guests = replace(world, run=replace(world.run, unit="guest"))
    assert "A customer is a guest" in guests.section(customers.CHAPTER).lead
