"""Forged requests end at the guard; the UI's own, and those of programs, go through."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.web.addresses import KnownHosts
from pipelines.web.guard import Guard

HOST = "localhost:3000"
OWN = f"http://{HOST}"
JSON = {"Content-Type": "application/json"}
MUTATION = "mutation { wipeAssets(assetPartitionRanges: []) { __typename } }"


class Behind:
    """A server that counts what reaches it."""

    def __init__(self) -> None:
        self.reached = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached += 1
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"served"})
        elif scope["type"] == "websocket":
            await send({"type": "websocket.accept"})


def asked(
    method: str, path: str, headers: dict[str, str], *, allowed: tuple[str, ...] = (), **more: Any
) -> httpx.Response:
    behind = Behind()

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(behind, KnownHosts("127.0.0.1", allowed)))
        async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
            for name in ("accept", "user-agent", "accept-encoding", "connection"):
                del client.headers[name]
            return await client.request(method, path, headers=headers, **more)

    answer = asyncio.run(go())
    assert behind.reached == (answer.text == "served")
    return answer


def handshake(headers: dict[str, str]) -> str:
    """What the server says to a websocket's handshake."""
    sent: list[Any] = []
    listed = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/graphql", "query_string": b"", "headers": listed}
    asyncio.run(Guard(Behind(), KnownHosts("127.0.0.1"))(scope, receive, send))
    return sent[0]["type"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}),
        ("GET", "/runs", {"Sec-Fetch-Site": "same-origin"}),
        ("GET", "/_next/static/x.js", {"Sec-Fetch-Site": "same-origin", "Referer": f"{OWN}/runs"}),
        ("POST", "/graphql", {**JSON, "Origin": OWN, "Sec-Fetch-Site": "same-origin"}),
        ("POST", "/graphql", {**JSON, "Origin": OWN}),
        ("POST", "/graphql", JSON),  # a program
        ("POST", "/graphql", {"Content-Type": "application/JSON; charset=utf-8"}),
        ("GET", "/graphql?query={version}", {}),
        ("GET", "/graphql?query=query%20mutation{version}", {}),  # a query that is named so
        ("GET", "/server_info", {"Host": "127.0.0.1:3000"}),
        ("GET", "/server_info", {"Host": "[::1]:3000"}),
        ("POST", "/graphql", {**JSON, "Host": "[::1]:3000", "Origin": "http://[::1]:3000"}),
        ("POST", "/graphql", {**JSON, "Host": "localhost", "Origin": "https://localhost"}),
    ],
)
def test_the_own_pages_and_programs_are_served(method: str, path: str, headers: dict[str, str]) -> None:
    assert asked(method, path, headers).text == "served"


@pytest.mark.parametrize(
    "path", ["/", "/runs/abc", "/assets/published_bookings?view=checks", "/locations/stayworth/jobs/daily"]
)
def test_a_link_elsewhere_may_lead_to_a_page(path: str) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert asked("GET", path, visit).text == "served"
    assert asked("GET", path, {"Referer": "https://mail.example/"}).text == "served", "a browser without Sec-Fetch"
    for target in ("iframe", "embed", "object", "image", "empty"):
        assert asked("GET", path, {**visit, "Sec-Fetch-Dest": target}).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        MUTATION,
        f"query a{{version}} {MUTATION}",
        "subscription{x}",
        "\ufeffmutation{x}",
        "#comment\nmutation{x}",
        ",,,mutation m{x}",
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "//graphql", "/GraphQL"])
@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}])
def test_a_get_changes_nothing(query: str, path: str, headers: dict[str, str]) -> None:
    for method in ("GET", "HEAD"):
        url = httpx.URL(OWN, path=path, params={"query": query})
        assert asked(method, str(url), headers).status_code == 405


