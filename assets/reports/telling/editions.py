"""The two editions: which chapters there are, and which blocks each reader may see."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assets.reports.contract import EDITIONS
from assets.reports.telling.blocks import Block, Disclosure, Edition, Picture, Section, Stats, Table
from assets.reports.telling.chapter import INTERNAL, SHAREABLE, Chapter, all_chapters
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import Told
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


def build_editions(sections: Sequence[Section], run: RunHeader) -> dict[str, Edition]:
    """Both editions, ``internal`` and ``shareable``, over the same pictures (drawn once).

    Args:
        sections: every chapter with every block, in order; each names the editions that it stands in.
        run: header of the run.
    """
    shared = [part for item in sections if (part := _shared(item, run.facts)) is not None]
    chapters = {INTERNAL: sections, SHAREABLE: shared}
    return {
        name: Edition(
            name=name,
            title="What our guests are worth",
            subtitle=_subtitle(run),
            badge=_BADGES[name],
            sections=tuple(section for section in chapters[name] if name in section.editions),
        )
        for name in EDITIONS
    }


def all_sections(told: Callable[[Chapter], Told]) -> list[Section]:
    """Every chapter that has something to tell, with every block, in order.

    Args:
        told: what a chapter may read.
    """
    sections = [_built(chapter, told(chapter)) for chapter in all_chapters()]
    return [section for section in sections if section is not None]


def _built(chapter: Chapter, told: Told) -> Section | None:
    section = chapter.build(told)
    return None if section is None else replace(section, editions=chapter.editions)


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
