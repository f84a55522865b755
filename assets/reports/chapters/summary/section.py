"""The opening page: key numbers, what they mean, and what to do with them."""

from assets.reports.chapters.summary.key_numbers import key_numbers
from assets.reports.chapters.summary.points import points
from assets.reports.telling.blocks import Block, Bullets, Section, Stats
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count


def summary_section(told: Told) -> Section:
    """Key numbers, what they mean, and what to do with them."""
    numbers = key_numbers(told)
    blocks: list[Block] = [Stats(items=numbers)] if numbers else []
    blocks += joined_lists(points(told))
    return Section(anchor="summary", title="In brief", lead=_opening(told.run), blocks=tuple(blocks))


def joined_lists(lists: list[Bullets]) -> list[Bullets]:
    """Neighbouring lists of equal disclosure as one list, so that they read as one."""
    result: list[Bullets] = []
    for own in lists:
        if result and result[-1].disclosure == own.disclosure:
            result[-1] = Bullets(items=(*result[-1].items, *own.items), disclosure=own.disclosure)
        else:
            result.append(own)
    return result


def _opening(run: RunHeader) -> str:
    days = "one day" if run.days == 1 else f"{count(run.days)} days"
    span = f"{run.first_day:%d %B %Y}" + (f" to {run.last_day:%d %B %Y}" if run.days > 1 else "")
    return (
        f"This report covers {run.facts.covers}: {days}, {span}. It says what the guests are worth, how well their "
        "value can be forecast, and how sure each answer is, without knowing who they are."
    )
