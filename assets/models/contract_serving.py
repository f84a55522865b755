"""What the models room stores about its trainings and about models in service."""

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.customers.monthly_views import ANY, VIEW_VALUE
from resources.contract import Column, FrameContract, Subject, Zone

_UNIT = "currency units"

TRAINING_RUNS = FrameContract(
    asset="training_runs",
    zone=Zone.INTERNAL,
    grain="one row per training run",
    key=("run_id",),
    description="Every training: settings, hash of inputs, metrics, artefact, and whether its model was promoted.",
    columns=(
        Column(name="number", dtype=pl.Int32(), description="in the order of training", minimum=1),
        Column(name="run_id", dtype=pl.String(), description="hash of day, settings, inputs, artefacts and rival",
               subject=Subject.NONE),
        Column(name="as_of", dtype=pl.Date(), description="last day whose rows it read"),
        Column(name="model", dtype=pl.String(), description="best model of its cross-validation"),
        Column(name="version", dtype=pl.String(), description="content hash of the artefact"),
        Column(name="path", dtype=pl.String(), description="folder of the artefact below the model store"),
        Column(name="horizon_days", dtype=pl.Int32(), description="H of the target", unit="days"),
        Column(name="rows", dtype=pl.Int64(), description="training examples", minimum=0),
        Column(name="input_hash", dtype=pl.String(), description="digest of the examples table and all it came from",
               subject=Subject.NONE),
        Column(name="inputs", dtype=pl.String(), description="record of inputs of the examples table, JSON"),
        Column(name="settings_digest", dtype=pl.String(), description="hash of the settings"),
        Column(name="settings", dtype=pl.String(), description="of the room, and those that tuning chose, JSON"),
        Column(name="metrics", dtype=pl.String(), description="means by protocol and model, JSON"),
        Column(name="rmse", dtype=pl.Float64(), description="cross-validation", unit=_UNIT, nullable=True),
        Column(name="mae", dtype=pl.Float64(), description="cross-validation", unit=_UNIT, nullable=True),
        Column(name="r2", dtype=pl.Float64(), description="cross-validation", nullable=True),
        Column(name="gini", dtype=pl.Float64(), description="cross-validation", nullable=True),
        Column(name="origin", dtype=pl.Date(), description="newest rolling origin", nullable=True),
        Column(name="metric", dtype=pl.String(), description="that decides, by setting", values=("rmse", "mae")),
        Column(name="tolerance", dtype=pl.Float64(), description="share by which it may be worse", minimum=0),
        Column(name="error", dtype=pl.Float64(), description="of the new model at the origin", unit=_UNIT,
               nullable=True),
        Column(name="serving_model", dtype=pl.String(), description="what was served before", nullable=True),
        Column(name="serving_version", dtype=pl.String(), description="of that model", nullable=True),
        Column(name="serving_error", dtype=pl.Float64(), description="of that model on the same rows", unit=_UNIT,
               nullable=True),
        Column(name="is_promoted", dtype=pl.Boolean(), description="whether it serves from its day on"),
        Column(name="is_latest", dtype=pl.Boolean(), description="the newest run"),
        Column(name="decision", dtype=pl.String(), description="why, in words"),
    ),
)  # fmt: skip

MODEL_DRIFT = FrameContract(
    asset="model_drift",
    zone=Zone.INTERNAL,
    grain="one row per input of the models, and one for the score",
    key=("kind", "name"),
    description="Population stability index between the training examples and the newest customers, where either side "
    "holds customers.min_customers or more.",
    columns=(
        Column(name="kind", dtype=pl.String(), description="what drifts", values=("input", "score")),
        Column(name="name", dtype=pl.String(), description="feature, or value", subject=Subject.NONE),
        Column(name="psi", dtype=pl.Float64(), description="population stability index", minimum=0),
        Column(name="threshold", dtype=pl.Float64(), description="that warns", minimum=0),
        Column(name="is_drifted", dtype=pl.Boolean(), description="whether the index is above it"),
        Column(name="reference_rows", dtype=pl.Int64(), description="training examples", minimum=1),
        Column(name="newest_rows", dtype=pl.Int64(), description="newest customers", minimum=1),
        Column(name="reference_mean", dtype=pl.Float64(), description="mean of the training examples"),
        Column(name="newest_mean", dtype=pl.Float64(), description="mean of the newest customers"),
        Column(name="reference_to", dtype=pl.Date(), description="last origin of the training examples"),
        Column(name="as_of", dtype=pl.Date(), description="day of the newest customers"),
    ),
)

BACK_TEST = FrameContract(
    asset="back_test",
    zone=Zone.INTERNAL,
    grain="one row per kind, scored day, model version and decile of the prediction; decile 0 is everybody; each rests "
    "on customers.min_customers or more",
    key=("kind", "as_of", "model_version", "decile"),
    description="Predictions of days whose horizon has passed against the revenue realised since.",
    columns=(
        Column(name="kind", dtype=pl.String(),
               description="stored: daily scores as they were served; replayed: the newest origin, predicted anew from "
               "what was known then", values=("stored", "replayed")),
        Column(name="as_of", dtype=pl.Date(), description="day of the prediction"),
        Column(name="horizon_days", dtype=pl.Int32(), description="H of the target", unit="days"),
        Column(name="model", dtype=pl.String(), description="that predicted"),
        Column(name="model_version", dtype=pl.String(), description="of the artefact", subject=Subject.NONE),
        Column(name="decile", dtype=pl.Int32(), description="1: lowest predictions, small ones go with a neighbour; 0: "
               "everybody", minimum=0, maximum=10, subject=Subject.NONE),
        Column(name="n", dtype=pl.Int64(), description="customers", minimum=1),
        Column(name="predicted", dtype=pl.Float64(), description="mean prediction", unit=_UNIT),
        Column(name="realised", dtype=pl.Float64(), description="mean realised revenue", unit=_UNIT),
        Column(name="mae", dtype=pl.Float64(), description="mean absolute error", unit=_UNIT, minimum=0),
        Column(name="gini", dtype=pl.Float64(), description="normalised Gini, of everybody", nullable=True),
        Column(name="coverage", dtype=pl.Float64(), description="share inside the interval", minimum=0, maximum=1),
    ),
)  # fmt: skip

CUSTOMER_VALUE = FrameContract(
    asset=VIEW_VALUE,
    zone=Zone.INTERNAL,
    grain="one row per customer of a month's first scored day",
    key=("month", "view_id"),
    description="What is expected of customers on the first scored day of each month, in two digits, under ids of that "
    "month alone: no cell holds fewer than k of them.",
    columns=(
        Column(name="month", dtype=pl.String(), description="calendar month, YYYY-MM", subject=Subject.NONE),
        Column(name="view_id", dtype=pl.String(), description="keyed hash of the customer, for this view and month",
               subject=Subject.CUSTOMER),
        Column(name="target", dtype=pl.String(), description="what is predicted: revenue of the next H days",
               subject=Subject.NONE),
        Column(name="value", dtype=pl.Float64(), description="expected value to two significant digits, to one where "
               "the cell would be too small, null where that is too small too", unit=_UNIT, minimum=0, nullable=True),
        Column(name="segment", dtype=pl.String(), description="by expected value", values=(*SEGMENTS, ANY)),
        Column(name="main_reason", dtype=pl.String(), description="feature that moves the value most, + or -; any: the "
               "first value that a small cell gives up", subject=Subject.NONE),
    ),
)  # fmt: skip
