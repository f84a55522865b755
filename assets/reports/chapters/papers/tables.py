"""Tables that stand beside those of the papers."""

from collections.abc import Mapping

from assets.models.estimators.registry import FUSION
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.accuracy import Accuracy, metric_cell
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import MISSING, NOT_PRINTED, decimal


def model_comparison(accuracy: Accuracy) -> Table | None:
    """Tables 4, 5, 8 and 14 of paper 001 beside our run of the same protocol; None where no model ran.

    Args:
        accuracy: in the observed window.
    """
    if not accuracy.models:
        return None
    names = [
        ("Random forest", "random_forest", paper.BASELINES["random_forest"]),
        ("Gradient boosting", "gradient_boosting", paper.BASELINES["gradient_boosting"]),
        ("XGBoost", "xgboost", None),
        ("LightGBM", "lightgbm", None),
        ("CatBoost", "catboost", None),
        ("Behaviour-only network", "behaviour_mlp", paper.BASELINES["behaviour_mlp"]),
        ("Text only", "text_only", paper.BASELINES["text_only"]),
        ("Multimodal, initial", "", paper.INITIAL_MULTIMODAL),
        ("Multimodal, optimised", FUSION, paper.OPTIMISED_MULTIMODAL),
    ]
    rows = []
    for label, model, printed in names:
        ours = [metric_cell(accuracy.estimate(model, metric), metric) for metric in ("mae", "rmse", "r2", "mape")]
        theirs = (
            [decimal(printed.mae, 1), decimal(printed.rmse, 1), decimal(printed.r2), decimal(printed.mape, 1)]
            if printed
            else [NOT_PRINTED] * 4
        )
        rows.append((label, *ours, *theirs))
    return Table(
        key="paper_models",
        title="Tables 4, 5, 8 and 14 of paper 001: accuracy in the observed window",
        columns=("Model", "MAE", "RMSE", "R²", "MAPE, %", "MAE, paper", "RMSE, paper", "R², paper", "MAPE, paper"),
        rows=tuple(rows),
        paper_columns=(5, 6, 7, 8),
        note="The errors can't agree: the paper states neither its currency nor the number of its pseudo-customers, "
        "and its split is by row where ours keeps a customer's rows together. – means that this run did not train the "
        "model.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def hyperparameter_table(used: Mapping[str, str]) -> Table | None:
    """Table 10 of paper 001 beside the settings used; None where no fusion was trained.

    Args:
        used: setting, as the paper calls it -> its value in words.
    """
    if not used:
        return None
    rows = tuple((name, used.get(name, MISSING), printed or NOT_PRINTED) for name, printed in paper.HYPERPARAMETERS)
    return Table(
        key="hyperparameters",
        title="Table 10 of paper 001: settings of the fusion model",
        columns=("Setting", "Ours", "Paper 001"),
        rows=rows,
        paper_columns=(2,),
        disclosure=Disclosure.NEUTRAL,
    )
