"""Settings: one home, documented defaults, validated at load. Secrets are in ``secret_keys.py``.

Order of precedence, lowest first: the defaults of the dataclasses, the file named by
``STAYWORTH_SETTINGS`` (TOML, one table per room), environment variables ``STAYWORTH_<SECTION>__<NAME>``
(``STAYWORTH_CORE__SOURCE=public``, ``STAYWORTH_PRIVACY__K=10``).
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from resources.cluster import odd_cluster
from resources.errors import SettingsError
from resources.home_modes import ACCESS
from resources.paths import expanded
from resources.secret_keys import DSN_VARIABLE
from resources.setting_values import cast_to, is_optional
from resources.sources.kinds import SourceKind, kind_of, source_names
from resources.store_address import odd_address

PROFILES = ("quick", "full")
_DEVICES = ("auto", "cpu", "cuda", "fake")
_CORE = "core"
DOC, HEADING, ALLOWED, ONLY_FOR = "doc", "heading", "allowed", "only_for"  # keys of a setting's field metadata

RoomSettings = TypeVar("RoomSettings")
Given = Mapping[str, Mapping[str, Any]]  # section -> name -> value


def refuse(section: str, name: str, value: object, allowed: str) -> SettingsError:
    """The error for a setting that makes no sense: names it, shows the value and what is allowed."""
    return SettingsError(f"setting {section}.{name} = {value!r} is not allowed; allowed: {allowed}")


def setting(
    default: Any = MISSING,
    doc: str = "",
    *,
    heading: str = "",
    allowed: str = "",
    factory: Callable[[], Any] | None = None,
    compare: bool = True,
    only_for: Sequence[str] = (),
) -> Any:
    """A field of a settings dataclass with its documentation; ``docs/reference/configuration.md`` is made from these.

    Args:
        default: a value that makes sense, where ``factory`` is not given.
        doc: what the setting does, and where the default comes from.
        heading: of the group that begins with this setting.
        allowed: values that ``__post_init__`` lets pass, in words.
        factory: makes the default.
        compare: False where it says how rows are computed and never what they are (:func:`digest_of`).
        only_for: tables that depend on it; none named: all of the room's. Another value makes no other table stale.
    """
    metadata = {DOC: doc, HEADING: heading, ALLOWED: allowed, ONLY_FOR: tuple(only_for)}
    if factory is not None:
        return field(default_factory=factory, compare=compare, metadata=metadata)
    return field(default=default, compare=compare, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class CoreSettings:
    """What concerns every room."""

    source: str = setting(
        "demo",
        "demo: a simulated group of hotels; public: the published files; sql: a database; deliveries: one file a day",
        allowed="demo, public, sql, deliveries",
    )
    data: Path | None = setting(None, 'folder of the files; needed by the sources "public" and "deliveries"')
    profile: str = setting(
        "quick", "how much the evaluation computes; the daily stages are the same", allowed="quick, full"
    )
    home_access: str = setting(
        "owner",
        "who may open what lies in STAYWORTH_HOME: owner (700, 600), group (750, 640), umask",
        allowed="owner, group, umask",
    )
    history_start: date | None = setting(None, "None: the source's first day")
    history_end: date | None = setting(None, "None: the source's last day")
    time_zone: str = setting(
        "Europe/Lisbon",
        "of the business day; the public hotels are Portuguese",
        allowed="an IANA name such as Europe/Lisbon",
    )
    day_cutoff_hour: int = setting(
        0, "rows that arrive before this local hour belong to the day before", allowed="0 to 23"
    )
    currency: str = setting(
        "EUR", "shown beside amounts; amounts are never converted", allowed="an ISO 4217 code such as EUR"
    )
    seed: int = setting(42, "paper 001 prints none; every random stream derives from it by name")
    fit_every_days: int = setting(91, "calendar of cut-offs: one fit per quarter-year of history", allowed="1 or more")
    device: str = setting("auto", "auto, cpu, cuda, fake", allowed="auto, cpu, cuda, fake")
    lake_url: str = setting(
        "",
        's3://bucket/prefix: lake, records and models as objects there; "": under STAYWORTH_HOME',
        allowed=(
            "s3://bucket or s3://bucket/prefix, without user, password or query (credentials come from "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)"
        ),
    )
    restricted_url: str = setting(
        "",
        's3://bucket/prefix: the restricted tables there; "": with the other zones',
        allowed=(
            "s3://bucket or s3://bucket/prefix, without user, password or query (credentials come from "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)"
        ),
    )
    restricted_root: Path | None = setting(None, "None: under STAYWORTH_HOME with the other zones")
    encrypt_restricted: bool = setting(
        False, "True: restricted files are sealed with the key in STAYWORTH_RESTRICTED_KEY"
    )
    notices: Path | None = setting(
        None, "CSV of opt-outs and consents (identifier, kind, day) beside those of the source"
    )
    executor: str = setting(
        "in_process",
        "or ray: each step is a job of a Ray cluster, on any of its nodes (docs/operate/scaling.md)",
        allowed="in_process, ray",
    )
    ray_address: str = setting(
        "",
        'of its dashboard, http://host:8265; "": what RAY_ADDRESS says, which wins in any case',
        allowed="http://host:8265 or https://host:port, without user, password or query",
    )
    raw_retention_days: int | None = setting(None, "days of raw rows that `stayworth retain` keeps; None: all of them")

    def __post_init__(self) -> None:
        for name, allowed in (
            ("source", source_names()),
            ("profile", PROFILES),
            ("device", _DEVICES),
            ("home_access", ACCESS),
        ):
            if (given := getattr(self, name)) not in allowed:
                raise refuse(_CORE, name, given, ", ".join(allowed))
        self._refuse_missing_files()
        refused = odd_address(self.lake_url, self.restricted_url, self.restricted_root)
        if refused := refused or odd_cluster(self.executor, self.ray_address):
            raise refuse(_CORE, *refused)
        self._refuse_odd_values()

    def _refuse_odd_values(self) -> None:
        if self.history_start and self.history_end and self.history_start > self.history_end:
            raise refuse(_CORE, "history_start", self.history_start, f"a day up to history_end {self.history_end}")
        if not 0 <= self.day_cutoff_hour < 24:
            raise refuse(_CORE, "day_cutoff_hour", self.day_cutoff_hour, "0 to 23")
        for name in ("fit_every_days", "raw_retention_days"):
            if (given := getattr(self, name)) is not None and given < 1:
                raise refuse(_CORE, name, given, "1 or more")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise refuse(_CORE, "currency", self.currency, "an ISO 4217 code such as EUR")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise refuse(_CORE, "time_zone", self.time_zone, "an IANA name such as Europe/Lisbon") from error

    def _refuse_missing_files(self) -> None:
        if self.kind.reads_folder and self.data is None:
            raise refuse(_CORE, "data", None, "the folder that holds the published files, or the inbox of deliveries")

    @property
    def kind(self) -> SourceKind:
        """How the source delivers."""
        return kind_of(self.source)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings: the core and one raw section per room, turned into the room's own dataclass on demand."""

    home: Path
    core: CoreSettings = field(default_factory=CoreSettings)
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def room(self, section: str, cls: type[RoomSettings]) -> RoomSettings:
        """The room's settings as its frozen dataclass.

        Raises:
            SettingsError: an unknown name, a value of the wrong type, or one that the dataclass refuses.
        """
        return build_section(section, cls, self.sections.get(section, {}))


