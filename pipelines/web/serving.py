"""Serves the Dagster UI behind the guard, alone (a service) or together with the daemon (``stayworth ui``)."""

import asyncio
import contextlib
import json
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__ as webserver_version

from pipelines.code_location import load_target
from pipelines.instance import open_instance
from pipelines.web.addresses import KnownHosts
from pipelines.web.guard import Guard
from resources.dagster_private import (
    DAEMON_MODULE,
    ProxyServerManager,
    WorkspaceFileTarget,
    WorkspaceLoadTarget,
    WorkspaceProcessContext,
)
from resources.errors import SettingsError

_POLL_MILLISECONDS = 2_000  # how often the UI asks for news, as Dagster's own command has it
_BACKLOG = 2_048
_STOP_SECONDS = 60


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket of the UI; taken before anything slow starts.

    Raises:
        SettingsError: the address is not one of this machine, or somebody listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        message = f"can't listen on {host}, port {port}: {error}; give another --port, or a --host of this machine"
        raise SettingsError(message) from error


def guarded_app(context: WorkspaceProcessContext, hosts: KnownHosts) -> Guard:
    """Dagster's server behind the guard.

    Args:
        context: what it shows.
        hosts: under which it may be called.
    """
    app = create_app_from_workspace_process_context(context, "", _POLL_MILLISECONDS, lifespan=_lifespan)
    return Guard(app, hosts)  # Starlette's own types are narrower


def serve_alone(home: Path, listening: socket.socket, hosts: KnownHosts) -> None:
    """The webserver; ends with SIGINT or SIGTERM.

    Args:
        home: whose Dagster instance is shown.
        listening: of :func:`listening_socket`.
        hosts: under which it may be called.
    """
    with _ended_by_signals():
        _serve(home, listening, hosts, load_target())


def serve_with_daemon(home: Path, listening: socket.socket, hosts: KnownHosts) -> bool:
    """Webserver and daemon over one code server; ends with SIGINT or SIGTERM, or with the daemon.

    Args:
        home: whose Dagster instance is shown.
        listening: of :func:`listening_socket`.
        hosts: under which it may be called.

    Returns:
        False when the daemon ended by itself.
    """
    with _ended_by_signals(), _code_server(home) as workspace, _daemon(workspace) as daemon:
        _serve(home, listening, hosts, WorkspaceFileTarget([str(workspace)]), daemon)
        return daemon.poll() is None
    return True  # a signal ended it


def run_daemon(workspace: Path, level: str) -> None:
    """Dagster's daemon in this process, as ``dagster-daemon run`` has it; ends with SIGINT or SIGTERM.

    Args:
        workspace: file that names the code location.
        level: what it tells, as Dagster names it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
    sys.argv = ["dagster-daemon", "run", "--log-level", level, "--workspace", str(workspace)]
    runpy.run_module(DAEMON_MODULE, run_name="__main__")


def _serve(
    home: Path,
    listening: socket.socket,
    hosts: KnownHosts,
    target: WorkspaceLoadTarget,
    daemon: "subprocess.Popen[bytes] | None" = None,
) -> None:
    with (
        open_instance(home) as instance,
        WorkspaceProcessContext(
            instance, target, version=webserver_version, code_server_log_level="warning"
        ) as context,
    ):
        server = uvicorn.Server(uvicorn.Config(guarded_app(context, hosts), log_level="warning", lifespan="on"))
        if daemon is not None:
            threading.Thread(target=_end_with, args=(server, daemon), daemon=True).start()
        server.run(sockets=[listening])


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT end what is inside in good order; uvicorn sends itself again, at its end, the one it got."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def _end_with(server: uvicorn.Server, daemon: "subprocess.Popen[bytes]") -> None:
    daemon.wait()
    server.should_exit = True


@contextmanager
def _code_server(home: Path) -> Iterator[Path]:
    """One code server for both, as a workspace file: the definitions are loaded once."""
    with (
        open_instance(home) as instance,
        ProxyServerManager(instance, load_target(), code_server_log_level="warning") as servers,
        tempfile.TemporaryDirectory(prefix="stayworth-ui-") as folder,
    ):
        file = Path(folder) / "workspace.yaml"
        file.write_text(_as_workspace(servers.get_code_server_specs()), "utf-8")
        yield file


def _as_workspace(servers: Sequence[Any]) -> str:
    return json.dumps({"load_from": [dict(server) for server in servers]}, default=str)  # JSON is YAML


@contextmanager
def _daemon(workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "pipelines.cli", "daemon", "--log-level", "warning", "--workspace", str(workspace)]
    process = subprocess.Popen(command)  # our own command line
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.asynccontextmanager
async def _lifespan(_app: object) -> AsyncIterator[None]:
    with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C ends it in the middle of its wait
        yield
