"""The chapter on what went in: rows after each step, for bookings and reviews."""

from itertools import pairwise

from assets.reports.chapters.data.figures import draw_funnel
from assets.reports.chapters.data.tables import COMPOSITION_STEPS, composition_table, rows_left
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, count, percent


def data_section(told: Told) -> Section:
    """Rows after each step, for bookings and reviews."""
    blocks: list[Block] = []
    if not told.branch("dataset"):
        blocks.append(missing("rows after each step", told, Need.BOOKINGS))
    else:
        blocks = [block for stream in COMPOSITION_STEPS for block in _stream_blocks(told, stream)]
    return Section(
        anchor="data",
        title="The data, step by step",
        lead="Nothing vanishes silently: every row that comes in goes on, or is set aside with its reason and counted.",
        blocks=tuple(blocks),
    )


def _stream_blocks(told: Told, stream: str) -> list[Block]:
    dataset = told.branch("dataset")
    names = COMPOSITION_STEPS[stream]
    steps = [(names[step], rows) for step, rows in rows_left(dataset, "ours", stream).items()]
    if not steps or steps[0][1] == 0:
        return [Notice(text=f"No {stream} were delivered in this period.")]
    first, last = steps[0][1], steps[-1][1]
    sentence = f"Of {count(first)} {stream} delivered, {count(last)} ({percent(last / first)}) reach the last step."
    losses = [(label, before - rows) for (_, before), (label, rows) in pairwise(steps)]
    worst = max(losses, key=lambda item: item[1], default=None)
    if worst and worst[1] > 0:
        sentence += f" The largest loss is {count(worst[1])} at “{worst[0].lower()}”."
    picture = Picture(
        key=f"funnel_{stream}",
        title=f"{capital(stream)} left after each step",
        sentence=sentence,
        alt=f"Bars: {', '.join(f'{label} {count(rows)}' for label, rows in steps)}.",
        figure=draw_funnel(steps, capital(stream)),
        disclosure=Disclosure.OPERATIONAL,
    )
    return [picture, composition_table(dataset, told.branch("alignment"), stream)]
