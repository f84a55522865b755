"""The controls of text on tiny worlds: finished ones stay, a killed one is made again, the table follows."""

from pathlib import Path

import polars as pl
import pytest

from assets.common.promotion import produce_days
from assets.common.whole import produce_whole
from assets.common.workspace import Workspace
from assets.studies.assets import text_controls
from assets.studies.text_controls import control_files
from benchmarks.text_gain import HALF, MATCHED, SHUFFLED, TRUE, measured_world
from pipelines.controls import make_controls
from pipelines.study_worlds import declared_tables
from tests.end_to_end.worlds import START, demo_workspace

pytestmark = pytest.mark.slow
TINY = {"control_guests": 900, "control_days": 150}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Workspace:
    workspace = demo_workspace(tmp_path_factory.mktemp("controls"), encoder_home, days=60, studies=TINY)
    make_controls(workspace.settings)
    return workspace


def test_one_world_of_each_kind_is_made_and_stays(home: Workspace) -> None:
    files = [path for _, _, path in control_files(home.settings)]
    before = [(path.stat().st_mtime_ns, pl.read_parquet(path)) for path in files]
    assert [frame.height for _, frame in before] == [4, 4], "two protocols, two comparisons"
    (path, (_, figures)) = files[0], before[0]
    path.rename(path.with_name(f".{path.name}.0.part"))  # what a killed process leaves: never under the final name
    make_controls(home.settings)
    assert files[1].stat().st_mtime_ns == before[1][0]
    assert pl.read_parquet(path).equals(figures)


def test_the_table_takes_over_what_is_finished(home: Workspace) -> None:
    for name in ("raw_bookings", "pseudonyms", "stays"):
        produce_days(home, declared_tables()[name].spec, [START])  # type: ignore[union-attr]
    report = produce_whole(home, text_controls)
    assert not report.failed
    rows = home.lake.read(text_controls.contract)
    assert set(rows["world"]) == {"decisive", "none"}
    assert rows.height == 8


def test_gains_are_measured_by_kind_of_links(home: Workspace) -> None:
    results = measured_world(home.settings, {"seed": 3, "guests": 900, "days": 150})
    assert set(results) == {"prospective_cv", "prospective_holdout"}
    assert list(results["prospective_cv"]) == [MATCHED, HALF, TRUE, SHUFFLED]
    shares = {name: float(figures["with a text"]) for name, figures in results["prospective_cv"].items()}
    assert shares[MATCHED] < shares[HALF] <= shares[TRUE] == shares[SHUFFLED]
