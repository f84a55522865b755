"""Which process does a run, and whether it is still there: how a run that was killed is told from one that goes on."""

import os
import socket
from pathlib import Path

_START_TIME = 19  # field of /proc/<pid>/stat after the name in brackets: clock ticks from boot to the process's start


def this_process() -> str:
    """``<host>/<process id>/<start>``; the start tells a process from a later one with its number.

    The start is that of the boot and the clock ticks since then on Linux, and empty elsewhere.
    """
    return f"{socket.gethostname()}/{os.getpid()}/{_start(os.getpid()) or ''}"


def is_gone(process: str) -> bool:
    """Whether a process, as :func:`this_process` names it, ran on this host and has ended.

    False for other hosts: nothing can be said about them from here.
    """
    host, number, start = process.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    pid = int(number)
    if start:
        return _start(pid) != start
    return is_number_gone(pid)


def is_number_gone(pid: int) -> bool:
    """Whether no process of this host has this number; less sure than :func:`is_gone`, since numbers come again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _start(pid: int) -> str | None:
    """Boot and start of a running process; None where it has ended (or is a zombie), or there is no ``/proc``."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in ("Z", "X") else f"{boot}:{fields[_START_TIME]}"
