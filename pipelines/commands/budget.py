"""``stayworth budget``."""

from typing import TYPE_CHECKING

import click

from pipelines.terminal.options import source_options
from resources.settings import Given

if TYPE_CHECKING:
    from assets.privacy.settings import PrivacySettings


@click.command()
@source_options
def budget(given: Given) -> int:
    """The privacy budget: spent, left, per release."""
    import polars as pl

    from assets.privacy.budget_tables import releases_table, taken_over_note
    from assets.privacy.settings import PrivacySettings
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say
    from pipelines.workspace import build_workspace

    workspace = build_workspace(enter(given))
    settings = workspace.settings.room("privacy", PrivacySettings)
    ledger = workspace.resource("ledger").under(settings.budget, settings.allotments)
    promise = f"{_promise(settings)}{taken_over_note(ledger)}"
    say(f"Privacy budget per calendar year of the data's business days: {promise}")
    report = ledger.report()
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, tbl_hide_dataframe_shape=True, fmt_str_lengths=40,
                   tbl_hide_column_data_types=True, float_precision=6):  # fmt: skip
        say(str(report) if report.height else "nothing was released yet")
        say("Releases: what one of them cost, and all of them together (disjoint parts cost their largest)")
        say(str(releases_table(ledger, ledger.accounting.unit)) if report.height else "none")
    return 0


def _promise(settings: "PrivacySettings") -> str:
    from resources.privacy_accounting import PURE

    if settings.budget.name == PURE:
        return f"epsilon {settings.epsilon:g}"
    return f"epsilon {settings.epsilon:g} at delta {settings.delta:g}, booked as rho {settings.budget.budget:.6g}"
