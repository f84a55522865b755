"""What the models room stores."""

import polars as pl

from assets.customers.features import FEATURES
from assets.customers.lifetime_value import SEGMENTS
from assets.customers.protocols import LONG_HORIZON, OBSERVED, PROSPECTIVE
from assets.customers.settings import GUEST, MARKET
from assets.customers.wide_block import WIDE_FEATURES
from assets.models.contract_explaining import CUSTOMER_REVIEWS, EXPLAINED_TEXTS, FEATURE_INFLUENCE, MODELS_FINDINGS
from assets.models.contract_segments import SEGMENT_PAGES, SEGMENT_THEMES
from assets.models.contract_serving import BACK_TEST, CUSTOMER_VALUE, MODEL_DRIFT, TRAINING_RUNS
from assets.models.contract_told import FORECAST_CURVES, INFLUENCE_BY_VALUE, WORD_INFLUENCE, WORDS_BY_VALUE
from resources.contract import Column, FrameContract, Subject, Zone

__all__ = [
    "ANOMALY_SENSITIVITY", "BACK_TEST", "CUSTOMER_REVIEWS", "CUSTOMER_SCORES", "CUSTOMER_VALUE", "EXAMPLES",
    "EXPLAINED_TEXTS", "FEATURE_INFLUENCE", "FORECAST_CURVES", "INFLUENCE_BY_VALUE", "MODELS_FINDINGS",
    "MODEL_ABLATIONS", "MODEL_DRIFT", "MODEL_METRICS", "MODEL_PREDICTIONS", "MODEL_TUNING", "SEGMENT_PAGES",
    "SEGMENT_THEMES", "TRAINED_MODELS", "TRAINING_RUNS", "WORDS_BY_VALUE", "WORD_INFLUENCE",
]  # fmt: skip

_ID = Column(
    name="pseudo_customer_id",
    dtype=pl.String(),
    description="keyed hash of the guest key, or of a market's composite key",
    subject=Subject.CUSTOMER,
)
_AS_OF = Column(name="as_of", dtype=pl.Date(), description="T: features know rows delivered up to this day")
_EVALUATION = (
    Column(name="protocol", dtype=pl.String(), description="what was trained on and tested on", subject=Subject.NONE),
    Column(name="model", dtype=pl.String(), description="name of the model", subject=Subject.NONE),
    Column(
        name="repeat", dtype=pl.Int32(), description="which deal of customers to folds", minimum=0, subject=Subject.NONE
    ),
    Column(name="fold", dtype=pl.Int32(), description="which fold was tested", minimum=0, subject=Subject.NONE),
)
_COST = (
    Column(name="parameters", dtype=pl.Int64(), description="trained values", minimum=0),
    Column(
        name="train_seconds",
        dtype=pl.Float64(),
        description="wall time of the fit",
        unit="seconds",
        minimum=0,
        is_timing=True,
    ),
    Column(
        name="predict_seconds",
        dtype=pl.Float64(),
        description="wall time of the test",
        unit="seconds",
        minimum=0,
        is_timing=True,
    ),
)

EXAMPLES = FrameContract(
    asset="examples",
    zone=Zone.RESTRICTED,
    grain="one row per protocol, pseudo-customer and day T",
    key=("protocol", "pseudo_customer_id", "as_of"),
    description="Feature blocks with masks and targets; everything that trains reads this table.",
    columns=(
        Column(name="protocol", dtype=pl.String(), description="window", values=(OBSERVED, PROSPECTIVE, LONG_HORIZON)),
        Column(name="split", dtype=pl.String(), description="use of the row", values=("cv", "holdout")),
        _ID,
        Column(name="unit", dtype=pl.String(), description="whether a guest or a market", values=(GUEST, MARKET)),
        _AS_OF,
        Column(name="horizon_days", dtype=pl.Int32(), description="H; 0 in the observed window", unit="days"),
        Column(name="target_clv", dtype=pl.Float64(), description="value to predict", unit="currency units"),
        Column(
            name="past_revenue",
            dtype=pl.Float64(),
            description="realised revenue in (T - H, T], the forecast 'same as the past'",
            unit="currency units",
        ),
        Column(name="past_year_revenue", dtype=pl.Float64(), description="realised revenue in (T - 365, T]",
               unit="currency units"),
        Column(name="year_earlier_revenue", dtype=pl.Float64(),
               description="realised revenue of the H days that begin a year before T", unit="currency units"),
        Column(name="season_price", dtype=pl.Float64(), nullable=True, unit="currency units per night",
               description="price per night of all stays in those H days; null where the history does not hold them"),
        Column(name="horizon_price", dtype=pl.Float64(), nullable=True, unit="currency units per night",
               description="the same in the H days of the target: an outcome; null where nothing is to be forecast"),
        *(
            Column(name=f"{block}_{item.name}", dtype=pl.Float64(), description=item.formula, unit=item.unit)
            for block, items in (("b", FEATURES), ("w", WIDE_FEATURES))
            for item in items
        ),
        Column(name="has_text", dtype=pl.Boolean(), description="mask of the text block"),
        Column(name="text_weight", dtype=pl.Float64(), description="sum of match probabilities", minimum=0),
        Column(name="text_polarity", dtype=pl.Float64(), description="weighted mean", nullable=True, minimum=-1,
               maximum=1),
        Column(name="text_score", dtype=pl.Float64(), description="weighted mean", nullable=True, minimum=0,
               maximum=10),
        Column(name="text_vector", dtype=pl.List(pl.Float32()), description="weighted mean embedding", nullable=True),
        Column(name="reviews", dtype=pl.Int32(), description="reviews behind the text block", minimum=0),
        Column(name="country_group", dtype=pl.String(), description="country label of the latest row"),
        Column(name="channel", dtype=pl.String(), description="distribution channel label of the latest row"),
    ),
)  # fmt: skip

