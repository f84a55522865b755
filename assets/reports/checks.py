"""Checks of the reports: self-contained, without identifiers, complete."""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.reports.contract import EDITIONS
from assets.reports.results import knows_truth_of, missing_paths, nest
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
_COMPLETE = "fill the path or list it under not_run"
_PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


def outside_resources(html: str) -> list[str]:
    """Everything in the page that a reader's browser would fetch or run."""
    return [found.group(0)[:120] for found in _OUTSIDE.finditer(_PICTURE.sub("", html))]


def identifiers_in(html: str) -> list[tuple[str, int]]:
    """(kind, how many) of direct identifiers and row ids that the page shows."""
    text = _PICTURE.sub("", html)
    return [(kind, len(found)) for kind, pattern in _IDENTIFIERS.items() if (found := pattern.findall(text))]


def check_results(results: Mapping[str, Any]) -> CheckOutcome:
    """Whether every required path is filled or listed as not run."""
    lost = pl.DataFrame(
        {"path": missing_paths(results, knows_truth=knows_truth_of(results))}, schema={"path": pl.String}
    )
    return outcome_of("results_are_complete", lost, show=("path",), advice=_COMPLETE)


def validate_results(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``evaluation_results``."""
    results = nest(staged)
    both = staged.filter(pl.col("value").is_null() & pl.col("text").is_null() & pl.col("not_run").is_null())
    reversed_bounds = staged.filter((pl.col("low") > pl.col("value")) | (pl.col("value") > pl.col("high")))
    complete = check_results(results) if staged.height else outcome_of("results_are_complete", staged, advice=_COMPLETE)
    return [
        complete,
        outcome_of(
            "every_result_says_something", both, show=("path",), advice="leave the row out or say why it was not run"
        ),
        outcome_of(
            "interval_holds_its_value",
            reversed_bounds,
            show=("path", "value", "low", "high"),
            advice="look at the interval's method in assets/reports/intervals.py",
            is_blocking=False,
        ),
        _check_faithfulness(staged),
    ]


def _check_faithfulness(staged: pl.DataFrame) -> CheckOutcome:
    """Whether what explanations call important moves predictions more than random parts, beyond chance."""
    tested = staged.filter(pl.col("path").str.contains(r"^explanations\.faithfulness\..*\.difference$"))
    unfaithful = tested.filter(~(pl.col("low").fill_null(pl.col("value")) > 0.0))
    return outcome_of(
        "explanations_are_faithful", unfaithful, show=("path", "value", "low", "high"), is_blocking=False,
        advice="here the parts called important do not move predictions more than random ones: do not act on these "
        "explanations; more customers (reports.shapley_customers, faithfulness_texts) tell chance from fault",
    )  # fmt: skip


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
            advice="put the resource into the page (assets/reports/html)",
        ),
        outcome_of(
            "report_names_nobody",
            staged.filter(pl.col("identifiers") > 0),
            show=("edition", "identifiers"),
            advice="find the text that slipped through masking (assets/privacy/masking.py)",
        ),
    ]


def validate_price(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``price_of_privacy``."""
    shares = staged.filter(pl.col("measure").is_in(["withheld_share", "paired_share", "precision", "recall", "f1"]))
    outside = shares.filter(~pl.col("value").is_between(0.0, 1.0))
    exact = staged.filter((pl.col("setting") == "k = 1") & (pl.col("measure") == "ncp") & (pl.col("value") > 1e-9))
    return [
        outcome_of(
            "study_shares_are_shares", outside, show=("setting", "measure", "value"),
            advice="a share lies between 0 and 1; look at assets/reports/price_of_privacy.py",
        ),
        outcome_of(
            "exact_rows_lose_nothing", exact, show=("setting", "value"),
            advice="k = 1 must publish the rows as they are, or the yardstick of the study is wrong",
        ),
    ]  # fmt: skip


def validate_ceilings(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``value_ceilings``: nobody knows more than the oracle, but for chance.

    A warning: where most rows are withheld (tiny worlds), the oracle expects revenue that is never published.
    """
    r2 = staged.filter((pl.col("metric") == "r2") & pl.col("value").is_not_null())
    means = r2.group_by("influence", "model").agg(value=pl.col("value").mean())
    oracle = means.filter(pl.col("model") == "oracle").select("influence", oracle="value")
    above = means.join(oracle, on="influence").filter(pl.col("value") > pl.col("oracle") + 0.02)
    return [
        outcome_of(
            "nobody_beats_the_oracle", above, show=("influence", "model", "value", "oracle"), is_blocking=False,
            advice="the oracle must look at the same customers and days as the models (assets/reports/ceilings.py)",
        ),
    ]  # fmt: skip


def validate_attacks(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``privacy_attacks``: what k-anonymity promises holds against quasi-identifiers and day."""
    promised = staged.filter(pl.col("zone").is_in(["internal", "released"]) & (pl.col("k") > 1))
    chance = 1.0 / pl.col("k") + 1e-9
    linked = promised.filter((pl.col("attack") == "linkage") & ((pl.col("worst") > chance) | (pl.col("rate") > chance)))
    single = promised.filter((pl.col("attack") == "singling_out") & (pl.col("rate") > 0))
    crossed = staged.filter((pl.col("low") > pl.col("rate")) | (pl.col("rate") > pl.col("high")))
    models = staged.filter(pl.col("attack").str.contains("^membership_.*_(loss|calibrated)$") & (pl.col("low") > 0.75))
    show = ("attack", "zone", "k", "rate", "worst")
    return [
        outcome_of(
            "linkage_is_at_most_one_in_k", linked, show=show,
            advice="a published class holds fewer rows than k: do not release, and check the labels of the batch",
        ),
        outcome_of(
            "nobody_is_singled_out_by_labels", single, show=show,
            advice="a published class holds one guest: do not release, and check how guests are counted",
        ),
        outcome_of(
            "attack_interval_holds_its_rate", crossed, show=("attack", "zone", "k", "low", "rate", "high"),
            advice="look at the interval's method in assets/reports/attacks_rates.py",
        ),
        outcome_of(
            "models_do_not_memorise", models, show=show, is_blocking=False, threshold=0.75,
            advice="a model remembers its customers: fewer rounds or epochs, more rows per leaf, more weight decay",
        ),
    ]  # fmt: skip


def validate_evidence(staged: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of the rows of ``alignment_evidence``; the last two warn, since such data is no fault of a run."""
    names = ["paired_share", "precision", "recall", "f1", "oracle_f1", "calibration_error"]
    outside = staged.filter(pl.col("measure").is_in(names) & ~pl.col("value").is_between(0.0, 1.0))
    verdict = staged.filter(pl.col("measure") == "is_identified")
    unlearned = verdict.filter((pl.col("part") == "verdict") & (pl.col("value") == 0))
    noise = verdict.filter((pl.col("part") == "permutation") & (pl.col("value") == 1))
    show = ("part", "setting", "measure", "value")
    return [
        outcome_of(
            "evidence_shares_are_shares", outside, show=show,
            advice="a share lies between 0 and 1; look at assets/reports/alignment_evidence.py",
        ),
        outcome_of(
            "match_weights_are_identified", unlearned, show=show, is_blocking=False,
            advice="free weights drift on this data, which holds no visible true links: the assumed weights stand in, "
            "and pairs say what is alike, not who wrote what",
        ),
        outcome_of(
            "shuffled_texts_teach_nothing", noise, show=show, is_blocking=False,
            advice="texts dealt out anew still look like true links: do not trust the learned match weights",
        ),
    ]  # fmt: skip
