"""Chapters on what went in: the data step by step, and what privacy took from it."""

from collections.abc import Mapping

import polars as pl

from assets.reports import figures_data, figures_privacy
from assets.reports.inputs import ReportInputs
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Bullets, Disclosure, Notice, Paragraph, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import composition_table, left_after, release_table, values_table
from assets.reports.telling.wording import capital, count, decimal, is_known, percent, plain


def data_section(inputs: ReportInputs) -> Section:
    """Rows after each step, for bookings and reviews."""
    blocks: list[Block] = []
    if inputs.composition is None:
        blocks.append(missing("rows after each step", inputs, Need.BOOKINGS))
    for stream in ("bookings", "reviews") if inputs.composition is not None else ():
        blocks += _stream_blocks(inputs, stream)
    return Section(
        anchor="data",
        title="The data, step by step",
        lead="Nothing vanishes silently: every row that comes in goes on, or is set aside with its reason and counted.",
        blocks=tuple(blocks),
    )


def _stream_blocks(inputs: ReportInputs, stream: str) -> list[Block]:
    assert inputs.composition is not None
    steps = left_after(inputs.composition, "ours", stream)
    table = composition_table(inputs, stream)
    if not steps or steps[0][1] == 0 or table is None:
        return [Notice(text=f"No {stream} were delivered in this period.")]
    first, last = steps[0][1], steps[-1][1]
    sentence = f"Of {count(first)} {stream} delivered, {count(last)} ({percent(last / first)}) reach the last step."
    losses = [(steps[at][0], steps[at - 1][1] - steps[at][1]) for at in range(1, len(steps))]
    worst = max(losses, key=lambda item: item[1], default=None)
    if worst and worst[1] > 0:
        sentence += f" The largest loss is {count(worst[1])} at “{worst[0].lower()}”."
    picture = Picture(
        key=f"funnel_{stream}",
        title=f"{capital(stream)} left after each step",
        sentence=sentence,
        alt=f"Bars: {', '.join(f'{label} {count(rows)}' for label, rows in steps)}.",
        figure=figures_data.draw_funnel(steps, capital(stream)),
        disclosure=Disclosure.OPERATIONAL,
    )
    return [picture, table]


def privacy_section(inputs: ReportInputs) -> Section:
    """k-anonymity, what it cost, and the released counts."""
    blocks: list[Block] = [*_anonymity_blocks(inputs), *_release_blocks(inputs), _meaning()]
    return Section(
        anchor="privacy",
        title="Privacy: what was given up, and what is promised",
        lead="Names, cards and addresses never leave the restricted zone. What this report is made from shows each "
        "guest "
        "only as one of a group that looks alike.",
        blocks=tuple(blocks),
    )


def _anonymity_blocks(inputs: ReportInputs) -> list[Block]:
    found = inputs.privacy
    if not found:
        return [missing("k-anonymity and its information loss", inputs, Need.PUBLISHED)]
    withheld, rows = found.get("withheld"), found.get("rows")
    share = f" ({percent(withheld / rows, 2)} of {count(rows)})" if is_known(withheld) and rows else ""
    values = {
        "k: guests that look alike, at least": count(found.get("k")),
        "Smallest class found": count(found.get("min_class_size")),
        "Batch that is anonymised by itself": plain(str(found.get("batch", "day"))),
        "Rows withheld because k was out of reach": f"{count(withheld)}{share}",
        "Information lost (NCP, 0 none to 1 all)": decimal(found.get("ncp"), 4),
        "Average class size against k": decimal(found.get("average_class_size"), 2),
    }
    blocks: list[Block] = [
        values_table(
            "anonymity",
            "k-anonymity of the bookings",
            values,
            note="NCP averages, over rows and columns, the width "
            "of the published interval or set against the whole range (docs/privacy/k_anonymity.md).",
        )
    ]
    loss = {str(name): float(value) for name, value in (found.get("ncp_by_column") or {}).items()}
    if loss:
        worst = max(loss, key=lambda name: loss[name])
        average = sum(loss.values()) / len(loss)
        blocks.append(
            Picture(
                key="privacy_loss",
                title="What privacy costs, column by column",
                sentence=f"On average {percent(average, 2)} of a column's precision is given up; most of it in "
                f"“{plain(worst)}” ({percent(loss[worst], 2)}).",
                alt="Bars of information loss per column, worst first.",
                figure=figures_privacy.draw_privacy_loss(loss, average),
                disclosure=Disclosure.OPERATIONAL,
            )
        )
    return blocks


def _release_blocks(inputs: ReportInputs) -> list[Block]:
    blocks: list[Block] = []
    spent = {str(name): float(value) for name, value in ((inputs.privacy or {}).get("spent_by_period") or {}).items()}
    budget = (inputs.privacy or {}).get("epsilon_budget")
    if spent and is_known(budget) and budget is not None and budget > 0:
        blocks.append(
            Picture(
                key="budget",
                title="Privacy budget",
                sentence=_budget_sentence(spent, budget),
                alt="Bars of epsilon spent per period against the budget.",
                figure=figures_privacy.draw_budget(spent, budget),
                disclosure=Disclosure.PRIVATE_RELEASE,
            )
        )
    release = inputs.bookings_by_month
    if release is None:
        return [*blocks, missing("released monthly counts", inputs, Need.BOOKINGS)]
    if release.is_empty():
        return [*blocks, Notice(text="No month is complete yet, so no count was released.", tone="info")]
    return [*blocks, *_monthly_blocks(release)]


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
            f"{count(top['bookings'])} "
            f"bookings; every point is off by at most ±{count(width)} in 95 % of draws (the band).",
            alt="Lines of noised bookings per month, one per hotel, with a band of the noise.",
            figure=figures_data.draw_monthly_release(release),
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


def paragraph(text: str, disclosure: Disclosure = Disclosure.NEUTRAL) -> Paragraph:
    """A paragraph block."""
    return Paragraph(text=text, disclosure=disclosure)
