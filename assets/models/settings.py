"""Settings of the models room, with the defaults of each profile."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT, all_models
from resources.settings import Settings, build_section, refuse

_SECTION = "models"
TARGET_SCALES = ("standard", "root", "log1p")
WORKERS_ON = ("processes", "ray")
SCHEDULES = ("warm_up_cosine", "constant")
PROMOTION_METRICS = ("rmse", "mae")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
_TOKENS = (8, 512)  # word pieces: below, nothing is left between the special ones; above, BERT's and RoBERTa's end


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """How models are trained and compared. Class defaults are the paper's; ``QUICK`` and ``FULL`` change them."""

    seed: int = 42  # SPEC 3.7; the paper prints none
    folds: int = 5  # paper 001, section 2.14
    repeats: int = 10  # SPEC 3.7: 10 x 5 repeated for the headline models
    other_repeats: int = 1  # SPEC 3.7: 1 x 5 for all others, ablations and controls; FULL=1 takes 10
    models: tuple[str, ...] = field(default_factory=all_models)  # SPEC 3.7; same_as_past is the yardstick of the others
    workers: int = 1  # processes in which models are tuned and cross-validated; the results are the same for any number
    workers_on: str = "processes"  # of this machine; or ray: on any node of a Ray cluster with a free CPU each
    threads: int = 1  # fixed: results must not depend on the machine's core count
    behaviour_layers: tuple[int, ...] = (128, 64)  # SPEC 3.7 (paper 001, table of hyper-parameters)
    text_width: int = 128  # SPEC 3.7: text 768 -> 128
    text_components: int = (
        0  # leading components of the embedding that networks read; 0: all dimensions, as in the paper
    )
    text_shrinkage: float = 0.0  # networks see text times w / (w + this), w its sum of match probabilities; 0: as it is
    fused_width: int = 64  # ours: both encoders end in the width of the behaviour MLP's last layer
    learning_rate: float = 3e-4  # paper 001: Adam, 3e-4
    batch_size: int = 64  # paper 001
    dropout: float = 0.35  # paper 001, read as the probability of dropping a unit
    weight_decay: float = 1e-4  # ours: the paper names L2 without a figure
    max_epochs: int = 100  # ours
    schedule: str = "warm_up_cosine"  # paper 001, section 3.3; constant is there for the ablation
    warm_up_share: float = 0.1  # ours: share of steps in which the learning rate rises
    patience: int = 10  # ours: epochs without a better validation loss before training stops
    validation_share: float = 0.15  # ours: customers of the training part kept for early stopping
    target_scale: str = "root"  # ours, of networks: standard is the paper's MSE on currency units, which a handful of
    # customers decide; log1p weighs small ones up until totals are lost; chosen by cross-validated RMSE
    high_value_weight: float = 1.0  # optional weight of the top third of training targets; 1 is off
    weighted_by: float = 2.0  # ours: that weight in the models named ..._weighted; paper 001 reweights without a figure
    tuning_trials: int = 0  # trials of every tuned model and protocol; 0 is off, full takes the 20
    tuning_share: float = 0.25  # ours: customers that tuning may look at; they train all folds and are tested in none
    is_ablated: bool = False  # whether one-change variants are trained; the profile full does
    tuning_folds: int = 2  # ours: of those customers; one split alone let chance decide between trials
    boosting_rounds: int = 100  # LightGBM's default
    boosting_rate: float = 0.05  # ours: half of LightGBM's default
    boosting_leaves: int = 15  # ours: half of LightGBM's default, better in cross-validation and quicker to explain
    boosting_min_leaf: int = 10  # ours: half of LightGBM's default, as above
    anchored_rounds: int = 200  # ours: of trees on top of the past; small steps (next line) take more of them
    anchored_shrinkage: float = 0.1  # ours: part of all training revenue that pulls a leaf's factor to 1; 0: none. A
    # factor that one large customer or a few small ones suggest is hardly believed
    forest_trees: int = 100  # scikit-learn's default
    forest_min_leaf: int = 5  # ours: fully grown trees learn single customers by heart
    forest_features: float = 0.5  # ours: share of features tried at a split
    tree_components: int = 12  # ours: leading components of the text as features of trees
    mape_floor: float = 100.0  # ours, currency units; paper 001, section 2.13 names a floor without a figure
    interval: float = 0.8  # ours: share of customers whose value the score's interval should hold
    reasons: int = 3  # ours: reasons named per score
    anomaly_step: float = 0.25  # ours: step of the weights alpha, beta, gamma on their simplex; 15 weightings
    anomaly_taus: tuple[float, ...] = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)  # ours: around the pinned 0.3
    anomaly_components: int = 12  # ours: leading components of the text that the downstream ridge reads
    promotion_metric: str = "rmse"  # ours: what the networks are trained for and models are chosen by; or mae
    promotion_tolerance: float = 0.02  # ours: a new model may be this share worse at the newest origin, by chance
    drift_threshold: float = 0.25  # population stability index that warns; the trade's custom (Siddiqi 2006)
    back_test_days: int = 90  # ours: scored days that are back-tested, the newest whose horizon has passed
    drift_bins: int = 10  # Siddiqi 2006: groups of equal size in the reference

    # `stayworth fine-tune` only (docs/fine_tuning.md): no stored table and no model that serves depends on these.
    fine_tuning_batch: int = field(default=32, compare=False)  # customers per step, over all cards together
    fine_tuning_epochs: int = field(default=4, compare=False)  # Devlin et al. 2019: 2 to 4 for a text encoder
    fine_tuning_patience: int = field(default=2, compare=False)  # ours: epochs without a better validation loss
    fine_tuning_rate: float = field(default=2e-5, compare=False)  # of the encoder, Devlin et al. 2019: 2e-5 to 5e-5;
    # the layers above it keep models.learning_rate
    fine_tuning_tokens: int = field(default=128, compare=False)  # word pieces of a review that are read
    fine_tuning_reviews: int = field(default=8, compare=False)  # of a customer, those of the most certain pairs
    fine_tuning_checkpointing: bool = field(default=True, compare=False)  # whether activations are computed again in
    # the way back instead of kept: less memory, more time (Chen et al. 2016)
    fine_tuning_precision: str = field(default="auto", compare=False)  # of the encoder's activations; auto: float32 on
    # a CPU, bfloat16 on a card that has it, else float16 with scaled losses; weights stay float32

    def __post_init__(self) -> None:
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
    "fine_tuning_precision": PRECISIONS,
}
_RANGES: tuple[tuple[tuple[str, ...], Callable[[float], bool], str], ...] = (
    (
        ("repeats", "threads", "workers", "text_width", "fused_width", "batch_size", "max_epochs", "patience",
         "boosting_rounds", "anchored_rounds", "boosting_min_leaf", "reasons", "high_value_weight", "weighted_by",
         "anomaly_components", "other_repeats", "forest_trees", "forest_min_leaf", "tree_components", "back_test_days",
         "fine_tuning_batch", "fine_tuning_epochs", "fine_tuning_patience", "fine_tuning_reviews"),
        lambda value: value >= 1,
        "1 or more",
    ),
    (("folds", "boosting_leaves", "tuning_folds", "drift_bins"), lambda value: value >= 2, "2 or more"),  # noqa: PLR2004
    (
        ("learning_rate", "boosting_rate", "mape_floor", "drift_threshold", "fine_tuning_rate"),
        lambda value: value > 0.0,
        "above 0",
    ),
    (("fine_tuning_tokens",), lambda value: _TOKENS[0] <= value <= _TOKENS[1], f"{_TOKENS[0]} to {_TOKENS[1]}"),
    (
        ("weight_decay", "tuning_trials", "text_components", "text_shrinkage", "anchored_shrinkage",
         "promotion_tolerance"),
        lambda value: value >= 0.0,
        "0 or more",
    ),
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
    "models": (NAIVE, TREES, "anchored", WITHOUT_TEXT, "text_only", FUSION, f"{FUSION}_anchored"),
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


def shaping_values(settings: ModelSettings) -> dict[str, Any]:
    """The settings that models and tables depend on, by name; those of ``stayworth fine-tune`` are left out."""
    kept = {item.name for item in fields(settings) if item.compare}
    return {name: value for name, value in asdict(settings).items() if name in kept}


def model_settings(settings: Settings) -> ModelSettings:
    """The room's settings: the profile's defaults, overruled by the user's own.

    Raises:
        SettingsError: an unknown name or a value that makes no sense.
    """
    section = {**PROFILE_DEFAULTS[settings.core.profile], **settings.sections.get("models", {})}
    return build_section("models", ModelSettings, section)
