"""Rows of the sensitivity table under the names of results.json."""

import polars as pl

from assets.models.contract import ANOMALY_SENSITIVITY
from assets.models.findings.anomaly_filter import sensitivity_results


def row(study, label, fold, rmse):
    return {"study": study, "timing": "ours", "label": label, "fold": fold, "alpha": 0.5, "beta": 0.25, "gamma": 0.25,
            "tau": 0.3, "retained": 0.9, "validation_rmse": 7.0, "mae": 5.0, "rmse": rmse, "r2": 0.1}  # fmt: skip


def test_choices_stand_by_fold_and_everything_else_by_setting():
    table = pl.DataFrame(
        [
            row("selection", "chosen", 0, 9.0),
            row("weights", "0.50 / 0.25 / 0.25", -1, 8.0),
            row("filter", "on", -1, 7.0),
        ],
        schema=ANOMALY_SENSITIVITY.schema,
    )
    tree = sensitivity_results(table)
    assert tree["reviews"]["anomaly"]["selection"]["ours"]["fold_1"]["chosen"] == {
        "alpha": 0.5, "beta": 0.25, "gamma": 0.25, "tau": 0.3, "validation_rmse": 7.0, "mae": 5.0, "rmse": 9.0,
        "r2": 0.1, "retained": 0.9,
    }  # fmt: skip
    ablations = tree["ablations"]["anomaly"]
    assert ablations["weights"]["ours"]["0p50_0p25_0p25"]["rmse"] == 8.0
    assert ablations["filter"]["ours"]["on"] == {"mae": 5.0, "rmse": 7.0, "r2": 0.1, "retained": 0.9}
    assert sensitivity_results(table.clear()) == {}
