"""A PostgreSQL server for the length of a test session, in a temporary folder, with a password."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "stayworth", "correct-horse-battery"
NOT_INSTALLED = "PostgreSQL is not installed (Debian: apt-get install postgresql); its tests need initdb and pg_ctl"
_SETTINGS = "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"


class NotAvailableError(Exception):
    """No server can be started here; says why."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: on 127.0.0.1.
    """

    port: int

    @property
    def dsn(self) -> str:
        """Connection string of a superuser."""
        return self.dsn_with(PASSWORD)

    def dsn_with(self, password: str) -> str:
        """The same with some password."""
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/postgres"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, stop and remove it afterwards.

    Raises:
        NotAvailableError: its programs are missing, or there is no user to run it as.
    """
    programs = _programs()
    prefix = _as_ordinary_user()
    folder = Path(tempfile.mkdtemp(prefix="stayworth-pg-"))
    try:
        if prefix:
            shutil.chown(folder, "postgres")
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        data, port = folder / "data", _free_port()
        _call(*prefix, programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}",
              "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        options = _SETTINGS.format(port=port, folder=folder)
        log = folder / "log"
        _call(*prefix, programs / "pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start")
        try:
            yield Server(port)
        finally:
            _call(*prefix, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Folder of the newest installed server's programs."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if programs:
        return programs[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NotAvailableError(NOT_INSTALLED)


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root: then the user ``postgres`` of its package runs it."""
    if os.getuid() != 0:
        return []
    if not shutil.which("runuser"):
        message = "PostgreSQL can't run as root, and runuser is missing"
        raise NotAvailableError(message)
    return ["runuser", "-u", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _call(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode:
        message = f"{Path(command[-1]).name}: {done.stderr.strip()[-500:]}"
        raise RuntimeError(message)
