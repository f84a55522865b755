"""Findings: trees, rows and back; what is absent keeps its reason, what is measured twice is refused."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.common.findings import (
    FINDINGS,
    Disclosure,
    Estimate,
    at,
    covered,
    estimate_of,
    finding_rows,
    findings_contract,
    holds,
    merged,
    nest,
    reasons_of,
    union_of,
    validate_findings,
)
from resources.contract import Zone
from resources.errors import ContractError

OPERATIONAL = {"a": Disclosure.OPERATIONAL, "b": Disclosure.GUEST_AGGREGATE}
NAMES = st.text("abcdefgh_0123456789", min_size=1, max_size=6)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
LEAVES = st.one_of(
    NUMBERS.map(float), st.integers(-(10**6), 10**6), st.booleans(), st.text(max_size=8),
    st.builds(lambda value, reach: {"value": value, "low": value - reach, "high": value + reach},
              NUMBERS, st.floats(0.5, 10)),
)  # fmt: skip
TREES = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, min_size=1), max_leaves=12),
)


def _is_bounds(tree: object) -> bool:
    return isinstance(tree, dict) and set(tree) == {"value", "low", "high"}


@given(TREES)
def test_a_tree_comes_back_from_its_rows(tree: dict) -> None:
    rows = finding_rows(tree, OPERATIONAL)
    assert rows["path"].is_sorted()
    assert rows["path"].is_unique().all()
    assert finding_rows(nest(rows), OPERATIONAL).equals(rows)


def test_values_keep_their_kind() -> None:
    tree = {
        "a": {"share": 0.25, "rows": 3, "is_new": True, "word": "x", "auc": {"value": 0.7, "low": 0.6, "high": 0.8}}
    }
    assert nest(finding_rows(tree, OPERATIONAL)) == tree


def test_an_absent_figure_keeps_its_reason_unless_it_is_measured() -> None:
    rows = finding_rows({"a": {"f1": 0.5, "auc": None}}, OPERATIONAL, {"a.auc": "no truth", "a.f1": "not needed"})
    assert reasons_of(rows) == {"a.auc": "no truth"}
    assert nest(rows) == {"a": {"f1": 0.5}}


def test_the_longest_declared_branch_says_what_a_figure_discloses() -> None:
    rows = finding_rows({"a": {"rows": 1, "values": {"gini": 0.3}}},
                        {"a": Disclosure.OPERATIONAL, "a.values": Disclosure.GUEST_AGGREGATE})  # fmt: skip
    assert dict(rows.select("path", "disclosure").iter_rows()) == {
        "a.rows": "operational", "a.values.gini": "guest_aggregate",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "word"),
    [({"c": 1}, "discloses"), ({"a": {"x.y": 1}}, "dot"), ({"a": math.nan}, "finite"),
     ({"a": {"value": 1.0, "low": math.inf, "high": 2.0}}, "finite")],
)  # fmt: skip
def test_what_can_not_be_read_back_is_refused(tree: dict, word: str) -> None:
    with pytest.raises(ContractError, match=word):
        finding_rows(tree, OPERATIONAL)


def test_a_union_prefers_values_to_reasons_and_refuses_two_owners() -> None:
    first = finding_rows({"a": {"x": 1}}, OPERATIONAL, {"a.y": "not here"})
    second = finding_rows({"a": {"y": 2}}, OPERATIONAL, {"a.z": "nowhere"})
    both = union_of([first, second])
    assert nest(both) == {"a": {"x": 1, "y": 2}}
    assert reasons_of(both) == {"a.z": "nowhere"}
    with pytest.raises(ContractError, match=r"two rooms measure 'a\.x'"):
        union_of([first, first])


def test_an_empty_union_has_the_contract_s_columns() -> None:
    assert union_of([]).schema == FINDINGS.empty().schema


def test_each_room_has_a_table_of_one_shape() -> None:
    contract = findings_contract("raw")
    assert contract.asset == "raw_findings"
    assert contract.zone == Zone.INTERNAL
    assert contract.shape == FINDINGS.shape


def test_paths_are_found_by_name_and_by_star() -> None:
    tree = {"models": {"cv": {"a": {"r2": 0.5}, "b": {"mae": None}}}}
    assert at(tree, "models.cv.a.r2") == 0.5
    assert at(tree, "models.cv.c.r2") is None
    assert holds(tree, "models.*.*.r2")
    assert not holds(tree, "models.cv.b.mae")
    assert covered("models.cv.a", {"models": "none"})
    assert not covered("models", {"models.cv": "none"})


def test_later_branches_add_to_earlier_ones() -> None:
    assert merged({"a": {"x": 1}}, {"a": {"y": 2}}, {"b": 3}) == {"a": {"x": 1, "y": 2}, "b": 3}


def test_an_estimate_reads_a_leaf() -> None:
    assert estimate_of({"value": 1.0, "low": 0.5, "high": 1.5}) == Estimate(1.0, 0.5, 1.5)
    assert estimate_of(2) == Estimate(2.0)
    assert estimate_of(None) is None
    assert Estimate(math.nan).as_json() is None
    assert Estimate(1.0, 0.0, math.inf).as_json() == 1.0


def test_checks_see_silent_rows_and_reversed_bounds() -> None:
    sound = finding_rows({"a": {"x": {"value": 1.0, "low": 0.5, "high": 1.5}}}, OPERATIONAL)
    assert all(outcome.passed for outcome in validate_findings(sound))
    silent = sound.with_columns(value=pl.lit(None, pl.Float64))
    assert [outcome.name for outcome in validate_findings(silent) if not outcome.passed] == [
        "every_finding_says_something"
    ]
    crossed = sound.with_columns(low=pl.lit(2.0))
    assert [outcome.name for outcome in validate_findings(crossed) if not outcome.passed] == [
        "interval_holds_its_value"
    ]
