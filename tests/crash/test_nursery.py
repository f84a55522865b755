"""What the crash tests fork from has computed nothing when it is imported: no pool of threads lives through a fork."""

import subprocess
import sys

from tests.crash.nursery import _IMPORTS

_COUNT = """
import importlib, os, sys
importlib.import_module("great_expectations"), importlib.import_module("pipelines.chain")
before = len(os.listdir("/proc/self/task"))
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name, len(os.listdir("/proc/self/task")) - before)
"""


def test_no_declaration_computes_when_it_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", _COUNT, *_IMPORTS], capture_output=True, text=True, check=True)
    started = [line for line in done.stdout.splitlines() if not line.endswith(" 0")]
    assert started == [], "these modules start threads: keep checks of declarations from computing on no rows"
