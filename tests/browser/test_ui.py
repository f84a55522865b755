"""The UI as a user sees it: a real server and daemon, a headless Chromium, clicks and what then stands on the page."""

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines.instance import open_instance
from pipelines.running import run_job
from pipelines.screenshots import Visit, browser_page, find_browser, free_port, served_ui
from pipelines.workspace import build_workspace
from resources.settings import load_settings

pytest.importorskip("playwright", reason="the browser tests need the extra browser (playwright)")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium on the PATH: apt-get install chromium"),
]
FIRST, LAST = date(2024, 1, 1), date(2024, 2, 29)
WORLD = {
    "STAYWORTH_CORE__HISTORY_END": LAST.isoformat(),
    "STAYWORTH_CORE__FIT_EVERY_DAYS": "14",
    "STAYWORTH_DEMO__DAYS": "60",
    "STAYWORTH_DEMO__GUESTS": "2000",
    "STAYWORTH_DEMO__HOTELS": "3",
    "STAYWORTH_CUSTOMERS__HORIZON_DAYS": "15",
    "STAYWORTH_CUSTOMERS__CV_STEP_DAYS": "10",
    "STAYWORTH_CUSTOMERS__MIN_HISTORY_DAYS": "15",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Iterator[Path]:
    """Two stored months and their report, and the settings in the environment as a user has them."""
    folder = tmp_path_factory.mktemp("ui")
    for name in ("encoders", "cache"):
        if (encoder_home / name).exists():
            (folder / name).symlink_to(encoder_home / name)
    kept = dict(os.environ)
    os.environ.update(WORLD, STAYWORTH_HOME=str(folder))
    workspace = build_workspace(load_settings())
    assert run_job(workspace, "backfill", FIRST, LAST, reuse=True).success
    assert run_job(workspace, "evaluate", LAST, LAST, reuse=True).success
    yield folder
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(scope="module")
def visit(home: Path) -> Iterator[Visit]:
    with served_ui(home, free_port()) as address, browser_page() as page:
        yield Visit(page, address)


def finished_run(home: Path, known: set[str]) -> dg.DagsterRun:
    """The run that was launched after ``known``, once it has ended."""
    with open_instance(home) as instance:
        for _ in range(300):
            ended = [run for run in instance.get_runs() if run.run_id not in known and run.is_finished]
            if ended:
                return ended[0]
            time.sleep(1)
    raise AssertionError("no run ended within five minutes of the click")


def runs_of(home: Path) -> set[str]:
    with open_instance(home) as instance:
        return {run.run_id for run in instance.get_runs()}


def seen(visit: Visit) -> str:
    return visit.page.inner_text("body")


def test_the_lineage_graph_shows_every_room(visit: Visit) -> None:
    visit.lineage()
    for room in ("raw", "privacy", "reviews", "alignment", "customers", "embeddings", "models", "reports"):
        assert room in seen(visit)


def test_an_asset_shows_its_words_checks_and_picture(visit: Visit) -> None:
    visit.asset("published_bookings")
    text = seen(visit)
    assert "without any id" in text
    assert "Latest check results" in text
    assert "pseudo_customer_id" not in text
    assert "mean_revenue" in text
    picture = visit.picture("guest_value_report")
    assert picture.evaluate("image => image.naturalWidth") > 200


def test_the_partition_grid_counts_the_days(visit: Visit) -> None:
    visit.partitions("published_bookings")
    assert "Materialized (60)" in seen(visit)
    assert "Missing (0)" in seen(visit)


def test_three_days_are_backfilled_by_clicks(visit: Visit, home: Path) -> None:
    known = runs_of(home)
    visit.launch_backfill("raw_bookings", date(2024, 1, 3), date(2024, 1, 5))
    run = finished_run(home, known)
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert run.tags["dagster/asset_partition_range_start"] == "2024-01-03"
    assert run.tags["dagster/asset_partition_range_end"] == "2024-01-05"
    visit.run(run.run_id)
    assert "raw_bookings" in seen(visit)
    assert "Success" in seen(visit)


def test_the_report_is_seen_as_it_was_published(visit: Visit, home: Path, tmp_path: Path) -> None:
    visit.report(home / "reports" / "index.html")
    assert "In brief" in seen(visit)
    assert visit.keep(tmp_path / "report.png").stat().st_size > 20_000


def test_a_failed_check_says_what_is_wrong_and_what_to_do(visit: Visit, home: Path) -> None:
    served = home / "lake" / "internal" / "clean_reviews" / f"{LAST}.parquet"
    before = served.read_bytes()
    stored = home / "lake" / "internal" / "masked_reviews" / f"{LAST}.parquet"
    record = {name: text for name, text in pl.read_parquet_metadata(stored).items() if name.startswith("stayworth")}
    spoilt = pl.read_parquet(stored).with_columns(score=pl.lit(11.0))
    spoilt.write_parquet(stored, metadata=record)
    known = runs_of(home)
    visit.launch_backfill("clean_reviews", LAST, LAST)
    assert finished_run(home, known).status == dg.DagsterRunStatus.FAILURE
    visit.checks("clean_reviews", "contract_holds")
    text = seen(visit)
    assert "Failed" in text
    assert "advice" in text
    visit.page.get_by_text("[Show JSON]").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.wait_for()
    assert "score" in dialog.inner_text()
    assert served.read_bytes() == before
