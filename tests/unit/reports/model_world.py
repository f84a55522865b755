"""What an invented run has told of its models, for the tests of the report."""

from typing import Any

from assets.common.findings import Tree

MODELS = ("same_as_past", "lightgbm", "behaviour_mlp", "text_only", "gated_fusion")
SEGMENT_ERRORS = {"low": 20.0, "mid": 60.0, "high": 400.0}


def model_tree() -> Tree:
    """The branches of the results that the rooms of the models fill."""
    return {
        "models": {
            **{protocol: accuracy(base) for protocol, base in
               (("prospective_cv", 0.60), ("prospective_holdout", 0.55), ("observed", 0.9))},
            "examples": {"ahead": 1_800, "with_text": 540},
            "significance": {"gated_fusion_vs_behaviour_mlp": comparison(0.004, -0.01, 0.018)},
            "groups": {"channel": {"TA/TO": {"n": 400, "mae": 120.0, "bias": -4.0}}},
            "segments": {name: {"mae": value, "rmse": value} for name, value in SEGMENT_ERRORS.items()},
        },
        "customers": {"leakage": {"all": {"r2": {"value": 0.9987, "low": 0.9981, "high": 0.9991}},
                                  "without_m": {"r2": {"value": 0.966, "low": 0.95, "high": 0.97}},
                                  "without_m_and_f": {"r2": {"value": 0.50, "low": 0.42, "high": 0.57}},
                                  "group_counts": {"r2": 0.83, "r2_log": 0.73, "contains_target": "frequency"},
                                  "group_stays": {"r2": -0.03, "contains_target": ""}}},
        "verdicts": {"gated_fusion_vs_behaviour_mlp": claimed(0.004, -0.01, 0.018)},
        "forecast": {"horizon_days": 180},
        "scores": {"high": {"customers": 15, "expected": 4_500.0, "mean": 300.0, "share": 0.9},
                   "low": {"customers": 25, "expected": 500.0, "mean": 20.0, "share": 0.1}},
        "controls": {"permutation": {"gated_fusion": permutation(0.717, 0.4)}},
        "ablations": {"observed": {"full multimodal model": {"mae": 110.0, "rmse": 270.0, "r2": 0.72}}},
        "embeddings": {"static": {"reviews": 14_200, "reviews_per_second": 13_000.0, "dimensions": 256}},
        "hyperparameters": {"Learning rate": "0.0003", "Batch size": "64"},
    }  # fmt: skip


def accuracy(base: float) -> dict[str, Any]:
    """The figures of every model under a protocol: R² rises from the reference to the fusion, text alone is worse."""
    return {"best": MODELS[-1], **{model: metrics_of(base, place) for place, model in enumerate(MODELS)}}


def metrics_of(base: float, place: int) -> dict[str, Any]:
    """Metrics of one model with their bounds, and what it costs."""
    r2 = base + (0.03 * place if MODELS[place] != "text_only" else -0.5)
    values = {"r2": r2, "mae": 180 - 90 * r2, "rmse": 420 - 200 * r2, "mape": 0.8 - 0.4 * r2, "spearman": r2,
              "gini": r2 + 0.1}  # fmt: skip
    bounded = {name: {"value": value, "low": value * 0.93, "high": value * 1.07} for name, value in values.items()}
    return {**bounded, "parameters": 10 * place, "train_seconds": 0.5 * place, "predict_seconds": 0.01}


def comparison(value: float, low: float, high: float) -> dict[str, Any]:
    """The paired test of two models."""
    return {"difference": {"value": value, "low": low, "high": high}, "p_corrected": 0.41, "p_t": 0.03,
            "p_wilcoxon": 0.0625, "effect": 0.2}  # fmt: skip


def claimed(value: float, low: float, high: float, verdict: str = "not shown") -> dict[str, Any]:
    """What is said of one claim, and the difference on which it rests."""
    return {"metric": "auc", "difference": {"value": value, "low": low, "high": high}, "p": 0.2, "p_holm": 0.4,
            "claims": 9, "verdict": verdict}  # fmt: skip


def permutation(shuffled: float, p: float) -> dict[str, Any]:
    """The control with shuffled texts."""
    return {"metric": "r2", "real": {"value": 0.72, "low": 0.67, "high": 0.77},
            "shuffled": {"value": shuffled, "low": 0.665, "high": 0.768}, "p_corrected": p}  # fmt: skip
