"""What matched links are measured on, and what comes of it. Knows the inputs of the shell, not Dagster."""

import polars as pl

from assets.alignment.assignment import decide
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.corrections import Standing
from assets.alignment.link_rows import LINK_READS
from assets.alignment.stay_rows import room_settings, stay_reads, stay_rows
from assets.common.findings import Tree
from assets.common.inputs import Reads, WholeInputs, days_between
from assets.common.versions import latest_versions
from assets.privacy.opt_outs import without_opted_out
from assets.studies.match_oracle import oracle_scores
from assets.studies.matched_links import FEWEST_REVIEWS, KnownLinks, every_room, matchable, matched_figures
from assets.studies.truth import true_links, truth_of

MATCHED_READS = (*LINK_READS, Reads("stays", None), Reads("clean_reviews", None))
ORACLE_READS = (*stay_reads(), Reads("match_candidates", None), Reads("clean_reviews", None))
FIGURES = ("precision", "recall", "f1", "calibration_error", "precision_at_90")
TRUTH, VERIFIED = "truth", "verified links"
_BRANCH = "links.matched"
STAY_OF_ROOM = ("booking_id", "guest_hash", "hotel", "arrival_day", "nights")


def known_links(inputs: WholeInputs) -> KnownLinks:
    """All true links where the source knows them, else the links that are verified on the last day.

    Args:
        inputs: of a table that reads ``MATCHED_READS``.
    """
    reviews = inputs.history("clean_reviews", ["review_id", "posted_day"])
    truth = truth_of(inputs.source, inputs.as_of)
    if truth is not None:
        links = true_links(truth, inputs.key).select("booking_id", "review_id").drop_nulls()
    else:
        told = inputs.history("verified_links", ["review_id", "booking_id", "delivery_day"])
        linked = latest_versions(told, "review_id").drop_nulls("booking_id")
        links = every_room(linked, inputs.history("stays", STAY_OF_ROOM)) if linked.height else linked
    readable = links.select("booking_id", "review_id").join(reviews, on="review_id", how="semi")
    now = matchable(reviews, inputs.as_of, room_settings(inputs).window_days)
    return KnownLinks(links=readable, reviews=now, are_all=truth is not None)


def matched_tree(inputs: WholeInputs) -> tuple[Tree, dict[str, str]]:
    """The branch ``links.matched``, and why a figure of it is absent.

    Args:
        inputs: of a table that reads ``MATCHED_READS``.
    """
    known = known_links(inputs)
    number = known.possible.height
    if number < FEWEST_REVIEWS:
        what = "true links" if known.are_all else "reviews that name their stay and are right"
        why = f"{number} {what} to measure matched links on, {FEWEST_REVIEWS} are needed"
        return {}, {f"{_BRANCH}.{name}": why for name in (*FIGURES, "measured_on")}
    measured = matched_figures(inputs.frame("booking_review_pairs"), known, inputs.rng)
    tree: Tree = {name: item.as_json() for name, item in measured.items()}
    tree["measured_on"] = TRUTH if known.are_all else VERIFIED
    reasons = {f"{_BRANCH}.{name}": "no such pair was made" for name in FIGURES if name not in measured}
    return {"links": {"matched": tree}}, reasons


def stored_oracle_figures(inputs: WholeInputs) -> dict[str, float]:
    """What the oracle makes of the stored candidates, measured as the stored pairs are; empty where no truth is known.

    Args:
        inputs: of a table that reads ``ORACLE_READS``.
    """
    if not inputs.source.facts.knows_truth:
        return {}
    known, settings, rows = known_links(inputs), room_settings(inputs), stay_rows(inputs)
    standing, notices = Standing.of(rows, settings), inputs.resource("opt_outs").history()
    dated = standing.dated(inputs.frame("match_candidates"))
    candidates = without_opted_out(MATCH_CANDIDATES, dated, notices, pl.col("decision_day"))
    if known.possible.height < FEWEST_REVIEWS or candidates.is_empty():
        return {}
    model = inputs.source.match_model(inputs.as_of)  # type: ignore[attr-defined]
    oracle = oracle_scores(candidates, rows, inputs.frame("clean_reviews"), model, settings)
    days = days_between(inputs.first_day, inputs.as_of)
    pairs = decide(standing.bookings, candidates, BOOKING_REVIEW_PAIRS.empty(), days, lambda _: oracle, settings)
    measured = matched_figures(pairs, known, inputs.rng)
    return {name: measured[name].value for name in FIGURES if name in measured}
