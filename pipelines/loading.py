"""The command ``load-sql``: fills the database of source ``sql`` from another source."""

import argparse
from dataclasses import replace
from datetime import date

from pipelines.partitions import history
from resources.errors import SettingsError
from resources.secret_keys import load_database_secret
from resources.settings import Settings, load_settings
from resources.sources.registry import build_source
from resources.sources.sql.loading import Loaded, create_tables, day_range, load_days
from resources.sources.sql.settings import SECTION, SqlSettings


def load_sql(options: argparse.Namespace) -> int:
    """Make the tables, then copy and close the deliveries that are not there yet; loading again adds nothing."""
    settings = _settings_of(load_settings(), options.from_source)
    target = settings.room(SECTION, SqlSettings)
    secret = load_database_secret()
    source = build_source(settings)
    days = day_range(*_range(settings, options))
    _say(f"Loading {options.from_source}, {days[0]} to {days[-1]}, into schema {target.schema}")
    create_tables(secret, target)
    done = load_days(secret, target, source, days, _show)
    rows, closed = sum(part.rows for part in done), sum(part.days for part in done)
    _say(f"{rows:,} rows in {closed} deliveries loaded; {sum(part.skipped for part in done)} were there before")
    if closed:
        _say(f"Read them with: STAYWORTH_SQL__HISTORY_START={days[0]} stayworth run --source sql")
    return 0


def _settings_of(settings: Settings, name: str) -> Settings:
    """The settings with the source to load from in place of ``sql``."""
    return replace(settings, core=replace(settings.core, source=name))


def _range(settings: Settings, options: argparse.Namespace) -> tuple[date, date]:
    start, end = history(settings)
    first, last = options.first or start, options.last or end
    if not start <= first <= last:
        message = f"--from {first} --to {last} is no range of {options.from_source}, which begins {start}"
        raise SettingsError(message)
    return first, last


def _show(part: Loaded) -> None:
    irregular = f", {part.irregular} irregular" if part.irregular else ""
    _say(f"  {part.first} to {part.last}{part.rows:>10,} rows{irregular}, {part.skipped} deliveries there before")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
