"""Checks of the reports: self-contained, without identifiers, complete."""

import re

import polars as pl

from assets.common.findings import validate_findings
from assets.reports.contract import EDITIONS
from assets.reports.results import knows_truth_of, missing_paths, results_of
from resources.contract import CheckOutcome, outcome_of

_OUTSIDE = re.compile(
    r"""(?:src|href|action|poster|data)\s*=\s*["']?\s*(?:https?:)?//[^\s"'>]+|url\(\s*["']?(?:https?:)?//|@import|<script""",
    re.IGNORECASE,
)
_IDENTIFIERS: dict[str, re.Pattern[str]] = {
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE),
    "card number": re.compile(r"(?<![\d.,])(?:\d{4}[ -]){3}\d{4}(?![\d.,])|(?<![\d.,])\d{15,16}(?![\d.,])"),
    "phone": re.compile(r"\+\d{1,3}[ .-]?\(?\d{2,4}\)?[ .-]\d{3,4}[ .-]?\d{3,4}"),
    "keyed hash": re.compile(r"\b[0-9a-f]{32}\b"),
}
_COMPLETE = "fill the path, or give the reason why it is absent"
_PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


def outside_resources(html: str) -> list[str]:
    """Everything in the page that a reader's browser would fetch or run."""
    return [match.group(0)[:120] for match in _OUTSIDE.finditer(_PICTURE.sub("", html))]


def identifiers_in(html: str) -> list[tuple[str, int]]:
    """(kind, how many) of direct identifiers and row ids that the page shows."""
    text = _PICTURE.sub("", html)
    return [(kind, len(matches)) for kind, pattern in _IDENTIFIERS.items() if (matches := pattern.findall(text))]


def validate_results(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``evaluation_results``: those of every table of findings, and that nothing is lacking."""
    results = results_of(staged)
    lost = missing_paths(results, knows_truth=knows_truth_of(results)) if staged.height else []
    paths = pl.DataFrame({"path": lost}, schema={"path": pl.String})
    complete = outcome_of("results_are_complete", paths, show=("path",), advice=_COMPLETE)
    return [complete, *validate_findings(staged)]


def validate_index(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the list of files: all are written, each edition stands alone and names nobody."""
    lost = sorted({*EDITIONS, "results"} - set(staged["edition"].to_list())) if staged.height else []
    return [
        outcome_of(
            "all_editions_are_written",
            pl.DataFrame({"edition": lost}, schema={"edition": pl.String}),
            show=("edition",),
            advice="render the edition again",
        ),
        outcome_of(
            "report_is_self_contained",
            staged.filter(pl.col("outside_resources") > 0),
            show=("edition", "outside_resources"),
            advice="put the resource into the page (assets/reports/telling/html)",
        ),
        outcome_of(
            "report_names_nobody",
            staged.filter(pl.col("identifiers") > 0),
            show=("edition", "identifiers"),
            advice="find the text that slipped through masking (assets/privacy/masking.py)",
        ),
    ]
