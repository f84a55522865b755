import pytest

from assets.reports.contract import EDITIONS
from assets.reports.settings import ReportsSettings
from assets.reports.telling.blocks import Bullets, Disclosure, Notice, Picture, Stats, Table
from assets.reports.telling.editions import may_share, pictures_of, printed
from resources.errors import SettingsError
from tests.unit.reports.fixtures import FACTS, edition


def keys(source: str, name: str) -> set[str]:
    found = edition(source, name)
    return {block.key for section in found.sections for block in section.blocks if isinstance(block, Picture | Table)}


def test_marks_for_single_customers_are_never_shared() -> None:
    assert not may_share(Disclosure.PERSON_LEVEL, FACTS["public"])
    assert not may_share(Disclosure.PERSON_LEVEL, FACTS["demo"])


@pytest.mark.parametrize("source", ["demo", "public"])
def test_nothing_exact_is_shared_whatever_the_source(source: str) -> None:
    exact = {Disclosure.OPERATIONAL, Disclosure.MODEL_METRIC, Disclosure.GUEST_AGGREGATE}
    blocks = [block for section in edition(source, "shareable").sections for block in section.blocks]
    items = [item for block in blocks if isinstance(block, Stats) for item in block.items]
    assert not exact & {part.disclosure for part in (*blocks, *items)}
    held = [block for section in edition(source, "internal").sections for block in section.blocks]
    assert exact <= {block.disclosure for block in held}, "the internal edition has them"
    assert Disclosure.PERSON_LEVEL not in {block.disclosure for block in held}, "no edition marks single customers"


def test_exact_figures_over_guests_are_not_shared() -> None:
    guests = {"concentration", "clv_distribution", "value_segments", "booking_density", "correlations", "deciles"}
    assert guests <= keys("demo", "internal")
    assert not guests & keys("demo", "shareable")
    assert not guests & keys("public", "shareable")


def test_texts_are_shared_for_the_demo_only() -> None:
    assert {"word_influence", "highest_contradiction"} <= keys("public", "internal")
    assert not {"word_influence", "highest_contradiction"} & keys("public", "shareable")
    assert "word_influence" in keys("demo", "shareable")


def test_released_counts_are_in_both_editions() -> None:
    assert "bookings_by_month" in keys("demo", "shareable") & keys("demo", "internal")


def test_the_shareable_summary_holds_no_revenue() -> None:
    first = edition("demo", "shareable").sections[0]
    shown = [item for block in first.blocks if isinstance(block, Stats) for item in block.items]
    points = [item for block in first.blocks if isinstance(block, Bullets) for item in block.items]
    assert not [item for item in shown if "revenue" in item.label]
    assert not [item for item in points if "of the revenue" in item]


def test_every_picture_has_a_sentence_with_a_number_and_a_description() -> None:
    for picture in pictures_of(edition("demo", "internal")):
        is_verdict = picture.key == "faithfulness"  # its figures stand in the table below it
        assert is_verdict or any(character.isdigit() for character in picture.sentence), picture.key
        assert picture.alt
        assert picture.sentence.endswith((".", "”")), picture.key


def test_honest_sentences_are_there() -> None:
    public = edition("public", "internal")
    said = " ".join(block.text for section in public.sections for block in section.blocks if isinstance(block, Notice))
    assert "name no hotel" in said
    assert "not causal" in said
    assert "Leakage warning" in said
    assert "no measurable gain" in said


def test_printed_holds_every_table_and_sentence() -> None:
    found = printed(edition("demo", "internal"))
    assert {picture.key for picture in pictures_of(edition("demo", "internal"))} == set(found["sentences"])
    assert "composition_bookings" in found["tables"]


@pytest.mark.parametrize(("name", "value"), [("shap_features", 0), ("segment_pages", 0), ("anomaly_examples", -1)])
def test_settings_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"reports.{name}"):
        ReportsSettings(**{name: value})  # type: ignore[arg-type]


def test_what_is_left_out_is_said_where_it_is_left_out() -> None:
    anchors = {name: [section.anchor for section in edition("public", name).sections] for name in EDITIONS}
    assert anchors["shareable"][1] == "exempt"
    assert "exempt" not in anchors["internal"]
