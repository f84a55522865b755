"""The benchmark of matched links on a small group."""

import numpy as np
import pytest

from assets.common.findings import Estimate
from benchmarks.matched_links import Figures, measure, verdicts
from resources.sources.demo import DemoSettings


@pytest.fixture(scope="module")
def figures() -> dict[str, Figures]:
    return measure(DemoSettings(guests=2_500, days=70, hotels=3), np.random.default_rng(1))


def test_matched_links_are_mostly_right_and_the_oracle_is_above(figures: dict[str, Figures]) -> None:
    assert figures["ours"]["precision"].value > 0.75
    assert figures["oracle"]["f1"].value > figures["ours"]["f1"].value > 0.6
    assert figures["all readable"]["recall"].value < figures["ours"]["recall"].value


def test_a_blinded_half_measures_the_whole(figures: dict[str, Figures]) -> None:
    half, whole = figures["blinded half"], figures["ours"]
    assert 0.35 < half["reviews"].value / whole["reviews"].value < 0.65
    assert half["recall"].low is not None
    assert half["recall"].high is not None
    assert half["recall"].low < whole["recall"].value < half["recall"].high


def test_bars_are_missed_where_pairs_are_wrong() -> None:
    good = {"precision": 0.87, "recall": 0.76, "f1": 0.81, "precision_at_90": 0.97, "calibration_error": 0.004}
    bad = {"precision": 0.5, "recall": 0.5, "f1": 0.5, "precision_at_90": 0.5, "calibration_error": 0.1}
    oracle = {"oracle": {"f1": Estimate(0.84)}}
    assert all(verdicts({"ours": {name: Estimate(value) for name, value in good.items()}} | oracle).values())
    assert not any(verdicts({"ours": {name: Estimate(value) for name, value in bad.items()}} | oracle).values())
