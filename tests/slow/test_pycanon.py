"""k, l and t of our labels as pycanon counts them: independent code, in an environment of its own."""

import json
import subprocess
import venv
from pathlib import Path

import polars as pl
import pytest

from assets.privacy.anonymise import anonymise
from benchmarks.k_anonymity import NINE, table

VERSION = "1.3.6"  # forces pandas 2.3 and numpy 2.0, so it can't live beside ours
COUNT = """
import json, sys
import pandas as pd
from pycanon import anonymity
frame = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
names = [name for name in frame.columns if name != "sensitive"]
found = {"rows": len(frame), "k": anonymity.k_anonymity(frame, names)}
if "sensitive" in frame:
    frame["sensitive"] = pd.to_numeric(frame["sensitive"])
    found["l"] = anonymity.l_diversity(frame, names, ["sensitive"])
    found["t"] = anonymity.t_closeness(frame, names, ["sensitive"])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def pycanon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that holds pycanon."""
    folder = tmp_path_factory.mktemp("pycanon")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    wanted = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"pycanon=={VERSION}"]
    done = subprocess.run(wanted, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pycanon {VERSION} can't be installed here: {done.stderr.strip()[-200:]}")
    return python


def counted(python: Path, labels: pl.DataFrame, folder: Path) -> dict[str, float]:
    path = folder / "labels.csv"
    labels.write_csv(path)
    done = subprocess.run([str(python), "-c", COUNT, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("mode", ["gain", "fast"])
def test_k_on_all_public_bookings(pycanon: Path, public_data: Path, tmp_path: Path, mode: str) -> None:
    frame = table(str(public_data))
    done = anonymise(frame, NINE, 5, mode=mode)
    theirs = counted(pycanon, done.labels.drop("class_id", "class_size"), tmp_path)
    assert theirs["rows"] == frame.height == 119_390
    assert theirs["k"] == done.risk.k >= 5
    assert done.loss.withheld == 0
    assert done.loss.ncp <= {"gain": 0.010, "fast": 0.018}[mode]


@pytest.mark.slow
def test_k_l_and_t_on_a_small_table(pycanon: Path, tmp_path: Path) -> None:
    rows = [(n % 7, "ab"[n % 2], (n * n) % 5) for n in range(120)]
    frame = pl.DataFrame(rows, schema=["number", "level", "sensitive"], orient="row")
    done = anonymise(frame, ["number", "level"], 5, sensitive="sensitive", l=2, t=0.3)
    labels = done.labels.drop("class_id", "class_size").with_columns(frame["sensitive"])
    theirs = counted(pycanon, labels, tmp_path)
    assert theirs["k"] == done.risk.k >= 5
    assert theirs["l"] == done.risk.l >= 2
    assert theirs["t"] == pytest.approx(done.risk.t, abs=1e-9)
    assert done.risk.t <= 0.3
