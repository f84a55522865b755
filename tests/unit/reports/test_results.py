import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reports.results import (
    closing_lines,
    complete,
    covered,
    flatten,
    holds,
    missing_paths,
    nest,
    required_paths,
    to_json,
    with_seconds,
)
from resources.errors import ContractError

REASON = "not computed here"


def why(_path: str) -> str:
    return REASON


names = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=8)
bounds = st.fixed_dictionaries({"value": st.just(0.5), "low": st.just(0.25), "high": st.just(0.75)})
leaves = st.one_of(st.integers(-(2**50), 2**50), st.floats(0.01, 0.99), st.booleans(), st.text(max_size=9), bounds)
trees = st.recursive(
    leaves, lambda inner: st.dictionaries(names.filter(lambda name: name != "not_run"), inner, min_size=1, max_size=4)
).filter(lambda tree: isinstance(tree, dict) and set(tree) != {"value", "low", "high"})


@given(trees)
def test_nesting_undoes_flattening(tree: dict[str, object]) -> None:
    assert nest(flatten(tree)) == {**tree, "not_run": {}}


def test_a_name_with_a_dot_is_refused() -> None:
    with pytest.raises(ContractError, match="holds a dot"):
        flatten({"a.b": 1})


@pytest.mark.parametrize("known", [True, False])
def test_an_empty_run_lists_every_path(known: bool) -> None:
    run = {"source": "demo", "knows_truth": known}
    results = complete({"run": run}, {}, knows_truth=known, reason=why)
    assert missing_paths(results, knows_truth=known) == []
    assert set(required_paths(knows_truth=known)) <= {*results["not_run"], "run.source"}
    json.loads(to_json(results))


def test_a_source_without_truth_says_so() -> None:
    results = complete({}, {}, knows_truth=False, reason=why)
    assert "this source does not know" in results["not_run"]["alignment.precision"]


def test_a_reason_for_a_branch_covers_its_leaves() -> None:
    assert covered("ceilings.oracle.r2", {"ceilings": "later"})
    assert covered("ceilings.oracle.r2", {"ceilings.oracle": "later"})
    assert not covered("ceilings.oracle.r2", {"ceilings.data_rich": "later"})


def test_a_star_matches_any_name() -> None:
    tree = {"models": {"observed": {"best": "lightgbm", "lightgbm": {"r2": 0.5}}}}
    assert holds(tree, "models.observed.*.r2")
    assert not holds(tree, "models.observed.*.mae")
    assert not holds(tree, "gate.low.mean")


def test_incomplete_results_are_not_written() -> None:
    with pytest.raises(ContractError, match="results lack"):
        to_json({"run": {"source": "demo"}, "not_run": {}})


def test_a_number_that_is_not_finite_is_not_written() -> None:
    results = complete({"privacy": {"ncp": float("nan")}}, {}, knows_truth=False, reason=why)
    with pytest.raises(ContractError, match="not a finite number"):
        to_json(results)


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
    text = with_seconds(to_json(complete(tree, {"run.seconds": REASON}, knows_truth=True, reason=why)), 12.34)
    assert json.loads(text)["run"]["seconds"] == 12.3
    assert "run.seconds" not in json.loads(text)["not_run"]
    lines = dict(closing_lines(text))
    assert lines["pseudo-customers"] == "5,699"
    assert lines["R² cross-validated, LightGBM"].startswith("0.63 (0.58")
    assert all(len(label) <= 58 for label in lines)


def test_flattened_rows_follow_the_contract() -> None:
    rows = flatten(complete({"run": {"source": "demo"}}, {}, knows_truth=True, reason=why))
    assert rows["path"].is_unique().all()
    assert rows.filter(pl.col("not_run").is_null())["path"].to_list() == ["run.source"]
