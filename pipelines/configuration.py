"""``docs/configuration.md``: every setting with its default, what it may be, and the comment that explains it.

Read from the settings dataclasses: names, types and defaults by ``ast``, explanations from the comments beside and
above each default, allowed values by offering nonsense to the dataclass and reading what its refusal allows.
"""

import ast
import inspect
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from assets.models.settings import PROFILE_DEFAULTS
from pipelines.operations import SECTION, OperationsSettings
from pipelines.rooms import room_settings
from resources.errors import SettingsError
from resources.settings import CoreSettings, build_section
from resources.sources.demo.settings import DemoSettings
from resources.sources.file_rules import SECTION as FILES_SECTION
from resources.sources.file_rules import FileSettings
from resources.sources.sql.settings import SqlSettings

_NOISE = ("noqa", "fmt:", "type:", "pyright:")
_ABSURD: tuple[Any, ...] = (-(10.0**12), -(10**12), 10.0**12, 10**12, "no such value", ("no such value",), ())
_PREFACE = """\
# Configuration

Every setting has a default that makes sense; a run needs none of them. Lowest precedence first:

1. the defaults below;
2. a TOML file named by `STAYWORTH_SETTINGS`, one table per section;
3. environment variables `STAYWORTH_<SECTION>__<NAME>` (lists are separated by commas).

Unknown sections and names, values of the wrong type and values out of range are refused when definitions load, with the
setting's name, the value and what is allowed. Changing a setting of a room makes that room's stored days stale, and
those that read them: see [operations.md](operations.md). `none` stands for a setting that is not given.

## Variables outside the sections

| variable | meaning |
|---|---|
| `STAYWORTH_HOME` | folder of everything written at run time; `var` by default |
| `STAYWORTH_SETTINGS` | path of the settings file |
| `STAYWORTH_HMAC_KEY` | key of the keyed hashes, 32 bytes or more, as hex or text ([security.md](security.md)) |
| `STAYWORTH_TOMBSTONE_KEY` | key of the tombstones, where that of the hashes was changed after an erasure |
| `STAYWORTH_PREVIOUS_HMAC_KEY` | key before a rotation, for the run that follows it \
([operations.md](operations.md#key-rotation)) |
| `STAYWORTH_SQL__DSN` | secret address of the database of source `sql`; without it libpq's own variables are read |
| `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL` | who opens the object store of \
`core.lake_url`, and where; secret ([operations.md](operations.md#the-lake-in-an-object-store)) |
| `STAYWORTH_KEY_EPOCH` | name of the key's epoch, stored beside each pseudonym; `1` by default |

## Example

```toml
"""
EXAMPLE = """\
[core]
source = "public"
data = "/srv/stayworth/data"
history_start = 2016-01-01
currency = "EUR"

[privacy]
k = 10
key_columns = ["guest_key"]

[raw]
extra_country_codes = ["XKX"]

[reviews]
hotel_aliases = ["Hilton Riverside=>Hyatt Riverside"]
tau = 0.35

[alignment]
window_days = 30
"""


@dataclass(frozen=True)
class Setting:
    """One row of a section's table."""

    name: str
    type: str
    default: str
    allowed: str
    meaning: str
    heading: str = ""


def settings_classes() -> Mapping[str, type]:
    """Section -> its dataclass, in the order of the page."""
    return {
        "core": CoreSettings,
        "demo": DemoSettings,
        "sql": SqlSettings,
        FILES_SECTION: FileSettings,
        SECTION: OperationsSettings,
        **room_settings(),
    }


def configuration_page(note: str) -> str:
    """The page as Markdown; ``note`` is its first line."""
    parts = [f"{note}\n\n{_PREFACE}{EXAMPLE}```\n"]
    for section, cls in settings_classes().items():
        docstring = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
        parts.append(f"## `[{section}]`\n\n{docstring}\n\n{_table(section, describe(section, cls))}\n")
        if section == "models":
            parts.append(_profiles())
    return "\n".join(parts)


def describe(section: str, cls: type) -> list[Setting]:
    """The settings of a dataclass in the order in which they are written."""
    annotated = _annotated(cls)
    comments = _explanations(cls, annotated)
    found: list[Setting] = []
    for item in fields(cls):
        heading, meaning = comments[item.name]
        kind = ast.unparse(annotated[item.name].annotation)
        found.append(Setting(item.name, kind, _written(_default(item)), _allowed(section, cls, item), meaning, heading))
    return found


