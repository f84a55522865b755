import numpy as np

from assets.reviews.body_polarity import FEATURES, START, body_features, body_polarity, fit_body, fit_polarity_record
from assets.reviews.settings import ReviewSettings
from tests.unit.reviews.builders import clean_rows

GOOD, BAD = "wonderful spotless perfect room", "filthy horrible disgusting room"
PLAIN_GOOD, PLAIN_BAD = "they moved us to the second floor at once", "the tap dripped for three nights in a row"


def test_field_speaks_where_words_do_not() -> None:
    rows = clean_rows(
        {"positive_text": PLAIN_GOOD, "negative_text": None}, {"positive_text": None, "negative_text": PLAIN_BAD}
    )
    praise, complaint = body_polarity(rows, None)
    assert praise > 0.5
    assert complaint < -0.1


def test_words_count_within_a_field() -> None:
    rows = clean_rows({"positive_text": GOOD}, {"positive_text": BAD})
    good, bad = body_polarity(rows, None)
    assert -1 <= bad < good <= 1


def test_empty_body_is_neutral() -> None:
    assert body_polarity(clean_rows({"positive_text": None, "negative_text": None}), None).tolist() == [0.0]
    assert len(body_polarity(clean_rows(), None)) == 0


def test_fit_finds_the_weights_and_shrugs_off_turned_scores() -> None:
    rng = np.random.default_rng(1)
    texts = [
        {
            "positive_text": GOOD if rng.random() < 0.7 else None,
            "negative_text": "the bed was small" * int(rng.integers(4)) or None,
        }
        for _ in range(400)
    ]
    rows = clean_rows(*texts)
    features = body_features(rows, None)
    stated = 0.1 + features @ np.array([START[name] for name in FEATURES])
    turned = np.where(rng.random(400) < 0.1, -stated, stated)
    clean, rough = fit_body(rows, None, stated), fit_body(rows, None, turned)  # type: ignore[arg-type]
    predicted = [
        found["intercept"] + features @ np.array([found[name] for name in FEATURES]) for found in (clean, rough)
    ]
    assert np.abs(predicted[0] - stated).mean() < 0.05
    assert np.abs(predicted[1] - stated).mean() < 0.1


def test_too_little_gives_no_record() -> None:
    assert fit_polarity_record(clean_rows({}), ReviewSettings()) is None
