"""The studies room in Dagster: attacks, evidence, keys, prices, ceilings, and what they come to."""

import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.common.daily import Reads, WholeInputs, whole_asset
from assets.common.declaration import ENCODERS, Cadence
from assets.common.measuring import findings_asset
from assets.privacy.feature_rows import booking_reads
from assets.studies.attacks.stored import ATTACK_READS, attack_rows
from assets.studies.ceilings import ceiling_rows, study_files
from assets.studies.checks import (
    validate_attacks,
    validate_ceilings,
    validate_controls,
    validate_evidence,
    validate_price,
)
from assets.studies.contract import (
    ALIGNMENT_EVIDENCE,
    CUSTOMER_KEYS,
    PRICE_OF_PRIVACY,
    PRIVACY_ATTACKS,
    STUDIES_FINDINGS,
    TEXT_CONTROLS,
    VALUE_CEILINGS,
)
from assets.studies.customer_keys import KEY_READS, customer_key_rows, validate_keys
from assets.studies.findings import StudyTables, study_finding_rows
from assets.studies.measure_links import MATCHED_READS, matched_tree
from assets.studies.stored import EVIDENCE_READS, PRICE_READS, alignment_evidence_rows, price_rows
from assets.studies.text_controls import control_files, control_rows
from assets.studies.truth import truth_tree

_OWNERS = ["team:value"]


@whole_asset(
    contract=ALIGNMENT_EVIDENCE,
    group="studies",
    reads=EVIDENCE_READS,
    validate=validate_evidence,
    kinds={"polars", "numpy"},
    owners=["team:linkage"],
)
def alignment_evidence(inputs: WholeInputs) -> pl.DataFrame:
    """Windows compared, permutation control, calibration, an oracle (demo) and single pairs taken apart."""
    return alignment_evidence_rows(inputs)


@whole_asset(
    contract=PRIVACY_ATTACKS,
    group="studies",
    reads=ATTACK_READS,
    validate=validate_attacks,
    kinds={"polars", "pytorch", "lightgbm"},
    owners=["team:privacy"],
    pool=ENCODERS,
)
def privacy_attacks(inputs: WholeInputs) -> pl.DataFrame:
    """Success rates of attackers on every zone, pairs and models, beside guessing; reads restricted rows to score."""
    return attack_rows(inputs)


@whole_asset(contract=CUSTOMER_KEYS, group="studies", reads=KEY_READS, validate=validate_keys, kinds={"polars"},
             owners=_OWNERS, code_version="2")  # fmt: skip
def customer_keys(inputs: WholeInputs) -> pl.DataFrame:
    """Pseudo-customers under other keys, and on demo their purity and completeness against the true guests."""
    return customer_key_rows(inputs)


@whole_asset(
    contract=PRICE_OF_PRIVACY,
    group="studies",
    reads=PRICE_READS,
    validate=validate_price,
    kinds={"polars", "pytorch", "lightgbm"}, owners=["team:privacy"],
    cadence=Cadence.STUDY, tags={"study": "price_of_privacy"},
)  # fmt: skip
def price_of_privacy(inputs: WholeInputs) -> pl.DataFrame:
    """What k, the length of the batch and epsilon cost: pairs, forecasts and released aggregates under each."""
    return price_rows(inputs)


@whole_asset(contract=VALUE_CEILINGS, group="studies", reads=booking_reads(),
             validate=validate_ceilings, kinds={"polars", "lightgbm"}, owners=_OWNERS, reuses=False,
             cadence=Cadence.STUDY, tags={"study": "ceilings"})  # fmt: skip
def value_ceilings(inputs: WholeInputs) -> pl.DataFrame:
    """Models, data-rich ceiling and oracle in the simulated worlds that `stayworth ceilings` has finished."""
    files = study_files(inputs.settings)
    return ceiling_rows((name, seed, pl.read_parquet(path)) for name, seed, path in files if path.exists())


@whole_asset(contract=TEXT_CONTROLS, group="studies", reads=booking_reads(), validate=validate_controls,
             kinds={"polars", "pytorch"}, owners=_OWNERS, reuses=False)  # fmt: skip
def text_controls(inputs: WholeInputs) -> pl.DataFrame:
    """Whether text is seen where it decides, and nothing where nothing is to be seen: simulated worlds."""
    files = control_files(inputs.settings)
    return control_rows((world, seed, pl.read_parquet(path)) for world, seed, path in files if path.exists())


@findings_asset(
    contract=STUDIES_FINDINGS,
    reads=[
        *MATCHED_READS,
        Reads("review_anomalies", None),
        Reads("review_anomaly_parts", None),
        *(
            Reads(name, is_whole=True, is_optional=True)
            for name in ("privacy_attacks", "alignment_evidence", "price_of_privacy", "value_ceilings", "text_controls")
        ),
    ],
    owners=["team:privacy"],
)
def studies_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the studies come to: rates of attacks, evidence for the pairs, what the truth says, prices, ceilings."""
    tables = StudyTables(
        attacks=inputs.frame("privacy_attacks"),
        evidence=inputs.frame("alignment_evidence"),
        price=inputs.frame("price_of_privacy"),
        ceilings=inputs.frame("value_ceilings"),
        controls=inputs.frame("text_controls"),
    )
    return study_finding_rows(
        tables,
        truth_tree(inputs),
        matched_tree(inputs),
        knows_truth=inputs.source.facts.knows_truth,
        window_days=inputs.settings.room("alignment", AlignmentSettings).window_days,
    )
