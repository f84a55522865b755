"""How many requests the daily chain makes of an object store, counted at a server on localhost.

python -m tests.end_to_end.object_requests [--write docs/results/object_store.md]
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pipelines.results_page import markdown_of, measured_here, write_block
from resources.encoders import EncoderShelf
from resources.settings import CoreSettings
from tests.end_to_end.test_object_store import backfill, world
from tests.object_server import ACCESS, SECRET, ObjectServer

FIRST_DAYS = 10
_ALL_DAYS = FIRST_DAYS + 3  # of the world: its rows depend on its length
_VERBS = ("PUT", "GET", "LIST")


def requests_of_runs(home: Path, server: ObjectServer) -> dict[str, dict[str, int]]:
    """Run -> verb -> requests, of a history that grows by a day at a time.

    Args:
        home: an empty folder; the encoder is distilled into it.
        server: answers, and counts.

    Raises:
        RuntimeError: a run failed.
    """
    url = f"s3://{server.new_bucket()}/group"
    runs = (
        (f"{FIRST_DAYS} days, the first ones", FIRST_DAYS, False),
        ("the next day", FIRST_DAYS + 1, False),
        ("one day more", FIRST_DAYS + 2, False),
        ("all of them again, nothing new", FIRST_DAYS + 2, False),
        ("one day more, this machine's cache lost", FIRST_DAYS + 3, True),
    )
    spent: dict[str, dict[str, int]] = {}
    for name, days, forgets in runs:
        if forgets:
            shutil.rmtree(home / "cache", ignore_errors=True)
        before = server.requests
        if failed := backfill(world(home, home, url, days=_ALL_DAYS), days=days):
            message = f"run {name!r} failed: {failed[0]}"
            raise RuntimeError(message)
        spent[name] = _counted(server.requests - before)
    return spent


def _counted(requests: Counter[str]) -> dict[str, int]:
    return {**{verb: requests[verb] for verb in _VERBS}, "in all": requests.total()}


def main() -> int:
    """Count, print, and write the page where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="results page that gets the figures")
    options = parser.parse_args()
    known = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    with tempfile.TemporaryDirectory(prefix="stayworth-requests-") as folder, ObjectServer().running() as server:
        os.environ.update(known, AWS_ENDPOINT_URL=server.url, DAGSTER_EVENT_BATCH_SIZE="500", XDG_STATE_HOME=folder)
        home = Path(folder) / "home"
        EncoderShelf(home, CoreSettings()).embed("static", ["warm up"])
        body = markdown_of(requests_of_runs(home, server))
    sys.stdout.write(f"{body}\n")
    if options.write is not None:
        write_block(options.write, measured_here("object_store", "python -m tests.end_to_end.object_requests", body))
    return 0


if __name__ == "__main__":
    sys.exit(main())