def _table(section: str, settings: Sequence[Setting]) -> str:
    lines: list[str] = []
    head = ["| setting | type | default | allowed | what and why |", "|---|---|---|---|---|"]
    for number, item in enumerate(settings):
        if item.heading or not number:
            lines += ["", f"**{item.heading}**", "", *head] if item.heading else head
        variable = f"STAYWORTH_{section.upper()}__{item.name.upper()}"
        name = f"`{item.name}`<br>`{variable}`"
        kind, default = (f"`{text.replace('|', chr(92) + '|')}`" for text in (item.type, item.default))
        allowed, meaning = (text.replace("|", "\\|").replace("<", "&lt;") for text in (item.allowed, item.meaning))
        lines.append(f"| {name} | {kind} | {default} | {allowed} | {meaning} |")
    return "\n".join(lines).strip()


def _profiles() -> str:
    """What the profiles put in place of the defaults of ``[models]``."""
    names = sorted({name for values in PROFILE_DEFAULTS.values() for name in values})
    lines = [f"| setting | {' | '.join(PROFILE_DEFAULTS)} |", f"|---|{'---|' * len(PROFILE_DEFAULTS)}"]
    for name in names:
        cells = (f"`{_written(values[name])}`" if name in values else "" for values in PROFILE_DEFAULTS.values())
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    head = "In place of these defaults, `core.profile` sets (your own settings overrule both):"
    return f"{head}\n\n" + "\n".join(lines) + "\n"


def _annotated(cls: type) -> dict[str, ast.AnnAssign]:
    """Field name -> its statement, with line numbers of the class's source."""
    body = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101  (getsource of a class gives a class)
    return {
        item.target.id: item
        for item in body.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }


def _explanations(cls: type, annotated: Mapping[str, ast.AnnAssign]) -> dict[str, tuple[str, str]]:
    """Field -> (heading, explanation) out of the comments beside it, above it and running on below it."""
    source = inspect.getsource(cls)
    comments, blank = dict(_comments(source)), {n for n, line in enumerate(source.splitlines(), 1) if not line.strip()}
    beside = {name: _joined(comments, range(item.lineno, _end(item) + 1), "; ") for name, item in annotated.items()}
    found: dict[str, tuple[str, str]] = {}
    last: str | None = None
    shared = ""  # the field whose comment stands above a group of fields that have none of their own
    for name, item in annotated.items():
        first = item.lineno
        while first - 1 in comments and (last is None or first - 1 > _end(annotated[last])):
            first -= 1
        above = _joined(comments, range(first, item.lineno))
        heading, meaning = "", " ".join(part for part in (above, beside[name]) if part)
        if above and beside[name]:
            meaning = beside[name]
            if last and found[last][1] and first - 1 not in blank:
                found[last] = (found[last][0], f"{found[last][1]} {above}")
            else:
                heading = above
        elif above or beside[name]:
            shared = name if above else ""
        elif shared:
            meaning = f"see `{shared}`"
        found[name], last = (heading, meaning), name
    return found


def _end(item: ast.AnnAssign) -> int:
    return item.end_lineno or item.lineno


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.partition("# noqa")[0].lstrip("# ").strip()
            yield token.start[0], "" if token.string.lstrip("# ").startswith(_NOISE) else text


def _joined(comments: Mapping[int, str], lines: Iterable[int], sign: str = " ") -> str:
    return sign.join(comments[line] for line in lines if comments.get(line))


def _default(item: "Field[Any]") -> object:
    return item.default_factory() if item.default_factory is not MISSING else item.default


def _written(value: object) -> str:
    """A value as TOML writes it; ``none`` where there is nothing."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(_written(part) for part in value)}]"
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float):
        return f"{value:.6g}" if "e" not in repr(value) else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _allowed(section: str, cls: type, item: "Field[Any]") -> str:
    """What the dataclass says is allowed when it refuses a value; empty where it takes any of the type."""
    sample = _default(item)
    if isinstance(sample, bool):
        return "true, false"
    if sample is None or isinstance(sample, date | Path):
        return ""
    for absurd in _ABSURD:
        if type(absurd) is not type(sample):
            continue
        try:
            build_section(section, cls, {item.name: absurd})
        except SettingsError as error:
            text = str(error)
            if text.startswith(f"setting {section}.") and "a value of type" not in text:
                return text.partition("; allowed: ")[2].partition(" (got")[0]
    return ""
