"""``stayworth demo-stats``."""

from pathlib import Path

import click

from pipelines.terminal.options import PATH, source_options
from resources.settings import Given


@click.command("demo-stats")
@click.option("--public", required=True, type=PATH, help="Folder with the published files.")
@click.option("--out", type=PATH, default="docs/results/demo_world.md", show_default=True, help="Page to write.")
@source_options
def demo_stats(given: Given, public: Path, out: Path) -> int:
    """Compare the demo world with the public data: marginals, side by side."""
    from assets.common.inputs import days_between
    from pipelines.results_page import measured_here
    from pipelines.terminal.speaking import say
    from resources.settings import CoreSettings, Settings, load_settings
    from resources.sources.base import Stream
    from resources.sources.demo.statistics import compare_marginals
    from resources.sources.registry import build_source

    home = load_settings(given=given).home
    frames = []
    for core in (CoreSettings(source="demo"), CoreSettings(source="public", data=public)):
        source = build_source(Settings(home=home, core=core))
        days = days_between(source.first_day, source.last_day)
        frames += [source.rows(stream, days) for stream in (Stream.BOOKINGS, Stream.REVIEWS)]
    told, _, tables = compare_marginals(*frames).partition("\n## ")
    measured = measured_here("demo_world", "stayworth demo-stats --public <folder>", f"## {tables}".strip())
    out.write_text(f"{told.strip()}\n\n{measured.block()}\n", "utf-8")
    say(f"wrote {out}")
    return 0
