import re

import polars as pl

from resources.sources.demo.catalogue import hotels, table
from resources.sources.demo.edits import edited
from resources.sources.demo.wording import Chooser, Occasion, Text, compose, fill


def _occasion(**changes) -> Occasion:
    values = {
        "hotel": hotels(1)[0], "mood": 0.5, "services": (1.0, 1.0, -1.0, 0.2, 0.0), "is_business": True,
        "has_children": True, "manner": "composed", "sentences": 4, "one_sided": False, "language": "english",
    }  # fmt: skip
    return Occasion(**{**values, **changes})


def test_every_template_fills_at_every_hotel():
    vocabulary = table("vocabulary")
    groups = [vocabulary[name] for name in ("openers", "closers", "titles", "details")]
    groups += [*vocabulary["services"].values(), *vocabulary["aspects"].values()]
    for hotel in hotels(8):
        for group in groups:
            for template in (template for side in group.values() for template in side):
                assert not re.search(r"[{}]|  ", fill(Chooser(1, 1), "t", 0, template, hotel)), template


def test_no_template_is_written_twice():
    vocabulary = table("vocabulary")
    templates = [
        t for part in ("services", "aspects") for topic in vocabulary[part].values() for s in topic.values() for t in s
    ]
    assert len(templates) == len(set(templates))
    assert len(templates) > 400


def test_one_sided_texts_take_one_side():
    for number in range(50):
        assert not compose(Chooser(1, number), _occasion(one_sided=True, mood=2.0), 1.0).negative
        assert not compose(Chooser(1, number), _occasion(one_sided=True, mood=-2.0), 1.0).positive


def test_good_service_is_praised_and_bad_service_blamed():
    vocabulary = table("vocabulary")["services"]["response_speed"]
    chunks = {side: [max(re.split(r"\{\w+\}", t), key=len).lower() for t in vocabulary[side]] for side in vocabulary}

    def told(mood: float, services: tuple[float, ...], side: str) -> int:
        texts = [compose(Chooser(1, n), _occasion(mood=mood, services=services, sentences=5), 0.0) for n in range(100)]
        sentences = [sentence.lower() for text in texts for sentence in (*text.positive, *text.negative)]
        return sum(any(chunk in sentence for chunk in chunks[side]) for sentence in sentences)

    assert told(0.0, (3.0, 0, 0, 0, 0), "good") > 20
    assert told(0.0, (3.0, 0, 0, 0, 0), "bad") == 0
    assert told(0.0, (-3.0, 0, 0, 0, 0), "bad") > 20


def test_articles_suit_their_word():
    text = fill(Chooser(1, 1), "t", 0, "a {color} door and a one way street", hotels(1)[0])
    assert "a one" in text
    assert not re.search(r"\ba [aei]", text)


def test_short_manners_say_one_thing():
    for manner in ("stock", "foreign", "emoji"):
        text = compose(Chooser(1, 5), _occasion(manner=manner), 0.0)
        assert len(text.positive) == 1
        assert not text.negative


def test_copies_are_exact_or_lightly_edited_and_leave_the_source_alone():
    source = Text(title="t", positive=("Very clean room, twelve towels", "b c d", "e f g"), negative=("nobody came",))
    made = [edited(Chooser(2, number), source, hotels(1)[0]) for number in range(200)]
    assert {"exact"} < {edit for _, edit in made}
    assert all(text == source for text, edit in made if edit == "exact")
    assert source.positive[0] == "Very clean room, twelve towels"
    kinds = {part for _, edit in made for part in edit.split("+")}
    assert kinds == {"exact", "shuffled", "dropped", "added", "swapped", "numbers", "names", "typos"}


def test_planted_identifiers_stand_in_the_text_and_are_counted(truth, reviews):
    joined = truth.reviews.join(reviews, on="review_key")
    assert 0.02 < (joined["planted_texts"].list.len() > 0).mean() < 0.07
    kinds = [f"planted_{kind}s" for kind in ("name", "email", "phone", "number")]
    assert (
        joined.select(pl.sum_horizontal(kinds))
        .to_series()
        .equals(joined["planted_texts"].list.len().cast(pl.Int64).rename("planted_names"))
    )
    for row in joined.filter(pl.col("planted_texts").list.len() > 0).to_dicts():
        text = f"{row['Positive_Review']} {row['Negative_Review']}"
        assert all(planted in text for planted in row["planted_texts"])
    for kind in kinds:
        assert joined[kind].sum() > 0


def test_honest_texts_differ(truth, reviews):
    composed = truth.reviews.filter((pl.col("planted_kind") == "none") & (pl.col("manner") == "composed"))
    texts = reviews.join(composed, on="review_key").select("Positive_Review", "Negative_Review")
    assert texts.is_unique().mean() > 0.995
    manners = truth.reviews["manner"]
    assert 0.03 < (manners == "stock").mean() < 0.07
    assert 0 < (manners == "foreign").mean() < 0.05
