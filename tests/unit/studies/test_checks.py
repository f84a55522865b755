"""Each check of the studies is seen red, alone, and says whether it stops."""

import polars as pl
import pytest

from assets.studies.checks import validate_attacks, validate_ceilings, validate_evidence, validate_price
from assets.studies.contract import ALIGNMENT_EVIDENCE, PRICE_OF_PRIVACY, PRIVACY_ATTACKS, VALUE_CEILINGS


def ceilings(best: float) -> pl.DataFrame:
    rows = [("weak", seed, model, "r2", value) for seed in (1, 2) for model, value in (("oracle", 0.5), ("net", best))]
    return pl.DataFrame(rows, schema=VALUE_CEILINGS.schema, orient="row")


def evidence(part: str, measure: str, value: float) -> pl.DataFrame:
    return pl.DataFrame([(part, "7", 0, measure, value)], schema=ALIGNMENT_EVIDENCE.schema, orient="row")


def attack(**changes: object) -> pl.DataFrame:
    plain = dict.fromkeys(PRIVACY_ATTACKS.names) | {"attack": "linkage", "zone": "released", "k": 5, "rate": 0.1}
    return pl.DataFrame([plain | changes], schema=PRIVACY_ATTACKS.schema)


def price(setting: str, measure: str, value: float) -> pl.DataFrame:
    return pl.DataFrame([("k", setting, 0, measure, value, None, None)], schema=PRICE_OF_PRIVACY.schema, orient="row")


@pytest.mark.parametrize(
    ("validate", "sound", "broken", "name", "is_blocking"),
    [
        (validate_ceilings, ceilings(0.51), ceilings(0.53), "nobody_beats_the_oracle", False),
        (
            validate_evidence, evidence("window", "f1", 1.0), evidence("window", "f1", 1.1),
            "evidence_shares_are_shares", True,
        ),
        (
            validate_evidence, evidence("verdict", "is_identified", 1), evidence("verdict", "is_identified", 0),
            "match_weights_are_identified", False,
        ),
        (
            validate_evidence, evidence("permutation", "is_identified", 0), evidence("permutation", "is_identified", 1),
            "shuffled_texts_teach_nothing", False,
        ),
        (validate_attacks, attack(rate=0.2), attack(rate=0.21), "linkage_is_at_most_one_in_k", True),
        (validate_attacks, attack(), attack(worst=0.5), "linkage_is_at_most_one_in_k", True),
        (
            validate_attacks, attack(attack="singling_out", rate=0.0), attack(attack="singling_out", rate=0.01),
            "nobody_is_singled_out_by_labels", True,
        ),
        (
            validate_attacks, attack(attack="customers_alone", zone="internal", rate=0.01),
            attack(attack="customers_alone", zone="internal", rate=0.02), "internal_views_name_nobody", True,
        ),
        (validate_attacks, attack(low=0.05, high=0.2), attack(low=0.11, high=0.2), "attack_interval_holds_its_rate",
         True),
        (
            validate_attacks, attack(attack="membership_net_loss", rate=0.8, low=0.7, high=0.9),
            attack(attack="membership_net_loss", rate=0.8, low=0.76, high=0.9), "models_do_not_memorise", False,
        ),
        (validate_price, price("k = 5", "f1", 1.0), price("k = 5", "f1", 1.1), "study_shares_are_shares", True),
        (validate_price, price("k = 1", "ncp", 0.0), price("k = 1", "ncp", 0.1), "exact_rows_lose_nothing", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_check_is_seen_red(validate, sound, broken, name: str, is_blocking: bool) -> None:
    assert all(outcome.passed for outcome in validate(sound))
    (red,) = [outcome for outcome in validate(broken) if not outcome.passed]
    assert (red.name, red.is_blocking) == (name, is_blocking)
    assert red.rows > 0
    assert red.advice
    assert red.examples


@pytest.mark.parametrize(
    ("validate", "contract"),
    [
        (validate_price, PRICE_OF_PRIVACY), (validate_ceilings, VALUE_CEILINGS), (validate_attacks, PRIVACY_ATTACKS),
        (validate_evidence, ALIGNMENT_EVIDENCE),
    ],
)  # fmt: skip
def test_studies_that_were_not_made_pass(validate, contract) -> None:
    assert all(outcome.passed for outcome in validate(contract.empty()))
