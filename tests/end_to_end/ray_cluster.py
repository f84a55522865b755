"""A Ray cluster of two nodes on this machine, each with one CPU; the second one can be lost like a machine."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_LIMIT_SECONDS = 120.0
_OBJECT_STORE_BYTES = 80_000_000
_MARK = "STAYWORTH_TEST_NODE"


@dataclass(frozen=True)
class Node:
    """A node and the mark that all its processes carry in their environment."""

    process: subprocess.Popen[bytes]
    mark: str


class Cluster:
    """Two nodes; steps see the variables with which the nodes were started.

    Attributes:
        url: of the dashboard, to which jobs are submitted.
        address: of the cluster itself, which processes join.
        folder: of Ray's logs and sockets.
        variables: that a process needs to reach the cluster: a token keeps everybody else out.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        port, dashboard, *self._agents = _free_ports(4)
        self.url, self.address = f"http://127.0.0.1:{dashboard}", f"127.0.0.1:{port}"
        self.variables = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._environment = {
            **os.environ, **environment, **self.variables, "RAY_memory_monitor_refresh_ms": "0",
        }  # fmt: skip
        self._head = [
            "--head", f"--port={port}", "--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}",
            f"--temp-dir={folder}",
        ]  # fmt: skip
        self._second: Node | None = None

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Both nodes up, and gone afterwards with all that they started."""
        with ExitStack() as stack:
            self._start(stack, self._head, self._agents[0])
            self._await_nodes(1)
            self._second = self._start(stack, [f"--address={self.address}"], self._agents[1])
            self._await_nodes(2)
            yield self

    def _start(self, stack: ExitStack, where: list[str], agent: int) -> Node:
        command = [
            sys.executable, "-m", "ray.scripts.scripts", "start", *where, "--block", "--num-cpus=1", "--num-gpus=0",
            "--node-ip-address=127.0.0.1", f"--dashboard-agent-listen-port={agent}", "--disable-usage-stats",
            f"--object-store-memory={_OBJECT_STORE_BYTES}",
        ]  # fmt: skip
        log = stack.enter_context((self.folder.parent / f"node-{agent}.log").open("wb"))
        mark = secrets.token_hex(8)
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**self._environment, _MARK: mark}, cwd=self.folder.parent
        )
        node = Node(process, mark)
        stack.callback(kill, node)
        return node

    def _await_nodes(self, count: int) -> None:
        started = time.monotonic()
        while time.monotonic() - started < _LIMIT_SECONDS:
            with suppress(OSError):
                if self._nodes_alive() >= count:
                    return
            time.sleep(0.5)
        told = "".join(path.read_text("utf-8", "replace")[-2000:] for path in self.folder.parent.glob("node-*.log"))
        message = f"Ray's dashboard shows fewer than {count} nodes after {_LIMIT_SECONDS:.0f} s: {told}"
        raise TimeoutError(message)

    def _nodes_alive(self) -> int:
        """As the control store of the cluster has them, from which Ray counts its CPUs."""
        asked = urllib.request.Request(
            f"{self.url}/api/v0/nodes", headers={"Authorization": f"Bearer {self.variables['RAY_AUTH_TOKEN']}"}
        )
        with urllib.request.urlopen(asked, timeout=5) as answer:
            nodes = json.load(answer)["data"]["result"]["result"]
        return sum(node["state"] == "ALIVE" for node in nodes)

    def step_on_second(self) -> str | None:
        """Key of the step that the second node is at, or None."""
        assert self._second is not None
        for path in processes_of(self._second):
            with suppress(OSError):
                words = (path / "cmdline").read_bytes().split(b"\0")
                if words[-3:] == [b"api", b"execute_step", b""]:
                    return variable(path, "DAGSTER_RUN_STEP_KEY")
        return None

    def lose_second(self) -> None:
        """SIGKILL to every process of the second node."""
        assert self._second is not None
        kill(self._second)


def processes_of(node: "Node") -> list[Path]:
    """Folders in ``/proc`` of all that a node started, whoever is their parent now: they carry its mark."""
    return [path for path in Path("/proc").glob("[0-9]*") if variable(path, _MARK) == node.mark]


def variable(process: Path, name: str) -> str | None:
    """A variable with which a process was started; None where it has none, or has ended."""
    with suppress(OSError):
        for pair in (process / "environ").read_bytes().split(b"\0"):
            if pair.startswith(f"{name}=".encode()):
                return pair.partition(b"=")[2].decode()
    return None


def kill(node: "Node") -> None:
    """SIGKILL to every process of a node, as if its machine went down."""
    while processes := processes_of(node):
        for path in processes:
            with suppress(ProcessLookupError):
                os.kill(int(path.name), signal.SIGKILL)
        node.process.poll()
        time.sleep(0.05)
    node.process.wait(timeout=30)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
