"""The opening page: the numbers that were measured, what they mean, and silence on what could tell of single guests."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assets.reports.chapters.summary.chapter import CHAPTER
from assets.reports.chapters.summary.section import joined_lists
from assets.reports.telling.absence import Presence
from assets.reports.telling.blocks import Bullets, Disclosure, Stat, Stats
from tests.unit.reports.fixtures import alignment_branch, empty_world, full_world, privacy_branch
from tests.unit.reports.model_world import model_tree
from tests.unit.reports.world import World


def numbers_of(world: World) -> dict[str, Stat]:
    blocks = [block for block in world.section(CHAPTER).blocks if isinstance(block, Stats)]
    return {item.label: item for block in blocks for item in block.items}


def points_of(world: World) -> list[str]:
    return [text for block in world.section(CHAPTER).blocks if isinstance(block, Bullets) for text in block.items]


def test_what_was_measured_opens_the_report() -> None:
    assert [(label, item.disclosure) for label, item in numbers_of(full_world()).items()] == [
        ("of revenue from the best tenth", Disclosure.GUEST_AGGREGATE),
        ("rank agreement of forecast and later value", Disclosure.MODEL_METRIC),
        ("of stays paired with a review", Disclosure.OPERATIONAL),
        ("guests at least share every published label", Disclosure.OPERATIONAL),
    ]
    value, forecast, text, *_ = points_of(full_world())
    assert value.startswith("Value is concentrated")
    assert forecast.startswith("The best forecast in the months after training is")
    assert "measurable gain" in text or "no gain from text is claimed" in text


def test_nothing_measured_leaves_reasons_and_no_number() -> None:
    world = replace(empty_world(), presence=Presence(bookings=0, published=0, customers=0, forecasts=0))
    assert numbers_of(world) == {}
    forecast, text = points_of(world)
    assert forecast == "No forecast was evaluated: no bookings were delivered."
    assert text.startswith("No customer had a paired review in time")


@pytest.mark.parametrize(("days", "words"), [(1, "one day, 01 January 2016."), (3, "3 days, 01 January 2016 to 03 Ja")])
def test_the_opening_names_what_is_covered(days: int, words: str) -> None:
    run = replace(empty_world().run, last_day=date(2016, 1, 1) + timedelta(days=days - 1))
    assert words in World(run=run).section(CHAPTER).lead


def test_forecasts_in_time_come_before_those_across_customers() -> None:
    models = model_tree()["models"]
    assert "on later, unseen months" in numbers_of(full_world())["rank agreement of forecast and later value"].detail
    across = full_world().with_branch("models", {**models, "prospective_holdout": {}})
    assert "across held-back customers" in numbers_of(across)["rank agreement of forecast and later value"].detail
    assert any(text.startswith("The best forecast for held-back customers") for text in points_of(across))
    simplest = {**models["prospective_holdout"], "best": "same_as_past"}
    naive = full_world().with_branch("models", {**models, "prospective_holdout": simplest})
    assert any(text.startswith("No model forecasts value better than “the same as") for text in points_of(naive))


@pytest.mark.parametrize(
    ("source", "changes", "detail"),
    [
        ("demo", {}, "83\u00a0% of the pairs are right"),
        ("deliveries", {}, "the true pairs are not known"),
        ("public", {}, "by context only: no true pairs exist"),
        ("public", {"pairs": 0}, "no stay was paired with a review"),
    ],
)
def test_the_share_of_pairs_says_how_good_they_are(source: str, changes: dict, detail: str) -> None:
    world = full_world(source).with_branch("alignment", {**alignment_branch(source), **changes})
    world = replace(world, presence=Presence(bookings=9, published=9, completed=9, reviews=9, pairs=0))
    assert numbers_of(world)["of stays paired with a review"].detail == detail


def test_the_budget_is_named_where_it_was_spent() -> None:
    label = "guests at least share every published label"
    assert numbers_of(full_world())[label].detail.endswith("204 bookings withheld; epsilon spent 0.50")
    unspent = {
        name: value for name, value in privacy_branch().items() if name not in ("epsilon_spent", "min_class_size")
    }
    item = numbers_of(full_world().with_branch("privacy", {**unspent, "k": 7}))[label]
    assert (item.value, item.detail[-8:]) == ("7", "withheld")


def test_customers_at_risk_are_told_from_the_minimum_on() -> None:
    world = full_world()
    branch = world.tree["customers"] | {"at_risk": {"count": 12, "revenue_share": 0.25, "expected_precision": 0.83}}

    def said(**changes: object) -> str:
        texts = points_of(world.with_branch("customers", {**branch, **changes}))
        return next((text for text in texts if "first list to look at for service recovery" in text), "")

    assert said().startswith("12 high-value markets (25.0\u00a0% of all revenue) are paired mostly with negative")
    assert "83\u00a0% are expected to be theirs" in said()
    assert "of all revenue" not in said(at_risk={"count": 12, "expected_precision": 0.83})
    assert said(minimum=13) == said(at_risk={}) == ""


def test_lists_of_equal_disclosure_read_as_one() -> None:
    lists = [Bullets(items=(text,), disclosure=disclosure) for text, disclosure in (
        ("a", Disclosure.MODEL_METRIC), ("b", Disclosure.MODEL_METRIC), ("c", Disclosure.NEUTRAL),
        ("d", Disclosure.MODEL_METRIC),
    )]  # fmt: skip
    assert [own.items for own in joined_lists(lists)] == [("a", "b"), ("c",), ("d",)]
    assert joined_lists([]) == []
