"""Settings of the models room, with the defaults of each profile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT, all_models
from assets.models.settings_fine_tuning import FineTuningSettings
from assets.models.settings_measuring import MeasuringSettings
from resources.settings import Settings, build_section, refuse, setting

_SECTION = "models"
TARGET_SCALES = ("standard", "root", "log1p")
WORKERS_ON = ("processes", "ray")
SCHEDULES = ("warm_up_cosine", "constant")
PROMOTION_METRICS = ("rmse", "mae")


@dataclass(frozen=True, kw_only=True)
class ModelSettings(FineTuningSettings, MeasuringSettings):
    """How models are trained and compared. Class defaults are the paper's; ``QUICK`` and ``FULL`` change them."""

    seed: int = setting(42, "specification 6.7; the paper prints none", heading="Training, comparing and serving.")
    folds: int = setting(5, "paper 001, section 2.14", allowed="2 or more")
    repeats: int = setting(10, "specification 6.7: 10 x 5 repeated for the headline models", allowed="1 or more")
    other_repeats: int = setting(
        1, "specification 6.7: 1 x 5 for all others, ablations and controls; FULL=1 takes 10", allowed="1 or more"
    )
    models: tuple[str, ...] = setting(
        factory=all_models,
        doc="specification 6.7; same_as_past is the yardstick of the others",
        allowed=(
            "same_as_past and any of same_as_past, twelve_month_average, year_earlier, lightgbm, behaviour_mlp, "
            "concatenation, gated_fusion, bg_nbd, two_part, two_part_text, tweedie, random_forest, "
            "gradient_boosting, xgboost, catboost, lightgbm_text, catboost_text, anchored, anchored_text, "
            "text_only, gated_no_text, behaviour_mlp_ziln, concatenation_ziln, gated_fusion_ziln, "
            "behaviour_mlp_anchored, concatenation_anchored, gated_fusion_anchored, behaviour_mlp_weighted, "
            "concatenation_weighted, gated_fusion_weighted"
        ),
    )
    workers: int = setting(
        1,
        "processes in which models are tuned and cross-validated; the results are the same for any number",
        allowed="1 or more",
    )
    workers_on: str = setting(
        "processes",
        "of this machine; or ray: on any node of a Ray cluster with a free CPU each",
        allowed="processes, ray",
    )
    threads: int = setting(1, "fixed: results must not depend on the machine's core count", allowed="1 or more")
    behaviour_layers: tuple[int, ...] = setting(
        (128, 64), "specification 6.7 (paper 001, table of hyper-parameters)", allowed="one or more widths of 1 or more"
    )
    text_width: int = setting(128, "specification 6.7: text 768 -> 128", allowed="1 or more")
    text_components: int = setting(
        0,
        "leading components of the embedding that networks read; 0: all dimensions, as in the paper",
        allowed="0 or more",
    )
    text_shrinkage: float = setting(
        0.0,
        "networks see text times w / (w + this), w its sum of match probabilities; 0: as it is",
        allowed="0 or more",
    )
    fused_width: int = setting(
        64, "ours: both encoders end in the width of the behaviour MLP's last layer", allowed="1 or more"
    )
    learning_rate: float = setting(3e-4, "paper 001: Adam, 3e-4", allowed="above 0")
    batch_size: int = setting(64, "paper 001", allowed="1 or more")
    dropout: float = setting(0.35, "paper 001, read as the probability of dropping a unit", allowed="0 up to below 1")
    weight_decay: float = setting(1e-4, "ours: the paper names L2 without a figure", allowed="0 or more")
    max_epochs: int = setting(100, "ours", allowed="1 or more")
    schedule: str = setting(
        "warm_up_cosine",
        "paper 001, section 3.3; constant is there for the ablation",
        allowed="warm_up_cosine, constant",
    )
    warm_up_share: float = setting(
        0.1, "ours: share of steps in which the learning rate rises", allowed="0 up to below 1"
    )
    patience: int = setting(
        10, "ours: epochs without a better validation loss before training stops", allowed="1 or more"
    )
    validation_share: float = setting(
        0.15, "ours: customers of the training part kept for early stopping", allowed="between 0 and 1"
    )
    target_scale: str = setting(
        "root",
        "ours, of networks: standard is the paper's MSE on currency units, which a handful of customers decide; "
        "log1p weighs small ones up until totals are lost; chosen by cross-validated RMSE",
        allowed="standard, root, log1p",
    )
    high_value_weight: float = setting(
        1.0, "optional weight of the top third of training targets; 1 is off", allowed="1 or more"
    )
    weighted_by: float = setting(
        2.0,
        "ours: that weight in the models named ..._weighted; paper 001 reweights without a figure",
        allowed="1 or more",
    )
    tuning_trials: int = setting(
        0, "trials of every tuned model and protocol; 0 is off, the profile full takes 20", allowed="0 or more"
    )
    tuning_share: float = setting(
        0.25,
        "ours: customers that tuning may look at; they train all folds and are tested in none",
        allowed="between 0 and 1",
    )
    is_ablated: bool = setting(False, "whether one-change variants are trained; the profile full does")
    tuning_folds: int = setting(
        2, "ours: of those customers; one split alone let chance decide between trials", allowed="2 or more"
    )
    boosting_rounds: int = setting(100, "LightGBM's default", allowed="1 or more")
    boosting_rate: float = setting(0.05, "ours: half of LightGBM's default", allowed="above 0")
    boosting_leaves: int = setting(
        15, "ours: half of LightGBM's default, better in cross-validation and quicker to explain", allowed="2 or more"
    )
    boosting_min_leaf: int = setting(10, "ours: half of LightGBM's default, as above", allowed="1 or more")
    anchored_rounds: int = setting(
        200, "ours: of trees on top of the past; small steps (next line) take more of them", allowed="1 or more"
    )
    anchored_shrinkage: float = setting(
        0.1,
        "ours: part of all training revenue that pulls a leaf's factor to 1; 0: none. A factor that one large "
        "customer or a few small ones suggest is hardly believed",
        allowed="0 or more",
    )
    tweedie_power: float = setting(
        1.5, "LightGBM's default: of the variance, between Poisson's 1 and gamma's 2", allowed="above 1, below 2"
    )
    purchase_penalty: float = setting(
        0.0,
        "of BG/NBD and gamma-gamma, per customer, times the squared logarithms of their parameters; 0: plain maximum "
        "likelihood. 0.001 steps in by itself where nobody came back or all spent alike",
        allowed="0 or more",
    )
    forest_trees: int = setting(100, "scikit-learn's default", allowed="1 or more")
    forest_min_leaf: int = setting(5, "ours: fully grown trees learn single customers by heart", allowed="1 or more")
    forest_features: float = setting(0.5, "ours: share of features tried at a split", allowed="between 0 and 1")
    tree_components: int = setting(12, "ours: leading components of the text as features of trees", allowed="1 or more")
    mape_floor: float = setting(
        100.0, "ours, currency units; paper 001, section 2.13 names a floor without a figure", allowed="above 0"
    )
    interval: float = setting(
        0.8, "ours: share of customers whose value the score's interval should hold", allowed="between 0 and 1"
    )
    reasons: int = setting(3, "ours: reasons named per score", allowed="1 or more")
    anomaly_step: float = setting(
        0.25, "ours: step of the weights alpha, beta, gamma on their simplex; 15 weightings", allowed="between 0 and 1"
    )
    anomaly_taus: tuple[float, ...] = setting(
        (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5),
        "ours: around the pinned 0.3",
        allowed="one or more thresholds from 0 to below 1",
    )
    anomaly_components: int = setting(
        12, "ours: leading components of the text that the downstream ridge reads", allowed="1 or more"
    )
    promotion_metric: str = setting(
        "rmse", "ours: what the networks are trained for and models are chosen by; or mae", allowed="rmse, mae"
    )
    promotion_tolerance: float = setting(
        0.02, "ours: a new model may be this share worse at the newest origin, by chance", allowed="0 or more"
    )
    drift_threshold: float = setting(
        0.25, "population stability index that warns; the trade's custom (Siddiqi 2006)", allowed="above 0"
    )
    back_test_days: int = setting(
        90, "ours: scored days that are back-tested, the newest whose horizon has passed", allowed="1 or more"
    )
    drift_bins: int = setting(10, "Siddiqi 2006: groups of equal size in the reference", allowed="2 or more")
    at_risk_polarity: float = setting(
        -0.2,
        "mean polarity below which a high-value customer's reviews count as negative (ours)",
        allowed="-1 to 1",
        only_for=("segment_pages", "models_findings"),
    )

    def __post_init__(self) -> None:
        FineTuningSettings.__post_init__(self)
        MeasuringSettings.__post_init__(self)
        if NAIVE not in self.models or not set(self.models) <= set(all_models()):
            raise refuse(_SECTION, "models", self.models, f"{NAIVE} and any of {', '.join(all_models())}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise refuse(_SECTION, name, getattr(self, name), ", ".join(choices))
        if not self.behaviour_layers or min(self.behaviour_layers) < 1:
            raise refuse(_SECTION, "behaviour_layers", self.behaviour_layers, "one or more widths of 1 or more")
        if not self.anomaly_taus or not all(0.0 <= tau < 1.0 for tau in self.anomaly_taus):
            raise refuse(_SECTION, "anomaly_taus", self.anomaly_taus, "one or more thresholds from 0 to below 1")
        for names, holds, allowed in _RANGES:
            for name in names:
                if not holds(getattr(self, name)):
                    raise refuse(_SECTION, name, getattr(self, name), allowed)


_CHOICES = {
    "schedule": SCHEDULES,
    "workers_on": WORKERS_ON,
    "promotion_metric": PROMOTION_METRICS,
    "target_scale": TARGET_SCALES,
}
_RANGES: tuple[tuple[tuple[str, ...], Callable[[float], bool], str], ...] = (
    (
        ("repeats", "threads", "workers", "text_width", "fused_width", "batch_size", "max_epochs", "patience",
         "boosting_rounds", "anchored_rounds", "boosting_min_leaf", "reasons", "high_value_weight", "weighted_by",
         "anomaly_components", "other_repeats", "forest_trees", "forest_min_leaf", "tree_components", "back_test_days"),
        lambda value: value >= 1,
        "1 or more",
    ),
    (("folds", "boosting_leaves", "tuning_folds", "drift_bins"), lambda value: value >= 2, "2 or more"),
    (("learning_rate", "boosting_rate", "mape_floor", "drift_threshold"), lambda value: value > 0.0, "above 0"),
    (
        ("weight_decay", "tuning_trials", "text_components", "text_shrinkage", "anchored_shrinkage",
         "promotion_tolerance", "purchase_penalty"),
        lambda value: value >= 0.0,
        "0 or more",
    ),
    (("at_risk_polarity",), lambda value: -1.0 <= value <= 1.0, "-1 to 1"),
    (("tweedie_power",), lambda value: 1.0 < value < 2.0, "above 1, below 2"),
    (("dropout", "warm_up_share"), lambda value: 0.0 <= value < 1.0, "0 up to below 1"),
    (
        ("validation_share", "interval", "anomaly_step", "tuning_share", "forest_features"),
        lambda value: 0.0 < value < 1.0,
        "between 0 and 1",
    ),
)  # fmt: skip

QUICK: Mapping[str, Any] = {
    # Larger steps in larger batches, fewer epochs and one repeat: the whole comparison in about a minute on two
    # cores. Rates between models stay comparable, headline claims need the full profile.
    "models": (
        NAIVE,
        "twelve_month_average",
        "year_earlier",
        "bg_nbd",
        TREES,
        "two_part",
        "two_part_text",
        "tweedie",
        "anchored",
        WITHOUT_TEXT,
        "text_only",
        FUSION,
        f"{FUSION}_anchored",
    ),
    "repeats": 1,
    "text_components": 8,
    "text_shrinkage": 1.0,
    "batch_size": 512,
    "learning_rate": 3e-3,
    "max_epochs": 15,
    "patience": 4,
    "anomaly_step": 0.5,
    "anomaly_taus": (0.2, 0.3, 0.4),
}
FULL: Mapping[str, Any] = {
    # Every model, ten deals of the customers to folds for the headline models, 20 trials of tuning. The paper's own
    # batch of 64 at 3e-4 for up to 100 epochs would take hours on two cores, by estimate; four times the batch at
    # about four times the rate takes minutes, and tuning chooses both anew.
    "workers": 2,
    "tuning_trials": 20,
    "is_ablated": True,
    "text_components": 8,  # on the public data all 256 cost the fusion 0.2 of R²; tuning may choose otherwise
    "text_shrinkage": 1.0,  # one certain pair counts half
    "batch_size": 256,
    "learning_rate": 1e-3,
    "max_epochs": 40,
    "patience": 6,
}
PROFILE_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"quick": QUICK, "full": FULL}


def model_settings(settings: Settings) -> ModelSettings:
    """The room's settings: the profile's defaults, overruled by the user's own.

    Raises:
        SettingsError: an unknown name or a value that makes no sense.
    """
    section = {**PROFILE_DEFAULTS[settings.core.profile], **settings.sections.get("models", {})}
    return build_section("models", ModelSettings, section)