MODEL_PREDICTIONS = FrameContract(
    asset="model_predictions",
    zone=Zone.RESTRICTED,
    grain="one row per tested example, model, repeat and fold",
    key=("protocol", "model", "repeat", "fold", "pseudo_customer_id", "as_of"),
    description="Out-of-sample predictions of every model on the same splits; seconds are not reproducible.",
    columns=(
        *_EVALUATION,
        _ID,
        _AS_OF,
        Column(name="target", dtype=pl.Float64(), description="realised value", unit="currency units"),
        Column(name="prediction", dtype=pl.Float64(), description="predicted value", unit="currency units", minimum=0),
        Column(name="gate", dtype=pl.Float64(), description="share of behaviour in the fusion", nullable=True,
               minimum=0, maximum=1),
        Column(name="chance", dtype=pl.Float64(), description="predicted chance of any revenue, where the model gives "
               "one", nullable=True, minimum=0, maximum=1),
        *_COST,
    ),
)  # fmt: skip

MODEL_METRICS = FrameContract(
    asset="model_metrics",
    zone=Zone.INTERNAL,
    grain="one row per protocol, model, repeat and fold",
    key=("protocol", "model", "repeat", "fold"),
    description="Metrics of each fold with parameters and seconds beside them; null where not defined.",
    columns=(
        *_EVALUATION,
        Column(name="n", dtype=pl.Int64(), description="tested examples", minimum=1),
        Column(name="mae", dtype=pl.Float64(), description="mean absolute error", unit="currency units", nullable=True),
        Column(name="rmse", dtype=pl.Float64(), description="root mean square error", unit="currency units",
               nullable=True),
        Column(name="r2", dtype=pl.Float64(), description="share of variance explained", nullable=True, maximum=1),
        Column(name="mape", dtype=pl.Float64(), description="mean absolute percentage error above the floor, a share",
               nullable=True, minimum=0),
        Column(name="spearman", dtype=pl.Float64(), description="rank correlation", nullable=True),
        Column(name="gini", dtype=pl.Float64(), description="normalised Gini", nullable=True),
        *_COST,
    ),
)  # fmt: skip

MODEL_TUNING = FrameContract(
    asset="model_tuning",
    zone=Zone.INTERNAL,
    grain="one row per protocol, tuned model and trial",
    key=("protocol", "model", "trial"),
    description="The same number of trials for every tuned model, on customers that no fold tests; seconds are not "
    "reproducible.",
    columns=(
        Column(name="protocol", dtype=pl.String(), description="what was trained on and tested on",
               subject=Subject.NONE),
        Column(name="model", dtype=pl.String(), description="name of the model; variants take over its values",
               subject=Subject.NONE),
        Column(name="trial", dtype=pl.Int32(), description="0 is the documented default", minimum=0,
               subject=Subject.NONE),
        Column(name="rmse", dtype=pl.Float64(), description="error over the inner folds", unit="currency units",
               minimum=0),
        Column(name="is_chosen", dtype=pl.Boolean(), description="whether the model is trained with these values"),
        Column(name="seconds", dtype=pl.Float64(), description="wall time of the trial", unit="seconds", minimum=0,
               is_timing=True),
        Column(name="chosen", dtype=pl.String(), description="the trial's values, JSON"),
    ),
)  # fmt: skip

MODEL_ABLATIONS = FrameContract(
    asset="model_ablations",
    zone=Zone.INTERNAL,
    grain="one row per study, variant, repeat and fold",
    key=("study", "variant", "repeat", "fold"),
    description="One thing changed at a time, on the same folds as the reference, which is a row of each study; "
    "forecast under cross-validation.",
    columns=(
        Column(name="study", dtype=pl.String(), description="what is varied", subject=Subject.NONE),
        Column(name="variant", dtype=pl.String(), description="the change in words; reference: none",
               subject=Subject.NONE),
        Column(name="model", dtype=pl.String(), description="the model that was trained"),
        Column(name="repeat", dtype=pl.Int32(), description="which deal of customers to folds", minimum=0,
               subject=Subject.NONE),
        Column(name="fold", dtype=pl.Int32(), description="which fold was tested", minimum=0, subject=Subject.NONE),
        Column(name="n", dtype=pl.Int64(), description="tested examples", minimum=1),
        Column(name="text_share", dtype=pl.Float64(), description="share of examples with text", minimum=0, maximum=1),
        Column(name="mae", dtype=pl.Float64(), description="mean absolute error", unit="currency units", nullable=True),
        Column(name="rmse", dtype=pl.Float64(), description="root mean square error", unit="currency units",
               nullable=True),
        Column(name="r2", dtype=pl.Float64(), description="share of variance explained", nullable=True, maximum=1),
    ),
)  # fmt: skip

