"""What every asset declares of itself: how people see it, and all that jobs, pools and sensors need to know of it.

Wiring reads these declarations and spells no table's name: an asset says itself when it is made, which steps it must
not run beside, and whether it is a study.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeVar

from resources.errors import ContractError

ENCODERS = "encoders"  # pool: steps that share one accelerator, or all cores
LEDGER = "ledger"  # pool: steps that draw on the one privacy budget


class Cadence(StrEnum):
    """When an asset is made without being asked; the value is its tag, by which jobs select."""

    DAILY = "daily"  # each business day, and in every backfill
    SCORING = "scoring"  # each business day, by the models then in service; no part of a backfill
    BY_CUT_OFF = "by-cut-off"  # a fitted record: when the calendar of cut-offs asks for one
    REGULAR = "regular"  # an unpartitioned table: with the weekly training, and in every evaluation
    STUDY = "study"  # a long experiment: only when its own job is asked for


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How an asset appears in the Dagster UI, and what wiring needs to know of it.

    Attributes:
        name: of the asset.
        group: the room.
        description: first lines of the verb's docstring.
        kinds: shown in the UI.
        owners: shown in the UI.
        cadence: when it is made.
        pool: steps that share it run one at a time over all runs; None: beside any other.
        tags: further tags, by which jobs select (``{"binds": "report"}``).
    """

    name: str
    group: str
    description: str
    kinds: frozenset[str]
    owners: tuple[str, ...]
    cadence: Cadence
    pool: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


def declaration_of(
    name: str,
    group: str,
    verb: Callable[..., Any],
    *,
    kinds: Iterable[str],
    owners: Sequence[str],
    cadence: Cadence,
    pool: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Declaration:
    """Read the description from the verb's docstring; see :class:`Declaration` for the arguments.

    Raises:
        ContractError: the verb has no docstring.
    """
    if not verb.__doc__:
        message = f"asset {name!r} has no docstring; its first line is the description people read in the UI"
        raise ContractError(message)
    return Declaration(
        name=name,
        group=group,
        description=inspect.cleandoc(verb.__doc__),
        kinds=frozenset(kinds),
        owners=tuple(owners),
        cadence=cadence,
        pool=pool,
        tags=dict(tags or {}),
    )


Declared = TypeVar("Declared")


def declared_in(modules: Iterable[ModuleType], kind: type[Declared]) -> list[Declared]:
    """Every declared asset of one kind in the rooms' ``assets`` modules, in the order of their text."""
    declared: list[Declared] = []
    for module in modules:
        declared += [value for value in vars(module).values() if isinstance(value, kind) and value not in declared]
    return declared
