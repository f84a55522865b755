"""Checks of trainings and of models in service: pure functions from frames to outcomes."""

from dataclasses import replace

import polars as pl

from resources.contract import CheckOutcome, outcome_of

# As declared: an outcome on no rows, without asking a frame, so that importing the room computes nothing.
NO_WORSE_IS_PROMOTED = CheckOutcome(
    name="no_worse_model_is_promoted",
    passed=True,
    advice="look at serving/promotion_rule.py: the error at the newest origin must decide",
)
_RUN = ("run_id", "model", "metric", "error", "serving_model", "serving_error")


def validate_training_runs(runs: pl.DataFrame) -> list[CheckOutcome]:
    """Warns when the newest model is worse than the serving one; stops when such a model was promoted all the same."""
    latest = runs.filter(pl.col("is_latest"))
    refused = outcome_of(
        "newest_model_is_not_worse_than_the_serving_one",
        latest.filter(~pl.col("is_promoted")),
        show=_RUN,
        advice="the older model goes on serving; compare the runs with `stayworth models --compare`",
        is_blocking=False,
    )
    figures = {name: latest[name][0] for name in ("metric", "error", "serving_error", "decision") if latest.height}
    shown = {name: value for name, value in figures.items() if value is not None}
    return [replace(refused, metadata=shown), no_worse_model_is_promoted(runs)]


def no_worse_model_is_promoted(runs: pl.DataFrame) -> CheckOutcome:
    """Stops a promotion that the error at the newest origin does not allow: before the model serves, and in the log.

    Args:
        runs: rows of ``training_runs``.
    """
    allowed = pl.col("serving_error") * (1.0 + pl.col("tolerance"))
    return outcome_of(
        NO_WORSE_IS_PROMOTED.name,
        runs.filter(pl.col("is_promoted") & (pl.col("error") > allowed)),
        show=_RUN,
        advice=NO_WORSE_IS_PROMOTED.advice,
    )


def validate_drift(drift: pl.DataFrame) -> list[CheckOutcome]:
    """Warns when an input, or the score, is no longer distributed as in the training examples."""
    threshold = float(drift["threshold"][0]) if drift.height else None
    moved = drift.filter(pl.col("is_drifted")).sort("psi", descending=True)
    show = ("name", "psi", "reference_mean", "newest_mean")
    return [
        outcome_of(
            "inputs_are_distributed_as_in_training",
            moved.filter(pl.col("kind") == "input"),
            show=show,
            advice="look whether guests or the delivery changed; if guests did, train again (job evaluate)",
            is_blocking=False,
            threshold=threshold,
        ),
        outcome_of(
            "scores_are_distributed_as_in_training",
            moved.filter(pl.col("kind") == "score"),
            show=show,
            advice="look at the inputs that drifted; the season alone moves scores too",
            is_blocking=False,
            threshold=threshold,
        ),
    ]


def validate_back_test(back_test: pl.DataFrame) -> list[CheckOutcome]:
    """Deciles add up to everybody, and shares are shares of customers."""
    keys = ["kind", "as_of", "model_version"]
    parts = back_test.filter(pl.col("decile") > 0).group_by(keys).agg(parts=pl.col("n").sum())
    whole = back_test.filter(pl.col("decile") == 0).join(parts, on=keys, how="left")
    return [
        outcome_of(
            "deciles_add_up",
            whole.filter(pl.col("parts").fill_null(0) != pl.col("n")),
            show=(*keys, "n", "parts"),
            advice="look at the deciles in back_test.py: each customer belongs to one",
        )
    ]
