"""Who is meant, as options of the commands for guests' rights."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--email", help="E-mail address of the guest; - reads it from standard input."),
    click.option("--guest-key", help="The source's key of the guest: no row of another key is taken; - as above."),
    click.option("--row-id", multiple=True,
                 help="Row id of a booking or review, reservation:<number> for its rooms; may be repeated; as above."),
    click.option("--stdin", is_flag=True,
                 help="Read identifiers from standard input, one a line: `email: x`, `guest-key: x`, `row-id: x`."),
    click.option("--only-named", is_flag=True,
                 help="Take only rows that carry what is given, not what else belongs to the guest."),
    click.option("--one-person", is_flag=True,
                 help="You have made sure that several addresses, names or keys are one person's."),
)  # fmt: skip


def guest_options(command: Command) -> Command:
    """``--email``, ``--guest-key``, ``--row-id``, and how they are meant."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
