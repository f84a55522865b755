"""What the studies measure: attacks, evidence for the pairs, what the truth says, prices and ceilings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.common.findings import Disclosure, Estimate, Tree, finding_rows, merged
from assets.studies.alignment_evidence import STORED, WINDOWS, evidence_branch, of_window
from assets.studies.ceilings import INFLUENCES
from assets.studies.measure_ceilings import ceiling_results
from assets.studies.text_controls import control_results
from assets.studies.truth import NO_TRUTH

DISCLOSURES: dict[str, Disclosure] = dict.fromkeys(
    ("privacy", "alignment", "links", "reviews", "ceilings", "controls"), Disclosure.MODEL_METRIC
)
NEEDS_TRUTH = ("review_of_known_booking", "review_of_known_guest", "booking_of_known_review")
_NOT_RUN = {
    "controls.positive": "no world was made; “stayworth run” makes them on source demo",
    "controls.null": "no world was made; “stayworth run” makes them on source demo",
    "ceilings": "the study was not run; “stayworth ceilings” makes it",
    "privacy.price": "the study was not run; “stayworth price-of-privacy” makes it",
}


@dataclass(frozen=True, kw_only=True)
class StudyTables:
    """Tables of the studies; one that was not made has no rows.

    Attributes:
        attacks: ``privacy_attacks`` rows.
        evidence: ``alignment_evidence`` rows.
        price: ``price_of_privacy`` rows.
        ceilings: ``value_ceilings`` rows.
        controls: ``text_controls`` rows.
    """

    attacks: pl.DataFrame
    evidence: pl.DataFrame
    price: pl.DataFrame
    ceilings: pl.DataFrame
    controls: pl.DataFrame


def study_finding_rows(
    tables: StudyTables,
    truth: Mapping[str, Any],
    matched: tuple[Tree, Mapping[str, str]] = ({}, {}),
    *,
    knows_truth: bool,
    window_days: int,
) -> pl.DataFrame:
    """The branches ``privacy.attacks``, ``.price``, ``ceilings``, ``controls``, ``links.matched``; more of others.

    Args:
        tables: of the studies.
        truth: what the known truth says, as a tree; empty where none is known.
        matched: of :func:`assets.studies.measure_links.matched_tree`.
        knows_truth: whether the source knows it.
        window_days: of the stored pairs.
    """
    attacks, reasons = attack_results(tables.attacks, knows_truth=knows_truth)
    evidence, not_compared = evidence_results(tables.evidence, window_days)
    price = {"privacy": price_results(tables.price)} if tables.price.height else {}
    ceilings = ceiling_results(tables.ceilings, INFLUENCES)
    controls = control_results(tables.controls)
    made = {"privacy.price": bool(price), "ceilings": bool(ceilings)}
    made |= {f"controls.{name}": name in controls for name in ("positive", "null")}
    reasons |= {**matched[1], **not_compared} | {path: _NOT_RUN[path] for path, is_made in made.items() if not is_made}
    if not knows_truth:
        reasons |= dict.fromkeys(("ceilings", "controls.positive", "controls.null"), NO_TRUTH)
    studied = {"ceilings": ceilings, "controls": controls}
    told = {name: branch for name, branch in studied.items() if branch}
    tree = merged(attacks, evidence, truth, matched[0], price, told)
    return finding_rows(tree, DISCLOSURES, reasons)


def evidence_results(evidence: pl.DataFrame, window_days: int) -> tuple[Tree, dict[str, str]]:
    """The branches ``alignment`` and ``links.matched.oracle_f1`` of the evidence; and what was not run.

    Args:
        evidence: rows of ``alignment_evidence``, empty where it was not made.
        window_days: of the stored pairs.
    """
    tree: Tree = dict(evidence_branch(evidence))
    missing = {
        f"alignment.windows.{days}": "stored window only; `stayworth evaluate` (make evaluate) compares all windows"
        for days in WINDOWS
        if str(days) not in tree.get("windows", {})
    }
    own = of_window(evidence, window_days)
    stored = evidence.filter((pl.col("part") == STORED) & (pl.col("measure") == "f1"))["value"].to_list()
    if stored or "oracle_f1" in own:
        tree["oracle_f1"] = stored[0] if stored else own["oracle_f1"]  # over the same days as the F1 that it bounds
    links: Tree = {"links": {"matched": {"oracle_f1": stored[0]}}} if stored else {}
    return {"alignment": tree} | links, missing


def price_results(price: pl.DataFrame) -> Tree:
    """The branch ``privacy.price`` of the results: study, setting, measure.

    Args:
        price: rows of ``price_of_privacy``.
    """
    tree: Tree = {}
    for row in price.sort("study", "place", "measure").iter_rows(named=True):
        setting = row["setting"].replace(" = ", "_").replace(" ", "_").replace(".", "_")
        branch = tree.setdefault(row["study"], {}).setdefault(setting, {})
        if row["value"] is not None:
            branch[row["measure"].replace(".", "_")] = Estimate(row["value"], row["low"], row["high"]).as_json()
    return {"price": tree} if tree else {}


def attack_results(attacks: pl.DataFrame, *, knows_truth: bool) -> tuple[Tree, dict[str, str]]:
    """The branch ``privacy.attacks`` by attack, zone and k; and what was not run.

    Args:
        attacks: rows of ``privacy_attacks``.
        knows_truth: whether the source knows who wrote which review.
    """
    tree: Tree = {}
    for row in attacks.iter_rows(named=True):
        leaf: Tree = {"value": row["rate"], "low": row["low"], "high": row["high"], "guess": row["guess_rate"]}
        leaf |= {"guess_low": row["guess_low"], "guess_high": row["guess_high"], "targets": row["targets"]}
        leaf |= {
            name: row[column]
            for name, column in (
                ("outside", "outside_rate"),
                ("worst", "worst"),
                ("disclosed", "disclosed"),
                ("disclosed_right", "disclosed_right"),
            )
            if row[column] is not None
        }
        tree.setdefault(row["attack"], {}).setdefault(row["zone"], {})[f"k{row['k']}"] = leaf
    absent = _absent(attacks["attack"].to_list(), knows_truth=knows_truth)
    return ({"privacy": {"attacks": tree}} if tree else {}), {f"privacy.attacks.{name}": why for name, why in absent}


def _absent(present: Sequence[str], *, knows_truth: bool) -> list[tuple[str, str]]:
    why = "no true pair was delivered" if knows_truth else NO_TRUTH
    return [(name, why) for name in NEEDS_TRUTH if name not in present]
