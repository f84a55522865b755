"""The chapter on privacy: k-anonymity, what it cost, and the released counts."""

from collections.abc import Mapping

import polars as pl

from assets.common.findings import Tree
from assets.reports.chapters.privacy.figures import draw_budget, draw_monthly_release, draw_privacy_loss
from assets.reports.chapters.privacy.tables import release_table
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Bullets, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import values_table
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, decimal, is_known, percent, plain


def privacy_section(told: Told) -> Section:
    """k-anonymity, what it cost, and the released counts."""
    blocks: list[Block] = [*_anonymity_blocks(told), *_release_blocks(told), _meaning()]
    return Section(
        anchor="privacy",
        title="Privacy: what was given up, and what is promised",
        lead="Names, cards and addresses never leave the restricted zone. A booking leaves it as one of a group that "
        "looks alike, without an id.",
        blocks=tuple(blocks),
    )


def _anonymity_blocks(told: Told) -> list[Block]:
    measured = told.branch("privacy")
    if not measured:
        return [missing("k-anonymity and its information loss", told, Need.PUBLISHED)]
    withheld, rows = measured.get("withheld"), measured.get("rows")
    share = f" ({percent(withheld / rows, 2)} of {count(rows)})" if is_known(withheld) and rows else ""
    values = {
        "k: guests that look alike, at least": count(measured.get("k")),
        "Smallest class found": count(measured.get("min_class_size")),
        "Batch that is anonymised by itself": plain(str(measured.get("batch", "day"))),
        "Rows withheld because k was out of reach": f"{count(withheld)}{share}",
        "Information lost (NCP, 0 none to 1 all)": decimal(measured.get("ncp"), 4),
        "Average class size against k": decimal(measured.get("average_class_size"), 2),
    }
    table = [
        values_table(
            "anonymity",
            "k-anonymity of the bookings",
            values,
            note="NCP averages, over rows and columns, the width "
            "of the published interval or set against the whole range (docs/privacy/k_anonymity.md).",
        )
    ]
    return [*table, *_loss_blocks(measured.get("ncp_by_column") or {})]


def _loss_blocks(loss: Mapping[str, float]) -> list[Block]:
    if not loss:
        return []
    worst = max(loss, key=lambda name: loss[name])
    average = sum(loss.values()) / len(loss)
    return [
        Picture(
            key="privacy_loss",
            title="What privacy costs, column by column",
            sentence=f"On average {percent(average, 2)} of a column's precision is given up; most of it in "
            f"“{plain(worst)}” ({percent(loss[worst], 2)}).",
            alt="Bars of information loss per column, worst first.",
            figure=draw_privacy_loss(loss, average),
            disclosure=Disclosure.OPERATIONAL,
        )
    ]


def _release_blocks(told: Told) -> list[Block]:
    release = told.table("bookings_by_month")
    if release.is_empty():
        note = Notice(text="No month is complete yet, so no count was released.", tone="info")
        return [*_budget_blocks(told.branch("privacy")), note]
    return [*_budget_blocks(told.branch("privacy")), *_monthly_blocks(release)]


def _budget_blocks(measured: Tree) -> list[Block]:
    spent, budget = measured.get("spent_by_period") or {}, measured.get("epsilon_budget")
    if not spent or budget is None or not is_known(budget) or budget <= 0:
        return []
    return [
        Picture(
            key="budget",
            title="Privacy budget",
            sentence=_budget_sentence(spent, budget),
            alt="Bars of epsilon spent per period against the budget.",
            figure=draw_budget(spent, budget),
            disclosure=Disclosure.PRIVATE_RELEASE,
        )
    ]


def _budget_sentence(spent: Mapping[str, float], budget: float) -> str:
    text = f"At most {decimal(max(spent.values()))} of {decimal(budget)} epsilon was spent in a period."
    if len(spent) < 2:
        return text
    return (
        f"{text} Over all {len(spent)} periods shown, a unit that appears in each can lose the sum, "
        f"{decimal(sum(spent.values()))}."
    )


def _monthly_blocks(release: pl.DataFrame) -> list[Block]:
    top = release.sort("bookings", "month", "hotel", descending=[True, False, False]).row(0, named=True)
    width = float(release["plus_minus_95"].max() or 0.0)  # type: ignore[arg-type]
    return [
        Picture(
            key="bookings_by_month",
            title="Bookings per month, safe to share",
            sentence=f"The busiest month released is {top['month']} at {top['hotel']} with about "
            f"{count(top['bookings'])} bookings; every point is off by at most ±{count(width)} in 95 % of draws "
            "(the band).",
            alt="Lines of noised bookings per month, one per hotel, with a band of the noise.",
            figure=draw_monthly_release(release),
            disclosure=Disclosure.PRIVATE_RELEASE,
        ),
        release_table(release),
    ]


def _meaning() -> Block:
    return Bullets(
        terms=("k-anonymity means", "k-anonymity does not mean", "Differential privacy means", "It does not mean"),
        items=(
            "nobody can single out a booking by its published labels: at least k guests of the batch share all of "
            "them.",
            "that nothing can be learned about a group: if all k look alike, what holds for all holds for each.",
            "a released count would be almost as likely had any one unit not been there; epsilon says how almost.",
            "that the noise grows less by asking again: the noise was drawn once, and every release is charged.",
        ),
    )
