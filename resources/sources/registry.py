"""The sources by name. A new one needs a class with the methods of ``base.Source`` and one branch here."""

from resources.errors import SettingsError
from resources.secret_keys import load_database_secret
from resources.settings import SOURCES, Settings, refuse
from resources.sources.base import Source
from resources.sources.file_rules import FileRules


def build_source(settings: Settings) -> Source:
    """The source that the settings name. Modules are imported on demand: one source never needs another's.

    Raises:
        SettingsError: the name is unknown, or the source's own settings make no sense.
        SourceError: the delivery can't be found.
    """
    name = settings.core.source
    if name == "public":
        from resources.sources.public import PublicSource

        if settings.core.data is None:
            section = "core"
            raise refuse(section, "data", None, "the folder that holds the published files")
        return PublicSource(settings.core.data, FileRules.of(settings))
    if name == "demo":
        from resources.sources.demo import DemoSettings, DemoSource

        return DemoSource(settings.room("demo", DemoSettings))
    if name == "sql":
        from resources.sources.sql.settings import SqlSettings
        from resources.sources.sql.source import SqlSource

        return SqlSource(load_database_secret(), settings.room("sql", SqlSettings))
    if name == "deliveries":
        from resources.sources.deliveries import DeliveriesSource

        if settings.core.data is None:
            section = "core"
            raise refuse(section, "data", None, "the inbox folder of the deliveries")
        return DeliveriesSource(settings.core.data, FileRules.of(settings))
    message = f"setting core.source = {name!r} has no builder; allowed: {', '.join(SOURCES)}"
    raise SettingsError(message)
