"""An edition as one self-contained HTML file: no script, no link to the outside, pictures inside."""

import base64
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from assets.reports.telling.blocks import Block, Disclosure, Edition
from assets.reports.telling.chapter import SHAREABLE
from assets.reports.telling.editions import pictures_of
from assets.reports.telling.figure_style import svg_text
from assets.reports.telling.run import RunHeader
from assets.reports.telling.wording import capital, count

_REM_PER_INCH = 6.3  # so that 9 points in a picture read like the text around it

_MARKS = {  # beside a block of the shareable edition
    Disclosure.PRIVATE_RELEASE: "released with differential privacy",
    Disclosure.TEXT: "invented text of the simulated group",
}


def _rem(figure: Figure) -> str:
    return f"{figure.get_figwidth() * _REM_PER_INCH:.1f}"


@cache
def _environment() -> Environment:
    # Review texts are written by strangers: everything that enters the page is escaped.
    environment = Environment(
        loader=PackageLoader("assets.reports.telling", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capital"] = capital
    environment.filters["rem"] = _rem
    return environment


def picture_data(figure: Figure, key: str) -> str:
    """A drawing as the data of an ``img`` element."""
    encoded = base64.b64encode(svg_text(figure, key).encode()).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"


def render_editions(editions: Mapping[str, Edition], run: RunHeader) -> dict[str, str]:
    """The HTML text of each edition; equal input gives equal text.

    Args:
        editions: chapters to show, already filtered for their readers; a picture in several is drawn once.
        run: what the footer names.
    """
    pictures: dict[str, str] = {}
    for edition in editions.values():
        for picture in pictures_of(edition):
            if picture.key not in pictures:
                pictures[picture.key] = picture_data(picture.figure, picture.key)
    return {name: _page(edition, run, pictures) for name, edition in editions.items()}


def _page(edition: Edition, run: RunHeader, pictures: Mapping[str, str]) -> str:
    facts = [
        ("Source", run.source),
        ("Days", count(run.days)),
        ("Profile", run.profile),
        ("Currency", run.currency),
        ("Version", run.version or "unversioned"),
    ]

    def mark(block: Block) -> str:
        return _MARKS.get(block.disclosure, "") if edition.name == SHAREABLE else ""

    template = _environment().get_template("report.html")
    return template.render(edition=edition, facts=facts, mark=mark, pictures=pictures)
