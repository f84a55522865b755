"""The commands that serve: the UI with its daemon on one machine, or each as a service of its own."""

import argparse
import ipaddress
import socket

from pipelines.commands import enter, say
from pipelines.instance import workspace_file
from pipelines.operations import operations_of
from pipelines.web.addresses import KnownHosts, is_everywhere
from pipelines.workspace import build_workspace
from resources.paths import expanded
from resources.settings import Settings


def ui(options: argparse.Namespace) -> int:
    """Serve the Dagster UI and run the daemon, until Ctrl-C."""
    from pipelines.web.serving import listening_socket, serve_with_daemon

    settings = enter()
    build_workspace(settings)
    with listening_socket(options.host, options.port) as listening:
        _announce(settings, options.host, listening)
        ended_well = serve_with_daemon(settings.home, listening, known_hosts(settings, options.host))
    if not ended_well:
        say("The daemon ended by itself, and the UI with it; what it said stands above.")
    return 0 if ended_well else 1


def webserver(options: argparse.Namespace) -> int:
    """Serve the Dagster UI alone; the daemon is a service of its own."""
    from pipelines.web.serving import listening_socket, serve_alone

    settings = build_workspace().settings
    with listening_socket(options.host, options.port) as listening:
        _announce(settings, options.host, listening)
        serve_alone(settings.home, listening, known_hosts(settings, options.host))
    return 0


def daemon(options: argparse.Namespace) -> int:
    """Run the daemon, until Ctrl-C."""
    from pipelines.web.serving import run_daemon

    own = workspace_file(build_workspace().settings.home)
    run_daemon(expanded(options.workspace) if options.workspace else own, options.log_level)
    return 0


def known_hosts(settings: Settings, listening: str) -> KnownHosts:
    """The hosts under which the UI may be called, by the settings and the address that it listens on."""
    return KnownHosts(listening, operations_of(settings).allowed_hosts)


def _announce(settings: Settings, host: str, listening: socket.socket) -> None:
    shown = f"[{host}]" if ":" in host else host
    say(f"Dagster UI on http://{shown}:{listening.getsockname()[1]} (Ctrl-C stops it)")
    if _is_loopback(host):
        return
    say(f"Warning: {host} can be reached from other machines and the UI asks nobody who they are;")
    say("put a proxy that does in front of it (docs/security.md)")
    if is_everywhere(host) and not operations_of(settings).allowed_hosts:
        say("It answers to localhost only; name other hosts in operations.allowed_hosts.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
