"""A chapter of the report: where it stands, who may read it, what it reads, how it is told.

A chapter lives in a folder of ``assets/reports/chapters``, or of the ``chapters`` package of an installed room; its
module ``chapter.py`` exports ``CHAPTER``. Chapters are found by looking into these packages: a room with something to
tell adds a folder and changes no list. ``chapter.py`` is imported whenever the asset of the report is declared, so
drawing libraries are imported inside ``build``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import ModuleType
from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.common.rooms import chapter_packages
from resources.errors import ContractError

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told

INTERNAL, SHAREABLE = "internal", "shareable"
BOTH = frozenset({INTERNAL, SHAREABLE})
ALL_FINDINGS = "*"  # among the reads of a chapter that tells of all: what was left out


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


def all_chapters() -> list[Chapter]:
    """Every chapter that a room has to tell, by order: the report's own, and those that installed rooms bring."""
    return chapters_in(*chapter_packages())


def chapters_in(*packages: ModuleType) -> list[Chapter]:
    """Every chapter of some packages, by order.

    Args:
        packages: whose folders are chapters.

    Raises:
        ContractError: a folder exports no ``CHAPTER``, or two chapters claim one place or name.
    """
    chapters: list[Chapter] = []
    entries = [(package, entry) for package in packages for entry in pkgutil.iter_modules(package.__path__)]
    for package, entry in entries:
        if not entry.ispkg:
            continue
        module = importlib.import_module(f"{package.__name__}.{entry.name}.chapter")
        declared = getattr(module, "CHAPTER", None)
        if not isinstance(declared, Chapter):
            message = f"{module.__name__} exports no CHAPTER; declare one: CHAPTER = Chapter(order=…, reads=…, build=…)"
            raise ContractError(message)
        chapters.append(Chapter(**{**declared.__dict__, "name": entry.name}))
    for one, other in combinations(chapters, 2):
        if one.order == other.order:
            message = f"chapters {one.name!r} and {other.name!r} both have order {one.order}; move one of them"
            raise ContractError(message)
        if one.name == other.name:
            message = f"two chapters are called {one.name!r}; rename the folder of one of them"
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
