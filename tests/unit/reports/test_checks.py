import polars as pl
import pytest

from assets.common.findings import Disclosure, finding_rows
from assets.reports import results
from assets.reports.checks import identifiers_in, outside_resources, validate_index, validate_results
from assets.reports.contract import EVALUATION_RESULTS, REPORT_INDEX
from resources.contract import CheckOutcome

RUN = {"source": "demo", "knows_truth": True}


def rows_of(tree: dict[str, object]) -> pl.DataFrame:
    return finding_rows(tree, dict.fromkeys(tree, Disclosure.NEUTRAL))


def completed(tree: dict[str, object]) -> pl.DataFrame:
    return results.completed(rows_of(tree), knows_truth=True, reason=lambda _path: "later")


def by_name(outcomes: list[CheckOutcome]) -> dict[str, CheckOutcome]:
    return {outcome.name: outcome for outcome in outcomes}


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/a.png">',
        "<link href='//example.org/a.css'>",
        "<style>@import 'a.css'</style>",
        "<div style='background: url(http://example.org/x)'>",
        "<script>1</script>",
    ],
)
def test_outside_resources_are_found(html: str) -> None:
    assert outside_resources(html)


def test_inner_links_and_pictures_are_no_outside_resources() -> None:
    assert not outside_resources(
        '<a href="#data">x</a><img src="data:image/svg+xml;base64,PHN2Zz4="> see https://x.org'
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ana.silva@example.com", "e-mail"),
        ("card 4111 1111 1111 1111", "card number"),
        ("call +351 912 345 678", "phone"),
        ("row 0123456789abcdef0123456789abcdef", "keyed hash"),
    ],
)
def test_identifiers_are_found(text: str, kind: str) -> None:
    assert identifiers_in(text) == [(kind, 1)]


def test_ordinary_figures_are_no_identifiers() -> None:
    assert identifiers_in("EUR 1,234,567.89 from 2016-01-01 to 2016-12-31, 4,352,444.86 (+12 to −3)") == []


def index(**changes: int) -> pl.DataFrame:
    rows = [
        {"edition": name, "path": f"reports/{name}", "bytes": 9, "sections": 1, "pictures": 1, "outside_resources": 0,
         "identifiers": 0, "sha256": "0" * 64} | changes
        for name in ("internal", "shareable", "results")
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=REPORT_INDEX.schema)


def test_the_index_is_green_when_all_is_well() -> None:
    assert all(outcome.passed for outcome in validate_index(index()))
    assert all(outcome.passed for outcome in validate_index(REPORT_INDEX.empty()))


def test_the_index_is_red_when_something_is_wrong() -> None:
    assert not by_name(validate_index(index().head(2)))["all_editions_are_written"].passed
    assert not by_name(validate_index(index(outside_resources=1)))["report_is_self_contained"].passed
    assert not by_name(validate_index(index(identifiers=2)))["report_names_nobody"].passed


def test_complete_results_are_green() -> None:
    tree = {
        "run": RUN,
        "privacy": {"ncp": {"value": 0.03, "low": 0.02, "high": 0.04}},
    }
    rows = completed(tree)
    assert all(outcome.passed for outcome in validate_results(rows))
    assert all(outcome.passed for outcome in validate_results(EVALUATION_RESULTS.empty()))


def test_incomplete_results_are_red() -> None:
    rows = rows_of({"run": RUN})
    assert not by_name(validate_results(rows))["results_are_complete"].passed


def test_a_silent_row_and_a_reversed_interval_are_red() -> None:
    rows = completed({"run": RUN})
    silent = rows.with_columns(text=pl.lit(None, pl.String))
    assert not by_name(validate_results(silent))["every_finding_says_something"].passed
    wrong = {
        "run": RUN,
        "privacy": {"ncp": {"value": 0.05, "low": 0.06, "high": 0.07}},
    }
    outcome = by_name(validate_results(completed(wrong)))["interval_holds_its_value"]
    assert not outcome.passed
    assert not outcome.is_blocking
