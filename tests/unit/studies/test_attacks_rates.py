"""Rates, their intervals and the checks of the attack table."""

import numpy as np
import polars as pl
import pytest

from assets.common.findings import finding_rows, nest
from assets.studies.attacks.rates import AttackResult, Share, share_of, table_of, verdict
from assets.studies.checks import validate_attacks
from assets.studies.contract import PRIVACY_ATTACKS
from assets.studies.findings import DISCLOSURES, attack_results
from resources.expectations import evaluate_contract


def result(**changes: object) -> AttackResult:
    given = {
        "attack": "linkage", "knows": "everything", "zone": "released", "k": 5, "targets": 100,
        "rate": Share(0.15, 0.1, 0.2), "guess": Share(0.02, 0.01, 0.05), "guess_way": "a row of the day",
        "meaning": "words", "worst": 0.2,
    }  # fmt: skip
    return AttackResult(**(given | changes))


def failed(frame: pl.DataFrame) -> set[str]:
    return {outcome.name for outcome in validate_attacks(frame) if not outcome.passed}


def test_wilson_interval_matches_the_textbook() -> None:
    found = share_of(np.array([1.0] * 8 + [0.0] * 2))
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize("chances", [np.zeros(5), np.ones(5), np.full(3, 0.2)])
def test_intervals_hold_their_value_and_stay_within_bounds(chances: np.ndarray) -> None:
    found = share_of(chances)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_no_target_is_no_rate() -> None:
    with pytest.raises(ValueError, match="no target"):
        share_of(np.zeros(0))


def test_the_verdict_follows_the_intervals() -> None:
    rate, guess = Share(0.5, 0.4, 0.6), Share(0.1, 0.05, 0.15)
    assert verdict(rate, guess, better="{rate} {times}", same="no") == "50.0 % 5.0"
    assert verdict(rate, Share(0.45, 0.4, 0.5), better="{rate}", same="no") == "no"
    assert verdict(rate, Share(0.0, 0.0, 0.0), better="{times}", same="no") == "many"


def test_the_table_keeps_its_contract() -> None:
    frame = table_of([result(), result(zone="internal", outside=Share(0.1, 0.0, 0.2), outside_way="left out")])
    assert evaluate_contract(frame, PRIVACY_ATTACKS).passed
    assert not failed(frame)
    assert table_of([]).equals(PRIVACY_ATTACKS.empty())
    assert not failed(PRIVACY_ATTACKS.empty())


def test_checks_fail_where_the_promise_is_broken() -> None:
    assert failed(table_of([result(worst=0.21)])) == {"linkage_is_at_most_one_in_k"}
    assert failed(table_of([result(rate=Share(0.3, 0.2, 0.4))])) == {"linkage_is_at_most_one_in_k"}
    single = result(attack="singling_out", rate=Share(0.01, 0.0, 0.02))
    assert failed(table_of([single])) == {"nobody_is_singled_out_by_labels"}
    assert failed(table_of([result(rate=Share(0.1, 0.15, 0.2))])) == {"attack_interval_holds_its_rate"}
    model = result(attack="membership_lightgbm_loss", rate=Share(0.9, 0.8, 0.95), worst=None)
    assert failed(table_of([model])) == {"models_do_not_memorise"}


def test_exact_rows_and_stronger_attackers_are_measured_not_refused() -> None:
    exact = result(zone="restricted", k=1, worst=1.0, rate=Share(0.9, 0.8, 1.0))
    stronger = result(attack="linkage_with_bill", zone="internal", worst=1.0, rate=Share(0.9, 0.8, 1.0))
    assert not failed(table_of([exact, stronger]))


def test_results_have_stable_paths_and_come_back() -> None:
    tree, absent = attack_results(table_of([result()]), knows_truth=False)
    leaf = tree["privacy"]["attacks"]["linkage"]["released"]["k5"]
    assert (leaf["value"], leaf["low"], leaf["high"], leaf["guess"]) == (0.15, 0.1, 0.2, 0.02)
    assert "this source does not know" in absent["privacy.attacks.review_of_known_guest"]
    assert nest(finding_rows(tree, DISCLOSURES, absent))["privacy"] == tree["privacy"]
    assert attack_results(table_of([]), knows_truth=True)[0] == {}
