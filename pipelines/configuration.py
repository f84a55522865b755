"""``docs/reference/configuration.md``: every setting with its default, what it may be, and what it does.

Read from the fields of the settings dataclasses and their metadata (``resources.settings.setting``).
"""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date
from typing import Any, get_args

from assets.models.settings import PROFILE_DEFAULTS
from pipelines.guests.retention_settings import SECTION as RETENTION
from pipelines.guests.retention_settings import RetentionSettings
from pipelines.operations import SECTION, OperationsSettings
from pipelines.rooms import room_settings
from resources.errors import SettingsError
from resources.settings import ALLOWED, DOC, HEADING, CoreSettings
from resources.sources.demo.settings import DemoSettings
from resources.sources.file_rules import SECTION as FILES_SECTION
from resources.sources.file_rules import FileSettings
from resources.sources.sql.settings import SqlSettings

_PREFACE = """\
# Configuration

Every setting has a default that makes sense; a run needs none of them. Lowest precedence first:

1. the defaults below;
2. a TOML file named by `STAYWORTH_SETTINGS`, one table per section;
3. environment variables `STAYWORTH_<SECTION>__<NAME>` (lists are separated by commas).

Unknown sections and names, values of the wrong type and values out of range are refused when definitions load, with the
setting's name, the value and what is allowed. Changing a setting of a room makes that room's stored days stale, and
those that read them: see [operations.md](../operate/operations.md). `none` stands for a setting that is not given;
"specification 6.2" is a section of the [specification](../specification.md).

## Variables outside the sections

| variable | meaning |
|---|---|
| `STAYWORTH_HOME` | folder of everything written at run time; `var` by default |
| `STAYWORTH_SETTINGS` | path of the settings file |
| `STAYWORTH_HMAC_KEY` | key of the keyed hashes, 32 bytes or more, as hex or text \
([security.md](../operate/security.md)) |
| `STAYWORTH_TOMBSTONE_KEY` | key of the tombstones, where that of the hashes was changed after an erasure |
| `STAYWORTH_PREVIOUS_HMAC_KEY` | key before a rotation, for the run that follows it \
([operations.md](../operate/operations.md#key-rotation)) |
| `STAYWORTH_SQL__DSN` | secret address of the database of source `sql`; without it libpq's own variables are read |
| `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL` | who opens the object store of \
`core.lake_url`, and where; secret ([operations.md](../operate/operations.md#the-lake-in-an-object-store)) |
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

[customers]
unit = "guest"

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
        RETENTION: RetentionSettings,
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
    """The settings of a dataclass in the order in which they are written.

    Raises:
        SettingsError: a field was not declared by ``resources.settings.setting``, so that nobody could look it up.
    """
    described: list[Setting] = []
    for item in fields(cls):
        if DOC not in item.metadata:
            message = f"setting {section}.{item.name} has no documentation; declare it by resources.settings.setting"
            raise SettingsError(message)
        allowed = "true, false" if item.type in (bool, "bool") else item.metadata[ALLOWED]
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        described.append(
            Setting(item.name, _type_of(item), _written(default), allowed, item.metadata[DOC], item.metadata[HEADING])
        )
    return described


def _type_of(item: "Field[Any]") -> str:
    return item.type.__name__ if isinstance(item.type, type) and not get_args(item.type) else _plain(str(item.type))


def _plain(kind: str) -> str:
    return re.sub(r"\b(?:pathlib|datetime|typing|collections\.abc)\.", "", kind).replace("'", '"')


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
