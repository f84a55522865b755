"""What the reviews room measures of itself."""

from assets.common.findings import nest
from assets.reviews.contract import REVIEW_ANOMALIES
from assets.reviews.findings import auc_with_interval, review_finding_rows
from assets.reviews.settings import ReviewSettings


def test_auc_interval_shrinks_with_more_texts() -> None:
    few, many = auc_with_interval(0.9, 200), auc_with_interval(0.9, 20_000)
    assert few["low"] < many["low"] < 0.9 < many["high"] < few["high"] <= 1
    assert auc_with_interval(0.9, 0) == 0.9


def test_no_review_has_no_retention() -> None:
    tree = nest(review_finding_rows(0, REVIEW_ANOMALIES.empty(), "ours", ReviewSettings(), None))
    assert tree["reviews"]["count"] == 0
    assert "retention" not in tree["reviews"]["anomaly"]
    assert tree["dataset"]["ours"]["reviews"] == {"english": 0, "retained": 0}


def test_the_polarity_model_s_quality_has_an_interval() -> None:
    record = {"auc": 0.9, "held_out_texts": 400}
    tree = nest(review_finding_rows(0, REVIEW_ANOMALIES.empty(), "ours", ReviewSettings(), record))
    assert set(tree["reviews"]["polarity_auc"]) == {"value", "low", "high"}
