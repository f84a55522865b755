"""A real server on this machine: what a foreign page would send is refused, and the UI's own requests do their work."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import httpx
import pytest
import uvicorn
import websockets

from pipelines.instance import open_instance
from pipelines.web.addresses import KnownHosts
from pipelines.web.serving import guarded_app, listening_socket
from resources.dagster_private import EmptyWorkspaceTarget, WorkspaceProcessContext
from resources.errors import SettingsError

WIPE = 'mutation { wipeAssets(assetPartitionRanges: [{assetKey: {path: ["table"]}}]) { __typename } }'
NEEDLE = dg.AssetKey("table")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
            patch.setenv(name, "")  # put back afterwards
            patch.delenv(name)
        with open_instance(tmp_path_factory.mktemp("served")) as opened:
            yield opened


@pytest.fixture(scope="module")
def address(instance: dg.DagsterInstance) -> Iterator[str]:
    """Dagster's own server over an empty code location, behind the guard."""
    with (
        WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context,
        listening_socket("127.0.0.1", 0) as taken,
    ):
        app = guarded_app(context, KnownHosts("127.0.0.1"))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{taken.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def is_kept(instance: dg.DagsterInstance) -> Iterator[None]:
    """A stored event that must still be there after the test."""
    instance.report_runless_asset_event(dg.AssetMaterialization("table"))
    yield
    assert instance.get_latest_materialization_event(NEEDLE) is not None


@pytest.mark.usefixtures("is_kept")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Referer": "http://evil.example/page"},
    ],
)
def test_an_image_of_a_foreign_page_wipes_nothing(address: str, headers: dict[str, str]) -> None:
    answer = httpx.get(f"http://{address}/graphql", params={"query": WIPE}, headers=headers)
    assert answer.status_code in (403, 405)


@pytest.mark.usefixtures("is_kept")
def test_a_form_and_a_script_of_a_foreign_page_wipe_nothing(address: str) -> None:
    foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    for headers in (foreign, {"Origin": "null"}, {}):
        for kind in ("text/plain", "text/plain; application/json", "application/x-www-form-urlencoded"):
            sent = httpx.post(f"http://{address}/graphql", params={"query": WIPE}, content=json.dumps({"query": WIPE}),
                              headers={**headers, "Content-Type": kind})  # fmt: skip
            assert sent.status_code in (403, 415)
    assert httpx.post(f"http://{address}/graphql", json={"query": WIPE}, headers=foreign).status_code == 403
    rebound = {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}
    assert httpx.post(f"http://{address}/graphql", json={"query": WIPE}, headers=rebound).status_code == 403
    assert httpx.get(f"http://{address}/", headers={"Host": "evil.example"}).status_code == 403


def test_the_ui_itself_works(address: str, instance: dg.DagsterInstance) -> None:
    page = httpx.get(f"http://{address}/", headers={"Sec-Fetch-Site": "none"})
    assert page.status_code == 200
    assert "<script" in page.text
    own = {"Origin": f"http://{address}", "Sec-Fetch-Site": "same-origin"}
    instance.report_runless_asset_event(dg.AssetMaterialization("table"))
    httpx.post(f"http://{address}/graphql", json={"query": WIPE}, headers=own).raise_for_status()
    assert instance.get_latest_materialization_event(NEEDLE) is None, "the forged requests had something to wipe"


async def _first_word(address: str, origin: str | None, host: str | None = None) -> str:
    more = {"Host": host} if host else {}
    async with websockets.connect(
        f"ws://{address}/graphql", subprotocols=["graphql-ws"], origin=origin, additional_headers=more
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        return json.loads(await socket.recv())["type"]


def test_websockets_open_for_the_ui_alone(address: str) -> None:
    assert asyncio.run(_first_word(address, f"http://{address}")) == "connection_ack"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"https://{address}.evil.example"):
        with pytest.raises(websockets.InvalidStatus) as refused:
            asyncio.run(_first_word(address, origin))
        assert refused.value.response.status_code == 403


def test_a_port_that_is_taken_is_a_clear_message(tmp_path: Path) -> None:
    with listening_socket("127.0.0.1", 0) as taken, pytest.raises(SettingsError, match="can't listen on 127.0.0.1"):
        listening_socket("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(SettingsError, match="can't listen on"):
        listening_socket("no.such.host.invalid", 0)
