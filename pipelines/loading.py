"""The command ``load-sql``: fills the database of source ``sql`` from another source."""

from dataclasses import replace
from datetime import date

from pipelines.partitions import history
from pipelines.terminal.speaking import say
from resources.errors import SettingsError
from resources.secret_keys import load_database_secret
from resources.settings import Settings
from resources.sources.registry import build_source
from resources.sources.sql.loading import Loaded, create_tables, day_range, load_days
from resources.sources.sql.settings import SECTION, SqlSettings


def load_into_database(given: Settings, from_source: str, first: date | None, last: date | None) -> None:
    """Make the tables, then copy and close the deliveries that are not there yet; loading again adds nothing.

    Args:
        given: settings of the call.
        from_source: where rows come from.
        first: first delivery day; None: the start of that source's history.
        last: last delivery day; None: the end of it.
    """
    settings = _settings_of(given, from_source)
    target = settings.room(SECTION, SqlSettings)
    secret = load_database_secret()
    source = build_source(settings)
    days = day_range(*_range(settings, from_source, first, last))
    say(f"Loading {from_source}, {days[0]} to {days[-1]}, into schema {target.schema}")
    create_tables(secret, target)
    done = load_days(secret, target, source, days, _show)
    rows, closed = sum(part.rows for part in done), sum(part.days for part in done)
    say(f"{rows:,} rows in {closed} deliveries loaded; {sum(part.skipped for part in done)} were there before")
    if closed:
        say(f"Read them with: STAYWORTH_SQL__HISTORY_START={days[0]} stayworth run --source sql")


def _settings_of(settings: Settings, name: str) -> Settings:
    """The settings with the source to load from in place of ``sql``."""
    return replace(settings, core=replace(settings.core, source=name))


def _range(settings: Settings, name: str, first: date | None, last: date | None) -> tuple[date, date]:
    start, end = history(settings)
    since, until = first or start, last or end
    if not start <= since <= until:
        message = f"--from {since} --to {until} is no range of {name}, which begins {start}"
        raise SettingsError(message)
    return since, until


def _show(part: Loaded) -> None:
    irregular = f", {part.irregular} irregular" if part.irregular else ""
    say(f"  {part.first} to {part.last}{part.rows:>10,} rows{irregular}, {part.skipped} deliveries there before")
