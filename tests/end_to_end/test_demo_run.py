"""The whole chain on a small demo world, through the command that `make run` calls."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

DAYS = 150
SMALL = {
    "STAYWORTH_DEMO__DAYS": str(DAYS),
    "STAYWORTH_DEMO__GUESTS": "3000",
    "STAYWORTH_DEMO__HOTELS": "3",
    "STAYWORTH_CUSTOMERS__HORIZON_DAYS": "40",
    "STAYWORTH_CUSTOMERS__CV_STEP_DAYS": "20",
    "STAYWORTH_CUSTOMERS__MIN_HISTORY_DAYS": "30",
    "STAYWORTH_CORE__FIT_EVERY_DAYS": "40",
    "STAYWORTH_STUDIES__CONTROL_GUESTS": "100",  # worlds too small for a figure: what they tell has its own test
    "STAYWORTH_STUDIES__CONTROL_DAYS": "40",
}


def stayworth(home: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "STAYWORTH_HOME": str(home), **SMALL, **extra}
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root, timeout=600, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Path:
    folder = tmp_path_factory.mktemp("demo_run")
    (folder / "encoders").symlink_to(encoder_home / "encoders")
    done = stayworth(folder, "run")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    (folder / "stdout.txt").write_text(done.stdout)
    return folder


def test_progress_is_for_a_person(home: Path) -> None:
    text = (home / "stdout.txt").read_text()
    for name in ("raw_bookings", "published_bookings", "booking_review_pairs", "guest_value_report"):
        assert name in text
    assert "DEBUG" not in text
    assert text.rstrip().splitlines()[-1].endswith("reports/index.html")


def test_report_and_results_are_there(home: Path) -> None:
    results = json.loads((home / "reports" / "results.json").read_text())
    assert results["run"]["source"] == "demo"
    assert results["privacy"]["min_class_size"] >= 5
    auc = results["reviews"]["polarity_auc"]
    assert 0.5 < auc["low"] <= auc["value"] <= 1.0
    assert "not_run" in results
    for edition in ("index.html", "shareable.html"):
        text = (home / "reports" / edition).read_text()
        assert "<img" in text or "<svg" in text
        assert 'src="http' not in text


def test_warehouse_has_a_view_per_table(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as database:
        views = {
            row[0] for row in database.execute("select view_name from duckdb_views() where not internal").fetchall()
        }
        assert {"published_bookings", "customers", "customer_scores", "raw_bookings"} <= views
        assert database.execute("select count(*) from published_bookings").fetchone()[0] > 500
        for table in ("raw_bookings", "customers", "examples", "customer_scores"):
            with pytest.raises(duckdb.Error):
                database.execute(f"select * from main.{table}")


def test_no_identifier_leaves_the_restricted_zone(home: Path) -> None:
    import polars as pl

    raw = pl.read_parquet(sorted((home / "lake" / "restricted" / "raw_bookings").glob("*.parquet")))
    secrets = [
        str(value) for column in ("email", "card_number", "guest_name") for value in raw[column].drop_nulls().head(200)
    ]
    assert secrets
    files = [*(home / "lake" / "internal").rglob("*.json"), *(home / "reports").rglob("*")]
    texts = [path.read_text("utf-8", errors="ignore") for path in files if path.is_file()]
    for path in [*(home / "lake" / "internal").rglob("*.parquet"), *(home / "lake" / "released").rglob("*.parquet")]:
        frame = pl.read_parquet(path, columns=[n for n, t in pl.read_parquet_schema(path).items() if t == pl.String])
        texts.append("\n".join(frame.write_csv().splitlines()[1:]))
    joined = "\n".join(texts)
    assert not [secret for secret in secrets if secret in joined]


def test_second_run_reuses_what_is_there(home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (home / "lake").rglob("*.parquet")}
    done = stayworth(home, "run")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"{DAYS} days reused" in done.stdout
    daily = [path for path in before if path.stem != "all" and "daily_ledger" not in path.parts]
    assert all(path.stat().st_mtime_ns == before[path] for path in daily)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("backfill", "--from", "2099-01-01", "--to", "2099-01-02"), "lies in the future"),
        (("backfill", "--from", "2019-01-01"), "before the start of history"),
        (("backfill", "--from", "2024-02-02", "--to", "2024-02-01"), "give them in order"),
    ],
)
def test_impossible_ranges_are_refused(home: Path, arguments: tuple[str, ...], told: str) -> None:
    done = stayworth(home, *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_status_quarantine_and_budget_tell_what_is_there(home: Path) -> None:
    assert "published_bookings" in stayworth(home, "status").stdout
    assert "problems in quarantine" in stayworth(home, "quarantine").stdout
    assert "epsilon" in stayworth(home, "budget").stdout.lower()


def test_one_customer_and_every_training_can_be_looked_up(home: Path) -> None:
    import polars as pl

    (path,) = (home / "lake" / "restricted" / "customer_scores").glob("*.parquet")
    row = pl.read_parquet(path).row(0, named=True)
    (home / "warehouse.duckdb").unlink()  # look-ups do without it; the last test of this home
    told = stayworth(home, "score", row["pseudo_customer_id"])
    assert told.returncode == 0, told.stderr
    for value in (path.stem, row["segment"], row["model_version"], row["reasons"], f"{row['value']:,.2f}"):
        assert value in told.stdout
    taken_apart = stayworth(home, "score", row["pseudo_customer_id"], "--why")
    assert taken_apart.returncode == 0
    assert {"features", "reviews"} <= {line.split(" ")[0] for line in taken_apart.stdout.splitlines()}
    noted = (home / "lake" / "restricted" / "access.log").read_text()
    assert '"purpose": "command score"' in noted
    unknown = stayworth(home, "score", "f" * 32)
    assert (unknown.returncode, "No score of" in unknown.stdout) == (1, True)
    runs = stayworth(home, "models").stdout
    assert "in service" in runs
    assert "the same in everything" in stayworth(home, "models", "--compare", "1", "1").stdout
