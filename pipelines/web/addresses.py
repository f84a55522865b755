"""Hosts as browsers write them: a name or an address, perhaps a port; and those under which the UI may be called."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_HIGHEST_PORT = 65_535
_LONGEST = 255
_DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Place:
    """A host, in one spelling, and a port; None: none was given."""

    host: str
    port: int | None = None


def parse_place(text: str) -> Place | None:
    """What a browser writes into ``Host``: ``name``, ``name:port``, ``1.2.3.4:port``, ``[::1]:port``; else None.

    Example:
        >>> parse_place("LocalHost:3000"), parse_place("[0:0::1]:3000"), parse_place("user@host")
        (Place(host='localhost', port=3000), Place(host='::1', port=3000), None)
    """
    matched = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?", text)
    if matched is None or len(text) > _LONGEST:
        return None
    host = _one_spelling(matched[1].lower())
    port = int(matched[2]) if matched[2] else None
    return None if host is None or (port is not None and not 0 < port <= _HIGHEST_PORT) else Place(host, port)


def _one_spelling(host: str) -> str | None:
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            return None
    host = host.removesuffix(".")  # the root of all names, which a browser keeps
    return host if _NAME.fullmatch(host) else None


def parse_origin(text: str) -> Place | None:
    """The place of an origin, ``scheme://host`` or ``scheme://host:port``; None for ``null`` and anything else."""
    scheme, sign, rest = text.partition("://")
    place = parse_place(rest) if sign and scheme in _DEFAULT_PORTS else None
    return place and Place(place.host, place.port or _DEFAULT_PORTS[scheme])


def parse_allowed(text: str) -> Place | None:
    """An entry of the setting: as :func:`parse_place`, and a bare IPv6 address without its brackets.

    Example:
        >>> parse_allowed("::1"), parse_allowed("*"), parse_allowed("https://host")
        (Place(host='::1', port=None), None, None)
    """
    return parse_place(f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text)


def is_everywhere(listening: str) -> bool:
    """Whether a server that listens there takes calls to every address of the machine."""
    try:
        return ipaddress.ip_address(listening).is_unspecified
    except ValueError:
        return False


class KnownHosts:
    """The hosts under which the UI may be called.

    Args:
        listening: the address that the server listens on.
        allowed: further hosts, from the settings.
    """

    def __init__(self, listening: str, allowed: Iterable[str] = ()) -> None:
        own = [*LOOPBACK, *(() if is_everywhere(listening) else (listening,))]
        self._allowed = {place for text in allowed if (place := parse_allowed(text))}
        self._known = {place for text in own if (place := parse_allowed(text))} | self._allowed

    def is_known(self, place: Place) -> bool:
        """Whether a request may be addressed to it; an entry without a port stands for all ports."""
        return place in self._known or Place(place.host) in self._known

    def is_own_origin(self, origin: Place, host: Place) -> bool:
        """Whether a page of this origin is the UI itself.

        Args:
            origin: with its port.
            host: to which the request is addressed; without a port the default ones are meant, since TLS may end before
                this server.
        """
        if origin.host == host.host and (origin.port == host.port if host.port else _is_default(origin)):
            return True
        return origin in self._allowed or (_is_default(origin) and Place(origin.host) in self._allowed)


def _is_default(origin: Place) -> bool:
    return origin.port in _DEFAULT_PORTS.values()
