"""What is told when a server starts, and under which hosts it may be called."""

import ipaddress
import socket

from pipelines.operations import operations_of
from pipelines.terminal.speaking import say
from pipelines.web.addresses import KnownHosts, is_everywhere
from resources.settings import Settings


def known_hosts(settings: Settings, listening: str) -> KnownHosts:
    """The hosts under which the UI may be called, by the settings and the address that it listens on."""
    return KnownHosts(listening, operations_of(settings).allowed_hosts)


def announce(settings: Settings, host: str, listening: socket.socket) -> None:
    """Tell the address, and warn where others can reach it.

    Args:
        settings: of the call.
        host: as asked for.
        listening: the socket.
    """
    shown = f"[{host}]" if ":" in host else host
    say(f"Dagster UI on http://{shown}:{listening.getsockname()[1]} (Ctrl-C stops it)")
    if _is_loopback(host):
        return
    say(f"Warning: {host} can be reached from other machines and the UI asks nobody who they are;")
    say("put a proxy that does in front of it (docs/operate/security.md)")
    if is_everywhere(host) and not operations_of(settings).allowed_hosts:
        say("It answers to localhost only; name other hosts in operations.allowed_hosts.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
