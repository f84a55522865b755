"""The reports room in Dagster: the results, and the two editions written to disk."""

import base64
import hashlib
import os
import uuid
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.common.declaration import ENCODERS, Cadence
from assets.privacy.settings import PrivacySettings
from assets.reports.absence import delivered_rows, presence_of
from assets.reports.attacks_stored import ATTACK_READS, attack_results, attack_rows
from assets.reports.ceilings import INFLUENCES, ceiling_rows, study_files
from assets.reports.checks import (
    identifiers_in,
    outside_resources,
    validate_attacks,
    validate_ceilings,
    validate_evidence,
    validate_index,
    validate_price,
    validate_results,
)
from assets.reports.contract import (
    ALIGNMENT_EVIDENCE,
    CUSTOMER_KEYS,
    EVALUATION_RESULTS,
    PRICE_OF_PRIVACY,
    PRIVACY_ATTACKS,
    REPORT_INDEX,
    VALUE_CEILINGS,
)
from assets.reports.customer_keys import KEY_READS, customer_key_rows, validate_keys
from assets.reports.editions import build_editions, pictures_of, printed
from assets.reports.evaluation import (
    alignment_branch,
    data_branches,
    embedding_branch,
    merge,
    model_branches,
    truth_branches,
)
from assets.reports.explaining import (
    current_texts,
    explained_texts,
    explanation_branch,
    fusion_settings,
    tree_influence,
)
from assets.reports.figure_style import png_bytes
from assets.reports.gather import inputs_from
from assets.reports.inputs import ReportInputs, RunHeader
from assets.reports.measure_ceilings import ceiling_results
from assets.reports.render import render_editions
from assets.reports.results import complete, flatten, nest, to_json, with_study
from assets.reports.review_map import review_map
from assets.reports.sections_anomalies import highest_scores, sensitivity_results
from assets.reports.settings import ReportsSettings
from assets.reports.studies import (
    EVIDENCE_READS,
    PRICE_READS,
    alignment_evidence_rows,
    evidence_results,
    price_results,
    price_rows,
)

_OWNERS = ["team:value"]
_FILES = {"internal": "index.html", "shareable": "shareable.html", "results": "results.json"}
_SHOWN = ("concentration", "comparison_prospective_cv", "beeswarm", "permutation", "match_weights_chart", "retention")
_STUDIES = ("price_of_privacy", "value_ceilings")
_IN_SERVICE = ("training_runs", "model_drift", "back_test")
_TABLES = [
    Reads("published_bookings", None),
    Reads("clean_reviews", None),
    Reads("review_anomalies", None),
    Reads("booking_review_pairs", None),
    Reads("customers", None),
    Reads("examples", None),
    Reads("model_predictions", None),
    Reads("privacy_attacks", is_whole=True, is_optional=True),
    Reads("alignment_evidence", is_whole=True, is_optional=True),
    Reads("anomaly_sensitivity", is_whole=True, is_optional=True),
    Reads("customer_keys", is_whole=True, is_optional=True),
    Reads("review_anomaly_parts", None),
]


