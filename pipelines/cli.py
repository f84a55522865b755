"""The command line: what ``make`` calls. Prints progress for a person; errors are one clear paragraph.

A command is a module of ``pipelines/commands``, found by its name: ``price_of_privacy.py`` is ``stayworth
price-of-privacy``. It holds one click command of the module's name, which returns the exit status.
"""

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from importlib.metadata import version

import click

from pipelines import commands
from resources.errors import PipelineError, told

_EPILOG = (
    "Settings: STAYWORTH_HOME, STAYWORTH_SETTINGS (a TOML file), STAYWORTH_<SECTION>__<NAME>; see "
    "docs/operate/operations.md. Exit status: 0 done, 1 a run failed or nothing was found, "
    "2 settings or input that make no sense."
)
_WIDTH = 110


class Commands(click.Group):
    """The commands, each loaded when it is asked for: the models' libraries take seconds."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names."""
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None where there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        return getattr(importlib.import_module(f"{commands.__name__}.{name}"), name)


@click.group(
    "stayworth",
    cls=Commands,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH},
)
@click.version_option(version("stayworth"), prog_name="stayworth", message="%(prog)s %(version)s")
@click.pass_context
def stayworth(context: click.Context) -> None:
    """What guests are worth, and why."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(0)
    from pipelines.terminal.speaking import quiet

    quiet()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status (0 done, 1 a run failed, 2 wrong settings or input)."""
    asked = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return stayworth.main(asked, prog_name="stayworth", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("stayworth: stopped", err=True)
        return 130
    except PipelineError as error:
        name = next((word for word in asked if not word.startswith("-")), "")
        click.echo(f"stayworth {name}: {told(error)}", err=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
