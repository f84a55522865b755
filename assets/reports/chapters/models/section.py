"""The chapter on the forecasts: how good, against what, at what cost, and on what evidence."""

from assets.reports.chapters.models.curves import curve_blocks, spread_blocks
from assets.reports.chapters.models.evidence import claim_tables, significance_table, tuning_table
from assets.reports.chapters.models.tables import cost_table, group_error_table, score_table
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import FORECASTS, PROTOCOL_TITLES, accuracy_of
from assets.reports.telling.blocks import Block, Disclosure, Notice, Section
from assets.reports.telling.comparison import comparison_blocks, model_table
from assets.reports.telling.told import Told


def models_section(told: Told) -> Section:
    """Both forecasts, tenths of customers, today's scores, and the tables behind the claims."""
    ahead = told.number("forecast.horizon_days")
    horizon_days = None if ahead is None else int(ahead)
    advice = told.value("models.recommendation.sentence")
    blocks: list[Block] = [Notice(text=advice, disclosure=Disclosure.MODEL_METRIC)] if advice else []
    for protocol in FORECASTS:
        blocks += comparison_blocks(told, protocol, Need.FORECASTS)
    blocks += curve_blocks(told)
    scores = score_table(told, horizon_days)
    if scores is not None:
        blocks += [*spread_blocks(told), scores]
    blocks += _tables(told)
    horizon = f"{horizon_days} days" if horizon_days else "months"
    return Section(
        anchor="forecast",
        title="How well future value can be forecast",
        lead=f"What counts: features from the past only, value from the {horizon} after. Every model is compared with "
        "the simplest rule there is, “the same as in the past”.",
        blocks=tuple(blocks),
    )


def _tables(told: Told) -> list[Block]:
    protocols = [accuracy_of(told, protocol) for protocol in PROTOCOL_TITLES]
    tables = (
        significance_table(told.branch("models.significance")),
        *claim_tables(told.branch("claims"), told.branch("verdicts")),
        tuning_table(told.branch("tuning")),
        cost_table(protocols),
        group_error_table(told.branch("models.groups")),
        model_table(accuracy_of(told, "long_horizon"), told.run.currency),
    )
    return [table for table in tables if table is not None]