@whole_asset(
    contract=EVALUATION_RESULTS,
    group="reports",
    reads=[
        *_TABLES,
        Reads("raw_counts", None),
        Reads("review_embeddings", None),
        Reads("bookings_by_month", None),
        Reads("guest_aggregates", None),
        Reads("model_metrics", None),
        Reads("model_tuning", None),
        Reads("model_ablations", None),
        Reads("trained_models", None),
    ],
    records=["polarity_model", "match_weights"],
    validate=validate_results,
    kinds={"polars"},
    owners=_OWNERS,
    pool=ENCODERS,
)
def evaluation_results(inputs: WholeInputs) -> WholeProduced:
    """Every figure of the reports under its stable name, with intervals; what was left out, with the reason."""
    settings = inputs.settings.room("reports", ReportsSettings)
    run = _header(inputs)
    branches, not_run = data_branches(inputs)
    pairing, anomaly = truth_branches(inputs)
    attacks, not_attacked = attack_results(inputs.frame("privacy_attacks"), knows_truth=run.facts.knows_truth)
    not_run |= not_attacked
    window_days = inputs.settings.room("alignment", AlignmentSettings).window_days
    evidence, not_compared = evidence_results(inputs.frame("alignment_evidence"), window_days)
    not_run |= not_compared
    tree = merge(
        {"run": run.branch()},
        branches,
        sensitivity_results(inputs.frame("anomaly_sensitivity")),
        attacks,
        {"alignment": alignment_branch(inputs)},
        evidence,
        {"alignment": pairing, "reviews": {"anomaly": anomaly}},
        {"embeddings": embedding_branch(inputs, settings.speed_texts)},
        model_branches(inputs, settings),
        explanation_branch(inputs, settings),
    )
    not_run["run.seconds"] = "the command line adds it when the run ends"
    frames = {item.asset: inputs.frame(item.asset) for item in _TABLES}
    presence = presence_of(run.profile, delivered_rows(tree["dataset"]), frames)
    rows = flatten(complete(tree, not_run, knows_truth=run.facts.knows_truth, reason=presence.why_not))
    return WholeProduced(rows, {"figures": rows["value"].count(), "not_run": rows["not_run"].count()})


def _header(inputs: WholeInputs) -> RunHeader:
    core = inputs.settings.core
    return RunHeader(
        source=core.source,
        facts=inputs.source.facts,
        first_day=inputs.first_day,
        last_day=inputs.as_of,
        profile=core.profile,
        version=_version(),
        currency=core.currency,
    )


def _version() -> str:
    try:
        return metadata.version("stayworth")
    except metadata.PackageNotFoundError:
        return "unversioned"


@whole_asset(
    contract=ALIGNMENT_EVIDENCE,
    group="reports",
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
    group="reports",
    reads=ATTACK_READS,
    validate=validate_attacks,
    kinds={"polars", "pytorch", "lightgbm"},
    owners=["team:privacy"],
    pool=ENCODERS,
)
def privacy_attacks(inputs: WholeInputs) -> pl.DataFrame:
    """Success rates of attackers on every zone, pairs and models, beside guessing; reads restricted rows to score."""
    return attack_rows(inputs)


@whole_asset(contract=CUSTOMER_KEYS, group="reports", reads=KEY_READS, validate=validate_keys, kinds={"polars"},
             owners=_OWNERS)  # fmt: skip
def customer_keys(inputs: WholeInputs) -> pl.DataFrame:
    """Pseudo-customers under other keys, and on demo their purity and completeness against the true guests."""
    return customer_key_rows(inputs)


@whole_asset(
    contract=PRICE_OF_PRIVACY,
    group="reports",
    reads=PRICE_READS,
    validate=validate_price,
    kinds={"polars", "pytorch", "lightgbm"}, owners=["team:privacy"],
    cadence=Cadence.STUDY, tags={"study": "price_of_privacy"},
)  # fmt: skip
def price_of_privacy(inputs: WholeInputs) -> pl.DataFrame:
    """What k, the length of the batch and epsilon cost: pairs, forecasts and released aggregates under each."""
    return price_rows(inputs)


@whole_asset(contract=VALUE_CEILINGS, group="reports", reads=[Reads("published_bookings", None)],
             validate=validate_ceilings, kinds={"polars", "lightgbm"}, owners=_OWNERS, reuses=False,
             cadence=Cadence.STUDY, tags={"study": "ceilings"})  # fmt: skip
def value_ceilings(inputs: WholeInputs) -> pl.DataFrame:
    """Models, data-rich ceiling and oracle in the simulated worlds that `stayworth ceilings` has finished."""
    files = study_files(inputs.settings)
    return ceiling_rows((name, seed, pl.read_parquet(path)) for name, seed, path in files if path.exists())


