"""Where a server listens, as options of its command."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
LOCALHOST = "127.0.0.1"
_PORT = 3000


def listening_options(command: Command) -> Command:
    """``--host`` and ``--port``."""
    port = click.option("--port", type=click.IntRange(0, 65_535), default=_PORT, show_default=True,
                        help="Port to listen on; 0: a free one.")  # fmt: skip
    host = click.option("--host", default=LOCALHOST, show_default=True, help="Address to listen on.")
    return host(port(command))