def test_every_query_of_the_address_is_read() -> None:
    both = httpx.URL(f"{OWN}/graphql", params=[("query", "{version}"), ("query", MUTATION)])
    assert asked("GET", str(both), {}).status_code == 405
    deep = "{a" * 3_000
    assert asked("GET", str(httpx.URL(f"{OWN}/graphql", params={"query": deep})), {}).status_code == 400


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:8888"},
        {"Origin": "http://localhost:3000.evil.example"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://evil.example:3000", "Sec-Fetch-Site": "same-origin"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Referer": "http://evil.example/localhost:3000"},
        {"Referer": "http://localhost:3000@evil.example/"},
    ],
)
def test_another_site_gets_nothing(foreign: dict[str, str]) -> None:
    assert asked("POST", "/graphql", {**JSON, **foreign}).status_code == 403
    assert asked("GET", "/graphql?query={version}", foreign).status_code == 403
    assert asked("POST", "/report_asset_materialization/raw_bookings", {**JSON, **foreign}).status_code == 403
    assert asked("GET", "/logs/a/b.err", foreign).status_code == 403
    if "Referer" not in foreign:
        assert handshake({"Host": HOST, **foreign}) == "websocket.close"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:3000", "localhost.evil.example", "169.254.169.254", "0.0.0.0:3000", "", "a b"],
)
def test_a_name_that_points_here_is_not_served(host: str) -> None:
    for headers in ({"Host": host}, {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}):
        assert asked("GET", "/", headers).status_code in (400, 403)
        assert handshake(headers) == "websocket.close"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json",
     "text/plain; application/json", "text/plain;charset=application/graphql", "", "application/jsonx"],
)  # fmt: skip
def test_a_form_changes_nothing(kind: str) -> None:
    for path in ("/graphql", f"/graphql?query={MUTATION}", "/report_asset_check/raw_bookings?passed=true"):
        assert asked("POST", path, {"Content-Type": kind, "Origin": OWN}).status_code == 415
    assert asked("POST", "/graphql", {"Origin": OWN}).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"])
def test_other_methods_are_refused(method: str) -> None:
    headers = {"Access-Control-Request-Method": "POST", "Content-Type": "application/json"}
    transport_keeps = method if method != "get" else "CONNECT"
    answer = asked(transport_keeps, "/graphql", headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_proxy_is_let_in_by_name() -> None:
    public = {**JSON, "Host": "ui.example.com", "Origin": "https://ui.example.com", "Sec-Fetch-Site": "same-origin"}
    assert asked("POST", "/graphql", public).status_code == 403
    assert asked("POST", "/graphql", public, allowed=("ui.example.com",)).text == "served"
    rewritten = {**public, "Host": "127.0.0.1:3000"}
    assert asked("POST", "/graphql", rewritten, allowed=("ui.example.com",)).text == "served"
    assert asked("POST", "/graphql", rewritten).status_code == 403


def test_websockets_of_the_ui_open() -> None:
    assert handshake({"Host": HOST, "Origin": OWN}) == "websocket.accept"
    assert handshake({"Host": HOST, "Origin": OWN, "Sec-Fetch-Site": "same-origin"}) == "websocket.accept"
    assert handshake({"Origin": OWN}) == "websocket.close", "no Host"


def test_the_answer_names_the_setting_and_no_other_site_frames_the_ui() -> None:
    refused = asked("GET", "/", {"Host": "evil.example<script>"[:12]})
    assert "operations.allowed_hosts" in refused.text
    assert refused.headers["content-type"].startswith("text/plain")
    for answer in (refused, asked("GET", "/", {})):
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"


@settings(deadline=None, max_examples=200)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "Origin": st.sampled_from(
                ["null", "http://evil.example", "https://localhost:3000.evil", "http://[::1]:3000"]
            ),
            "Sec-Fetch-Site": st.sampled_from(["cross-site", "same-site", "x"]),
        },
    ).filter(bool),
    st.sampled_from(["GET", "POST", "HEAD"]),
    st.sampled_from(["/graphql", "/logs/x", "/report_asset_check/x", "/download_debug/x", "/notebook"]),
)
def test_no_mixture_of_foreign_headers_reaches_data(headers: dict[str, str], method: str, path: str) -> None:
    visit = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for more in ({}, visit):
        assert asked(method, path, {**JSON, **headers, **more}).status_code == 403
