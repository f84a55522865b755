"""What the models room tells outside `restricted` of its customers: every row rests on a minimum of them."""

import polars as pl

from resources.contract import Column, FrameContract, Subject, Zone

_UNIT = "currency units"
_MODEL = Column(name="model", dtype=pl.String(), description="that is explained", subject=Subject.NONE)
_N = Column(name="n", dtype=pl.Int64(), description="customers behind the row, a minimum or more", minimum=1)

INFLUENCE_BY_VALUE = FrameContract(
    asset="influence_by_value",
    zone=Zone.INTERNAL,
    grain="one row per model, feature and tenth of the customers by the feature's value; tenth 0 is everybody",
    key=("model", "feature", "tenth"),
    description="How far each feature moves forecasts, from low to high values: means of exact SHAP values over groups "
    "of customers. What the model looks at, not what would happen if the feature were changed.",
    columns=(
        _MODEL,
        Column(name="feature", dtype=pl.String(), description="column of the examples, b_...", subject=Subject.NONE),
        Column(name="tenth", dtype=pl.Int32(), description="1: lowest values; equal values share the first of theirs, "
               "small groups that of a neighbour; 0: everybody", minimum=0, maximum=10, subject=Subject.NONE),
        _N,
        Column(name="influence", dtype=pl.Float64(), description="mean SHAP value", unit=_UNIT),
        Column(name="absolute_influence", dtype=pl.Float64(), description="mean of its size", unit=_UNIT, minimum=0),
        Column(name="direction", dtype=pl.Float64(), description="rank correlation of SHAP value and feature over "
               "everybody; null in tenths, and where either is the same for all", nullable=True, minimum=-1, maximum=1),
    ),
)  # fmt: skip

FORECAST_CURVES = FrameContract(
    asset="forecast_curves",
    zone=Zone.INTERNAL,
    grain="one row per protocol, model, curve and step",
    key=("protocol", "model", "curve", "step"),
    description="How forecasts lie beside what came, over groups of customers: equal forecasts stand together, small "
    "groups and sums that one customer decides with their neighbours. Of the last scored day, how scores are spread.",
    columns=(
        Column(name="protocol", dtype=pl.String(), description="what was tested on; scores: the last scored day",
               subject=Subject.NONE),
        Column(name="model", dtype=pl.String(), description="that forecast", subject=Subject.NONE),
        Column(name="curve", dtype=pl.String(), description="calibration: tenths by forecast, lowest first; gain: "
               "customers by forecast, best first; error: forecast minus what came; forecast: its size",
               values=("calibration", "gain", "error", "forecast"), subject=Subject.NONE),
        Column(name="step", dtype=pl.Int32(), description="ascending; of the calibration the tenth", minimum=0,
               subject=Subject.NONE),
        _N,
        Column(name="rows", dtype=pl.Int64(), description="forecasts of these customers in the step", minimum=1),
        Column(name="low", dtype=pl.Float64(), description="error, forecast: lower border of the step; null: none",
               unit=_UNIT, nullable=True),
        Column(name="high", dtype=pl.Float64(), description="error, forecast: upper border of the step; null: none",
               unit=_UNIT, nullable=True),
        Column(name="predicted", dtype=pl.Float64(), description="calibration: mean forecast", unit=_UNIT,
               nullable=True),
        Column(name="realised", dtype=pl.Float64(), description="calibration: mean of what came", unit=_UNIT,
               nullable=True),
        Column(name="share", dtype=pl.Float64(), description="of the forecasts: gain up to the end of the step, error "
               "and forecast in it", nullable=True, minimum=0, maximum=1),
        Column(name="captured", dtype=pl.Float64(), description="gain: share of the revenue that they brought",
               nullable=True, minimum=0, maximum=1),
    ),
)  # fmt: skip

WORD_INFLUENCE = FrameContract(
    asset="word_influence",
    zone=Zone.INTERNAL,
    grain="one row per model and word that a minimum of the looked-at customers used",
    key=("model", "word"),
    description="How far a word moves forecasts: the forecast with it minus the forecast of the same text without it, "
    "mean over the customers who used it. What the model looks at, not what made guests book.",
    columns=(
        _MODEL,
        Column(name="word", dtype=pl.String(), description="in small letters", subject=Subject.NONE),
        _N,
        Column(name="influence", dtype=pl.Float64(), description="mean difference", unit=_UNIT),
        Column(name="low", dtype=pl.Float64(), description="lower bound of the mean, 95 %", unit=_UNIT),
        Column(name="high", dtype=pl.Float64(), description="upper bound of the mean, 95 %", unit=_UNIT),
        Column(name="texts", dtype=pl.Int64(), description="customers whose text was looked at", minimum=1),
    ),
)

WORDS_BY_VALUE = FrameContract(
    asset="words_by_value",
    zone=Zone.INTERNAL,
    grain="one row per word that customers of high value use more or less often than those of low value",
    key=("word",),
    description="Words that go with value beyond chance, each used by a minimum of customers, one text per customer.",
    columns=(
        Column(name="word", dtype=pl.String(), description="in small letters", subject=Subject.NONE),
        Column(name="goes_with", dtype=pl.String(), description="value segment that uses it more",
               values=("high", "low")),
        Column(name="z", dtype=pl.Float64(), description="test of two proportions"),
        _N,
    ),
)  # fmt: skip
