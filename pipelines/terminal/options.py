"""Options that several commands have, and the types of their values."""

import functools
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from resources.errors import SettingsError
from resources.paths import expanded
from resources.settings import Given, variable_of

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A business day as it is written in ISO 8601."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; ends with status 2 where it is none."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as YYYY-MM-DD", param, ctx)


class ExpandedPath(click.ParamType[Path]):
    """A path, in which ``~`` stands for the home folder."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; ends with status 2 where a name after ``~`` is nobody's."""
        try:
            return expanded(value)
        except SettingsError as error:
            self.fail(str(error), param, ctx)


DAY, PATH = Day(), ExpandedPath()


def source_options(command: Command) -> Command:
    """``--source`` and ``--data``; the command gets them as settings that it is given (parameter ``given``)."""

    @click.option("--source", help="demo, public, sql or deliveries; in place of core.source.")
    @click.option("--data", type=PATH, help="Folder with the publishers' files, or inbox; in place of core.data.")
    @functools.wraps(command)
    def with_given(*, source: str | None, data: Path | None, **options: Any) -> Any:
        core: dict[str, Any] = {}
        if data is not None and source is None and variable_of("core", "source") not in os.environ:
            source = "public"
        core |= {"source": source} if source else {}
        core |= {"data": data} if data is not None else {}
        return command(given={"core": core} if core else {}, **options)

    return with_given  # type: ignore[return-value]


def day_options(command: Command) -> Command:
    """``--from`` and ``--to``."""
    until = click.option("--to", "last", type=DAY, help="Last business day (default: last known day).")
    since = click.option("--from", "first", type=DAY, help="First business day (default: start of history).")
    return since(until(command))


def results_option(command: Command) -> Command:
    """``--write``: a results page into which the command writes its figures once it has ended well.

    Stands below ``source_options``, since it reads the home of the settings that the command is given.
    """

    @click.option("--write", type=PATH, help="Results page, say docs/results/attacks.md, that gets this run's figures.")
    @functools.wraps(command)
    def with_page(*, given: Given, write: Path | None, **options: Any) -> int:
        status = command(given=given, **options)
        if write is not None and not status:
            from pipelines.results_tables import write_results
            from resources.settings import load_settings

            asked = click.get_current_context()
            flags = [f"--{name.replace('_', '-')}" for name, value in options.items() if value is True]
            write_results(write, load_settings(given=given), " ".join([asked.command_path, *flags]))
        return status

    return with_page  # type: ignore[return-value]


def with_settings(given: Given, section: str, **values: Any) -> Given:
    """What is given, and some settings of a section besides."""
    return {**given, section: {**given.get(section, {}), **values}}
