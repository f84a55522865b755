"""The reports room in Dagster: the results, and the two editions written to disk."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.common.effects import Effect
from assets.common.findings import Disclosure, Tree, at, finding_rows, nest, reasons_of, union_of
from assets.common.rooms import tables_of_findings
from assets.customers.settings import MARKET
from assets.privacy.settings import PrivacySettings
from assets.reports.checks import identifiers_in, outside_resources, validate_index, validate_results
from assets.reports.contract import EVALUATION_RESULTS, REPORT_INDEX
from assets.reports.results import completed, results_of, to_json
from assets.reports.settings import ReportsSettings
from assets.reports.telling.absence import Presence, delivered_rows, presence_of
from assets.reports.telling.blocks import Edition
from assets.reports.telling.chapter import Chapter, all_chapters, tables_of
from assets.reports.telling.editions import all_sections, build_editions, pictures_of, printed
from assets.reports.telling.figure_style import png_bytes
from assets.reports.telling.render import render_editions
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import Told
from resources.atomic_files import write_whole

_OWNERS = ["team:value"]
_FILES = {"internal": "index.html", "shareable": "shareable.html", "results": "results.json"}
_SHOWN = (
    "concentration",
    "comparison_prospective_cv",
    "influence_by_value",
    "permutation",
    "match_weights_chart",
    "retention",
)
_FINDINGS = [Reads(table, is_whole=True, is_optional=True) for table in tables_of_findings()]
_COUNTED = [
    Reads(name, None) for name in ("published_bookings", "review_anomalies")
]  # says why a figure is absent: what the way to it lacks
_KNOWN = {item.asset for item in _COUNTED}


@whole_asset(
    contract=EVALUATION_RESULTS,
    group="reports",
    reads=[*_FINDINGS, *_COUNTED],
    validate=validate_results,
    kinds={"polars"},
    owners=_OWNERS,
    code_version="2",
)
def evaluation_results(inputs: WholeInputs) -> WholeProduced:
    """Every figure of the reports under its stable name, with intervals; what was left out, with the reason."""
    run = _header(inputs)
    later = {"run.seconds": "the command line adds it when the run ends"}
    own = finding_rows({"run": run.branch()}, {"run": Disclosure.NEUTRAL}, later)
    findings = union_of([*(inputs.frame(item.asset) for item in _FINDINGS), own])
    presence = _presence(inputs, run, nest(findings))
    rows = completed(findings, knows_truth=run.facts.knows_truth, reason=presence.why_not)
    return WholeProduced(rows, {"figures": rows["value"].count(), "absent": rows["reason"].count()})


def _header(inputs: WholeInputs, unit: str = MARKET) -> RunHeader:
    core = inputs.settings.core
    return RunHeader(
        source=core.source,
        facts=inputs.source.facts,
        first_day=inputs.first_day,
        last_day=inputs.as_of,
        profile=core.profile,
        version=_version(),
        currency=core.currency,
        key_columns=inputs.settings.room("privacy", PrivacySettings).key_columns,
        unit=unit,
    )


def _presence(inputs: WholeInputs, run: RunHeader, values: Tree) -> Presence:
    """How much of each thing the run has."""
    frames = {item.asset: inputs.frame(item.asset) for item in _COUNTED}
    return presence_of(run.profile, delivered_rows(values.get("dataset", {})), frames, values)


def _version() -> str:
    try:
        return metadata.version("stayworth")
    except metadata.PackageNotFoundError:
        return "unversioned"


@whole_asset(
    contract=REPORT_INDEX,
    group="reports",
    reads=[
        *_COUNTED,
        Reads("evaluation_results", None),
        *(item for item in tables_of(all_chapters()) if item.asset not in _KNOWN),
    ],
    validate=validate_index,
    kinds={"html"},
    owners=_OWNERS,
    reuses=False,
)
def guest_value_report(inputs: WholeInputs) -> WholeProduced:
    """Two editions of the report as self-contained HTML, and results.json, under reports/ of the home folder."""
    settings = inputs.settings.room("reports", ReportsSettings)
    findings = inputs.frame("evaluation_results")
    values, reasons = nest(findings), reasons_of(findings)
    run = _header(inputs, str(at(values, "customers.unit") or MARKET))
    presence = _presence(inputs, run, values)

    def told(chapter: Chapter) -> Told:
        return Told(run, settings, chapter, values, reasons, inputs.frame, presence)

    editions = build_editions(all_sections(told), run)
    pages = render_editions(editions, run)
    pages["results"] = to_json(results_of(findings) | {"printed": printed(editions["internal"])})
    folder = inputs.settings.home / "reports"
    rows = [_index_row(name, text, editions.get(name)) for name, text in pages.items()]

    def publish() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            write_whole(folder / _FILES[name], text)

    frame = pl.DataFrame(rows, schema=REPORT_INDEX.schema)
    return WholeProduced(frame, _shown(editions["internal"], folder), effects=[Effect("publish the report", publish)])


def _index_row(name: str, text: str, edition: Edition | None) -> dict[str, Any]:
    return {
        "edition": name,
        "path": f"reports/{_FILES[name]}",
        "bytes": len(text.encode()),
        "sections": len(edition.sections) if edition else 0,
        "pictures": len(pictures_of(edition)) if edition else 0,
        "outside_resources": len(outside_resources(text)) if edition else 0,
        "identifiers": sum(number for _, number in identifiers_in(text)) if edition else 0,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


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
