"""``stayworth ui``."""

import click

from pipelines.terminal.options import source_options
from pipelines.web.options import listening_options
from resources.settings import Given


@click.command()
@listening_options
@source_options
def ui(given: Given, host: str, port: int) -> int:
    """Serve the Dagster UI and run its daemon, on localhost unless told otherwise.

    Behind a guard that keeps the pages of other sites out (docs/operate/security.md); Ctrl-C ends both.
    """
    from pipelines.terminal.entering import enter, hand_to_processes
    from pipelines.terminal.speaking import say
    from pipelines.web.announcing import announce, known_hosts
    from pipelines.web.serving import listening_socket, serve_with_daemon
    from pipelines.workspace import build_workspace

    settings = enter(given)
    build_workspace(settings)
    hand_to_processes(given)
    with listening_socket(host, port) as listening:
        announce(settings, host, listening)
        ended_well = serve_with_daemon(settings.home, listening, known_hosts(settings, host))
    if not ended_well:
        say("The daemon ended by itself, and the UI with it; what it said stands above.")
    return 0 if ended_well else 1
