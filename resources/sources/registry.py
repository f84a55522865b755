"""The sources by name: our own, and those that installed packages bring (``kinds.InstalledSource``)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from resources.errors import SettingsError
from resources.secret_keys import load_database_secret
from resources.settings import Settings, digest_of, refuse
from resources.sources.base import Source
from resources.sources.file_rules import FileRules
from resources.sources.kinds import installed_source, source_names


def build_source(settings: Settings) -> Source:
    """The source that the settings name. Modules are imported on demand: one source never needs another's.

    Raises:
        SettingsError: the name is unknown, or the source's own settings make no sense.
        SourceError: the delivery can't be found.
    """
    name = settings.core.source
    if name in _BUILDERS:
        return _BUILDERS[name](settings)
    if (installed := installed_source(name)) is not None:
        return installed.build(settings)
    message = f"setting core.source = {name!r} has no builder; allowed: {', '.join(source_names())}"
    raise SettingsError(message)


def world_name(settings: Settings) -> str:
    """What a home calls the world of these settings: the source, and what shapes its rows from within.

    For a database that is the schema, and not where it is: that is a secret, and one database is reached under several
    addresses. Rows of real guests have one name whatever the span of history, so that a privacy budget can't be won
    back by asking for another span.
    """
    name = settings.core.source
    installed = None if name in _BUILDERS else installed_source(name)
    shape = _SHAPES.get(name) if installed is None else installed.shape
    return f"{name}-{shape(settings)}" if shape is not None else name


def first_day_of_section(settings: Settings) -> date | None:
    """The first delivery day, where the source's own section tells it: known before the source is opened."""
    tell = _FIRST_DAYS.get(settings.core.source)
    return tell(settings) if tell else None


def _public(settings: Settings) -> Source:
    from resources.sources.public import PublicSource

    return PublicSource(_folder(settings, "the folder that holds the published files"), FileRules.of(settings))


def _demo(settings: Settings) -> Source:
    from resources.sources.demo import DemoSettings, DemoSource

    return DemoSource(settings.room("demo", DemoSettings))


def _sql(settings: Settings) -> Source:
    from resources.sources.sql.settings import SqlSettings
    from resources.sources.sql.source import SqlSource

    return SqlSource(load_database_secret(), settings.room("sql", SqlSettings))


def _deliveries(settings: Settings) -> Source:
    from resources.sources.deliveries import DeliveriesSource

    return DeliveriesSource(_folder(settings, "the inbox folder of the deliveries"), FileRules.of(settings))


def _folder(settings: Settings, what: str) -> Path:
    if settings.core.data is None:
        section = "core"
        raise refuse(section, "data", None, what)
    return settings.core.data


def _demo_shape(settings: Settings) -> str:
    from resources.sources.demo.settings import DemoSettings

    core = settings.core
    return digest_of(settings.room("demo", DemoSettings), str(core.history_start), str(core.history_end))[:8]


def _sql_shape(settings: Settings) -> str:
    from resources.sources.sql.settings import SECTION, SqlSettings

    return settings.room(SECTION, SqlSettings).schema


def _sql_first_day(settings: Settings) -> date | None:
    from resources.sources.sql.settings import SECTION, SqlSettings

    return settings.room(SECTION, SqlSettings).history_start


_BUILDERS: dict[str, Callable[[Settings], Source]] = {
    "demo": _demo, "public": _public, "sql": _sql, "deliveries": _deliveries,
}  # fmt: skip
_SHAPES: dict[str, Callable[[Settings], str]] = {"demo": _demo_shape, "sql": _sql_shape}
_FIRST_DAYS: dict[str, Callable[[Settings], date | None]] = {"sql": _sql_first_day}
