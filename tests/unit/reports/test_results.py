import json

import pytest

from assets.common.findings import Disclosure, Tree, finding_rows
from assets.reports.results import (
    closing_lines,
    completed,
    missing_paths,
    required_paths,
    results_of,
    to_json,
    with_seconds,
)
from resources.errors import ContractError

REASON = "not computed here"


def why(_path: str) -> str:
    return REASON


def complete(tree: Tree, reasons: dict[str, str], *, knows_truth: bool) -> Tree:
    rows = finding_rows(tree, dict.fromkeys({*tree, *reasons, "run"}, Disclosure.NEUTRAL), reasons)
    return results_of(completed(rows, knows_truth=knows_truth, reason=why))


@pytest.mark.parametrize("known", [True, False])
def test_an_empty_run_lists_every_path(known: bool) -> None:
    run = {"source": "demo", "knows_truth": known}
    results = complete({"run": run}, {}, knows_truth=known)
    assert missing_paths(results, knows_truth=known) == []
    assert set(required_paths(knows_truth=known)) <= {*results["not_run"], "run.source"}
    json.loads(to_json(results))


def test_a_source_without_truth_says_so() -> None:
    results = complete({}, {}, knows_truth=False)
    assert "this source does not know" in results["not_run"]["alignment.precision"]


def test_incomplete_results_are_not_written() -> None:
    with pytest.raises(ContractError, match="results lack"):
        to_json({"run": {"source": "demo"}, "not_run": {}})


def test_a_number_that_is_not_finite_is_not_written() -> None:
    results = complete({"privacy": {"ncp": 0.1}}, {}, knows_truth=False)
    with pytest.raises(ContractError, match="not a finite number"):
        to_json(results | {"privacy": {"ncp": float("nan")}})


def test_seconds_and_closing_lines() -> None:
    tree = {
        "run": {"source": "demo"},
        "customers": {"count": 5_699, "concentration": {"top_10_percent": 0.74}},
        "models": {
            "prospective_cv": {
                "best": "lightgbm",
                "lightgbm": {"r2": {"value": 0.63, "low": 0.58, "high": 0.68}},
                "same_as_past": {"r2": 0.55},
            }
        },
    }
    text = with_seconds(to_json(complete(tree, {"run.seconds": REASON}, knows_truth=True)), 12.34)
    assert json.loads(text)["run"]["seconds"] == 12.3
    assert "run.seconds" not in json.loads(text)["not_run"]
    lines = dict(closing_lines(text))
    assert lines["pseudo-customers"] == "5,699"
    assert lines["R² cross-validated, LightGBM"].startswith("0.63 (0.58")
    assert all(len(label) <= 58 for label in lines)
