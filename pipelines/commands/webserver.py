"""``stayworth webserver``."""

import click

from pipelines.terminal.options import source_options
from pipelines.web.options import listening_options
from resources.settings import Given


@click.command()
@listening_options
@source_options
def webserver(given: Given, host: str, port: int) -> int:
    """Serve the Dagster UI alone, as a service; behind the same guard as ui."""
    from pipelines.terminal.entering import hand_to_processes, settings_of
    from pipelines.web.announcing import announce, known_hosts
    from pipelines.web.serving import listening_socket, serve_alone
    from pipelines.workspace import build_workspace

    settings = build_workspace(settings_of(given)).settings
    hand_to_processes(given)
    with listening_socket(host, port) as listening:
        announce(settings, host, listening)
        serve_alone(settings.home, listening, known_hosts(settings, host))
    return 0
