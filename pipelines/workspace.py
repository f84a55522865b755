"""Builds the workspace: the one place where settings, contracts, source and services meet."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb

from assets.common.workspace import StepProgress, Workspace
from pipelines.guests.retention_settings import SECTION as RETENTION
from pipelines.guests.retention_settings import RetentionSettings
from pipelines.homes import check_home, world_of
from pipelines.ledger import DAILY_LEDGER
from pipelines.operations import SECTION, OperationsSettings
from pipelines.partitions import history
from pipelines.rooms import early_fits_of, room_contracts, room_settings
from resources.errors import SettingsError
from resources.home_modes import keep_closed
from resources.notices import with_notices
from resources.secret_keys import load_tombstone_key
from resources.settings import Settings, load_settings
from resources.sources.base import Source
from resources.sources.file_rules import SECTION as FILES_SECTION
from resources.sources.file_rules import FileSettings

_LOG = logging.getLogger("stayworth")


def _source(settings: Settings) -> Source:
    from resources.sources.registry import build_source

    return with_notices(build_source(settings), settings.core.notices)


def _encoders(workspace: Workspace) -> Any:
    from resources.encoders import EncoderShelf

    return EncoderShelf(workspace.settings.home, workspace.settings.core)


def _ledger(workspace: Workspace) -> Any:
    from assets.privacy.contract import CHARGED_TABLES
    from resources.privacy_budget import BudgetLedger

    core = workspace.settings.core
    released = workspace.lake.partitions if core.lake_url else None
    ledger = BudgetLedger.at(workspace.settings.home, core.restricted_root, released, charged=CHARGED_TABLES)
    lake = workspace.lake
    shown = {
        table: lake.rows(table, None, ["release_id"])["release_id"].to_list()
        for table in CHARGED_TABLES
        if table in workspace.contracts and lake.exists(table, None)
    }
    ledger.refuse_restored(shown)
    return ledger


def _model_store(workspace: Workspace) -> Any:
    from resources.model_store import ModelStore
    from resources.restricted_store import RestrictedStore

    root = workspace.places.models
    store = ModelStore(root, RestrictedStore(workspace.lake, root))
    store.adopt(workspace.settings.home / "models")
    return store


def _tombstones(workspace: Workspace) -> Any:
    from resources.tombstones import TombstoneStore

    return TombstoneStore(workspace.lake, load_tombstone_key(workspace.key))


def _opt_outs(workspace: Workspace) -> Any:
    from pipelines.guests.opt_outs import OptOutRegister

    return OptOutRegister(workspace)


def _views(workspace: Workspace) -> Any:
    from resources.warehouse import NAME, ViewKeeper

    return ViewKeeper(workspace.settings.home / NAME, workspace.lake, workspace.contracts)


SERVICES: dict[str, Callable[[Workspace], Any]] = {
    "encoders": _encoders,
    "ledger": _ledger,
    "model_store": _model_store,
    "opt_outs": _opt_outs,
    "tombstones": _tombstones,
    "views": _views,
}


def check_settings(settings: Settings) -> None:
    """Build every room's settings once, so that nonsense is refused when definitions load.

    Raises:
        SettingsError: an unknown section, an unknown name, or a value that makes no sense.
    """
    from resources.sources.demo.settings import DemoSettings
    from resources.sources.sql.settings import SqlSettings

    own = {
        "demo": DemoSettings,
        "sql": SqlSettings,
        FILES_SECTION: FileSettings,
        SECTION: OperationsSettings,
        RETENTION: RetentionSettings,
    }
    known = {**room_settings(), **own}
    unknown = sorted(set(settings.sections) - set(known))
    if unknown:
        message = f"unknown settings section {unknown[0]!r}; known: core, {', '.join(sorted(known))}"
        raise SettingsError(message)
    for section, cls in known.items():
        settings.room(section, cls)


def _first_day(settings: Settings) -> date:
    first, last = history(settings)
    if first > last:
        message = f"setting core.history_start = {first} lies after the last day {last}; give a day up to it"
        raise SettingsError(message)
    return first


def build_workspace(
    settings: Settings | None = None,
    *,
    source: Source | None = None,
    progress: Callable[[StepProgress], None] | None = None,
) -> Workspace:
    """The workspace of a process.

    Args:
        settings: instead of those of the environment.
        source: instead of the one that the settings choose (tests).
        progress: called after each step.

    Raises:
        SettingsError: see :func:`check_settings`; or history begins after its end.
        SourceError: the settings do not tell the days of history, and the source can't be asked.
    """
    loaded = settings or load_settings()
    check_settings(loaded)
    keep_closed(loaded.core.home_access)
    check_home(loaded)
    made = Workspace(
        settings=loaded,
        contracts={**room_contracts(), DAILY_LEDGER.asset: DAILY_LEDGER},
        room_settings=room_settings(),
        history_start=_first_day(loaded),
        build_source=_source if source is None else lambda _settings: source,
        services=SERVICES,
        early_fits_of=early_fits_of,
        world=world_of(loaded),
    )
    made.progress = _after_step(made, progress)
    return made


def _after_step(workspace: Workspace, tell: Callable[[StepProgress], None] | None) -> Callable[[StepProgress], None]:
    """What happens after each step, whoever asked for its run: a new table gets its view in the warehouse.

    What a step stored is stored; a warehouse that can't be written is told in the log and does not fail it.
    """

    def after(step: StepProgress) -> None:
        try:
            workspace.resource("views").keep(step.asset)
        except (duckdb.Error, OSError) as error:
            _LOG.warning("no view of %s in the warehouse: %s; `stayworth run` builds it anew", step.asset, error)
        if tell is not None:
            tell(step)

    return after
