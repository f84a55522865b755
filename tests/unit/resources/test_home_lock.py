"""Steps share a home; whoever takes rows out of every file has it alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from resources.errors import StorageError
from resources.home_lock import alone_in, step_in


def test_steps_share_and_a_command_is_alone(tmp_path: Path) -> None:
    refused = pytest.raises(StorageError, match="a step of a run")
    with step_in(tmp_path), step_in(tmp_path), refused, alone_in(tmp_path):
        pytest.fail("alone beside two steps")
    with alone_in(tmp_path):
        with pytest.raises(StorageError, match="erase"), step_in(tmp_path):
            pytest.fail("a step beside the command")
        with pytest.raises(StorageError, match="another erasure"), alone_in(tmp_path):
            pytest.fail("two commands")
    with step_in(tmp_path):
        pass


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from resources.home_lock import alone_in\n"
        "with alone_in(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StorageError), step_in(tmp_path):
            pytest.fail("a step beside another process's command")
        other.kill()
        other.wait()
    with step_in(tmp_path):
        pass
