"""An ASGI wrapper that lets only the UI's own pages, and programs that are no browser, talk to the server behind it.

The UI asks nobody who they are: whatever reaches it may start runs and wipe assets. A page of any other site that the
user has open can send requests to this machine too, and a name that its owner points here (DNS rebinding) even reads
the answers. Three headers that a page can't forge tell them apart: ``Host``, ``Origin``, ``Sec-Fetch-Site``. What
changes something must besides be a POST with a content type that no form can send.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

from pipelines.web.addresses import KnownHosts, Place, parse_origin, parse_place

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOG = logging.getLogger("stayworth.ui")
_READING = ("GET", "HEAD")
_OURS = ("same-origin", "none")  # of Sec-Fetch-Site: a page of the UI, or the user's own hand
_JSON = ("application/json", "application/graphql")
_DATA_PATHS = ("graphql", "report_", "logs", "download_debug", "notebook", "dagit")  # first parts of what is no page
_SHOWN = 80  # characters of a refused header that the answer repeats
_POLICY_VIOLATION = 1008
_HEADERS = (
    (b"x-frame-options", b"SAMEORIGIN"),  # no other site shows the UI under its own buttons
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True)
class Refusal:
    """Why a request goes no further.

    Attributes:
        status: of the answer.
        reason: one sentence for the person who reads it.
    """

    status: int
    reason: str


class Guard:
    """The wrapper.

    Args:
        app: the server behind it.
        hosts: under which it may be called.
    """

    def __init__(self, app: App, hosts: KnownHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = refusal_of(scope, self._hosts)
        if refused is None:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
            return
        _LOG.warning("refused: %s", refused.reason)
        await (_answer if scope["type"] == "http" else _close)(refused, receive, send)


def refusal_of(scope: Scope, hosts: KnownHosts) -> Refusal | None:
    """Why a request or a handshake is refused; None: it is not.

    Args:
        scope: of the ASGI connection.
        hosts: under which the UI may be called.
    """
    host = _host(scope, hosts)
    if isinstance(host, Refusal):
        return host
    foreign = _foreign(scope, hosts, host)
    if foreign and not _is_visit(scope):
        return foreign
    return _odd_method(scope) if scope["type"] == "http" else None


def _host(scope: Scope, hosts: KnownHosts) -> Place | Refusal:
    given = _values(scope, b"host")
    place = parse_place(given[0]) if len(given) == 1 else None
    if place is None:
        return Refusal(400, "the request needs one header Host, a name or an address with or without a port")
    if not hosts.is_known(place):
        return Refusal(
            403,
            f"{_shown(given[0])} is no name of this UI; if it is one, put it into operations.allowed_hosts "
            "(STAYWORTH_OPERATIONS__ALLOWED_HOSTS)",
        )
    return place


def _foreign(scope: Scope, hosts: KnownHosts, host: Place) -> Refusal | None:
    """What says that another site asks."""
    for site in _values(scope, b"sec-fetch-site"):
        if site not in _OURS:
            return Refusal(403, f"a page of another site asks (Sec-Fetch-Site: {_shown(site)})")
    for text in _values(scope, b"origin"):
        origin = parse_origin(text)
        if origin is None or not hosts.is_own_origin(origin, host):
            return Refusal(
                403,
                f"a page of {_shown(text)} asks, which is not this UI; a proxy must pass Host on, or its public name "
                "stands in operations.allowed_hosts",
            )
    for text in () if _values(scope, b"origin") or _values(scope, b"sec-fetch-site") else _values(scope, b"referer"):
        origin = parse_origin(_origin_text(text))
        if origin is None or not hosts.is_own_origin(origin, host):
            return Refusal(403, f"a page of {_shown(_origin_text(text))} asks, which is not this UI")
    return None


def _origin_text(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return f"{parts.scheme}://{parts.netloc}"


def _is_visit(scope: Scope) -> bool:
    """Whether a link elsewhere leads a whole window to a page of the UI: looking is allowed."""
    if scope["type"] != "http" or scope["method"] not in _READING or _values(scope, b"origin"):
        return False
    modes, targets = _values(scope, b"sec-fetch-mode"), _values(scope, b"sec-fetch-dest")
    is_window = modes == ["navigate"] and targets == ["document"]
    is_old_browser = not modes and not targets and not _values(scope, b"sec-fetch-site")
    return (is_window or is_old_browser) and not _first(scope).startswith(_DATA_PATHS)


def _odd_method(scope: Scope) -> Refusal | None:
    method = scope["method"]
    if method in _READING:
        return _changing_query(scope)
    if method != "POST":
        return Refusal(405, f"{_shown(method)} is not served; GET and POST are")
    kinds = [value.partition(";")[0].strip().lower() for value in _values(scope, b"content-type")]
    if len(kinds) != 1 or kinds[0] not in _JSON:
        return Refusal(415, "a POST needs Content-Type: application/json")
    return None


def _changing_query(scope: Scope) -> Refusal | None:
    """A GET that asks for anything but a query: an image of another page could send it."""
    if "graphql" not in scope["path"].lower():
        return None
    for text in _queries(scope):
        try:
            parts = parse(text, no_location=True).definitions
        except (GraphQLError, RecursionError):
            return Refusal(400, "the query can't be read")
        if any(isinstance(item, OperationDefinitionNode) and item.operation != OperationType.QUERY for item in parts):
            return Refusal(405, "a mutation needs a POST with Content-Type: application/json")
    return None


def _queries(scope: Scope) -> Iterator[str]:
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name == "query":
            yield value


def _first(scope: Scope) -> str:
    return scope["path"].strip("/").partition("/")[0].lower()


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]


def _shown(text: str) -> str:
    return ascii(text[:_SHOWN])


def _with_headers(send: Send) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
        await send(message)

    return sent


async def _answer(refused: Refusal, _receive: Receive, send: Send) -> None:
    body = f"Stayworth: refused: {refused.reason}.\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"), (b"connection", b"close"), *_HEADERS,
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _close(refused: Refusal, receive: Receive, send: Send) -> None:
    await receive()  # the handshake; a close before it was accepted is answered with status 403
    await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refused.reason[:_SHOWN]})
