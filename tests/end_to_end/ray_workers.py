"""Tuning and cross-validation over the Ray cluster of the environment, in a process of its own.

    python -m tests.end_to_end.ray_workers <folder for the two tables>

Ray reads its token when it is first loaded: a process that knew none can't join later.
"""

import sys
from dataclasses import replace
from pathlib import Path

from assets.common.side_by_side import side_by_side
from assets.models.evaluation.evaluate import evaluate
from assets.models.evaluation.tuning import tune
from assets.models.settings import ModelSettings
from tests.unit.models.build import examples_of

SETTINGS = ModelSettings(
    models=("same_as_past", "lightgbm", "anchored", "behaviour_mlp"), repeats=1, folds=2, max_epochs=2, tuning_trials=2
)
CUSTOMERS = 60


def no_time() -> float:
    return 0.0


def node_of(_task: int) -> str:
    import ray  # pyright: ignore[reportMissingImports]

    return ray.get_runtime_context().get_node_id()


def main(folder: Path) -> None:
    # One worker more than the cluster has CPUs.
    spread = replace(SETTINGS, workers=3, workers_on="ray")
    rows = examples_of(1, customers=CUSTOMERS)
    evaluate(rows, spread, no_time).write_parquet(folder / "predictions.parquet")
    tune(rows, spread, no_time).write_parquet(folder / "tuning.parquet")
    nodes = side_by_side(node_of, [(task,) for task in range(40)], spread.workers, spread.workers_on)
    sys.stdout.write(f"nodes {len(set(nodes))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
