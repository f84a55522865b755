"""A room joins from outside: the package of the how-to page, by its entry point, through two days to the report."""

import json
import os
import re
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how_to" / "add_a_room.md"
FOLDERS = ("assets", "pipelines", "resources", "docs")
SMALL = {
    "STAYWORTH_DEMO__DAYS": "2",
    "STAYWORTH_DEMO__GUESTS": "6000",
    "STAYWORTH_DEMO__HOTELS": "3",
    "STAYWORTH_PRIVACY__K": "2",
    "STAYWORTH_STUDIES__CONTROL_GUESTS": "100",
    "STAYWORTH_STUDIES__CONTROL_DAYS": "40",
}


def write_package(site: Path) -> None:
    """The files of the page, and what an installer leaves beside them."""
    blocks = re.findall(r"^`([\w./]+)`:\n\n```(?:python|toml)\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
    assert len(blocks) == 11
    for name, text in blocks:
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    project = tomllib.loads((site / "pyproject.toml").read_text("utf-8"))["project"]
    about = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
             for group, points in project["entry-points"].items()]  # fmt: skip
    (about / "entry_points.txt").write_text("\n".join(lines))


def stayworth(home: Path, site: Path, *arguments: str, cwd: Path = ROOT, **extra: str) -> str:
    paths = os.pathsep.join([str(ROOT), str(site)])
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "STAYWORTH_HOME": str(home), "PYTHONPATH": paths,
                   "PYTHONDONTWRITEBYTECODE": "1", **SMALL, **extra}  # fmt: skip
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def tree() -> dict[str, str]:
    """Digest of every file of the tree that a room could have touched."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = [path for path in [*files, ROOT / "pyproject.toml"] if "__pycache__" not in path.parts]
    return {str(path.relative_to(ROOT)): sha256(path.read_bytes()).hexdigest() for path in kept}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_package(folder)
    return folder


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return tree()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path, site: Path, before: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("with_a_room")
    (folder / "encoders").symlink_to(encoder_home / "encoders")
    stayworth(folder, site, "run")
    assert before
    return folder


def table(home: Path, name: str) -> pl.DataFrame:
    return pl.concat(
        [pl.read_parquet(path) for path in sorted((home / "lake" / "restricted" / name).glob("*.parquet"))]
    )


def test_its_figures_stand_in_the_results_under_their_paths(home: Path) -> None:
    results = json.loads((home / "reports" / "results.json").read_text("utf-8"))
    requests = table(home, "parking_requests")
    stays = table(home, "stays")
    assert requests.height > 10
    assert results["parking"]["customers"] == requests["traveller"].n_unique()
    share = (stays["parking_spaces"] > 0).mean()
    assert results["parking"]["share"]["value"] == pytest.approx(share)
    assert results["parking"]["share"]["low"] < share < results["parking"]["share"]["high"]


def test_its_chapter_is_told_where_figures_over_guests_may_stand(home: Path) -> None:
    assert "A place to park" in (home / "reports" / "index.html").read_text("utf-8")
    assert "of bookings ask for parking" not in (home / "reports" / "shareable.html").read_text("utf-8")


def test_the_generated_pages_list_it(home: Path, site: Path, tmp_path: Path) -> None:
    stayworth(home, site, "catalogue", cwd=tmp_path)
    pages = tmp_path / "docs" / "reference"
    columns = (pages / "data.md").read_text("utf-8")
    assert "## parking_requests" in columns
    assert "| traveller | String |  | no |  | customer | Pseudo-customer (keyed hash) |" in columns
    assert "places_are_for_one_party" in (pages / "checks.md").read_text("utf-8")
    assert "least_spaces" in (pages / "configuration.md").read_text("utf-8")
    assert "| parking_customers | parking | restricted |" in (pages / "assets.md").read_text("utf-8")


@pytest.mark.slow
def test_its_setting_makes_its_days_due_and_nothing_before_them(home: Path, site: Path) -> None:
    day = sorted((home / "lake" / "restricted" / "parking_requests").glob("*.parquet"))[0]
    other = home / "lake" / "restricted" / "stays" / day.name
    stamps = day.stat().st_mtime_ns, other.stat().st_mtime_ns
    stayworth(home, site, "backfill", STAYWORTH_PARKING__LEAST_SPACES="9")
    assert table(home, "parking_requests").is_empty()
    stayworth(home, site, "backfill")
    assert table(home, "parking_requests").height > 10
    assert stamps[0] != day.stat().st_mtime_ns
    assert stamps[1] == other.stat().st_mtime_ns


def test_guests_rights_reach_its_columns(home: Path, site: Path, tmp_path: Path) -> None:
    requests = table(home, "parking_requests")
    raw, names = (
        pl.concat([pl.read_parquet(path) for path in (home / "lake" / "restricted" / name).glob("*.parquet")])
        for name in ("raw_bookings", "pseudonyms")
    )
    asking = raw.join(names, on="row_id").filter(pl.col("booking_id").is_in(requests["ticket"].implode()))
    guest = asking.sort("booking_id").filter(pl.col("guest_key").is_not_null()).row(0, named=True)
    key = guest["guest_key"]
    copy = tmp_path / "copy"
    stayworth(home, site, "subject-access", "--guest-key", key, "--to", str(copy))
    held = json.loads((copy / "parking_requests.json").read_text("utf-8"))
    assert guest["booking_id"] in [row["ticket"] for row in held]
    told = stayworth(home, site, "erase", "--guest-key", key, "--yes", "--reason", "a test")
    assert re.search(r"parking_requests +\d+ rows taken out", told)
    assert re.search(r"parking_customers +\d+ rows taken out", told)
    assert guest["booking_id"] not in table(home, "parking_requests")["ticket"].to_list()
    assert guest["pseudo_customer_id"] not in table(home, "parking_customers")["traveller"].to_list()


def test_no_file_of_the_tree_was_touched(home: Path, before: dict[str, str]) -> None:
    assert home
    assert tree() == before
