"""What every asset declares for people: description, owners, kinds, tags; and the collecting of a room's assets."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from resources.errors import ContractError


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How an asset appears in the Dagster UI."""

    name: str
    group: str
    description: str
    kinds: frozenset[str]
    owners: tuple[str, ...]


def shown_of(name: str, group: str, verb: Callable[..., Any], kinds: Iterable[str], owners: Sequence[str]) -> Shown:
    """Read the description from the verb's docstring.

    Raises:
        ContractError: the verb has no docstring.
    """
    if not verb.__doc__:
        message = f"asset {name!r} has no docstring; its first line is the description people read in the UI"
        raise ContractError(message)
    description = inspect.cleandoc(verb.__doc__)
    return Shown(name=name, group=group, description=description, kinds=frozenset(kinds), owners=tuple(owners))


def declared_in(modules: Iterable[ModuleType], kind: type) -> list[Any]:
    """Every declared asset of one kind in the rooms' ``assets`` modules, in the order of their text."""
    found: list[Any] = []
    for module in modules:
        found += [value for value in vars(module).values() if isinstance(value, kind) and value not in found]
    return found