def shaping_values(settings: Any, table: str = "") -> dict[str, Any]:
    """The settings that rows depend on, by name.

    Args:
        settings: a settings dataclass.
        table: whose rows; without a name, those of any table that no setting is only for.

    Returns:
        Values by name, without fields declared with ``compare=False`` (they say how rows are computed and never what
        they are) and without those that are only for other tables.
    """
    named = [item for item in fields(settings) if item.compare]
    kept = {item.name for item in named if not (only := item.metadata.get(ONLY_FOR)) or table in only}
    return {name: value for name, value in asdict(settings).items() if name in kept}


def digest_of(*parts: object, table: str = "") -> str:
    """Short content hash of settings dataclasses, for the record of inputs (paths never enter it).

    Args:
        parts: settings dataclasses, of which :func:`shaping_values` enter, and plain values.
        table: whose rows depend on them.
    """
    plain = [shaping_values(part, table) if hasattr(part, "__dataclass_fields__") else part for part in parts]
    text = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def build_section(section: str, cls: type[RoomSettings], values: Mapping[str, Any]) -> RoomSettings:
    """Build a settings dataclass from plain values (TOML or environment text).

    A dataclass may say in ``MOVED`` where settings that it had before stand now: old name -> (section, name).

    Raises:
        SettingsError: see :meth:`Settings.room`.
    """
    known = {item.name for item in fields(cls)}  # type: ignore[arg-type]
    hints = get_type_hints(cls)
    unknown = sorted(set(values) - known)
    moved: Mapping[str, tuple[str, str]] = getattr(cls, "MOVED", {})
    if unknown and unknown[0] in moved:
        place = moved[unknown[0]]
        message = (
            f"setting {section}.{unknown[0]} is now {'.'.join(place)}; write it in [{place[0]}], or as "
            f"{variable_of(*place)} in the environment"
        )
        raise SettingsError(message)
    if unknown:
        message = f"unknown setting {section}.{unknown[0]}; known: {', '.join(sorted(known))}"
        raise SettingsError(message)
    return cls(**{name: _convert(section, name, value, hints[name]) for name, value in values.items()})


