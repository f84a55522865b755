"""Models tuned and cross-validated by actors of a Ray cluster of two nodes: the rows of one process."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from assets.common.side_by_side import side_by_side
from assets.models.evaluation.evaluate import evaluate
from assets.models.evaluation.tuning import tune
from resources.errors import SettingsError
from tests.end_to_end.ray_cluster import Cluster
from tests.end_to_end.ray_workers import CUSTOMERS, SETTINGS, no_time, node_of
from tests.unit.models.build import examples_of


@pytest.mark.slow
def test_the_workers_of_two_nodes_predict_what_one_process_does(short_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra stayworth[ray] is not installed")
    with Cluster(short_folder / "ray", {}).running() as cluster:
        command = [sys.executable, "-W", "ignore", "-m", "tests.end_to_end.ray_workers", str(tmp_path)]
        environment = {**os.environ, **cluster.variables, "RAY_ADDRESS": cluster.address}
        told = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2], check=False
        )
    assert told.returncode == 0, told.stderr[-4000:]
    assert "nodes 2" in told.stdout, "one worker on each node"
    rows = examples_of(1, customers=CUSTOMERS)
    for name, alone in (
        ("predictions", evaluate(rows, SETTINGS, no_time)),
        ("tuning", tune(rows, SETTINGS, no_time)),
    ):
        assert alone.height
        assert pl.read_parquet(tmp_path / f"{name}.parquet").equals(alone)


@pytest.mark.slow
def test_without_a_cluster_it_says_so(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="the extra stayworth[ray] is not installed")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(short_folder))  # nor does a cluster that somebody left behind count
    with pytest.raises(SettingsError, match="RAY_ADDRESS"):
        side_by_side(node_of, [(0,)], 2, "ray")
