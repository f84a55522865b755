"""A chapter of the report: where it stands, who may read it, what it reads, how it is told.

A chapter lives in a folder of ``assets/reports/chapters``; its module ``chapter.py`` exports ``CHAPTER``. Chapters are
found by looking into that folder: a room with something to tell adds a folder and changes no list. ``chapter.py`` is
imported whenever the asset of the report is declared, so drawing libraries are imported inside ``build``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from resources.errors import ContractError

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told

INTERNAL, SHAREABLE = "internal", "shareable"
BOTH = frozenset({INTERNAL, SHAREABLE})


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What a chapter declares.

    Attributes:
        order: place in the report, ascending; no two chapters share one.
        editions: in which it stands; its blocks are filtered by what they disclose besides.
        reads: findings by path or branch (``"models.prospective_cv"``), and stored tables as :class:`Reads`.
            Reading anything else raises.
        build: tells it; None where there is nothing to tell.
        name: of its folder, filled in by :func:`chapters_in`.
    """

    order: int
    reads: Sequence[str | Reads]
    build: "Callable[[Told], Section | None]"
    editions: frozenset[str] = BOTH
    name: str = ""

    @property
    def findings(self) -> tuple[str, ...]:
        """Paths and branches of findings that it reads."""
        return tuple(item for item in self.reads if isinstance(item, str))

    @property
    def tables(self) -> tuple[Reads, ...]:
        """Stored tables that it reads."""
        return tuple(item for item in self.reads if isinstance(item, Reads))


def chapters_in(package: ModuleType) -> list[Chapter]:
    """Every chapter of a package, by order.

    Args:
        package: whose folders are chapters.

    Raises:
        ContractError: a folder exports no ``CHAPTER``, or two chapters claim one place.
    """
    chapters: list[Chapter] = []
    for entry in pkgutil.iter_modules(package.__path__):
        if not entry.ispkg:
            continue
        module = importlib.import_module(f"{package.__name__}.{entry.name}.chapter")
        declared = getattr(module, "CHAPTER", None)
        if not isinstance(declared, Chapter):
            message = f"{module.__name__} exports no CHAPTER; declare one: CHAPTER = Chapter(order=…, reads=…, build=…)"
            raise ContractError(message)
        chapters.append(Chapter(**{**declared.__dict__, "name": entry.name}))
    places: dict[int, str] = {}
    for chapter in chapters:
        if (other := places.setdefault(chapter.order, chapter.name)) != chapter.name:
            message = f"chapters {other!r} and {chapter.name!r} both have order {chapter.order}; move one of them"
            raise ContractError(message)
    return sorted(chapters, key=lambda chapter: chapter.order)


def tables_of(chapters: Sequence[Chapter]) -> list[Reads]:
    """The tables that some chapters read, each once and with the longest look-back that any of them declares."""
    reads: dict[str, Reads] = {}
    for item in (item for chapter in chapters for item in chapter.tables):
        known = reads.get(item.asset)
        if (
            known is None
            or known.look_back_days is not None
            and (item.look_back_days is None or item.look_back_days > known.look_back_days)
        ):
            reads[item.asset] = item
    return list(reads.values())