def _convert(section: str, name: str, value: object, hint: Any) -> object:
    try:
        return cast_to(hint, value)
    except (TypeError, ValueError) as error:
        inner = next((part for part in get_args(hint) if part is not type(None)), hint) if is_optional(hint) else hint
        raise refuse(section, name, value, f"a value of type {getattr(inner, '__name__', inner)}") from error


def variable_of(section: str, name: str) -> str:
    """The environment variable of a setting.

    Example:
        >>> variable_of("core", "source")
        'STAYWORTH_CORE__SOURCE'
    """
    return f"STAYWORTH_{section}__{name}".upper()


def variables_of(given: Given) -> dict[str, str]:
    """Settings as environment variables, for a process that reads them there."""
    return {
        variable_of(section, name): str(value) for section, values in given.items() for name, value in values.items()
    }


def load_settings(environment: Mapping[str, str] | None = None, *, given: Given | None = None) -> Settings:
    """Read the settings file and the environment.

    Args:
        environment: variables to read instead of the process's own (tests).
        given: section -> name -> value, in place of what file and environment say (options of a command).

    Raises:
        SettingsError: a value is refused, a name is unknown, or the file can't be read.
    """
    env = os.environ if environment is None else environment
    home = expanded(env.get("STAYWORTH_HOME") or "var").absolute()
    sections: dict[str, dict[str, Any]] = {}
    if file := env.get("STAYWORTH_SETTINGS"):
        try:
            sections = {name: dict(table) for name, table in tomllib.loads(expanded(file).read_text("utf-8")).items()}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"STAYWORTH_SETTINGS = {file!r} can't be read: {error}; give the path of a TOML file"
            raise SettingsError(message) from error
    for variable, value in env.items():
        if variable.startswith("STAYWORTH_") and "__" in variable and variable != DSN_VARIABLE:
            section, _, name = variable.removeprefix("STAYWORTH_").lower().partition("__")
            sections.setdefault(section, {})[name] = value
    for section, values in (given or {}).items():
        sections.setdefault(section, {}).update(values)
    core = build_section("core", CoreSettings, sections.pop("core", {}))
    return Settings(home=home, core=core, sections=sections)