ANOMALY_SENSITIVITY = FrameContract(
    asset="anomaly_sensitivity",
    zone=Zone.INTERNAL,
    grain="one row per study, timing, configuration and fold",
    key=("study", "timing", "label", "fold"),
    description="How weights and threshold of the anomaly filter change the forecast; the choice inside each fold.",
    columns=(
        Column(name="study", dtype=pl.String(), description="what is varied",
               values=("selection", "weights", "threshold", "filter")),
        Column(name="timing", dtype=pl.String(), description="whose timing part is used", values=("ours", "paper")),
        Column(name="label", dtype=pl.String(), description="configuration in words", subject=Subject.NONE),
        Column(name="fold", dtype=pl.Int32(), description="outer fold; -1: all folds pooled", minimum=-1,
               subject=Subject.NONE),
        Column(name="alpha", dtype=pl.Float64(), description="weight of contradiction", minimum=0, maximum=1),
        Column(name="beta", dtype=pl.Float64(), description="weight of duplication", minimum=0, maximum=1),
        Column(name="gamma", dtype=pl.Float64(), description="weight of timing", minimum=0, maximum=1),
        Column(name="tau", dtype=pl.Float64(), description="threshold; null: no filter", nullable=True, minimum=0),
        Column(name="retained", dtype=pl.Float64(), description="share of reviews kept", minimum=0, maximum=1),
        Column(name="validation_rmse", dtype=pl.Float64(), description="error of the inner folds, where a choice "
               "was made", unit="currency units", nullable=True),
        Column(name="mae", dtype=pl.Float64(), description="mean absolute error out of sample", unit="currency units"),
        Column(name="rmse", dtype=pl.Float64(), description="root mean square error out of sample",
               unit="currency units"),
        Column(name="r2", dtype=pl.Float64(), description="share of variance explained", nullable=True, maximum=1),
    ),
)  # fmt: skip

TRAINED_MODELS = FrameContract(
    asset="trained_models",
    zone=Zone.INTERNAL,
    grain="one row per stored model",
    key=("model",),
    description="Models trained on every example with a known target, as kept by the model store.",
    columns=(
        Column(name="model", dtype=pl.String(), description="name of the model", subject=Subject.NONE),
        Column(name="version", dtype=pl.String(), description="content hash of the artefact"),
        Column(name="path", dtype=pl.String(), description="folder below the model store"),
        Column(name="known_from", dtype=pl.Date(), description="first day on which it may score"),
        Column(name="is_served", dtype=pl.Boolean(), description="whether daily scores come from it"),
        Column(name="rows", dtype=pl.Int64(), description="training examples", minimum=0),
        Column(name="parameters", dtype=pl.Int64(), description="trained values", minimum=0),
        Column(name="rmse", dtype=pl.Float64(), description="mean over cross-validation", nullable=True),
        Column(name="r2", dtype=pl.Float64(), description="mean over cross-validation", nullable=True),
        Column(name="data_version", dtype=pl.String(), description="hash of the training examples"),
    ),
)

CUSTOMER_SCORES = FrameContract(
    asset="customer_scores",
    zone=Zone.RESTRICTED,
    grain="one row per pseudo-customer and target, as of the delivery day",
    key=("pseudo_customer_id", "target"),
    description="Expected value of every current customer with an interval, a segment and the main reasons.",
    columns=(
        _ID,
        Column(name="target", dtype=pl.String(), description="what is predicted: revenue of the next H days",
               subject=Subject.NONE),
        Column(name="model", dtype=pl.String(), description="model that was served"),
        Column(name="model_version", dtype=pl.String(), description="content hash of its artefact"),
        Column(name="value", dtype=pl.Float64(), description="expected value", unit="currency units", minimum=0),
        Column(name="low", dtype=pl.Float64(), description="lower end of the interval", unit="currency units",
               minimum=0),
        Column(name="high", dtype=pl.Float64(), description="upper end of the interval", unit="currency units",
               minimum=0),
        Column(name="segment", dtype=pl.String(), description="by expected value", values=SEGMENTS),
        Column(name="reasons", dtype=pl.String(), description="main contributions, largest first"),
        Column(name="delivery_day", dtype=pl.Date(), description="as-of day"),
    ),
)  # fmt: skip
