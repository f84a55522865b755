"""A setting's value by its type: from TOML, which knows types, or from the environment, which knows text only."""

import types
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from resources.paths import expanded

_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def is_optional(hint: Any) -> bool:
    """Whether a type is one of several, as ``int | None`` is."""
    return get_origin(hint) in (types.UnionType, Union)


def cast_to(hint: Any, value: object) -> object:
    """A value as its type says.

    Args:
        hint: int, float, str, bool, a day, a path, an enumeration, literals, or a tuple of one of them; or None too.
        value: of a settings file or a variable; a tuple may be text with commas.

    Raises:
        TypeError, ValueError: it can't be of this type.

    Example:
        >>> cast_to(tuple[int, ...], "3, 4"), cast_to(int | None, "none")
        ((3, 4), None)
    """
    if is_optional(hint):
        if value is None or (isinstance(value, str) and value.lower() in ("", "none")):
            return None
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        items = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        return tuple(cast_to(get_args(hint)[0], item.strip() if isinstance(item, str) else item) for item in items)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ValueError(value)
        return value
    return _single(hint, value)


def _single(hint: Any, value: object) -> object:
    if hint is bool:
        if isinstance(value, str):
            return _truth(value)
        if not isinstance(value, bool):
            raise TypeError(value)
        return value
    if hint is date:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is int and (isinstance(value, bool) or (isinstance(value, float) and not value.is_integer())):
        raise TypeError(value)
    convert: Any = expanded if hint is Path else hint
    return convert(value) if hint in (int, float, str, Path) else value


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError(text)
    return _TRUTHS[text.lower()]
