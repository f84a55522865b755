"""Bears the processes that the crash tests kill: imports the pipeline once, then forks a child per command.

Reads one JSON object per line from stdin, ``{"arguments": [...], "environment": {...}, "log": path}``, starts the
command line in a child with a session of its own, and writes ``{"pid": ...}``, then ``{"status": ...}`` when it has
ended (negative: the signal that ended it). The child is a whole process as ``stayworth`` would be, less the seconds of
imports. It keeps its number until the next line is read, so that a kill can't hit another process.
"""

import importlib
import json
import os
import sys

# Heavy, and none of them computes: a pool of threads would not live through a fork. The room `customers` does.
_IMPORTS = (
    "great_expectations", "duckdb", "pipelines.chain", "pipelines.settling", "pipelines.delivering",
    "pipelines.loading", "pipelines.guests.commands", "assets.raw.assets", "assets.privacy.assets",
    "assets.reviews.assets", "assets.alignment.assets", "assets.embeddings.assets", "assets.models.assets",
    "assets.reports.assets",
)  # fmt: skip


def main() -> None:
    for name in _IMPORTS:
        importlib.import_module(name)
    while line := sys.stdin.readline():
        task = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            log = os.open(task["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.environ.update(task["environment"])
            status = 70
            try:
                from pipelines import cli

                status = cli.main(task["arguments"])
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        tell({"pid": pid})
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        tell({"status": ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status})
        sys.stdin.readline()
        os.waitpid(pid, 0)


def tell(answer: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
