"""A database up to the report: history asked of it, a report that speaks of its rows."""

from datetime import timedelta
from pathlib import Path

import pytest

from assets.common.inputs import days_between
from pipelines.workspace import build_workspace
from resources.secret_keys import DSN_VARIABLE, SecretText
from resources.settings import CoreSettings, Settings
from resources.sources.demo import DemoSource
from resources.sources.sql.loading import create_tables, load_days
from resources.sources.sql.settings import SqlSettings
from tests.end_to_end.test_worlds_to_report import QUICK, check_report, home_of
from tests.integration.conftest import DEMO

DAYS = days_between(DEMO.start, DEMO.start + timedelta(days=11))


@pytest.mark.slow
def test_a_database_reaches_a_report(
    secret: SecretText,
    settings: SqlSettings,
    demo: DemoSource,
    tmp_path: Path,
    encoder_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_tables(secret, settings)
    load_days(secret, settings, demo, DAYS)
    monkeypatch.setenv(DSN_VARIABLE, secret.text)
    home = home_of(tmp_path, encoder_home)
    sections = {**QUICK, "sql": {"schema": settings.schema, "first_wait_seconds": 0.0}}
    core = CoreSettings(source="sql", fit_every_days=7)
    workspace = build_workspace(Settings(home=home, core=core, sections=sections))
    assert workspace.history_start == DAYS[0], "asked of the database"
    facts = workspace.source.facts
    assert (facts.names_hotels, facts.names_guests, facts.knows_truth) == (True, True, False)
    check_report(workspace, DAYS, ("bookings and reviews of three hotels", "name the same hotels"))
