"""The names of columns in a delivered file: matched to the expected ones, and a message that names the cause."""

import difflib
import re
from collections.abc import Callable, Sequence

from resources.errors import SourceError

_SHOWN_NAMES = 20
_COMPARED_NAMES = 200  # of a table with thousands of columns
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\xa0 \t\r\n"


def clean_name(name: str) -> str:
    """A name without blanks and invisible marks around it (a second byte order mark, a zero-width blank)."""
    return name.strip(_INVISIBLE)


def place_columns(file: str, header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Place of every expected column that a header has.

    A name is taken as it is written; where no column is written so, letter case, blanks and separators don't count
    (``LeadTime``, ``LEAD_TIME`` and ``lead time`` are ``lead_time``). Columns without a name are none.

    Args:
        file: name of the file, for the message.
        header: names in the file, cleaned.
        required: must be there.
        optional: may be there.

    Raises:
        SourceError: names every missing column with what looks like it, every repeated one, and what stands there
            instead.
    """
    exact, alike = _places_by(header, str), _places_by(header, bare_name)
    places: dict[str, int] = {}
    repeated: list[str] = []
    for name in (*required, *optional):
        meant = exact.get(name) or alike.get(bare_name(name), [])
        repeated += [" and ".join(dict.fromkeys(header[place] for place in meant))] if len(meant) > 1 else []
        if meant:
            places[name] = meant[0]
    missing = [name for name in required if name not in places]
    repeated += sorted({name for name, where in exact.items() if name and len(where) > 1} - set(repeated))
    if missing or repeated:
        known, twice = set(places.values()), set(repeated)
        others = [name for place, name in enumerate(header) if place not in known and name not in twice]
        message = _message(file, missing, list(dict.fromkeys(repeated)), others, required, has_any=bool(places))
        raise SourceError(message)
    return places


def _places_by(header: Sequence[str], spell: Callable[[str], str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, written in enumerate(header):
        places.setdefault(spell(written), []).append(place)
    return places


def bare_name(name: str) -> str:
    """A name without what spellings of it differ in: letter case, blanks, separators."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _message(
    file: str, missing: Sequence[str], repeated: Sequence[str], others: Sequence[str], required: Sequence[str],
    *, has_any: bool,
) -> str:  # fmt: skip
    expected = f"expected the publisher's {len(required)} column names, in any order"
    if not has_any:  # what stands there is no header: it may be a guest's row, and is not repeated
        return f"{file}: the first line is no line of column names: missing column(s) {', '.join(required)}; {expected}"
    problems = [f"missing column(s) {', '.join(missing)}"] if missing else []
    twice = ", ".join(repeated[:_SHOWN_NAMES]) + (", ..." if len(repeated) > _SHOWN_NAMES else "")
    problems += [f"column(s) named twice: {twice}"] if repeated else []
    named = [name for name in others if name]
    shown = ", ".join(named[:_SHOWN_NAMES]) + (", ..." if len(named) > _SHOWN_NAMES else "")
    problems += [f"unexpected column(s) {shown}"] if named else []
    problems += [f"{len(others) - len(named)} column(s) without a name"] if len(named) < len(others) else []
    near = [(name, alike[0]) for name in missing if (alike := _nearest(name, named[:_COMPARED_NAMES]))]
    problems += [f"perhaps {', '.join(f'{written} is {name}' for name, written in near)}"] if near else []
    return f"{file}: {'; '.join(problems)}; {expected}"


def _nearest(name: str, others: Sequence[str]) -> list[str]:
    bare = {bare_name(other): other for other in others}
    alike = difflib.get_close_matches(bare_name(name), bare, n=1, cutoff=0.6)
    inside = [part for part in bare if part and len(part) > 3 and (part in bare_name(name) or bare_name(name) in part)]
    return [bare[part] for part in [*alike, *inside]]
