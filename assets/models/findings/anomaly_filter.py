"""What weights and threshold of the anomaly filter do to the forecast, as branches of the results."""

import polars as pl

from assets.common.findings import Tree


def sensitivity_results(table: pl.DataFrame) -> Tree:
    """``ablations.anomaly`` (by study, timing and setting) and ``reviews.anomaly.selection`` (by timing and fold).

    Args:
        table: ``anomaly_sensitivity`` rows; empty gives nothing.
    """
    if table.is_empty():
        return {}
    ablations: Tree = {}
    selection: Tree = {}
    for row in table.iter_rows(named=True):
        errors = {name: row[name] for name in ("mae", "rmse", "r2", "retained")}
        if row["study"] == "selection":
            chosen = {name: row[name] for name in ("alpha", "beta", "gamma", "tau", "validation_rmse")}
            fold = selection.setdefault(row["timing"], {}).setdefault(f"fold_{row['fold'] + 1}", {})
            fold[row["label"]] = {**chosen, **errors}
        else:
            name = row["label"].replace(" / ", "_").replace(" ", "_").replace(".", "p")
            ablations.setdefault(row["study"], {}).setdefault(row["timing"], {})[name] = errors
    return {"ablations": {"anomaly": ablations}, "reviews": {"anomaly": {"selection": selection}}}
