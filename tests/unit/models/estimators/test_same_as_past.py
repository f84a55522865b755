"""Forecasts that learn nothing, on figures worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from assets.models.estimators.spec import fit_model
from assets.models.settings import ModelSettings
from tests.unit.models.build import synthetic


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("same_as_past", [10.0, 0.0]),
        ("twelve_month_average", [365.0 * 180 / 365, 0.0]),
        ("year_earlier", [70.0, 5.0]),
    ],
)
def test_the_past_is_told_again(name, expected):
    data = replace(
        synthetic(1, 2, text_effect=0.0),
        past=np.array([10.0, -3.0]), past_year=np.array([365.0, 0.0]), year_earlier=np.array([70.0, 5.0]),
        horizon=np.full(2, 180.0),
    )  # fmt: skip
    model = fit_model(name, data, ModelSettings(), 1)
    assert model.predict(data).value == pytest.approx(expected)
    assert model.parameters == 0
