"""Membership inference finds a model that memorises, and nothing in one that learns nothing."""

from dataclasses import dataclass

import numpy as np
import pytest

from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, WIDE_COLUMNS, ExampleArrays
from assets.models.examples.prediction import Prediction
from assets.studies.attacks.membership import (
    Scores,
    area_under_curve,
    attack_membership,
    detection_at,
    membership_scores,
)


def examples(customers: int = 240, rows: int = 2) -> ExampleArrays:
    rng = np.random.default_rng(3)
    n = customers * rows
    return ExampleArrays(
        customers=np.repeat([f"c{number:04d}" for number in range(customers)], rows),
        as_of=np.tile(np.arange(rows), customers).astype("datetime64[D]"),
        behaviour=rng.normal(size=(n, len(BEHAVIOUR_COLUMNS))),
        wide=np.zeros((n, len(WIDE_COLUMNS))),
        text=np.zeros((n, 3), dtype=np.float32),
        has_text=np.zeros(n, dtype=bool),
        text_weight=np.zeros(n),
        past=rng.gamma(1.0, 100.0, n),
        past_year=np.zeros(n),
        year_earlier=np.zeros(n),
        season_price=np.full(n, np.nan),
        horizon_price=np.full(n, np.nan),
        horizon=np.full(n, 180.0),
        target=rng.gamma(1.0, 100.0, n),
    )


@dataclass
class Nearest:
    """Remembers every training row: the nearest neighbour's target."""

    data: ExampleArrays

    def predict(self, data: ExampleArrays) -> Prediction:
        distance = ((data.behaviour[:, None, :] - self.data.behaviour[None]) ** 2).sum(axis=2)
        return Prediction(value=self.data.target[distance.argmin(axis=1)])


@dataclass
class Constant:
    """Learns nothing."""

    def predict(self, data: ExampleArrays) -> Prediction:
        return Prediction(value=np.full(len(data), 100.0))


def fit(name: str, data: ExampleArrays, seed: int) -> Nearest | Constant:
    return Nearest(data) if name == "nearest" else Constant()


@pytest.fixture(scope="module")
def attacks() -> dict[str, tuple[float, float, float]]:
    rng = np.random.default_rng(0)
    scores = membership_scores(examples(), ("nearest", "constant"), fit, 1, rng)
    found = attack_membership(scores, "internal", 5, np.random.default_rng(1))
    return {item.attack: (item.rate.low, item.rate.value, item.rate.high) for item in found}


@pytest.mark.parametrize("kind", ["loss", "calibrated"])
def test_a_memorising_model_is_found_out(attacks: dict, kind: str) -> None:
    low, value, _ = attacks[f"membership_nearest_{kind}"]
    assert low > 0.8
    assert value > 0.85
    assert attacks[f"membership_nearest_{kind}_at_10"][1] > 0.5


@pytest.mark.parametrize("kind", ["loss", "calibrated"])
def test_a_constant_model_gives_nothing_away(attacks: dict, kind: str) -> None:
    low, value, high = attacks[f"membership_constant_{kind}"]
    assert low <= 0.5 <= high
    assert value == pytest.approx(0.5, abs=0.02)
    assert attacks[f"membership_constant_{kind}_at_10"][1] == pytest.approx(0.1, abs=0.03)


def test_members_and_others_are_as_many_and_one_row_per_customer() -> None:
    plain, calibrated = membership_scores(examples(30), ("constant",), fit, 1, np.random.default_rng(0))["constant"]
    assert len(plain.members) == len(plain.others) == len(calibrated.members) == 30
    assert np.allclose(calibrated.members, 0.0)


def test_area_and_detection_by_hand() -> None:
    scores = Scores(np.array([3.0, 2.0, 1.0]), np.array([2.0, 0.0]))
    assert area_under_curve(scores) == pytest.approx((1 + 0.75 + 0.5) / 3)
    assert detection_at(scores, 0.0) == pytest.approx(1 / 3)
    same = Scores(np.ones(10), np.ones(10))
    assert detection_at(same, 0.1) == pytest.approx(0.1)
