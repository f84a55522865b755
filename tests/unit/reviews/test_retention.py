import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from assets.reviews.anomaly_score import score_anomalies
from assets.reviews.contract import REVIEW_ANOMALIES
from assets.reviews.retention import average_precision, honest_flagged, part_precisions, retention_table
from assets.reviews.settings import ReviewSettings
from tests.unit.reviews.builders import clean_rows, identity, part_rows

SETTINGS = ReviewSettings()
WEIGHTS = (SETTINGS.alpha, SETTINGS.beta, SETTINGS.gamma)
PARTS = part_rows(
    {"contradiction_raw": 2.0},
    {"duplication_raw": 1.0, "contradiction_raw": 2.0},
    {"timing_raw": 20.0},
    *({} for _ in range(7)),
)
ANOMALIES = score_anomalies(PARTS, clean_rows(*({} for _ in range(10))), None, "fixed", SETTINGS)


def test_both_rules_step_by_step_beside_the_paper() -> None:
    table = retention_table(ANOMALIES, SETTINGS.tau, WEIGHTS)
    by_part = table.filter(pl.col("rule") == "part by part")
    assert by_part["step"].to_list() == ["all", "contradiction", "duplication", "timing"]
    assert by_part["removed"].to_list() == [0, 2, 0, 1]
    assert by_part["retained"].to_list() == [10, 8, 8, 7]
    assert by_part["paper_share"].to_list() == [1.0, 0.945, 0.919, 0.902]
    composite = table.filter(pl.col("rule") == "composite")
    assert composite["retained"].to_list()[-1] == 10 - int(ANOMALIES["is_excluded"].sum())


def test_empty_table() -> None:
    table = retention_table(REVIEW_ANOMALIES.empty(), SETTINGS.tau, WEIGHTS)
    assert table["retained"].to_list() == [0] * 8
    assert table["retained_share"].null_count() == 8


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40))
def test_average_precision_agrees_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([p[0] for p in pairs], dtype=float), np.array([p[1] for p in pairs])
    if not labels.any():
        assert average_precision(scores, labels) is None
    else:
        assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores))


def test_parts_are_judged_without_the_other_kinds() -> None:
    truth = pl.DataFrame(
        {"review_id": [identity(0), identity(1), identity(2)], "kind": ["contradiction", "duplication", "timing"]}
    )
    found = part_precisions(ANOMALIES, PARTS, truth)
    assert found == {"contradiction": 1.0, "duplication": 1.0, "timing": 1.0, "anomaly_score": 1.0}


def test_honest_flagged() -> None:
    assert honest_flagged(ANOMALIES, pl.Series([identity(0), identity(1)])) == pytest.approx(1 / 8)
    assert honest_flagged(REVIEW_ANOMALIES.empty(), pl.Series([], dtype=pl.String)) is None
