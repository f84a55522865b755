"""What the studies come to: every study that was not made says so."""

from dataclasses import replace

import polars as pl

from assets.common.findings import nest, reasons_of
from assets.studies.contract import ALIGNMENT_EVIDENCE, PRICE_OF_PRIVACY, PRIVACY_ATTACKS, TEXT_CONTROLS, VALUE_CEILINGS
from assets.studies.findings import NEEDS_TRUTH, StudyTables, study_finding_rows
from assets.studies.truth import NO_TRUTH

NOTHING = StudyTables(
    attacks=PRIVACY_ATTACKS.empty(), evidence=ALIGNMENT_EVIDENCE.empty(), price=PRICE_OF_PRIVACY.empty(),
    ceilings=VALUE_CEILINGS.empty(), controls=TEXT_CONTROLS.empty(),
)  # fmt: skip


def test_studies_that_were_not_made_name_their_command() -> None:
    reasons = reasons_of(study_finding_rows(NOTHING, {}, knows_truth=True, window_days=14))
    assert "stayworth ceilings" in reasons["ceilings"]
    assert "price-of-privacy" in reasons["privacy.price"]
    assert "stayworth run" in reasons["controls.positive"]


def test_what_needs_the_truth_says_so_where_none_is_known() -> None:
    reasons = reasons_of(study_finding_rows(NOTHING, {}, knows_truth=False, window_days=14))
    assert {reasons[name] for name in ("ceilings", "controls.positive", "controls.null")} == {NO_TRUTH}
    assert {reasons[f"privacy.attacks.{name}"] for name in NEEDS_TRUTH} == {NO_TRUTH}


def test_the_oracle_of_the_stored_pairs_stands_beside_matched_links() -> None:
    row = {"part": "stored", "setting": "oracle", "place": 0, "measure": "f1", "value": 0.84}
    tables = replace(NOTHING, evidence=ALIGNMENT_EVIDENCE.conform(pl.DataFrame([row])))
    matched = {"links": {"matched": {"f1": 0.8}}}, {"links.matched.precision_at_90": "no such pair was made"}
    rows = study_finding_rows(tables, {}, matched, knows_truth=True, window_days=14)
    assert nest(rows)["links"]["matched"] == {"f1": 0.8, "oracle_f1": 0.84}
    assert "stored" not in nest(rows).get("alignment", {})
    assert reasons_of(rows)["links.matched.precision_at_90"] == "no such pair was made"


def test_what_the_truth_says_stands_beside_the_evidence() -> None:
    truth = {"alignment": {"precision": 0.8}, "reviews": {"anomaly": {"honest_flagged": 0.01}}}
    tree = nest(study_finding_rows(NOTHING, truth, knows_truth=True, window_days=14))
    assert tree["alignment"]["precision"] == 0.8
    assert tree["reviews"]["anomaly"]["honest_flagged"] == 0.01