@whole_asset(
    contract=REPORT_INDEX,
    group="reports",
    reads=[
        *_TABLES,
        Reads("evaluation_results", None),
        Reads("bookings_by_month", None),
        Reads("guest_aggregates", None),
        Reads("trained_models", None),
        Reads("review_embeddings", None),
        Reads("customer_scores", 0),
        *(Reads(name, is_whole=True, is_optional=True) for name in _STUDIES),
        *(Reads(name, is_whole=True, is_optional=True) for name in _IN_SERVICE),
    ],
    validate=validate_index,
    kinds={"html"},
    owners=_OWNERS,
    reuses=False,
    pool=ENCODERS,
    tags={"binds": "report"},
)
def guest_value_report(inputs: WholeInputs) -> WholeProduced:
    """Two editions of the report as self-contained HTML, and results.json, under reports/ of the home folder."""
    settings = inputs.settings.room("reports", ReportsSettings)
    results = nest(inputs.frame("evaluation_results"))
    made = _report_inputs(inputs, results, settings)
    editions = build_editions(made, settings)
    pages = render_editions(editions, made.run)
    price = {"privacy": price_results(inputs.frame("price_of_privacy"))}
    ceilings = ceiling_results(inputs.frame("value_ceilings"), INFLUENCES)
    results = with_study(merge(results, price), "ceilings", ceilings)
    pages["results"] = to_json(results | {"printed": printed(editions["internal"])})
    folder = inputs.settings.home / "reports"
    rows = []
    for name, text in pages.items():
        shown = pictures_of(editions[name]) if name in editions else []
        is_page = name in editions
        rows.append(
            {
                "edition": name,
                "path": f"reports/{_FILES[name]}",
                "bytes": len(text.encode()),
                "sections": len(editions[name].sections) if is_page else 0,
                "pictures": len(shown),
                "outside_resources": len(outside_resources(text)) if is_page else 0,
                "identifiers": sum(number for _, number in identifiers_in(text)) if is_page else 0,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
        )
    frame = pl.DataFrame(rows, schema=REPORT_INDEX.schema)
    if all(outcome.passed for outcome in validate_index(frame)):  # else the last good report stays
        for name, text in pages.items():
            _write(folder / _FILES[name], text)
    return WholeProduced(frame, _shown(editions["internal"], folder))


def _report_inputs(inputs: WholeInputs, results: dict[str, Any], settings: ReportsSettings) -> ReportInputs:
    released = (Reads("bookings_by_month", None), Reads("guest_aggregates", None))
    frames = {item.asset: inputs.frame(item.asset) for item in (*_TABLES, *released)}
    shap, influence = tree_influence(inputs, settings.shap_customers) or (None, None)
    made = inputs_from(
        _header(inputs),
        results,
        frames | {name: inputs.frame(name) for name in ("customer_scores", *_STUDIES, *_IN_SERVICE)},
        shap=shap,
        influence=influence,
        texts=current_texts(inputs, inputs.as_of),
        lime=explained_texts(inputs, settings),
        anomaly_examples=highest_scores(
            frames["review_anomalies"],
            frames["review_anomaly_parts"],
            frames["clean_reviews"],
            settings.anomaly_examples,
        ),
        hyperparameters=fusion_settings(inputs),
    )
    columns = inputs.settings.room("privacy", PrivacySettings).key_columns
    mapped = review_map(inputs.frame("review_embeddings"), frames["clean_reviews"])
    return replace(made, review_map=mapped, key_columns=columns)


def _write(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    part.write_text(text, "utf-8")
    os.replace(part, path)  # noqa: PTH105  (atomic on POSIX, documented as such)


def _shown(edition: Any, folder: Path) -> dict[str, Any]:
    shown: dict[str, Any] = {"folder": str(folder), "summary_md": _summary(edition)}
    for picture in pictures_of(edition):
        if picture.key in _SHOWN:
            data = base64.b64encode(png_bytes(picture.figure, 80)).decode("ascii")
            shown[f"{picture.key}_md"] = f"{picture.sentence}\n\n![{picture.alt}](data:image/png;base64,{data})"
    return shown


def _summary(edition: Any) -> str:
    first = edition.sections[0]
    points = [item for block in first.blocks if block.kind == "bullets" for item in block.items]
    return "\n".join([first.lead, "", *(f"- {point}" for point in points)])
