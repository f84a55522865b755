"""The two editions: which chapters there are, and which blocks each reader may see."""

from dataclasses import replace

from assets.reports.blocks import Block, Disclosure, Edition, Picture, Section, Stats, Table
from assets.reports.contract import EDITIONS
from assets.reports.inputs import ReportInputs, RunHeader
from assets.reports.sections_anomalies import anomaly_filter_section
from assets.reports.sections_appendix import exemption_section, glossary_section, limits_section, papers_section
from assets.reports.sections_attacks import attacks_section
from assets.reports.sections_ceilings import ceilings_section
from assets.reports.sections_customers import customers_section
from assets.reports.sections_data import data_section, privacy_section
from assets.reports.sections_explain import explain_section
from assets.reports.sections_models import models_section, observed_section, text_section
from assets.reports.sections_price import price_section
from assets.reports.sections_releases import releases_section
from assets.reports.sections_reviews import alignment_section, reviews_section
from assets.reports.sections_scores import scores_section
from assets.reports.sections_segments import segments_section
from assets.reports.sections_summary import summary_section
from assets.reports.segment_pages import minimum_customers
from assets.reports.settings import ReportsSettings
from resources.sources.base import SourceFacts

_ALWAYS = frozenset({Disclosure.NEUTRAL, Disclosure.PRIVATE_RELEASE})
_BADGES = {
    "internal": "Internal: exact figures, for the data team",
    "shareable": "Shareable: noised figures only",
}


def may_share(disclosure: Disclosure, facts: SourceFacts) -> bool:
    """Whether a block may leave the internal zone.

    What is exact never may, whatever the source: figures over guests, counts of rows, qualities of models (a count or
    an error that changes with one guest tells of him, and no budget pays for it). Texts may, when they are invented.
    """
    if disclosure in _ALWAYS:
        return True
    return disclosure is Disclosure.TEXT and facts.is_invented


def build_editions(inputs: ReportInputs, settings: ReportsSettings) -> dict[str, Edition]:
    """Both editions, ``internal`` and ``shareable``, over the same pictures (drawn once).

    Args:
        inputs: what the rooms gave; missing parts become notes.
        settings: how much is shown.
    """
    sections = all_sections(inputs, settings)
    shared = [found for item in sections if (found := _shared(item, inputs.run.facts)) is not None]
    shared.insert(1, exemption_section())
    chapters = {"internal": sections, "shareable": shared}
    return {
        name: Edition(
            name=name,
            title="What our guests are worth",
            subtitle=_subtitle(inputs.run),
            badge=_BADGES[name],
            sections=tuple(chapters[name]),
        )
        for name in EDITIONS
    }


def all_sections(inputs: ReportInputs, settings: ReportsSettings) -> list[Section]:
    """Every chapter with every block: the internal edition."""
    found = [
        summary_section(inputs, settings.at_risk_polarity, minimum_customers(inputs, settings)),
        customers_section(inputs),
        models_section(inputs),
        text_section(inputs),
        explain_section(inputs, settings.shap_features, minimum_customers(inputs, settings)),
        segments_section(inputs, settings),
        scores_section(inputs.training_runs, inputs.drift, inputs.back_test, inputs.run.currency),
        ceilings_section(inputs.ceilings, knows_truth=inputs.run.facts.knows_truth),
        alignment_section(inputs),
        reviews_section(inputs),
        anomaly_filter_section(inputs),
        data_section(inputs),
        releases_section(inputs.guest_aggregates, inputs.bookings_by_month, inputs.run.currency),
        privacy_section(inputs),
        attacks_section(inputs),
        price_section(inputs.price),
        observed_section(inputs),
        papers_section(inputs),
        limits_section(inputs),
        glossary_section(),
    ]
    return [section for section in found if section is not None]


def _shared(section: Section, facts: SourceFacts) -> Section | None:
    blocks: list[Block] = []
    for block in section.blocks:
        if not may_share(block.disclosure, facts):
            continue
        if isinstance(block, Stats):
            kept = tuple(item for item in block.items if may_share(item.disclosure, facts))
            if kept:
                blocks.append(replace(block, items=kept))
        else:
            blocks.append(block)
    return replace(section, blocks=tuple(blocks)) if blocks else None


def _subtitle(run: RunHeader) -> str:
    return f"{run.facts.title}, {run.first_day:%d %b %Y} to {run.last_day:%d %b %Y}, profile {run.profile}"


def pictures_of(edition: Edition) -> list[Picture]:
    """All pictures of an edition, in order."""
    return [block for section in edition.sections for block in section.blocks if isinstance(block, Picture)]


def printed(edition: Edition) -> dict[str, dict[str, object]]:
    """Every table and sentence of an edition, as printed, for the results."""
    tables: dict[str, object] = {}
    sentences: dict[str, object] = {}
    for block in (block for section in edition.sections for block in section.blocks):
        if isinstance(block, Table):
            tables[block.key] = {
                "title": block.title,
                "columns": list(block.columns),
                "rows": [list(row) for row in block.rows],
            }
        elif isinstance(block, Picture):
            sentences[block.key] = block.sentence
    return {"tables": tables, "sentences": sentences}
