"""A guest in a small world: found everywhere, erased everywhere, kept out; others keep their labels byte for byte."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.workspace import Workspace
from assets.privacy.publication import publish_labels
from pipelines.guests.asking import Asked
from pipelines.guests.erasure import erase_guest
from pipelines.guests.finding import find_guest
from pipelines.guests.guest import Guest
from pipelines.guests.journal import ErasureJournal
from pipelines.guests.needles import held_kinds
from pipelines.guests.proof import search
from pipelines.guests.retention import apply_retention
from pipelines.guests.stores import files_below
from pipelines.guests.subject_access import export_guest
from pipelines.running import failures_of, pending_days, run_job
from pipelines.terminal.stages import daily_tables
from resources.contract import Zone
from resources.embedding_cache import content_hash
from resources.errors import PrivacyError, SettingsError
from resources.lake import InputRecord
from resources.warehouse import build_warehouse
from tests.end_to_end.worlds import START, data_bytes, demo_workspace

DAYS = 9
LAST = START + timedelta(days=DAYS - 1)
_LABELS = pl.all().exclude("delivery_day")


def small_world(home: Path, encoder_home: Path, **sections: dict[str, object]) -> Workspace:
    return demo_workspace(home, encoder_home, days=DAYS, demo={"guests": 6_000}, **sections)


def backfill(workspace: Workspace, *, reuse: bool = True) -> None:
    result = run_job(workspace, "backfill", START, LAST, reuse=reuse)
    assert result.success, failures_of(result)


def settle(workspace: Workspace) -> None:
    for _ in range(4):
        if not pending_days(workspace, daily_tables()):
            return
        backfill(workspace)


@pytest.fixture(scope="module")
def stored_home(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Path:
    home = tmp_path_factory.mktemp("rights") / "home"
    workspace = small_world(home, encoder_home)
    backfill(workspace)
    return home


@pytest.fixture
def workspace(stored_home: Path, tmp_path: Path, encoder_home: Path) -> Workspace:
    home = tmp_path / "home"
    shutil.copytree(stored_home, home, symlinks=True)
    (home / "cache").unlink()
    shutil.copytree(encoder_home / "cache", home / "cache")
    configuration = home / "dagster" / "dagster.yaml"
    configuration.write_text(configuration.read_text().replace(str(stored_home), str(home)))
    return small_world(home, encoder_home)


def chosen(workspace: Workspace, *, until: date = LAST, with_review: bool = True) -> tuple[Asked, Guest]:
    """A guest whose booking was published and, if asked, whose review carries an identifier."""
    lake = workspace.lake
    published = {name for day in lake.days("labelled_bookings") for name in lake.rows("labelled_bookings", day)[
        "booking_id"]}  # fmt: skip
    emails = pl.concat([lake.rows("raw_bookings", day, ["email"]) for day in lake.days("raw_bookings") if day <= until])
    for email in emails["email"].unique().sort():
        guest = find_guest(workspace, Asked(email=email))
        if (guest.texts or not with_review) and published & set(guest.booking_ids):
            return Asked(email=email), guest
    pytest.fail("the world holds no such guest: choose another size")


def published(workspace: Workspace) -> dict[str, str]:
    lake = workspace.lake
    days = lake.days("labelled_bookings")
    frame = pl.concat([lake.rows("labelled_bookings", day) for day in days])
    return {row["booking_id"]: json.dumps(row, default=str) for row in frame.iter_rows(named=True)}


def plant(workspace: Workspace, guest: Guest) -> None:
    """Put the guest where runs leave traces: orchestration storage, logs, aside folders, a report, a warehouse."""
    home, lake = workspace.settings.home, workspace.lake
    email, booking = guest.emails[0], guest.booking_ids[0]
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs" / "index.db")) as database, database:
        row = database.execute("SELECT id, event FROM event_logs LIMIT 1").fetchone()
        database.execute("UPDATE event_logs SET event = ? WHERE id = ?", (row[1] + json.dumps({"x": email}), row[0]))
    (home / "dagster" / "run.log").write_text(f"failed on {booking} of {email}\nanother line\n")
    reports = home / "reports"
    reports.mkdir()
    (reports / "index.html").write_text(f"<p>{guest.texts[0]}</p>")
    for folder in (
        home / "studies" / "fine_tuning" / "v",
        home / "lake" / "restricted" / "models" / "gated_fusion_fine_tuned" / "v",
    ):
        folder.mkdir(parents=True)
        (folder / "card.md").write_text("learned from the guests' own words")
    contract = workspace.contracts["raw_bookings"]
    rows = pl.concat([lake.rows("raw_bookings", day) for day in lake.days("raw_bookings")])
    mine = rows.filter(pl.col("row_id").is_in(guest.row_ids))
    record = InputRecord(asset="raw_bookings", partition=str(LAST))
    lake.keep_aside(lake.stage(contract, LAST, mine, record), [f"a check: {guest.row_ids[0]}"])
    lake.stage(contract, LAST, mine, record)
    problem = {"stream": "bookings", "row_id": "b.csv:7", "source_file": "b.csv", "source_row": 7, "column": None,
               "reason": "rate is no number", "raw_text": f"City,{email},oops", "delivery_day": START}  # fmt: skip
    held = lake.record("quarantine", START)
    assert held is not None
    lake.rewrite(workspace.contracts["quarantine"], START,
                 pl.DataFrame([problem], schema=workspace.contracts["quarantine"].schema), held)  # fmt: skip
    build_warehouse(home / "warehouse.duckdb", lake, workspace.contracts)


def grep(home: Path, words: list[str]) -> list[str]:
    """A search of its own, sharing nothing with the one under test but the walk over files."""
    hits = []
    for path in files_below(home):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += pl.read_parquet(path).select(pl.col(pl.String)).write_json().encode()
        hits += [f"{path.name}: {word}" for word in words if word.encode() in content]
    return hits


def others_stay(workspace: Workspace, guest: Guest) -> bool:
    """Whether the exact history holds every raw row that is left, and none of the guest."""
    lake = workspace.lake
    days = lake.days("stays")
    left = {name for day in days for name in lake.rows("stays", day)["booking_id"]}
    raw = {name for day in lake.days("pseudonyms") for name in lake.rows("pseudonyms", day)["booking_id"]}
    return left == raw and not left & set(guest.booking_ids)


def test_an_erased_guest_is_nowhere_and_does_not_come_back(workspace: Workspace) -> None:
    asked, guest = chosen(workspace)
    plant(workspace, guest)
    words = [*guest.emails, *guest.row_ids, *guest.booking_ids, *guest.guest_hashes, *guest.review_ids,
             *guest.review_row_ids, *guest.guest_keys, *guest.texts]  # fmt: skip
    home = workspace.settings.home
    assert {line.split(": ", 1)[0] for line in grep(home, words)} >= {"index.db", "run.log", "index.html"}
    assert search(workspace, find_guest(workspace, asked).needles()).leftovers
    labels = published(workspace)

    erasure = erase_guest(workspace, asked, "a letter of 3 May")

    assert erasure.is_complete
    assert erasure.rows["raw_bookings"] == len(guest.row_ids)
    assert grep(home, words) == []
    assert not list(home.rglob("card.md")), "an encoder that was trained on the guest's words"
    kept = published(workspace)
    assert kept.items() <= labels.items(), "a label changed"
    assert not set(kept) & set(guest.booking_ids)
    assert others_stay(workspace, guest), "the exact rows of others stay, also where their class fell below k"

    backfill(workspace, reuse=False)
    assert grep(home, words) == [], "reading the source again does not bring the guest back"
    assert published(workspace) == kept, "the run after it started from the stored labels"
    aside = workspace.lake.set_aside("raw_bookings", workspace.lake.days("raw_bookings"))
    assert aside.filter(pl.col("reason") == "erased").height == len(guest.row_ids)


def test_a_guest_that_is_a_customer_leaves_the_tables_of_customers(workspace: Workspace, tmp_path: Path) -> None:
    """Where guests are the customers, their rows bear the guest's hash; what a market of theirs shares is made anew."""
    asked, guest = chosen(workspace, with_review=False)
    assert set(guest.guest_hashes) <= set(guest.own_customers)
    scores = workspace.contracts["customer_scores"]
    told = {"target": "revenue_next_30d", "model": "lightgbm", "model_version": "v", "value": 9.0, "low": 0.0,
            "high": 9.0, "segment": "low", "reasons": "", "delivery_day": LAST}  # fmt: skip
    names = [guest.guest_hashes[0], *guest.shared_customers[:1], "f" * 32]
    rows = scores.conform(pl.DataFrame([{"pseudo_customer_id": name, **told} for name in names]))
    record = InputRecord(asset="customer_scores", partition=str(LAST))
    workspace.lake.promote(workspace.lake.stage(scores, LAST, rows, record))
    assert export_guest(workspace, asked, tmp_path / "copy")["customer_scores"] == 1
    assert erase_guest(workspace, asked, "a letter").is_complete
    assert set(workspace.lake.rows("customer_scores", LAST)["pseudo_customer_id"]) == set(names[-1:])


@pytest.mark.slow
def test_a_day_made_again_equals_what_the_erasure_left(workspace: Workspace) -> None:
    asked, _ = chosen(workspace)
    erase_guest(workspace, asked)
    backfill(workspace)
    settle(workspace)
    once = data_bytes(workspace)
    backfill(workspace, reuse=False)
    again = data_bytes(workspace)
    assert [name for name in sorted({*once, *again}) if once.get(name) != again.get(name)] == []


@pytest.mark.slow
def test_erasing_twice_changes_nothing_and_each_is_logged_without_the_name(workspace: Workspace) -> None:
    asked, guest = chosen(workspace)
    erase_guest(workspace, asked)
    before = data_bytes(workspace)
    second = erase_guest(workspace, asked)
    assert second.is_complete
    assert not second.rows
    assert data_bytes(workspace) == before
    log = workspace.lake.access_log.path.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["purpose"] for line in lines if line.get("event") == "erasure"] == ["command erase"] * 2
    assert guest.emails[0] not in log


@pytest.mark.slow
def test_fitted_records_are_fitted_again_after_an_erasure(workspace: Workspace) -> None:
    cut_off = START + timedelta(days=6)
    asked, _ = chosen(workspace, until=START + timedelta(days=3), with_review=False)
    before = workspace.record_store.load("match_weights", cut_off)
    assert f"record match_weights {cut_off}" in erase_guest(workspace, asked).due
    backfill(workspace)
    after = workspace.record_store.load("match_weights", cut_off)
    assert before is not None
    assert after is not None
    assert not before.same_inputs(after), "it learned from the days as they are without the guest"


def test_classes_that_fall_below_k_are_withheld(workspace: Workspace) -> None:
    lake = workspace.lake
    frames = {day: lake.rows("labelled_bookings", day) for day in lake.days("labelled_bookings")}
    day, frame = max(frames.items(), key=lambda item: item[1].height)
    small = frame.filter(pl.col("class_size") == pl.col("k"))
    assert small.height, "choose a world with a class of exactly k guests"
    others = set(small.filter(pl.col("class_id") == small["class_id"][0])["booking_id"])
    pseudonyms = pl.concat([lake.rows("pseudonyms", when) for when in lake.days("pseudonyms")])
    row_id = pseudonyms.filter(pl.col("booking_id") == small["booking_id"][0])["row_id"][0]
    labels = published(workspace)
    others -= set(find_guest(workspace, Asked(row_ids=(row_id,))).booking_ids)
    assert others
    erasure = erase_guest(workspace, Asked(row_ids=(row_id,)))
    kept = published(workspace)
    assert erasure.is_complete
    assert not others & set(kept)
    assert kept.items() <= labels.items()
    reasons = lake.set_aside("labelled_bookings", [day])
    assert reasons.filter(pl.col("reason") == "below_k").height >= len(others)
    shown = lake.rows("published_bookings", day)
    assert shown.equals(publish_labels(lake.rows("labelled_bookings", day)).select(shown.columns)), "stored means"
    assert lake.rows("released_bookings", day).is_empty(), "nothing is exported unless a group asks"
    record = lake.record("labelled_bookings", day)
    assert record is not None
    assert record.rows_in == record.rows_out + sum(record.set_aside.values())


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, os.getcwd())
from pipelines.guests.erasure import erase_guest
from pipelines.guests.asking import Asked
from tests.end_to_end.test_guest_rights import small_world
count, replace = 0, os.replace
def counted(*paths):
    global count
    count += 1
    if count == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(*paths)
os.replace = counted
erase_guest(small_world(Path(sys.argv[1]), Path(sys.argv[1])), Asked(email=sys.argv[2]))
"""


@pytest.mark.parametrize("moment", [3, *(pytest.param(moment, marks=pytest.mark.slow) for moment in (2, 7, 12, 16))])
def test_a_killed_erasure_is_finished_by_the_next_one(workspace: Workspace, tmp_path: Path, moment: int) -> None:
    asked, guest = chosen(workspace)
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    command = [sys.executable, str(script), str(workspace.settings.home), str(asked.email), str(moment)]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parents[2], env=dict(os.environ))
    assert done.returncode == -9
    assert ErasureJournal(workspace.lake).is_open
    erasure = erase_guest(workspace, Asked(row_ids=("reservation:nobody",)))
    assert erasure.was_interrupted
    assert not ErasureJournal(workspace.lake).is_open
    assert grep(workspace.settings.home, [*guest.emails, *guest.row_ids, *guest.booking_ids, *guest.texts]) == []


def test_the_reason_may_not_name_the_guest(workspace: Workspace) -> None:
    with pytest.raises(PrivacyError, match="access log"):
        erase_guest(workspace, Asked(email="a.b@example.org"), "letter of A.B@example.org")


def test_an_embedding_of_the_text_is_forgotten(workspace: Workspace) -> None:
    asked, guest = chosen(workspace)
    digest = bytes.fromhex(content_hash(guest.contents[0]))
    [path] = (workspace.settings.home / "cache" / "embeddings").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", (digest, b"\1\2\3\4"))
    erase_guest(workspace, asked)
    assert digest not in path.read_bytes()


def test_subject_access_gives_everything_and_is_logged(workspace: Workspace, tmp_path: Path) -> None:
    asked, guest = chosen(workspace)
    folder = tmp_path / "copy"
    held = export_guest(workspace, asked, folder)
    assert held["raw_bookings"] == len(guest.row_ids)
    assert {"raw_reviews", "pseudonyms", "masked_reviews", "stays", "labelled_bookings"} <= set(held)
    told = json.loads((folder / "raw_bookings.json").read_text())
    assert told[0]["email"] == asked.email
    assert "Zone `restricted`" in (folder / "README.md").read_text()
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert '"event": "subject-access"' in workspace.lake.access_log.path.read_text()
    for asset in held:
        if asset not in ("customers", "customer_scores"):
            other = json.loads((folder / f"{asset}.json").read_text())
            ids = {*guest.row_ids, *guest.review_row_ids, *guest.booking_ids, *guest.review_ids}
            assert all(ids & {str(value) for value in row.values()} for row in other), asset
    with pytest.raises(SettingsError, match="not empty"):
        export_guest(workspace, asked, folder)
    assert not held_kinds((folder / "README.md").read_bytes(), guest.needles())


@pytest.mark.slow
def test_retention_freezes_old_days(stored_home: Path, workspace: Workspace, encoder_home: Path) -> None:
    core = workspace.settings.core.__class__(source="demo", fit_every_days=7, raw_retention_days=4)
    kept = workspace.settings.__class__(home=workspace.settings.home, core=core, sections=workspace.settings.sections)
    workspace.settings = kept
    before = data_bytes(workspace)
    removed = apply_retention(workspace)
    assert removed["raw_bookings"] == [START + timedelta(days=index) for index in range(DAYS - 4)]
    assert not workspace.lake.exists("raw_bookings", START)
    backfill(workspace)  # nothing changed for the frozen days, so nothing is asked of their raw rows
    after = data_bytes(workspace)
    gone = {f"restricted/{table}/{day}.parquet" for table, days in removed.items() for day in days}
    assert {name for name in before if name not in after} - gone <= {
        name for name in before if ".set_aside" in name and "raw_" in name
    }
    changed = {name for name in after if name in before and before[name] != after[name]}
    assert changed == set()
    result = run_job(workspace, "backfill", START, START, reuse=False)
    assert not result.success
    assert any("raw_retention_days" in line for line in failures_of(result))
    assert workspace.lake.exists("labelled_bookings", START)
    assert apply_retention(workspace) == {}


@pytest.mark.slow
def test_an_encrypted_home_runs_erases_and_tells_nothing_in_clear(
    tmp_path: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAYWORTH_RESTRICTED_KEY", "7" * 64)
    plain, sealed = (demo_workspace(tmp_path / name, encoder_home, days=3) for name in ("plain", "sealed"))
    core = sealed.settings.core.__class__(source="demo", fit_every_days=7, encrypt_restricted=True)
    sealed.settings = sealed.settings.__class__(home=sealed.settings.home, core=core, sections=sealed.settings.sections)
    for workspace in (plain, sealed):
        result = run_job(workspace, "backfill", START, START + timedelta(days=2), reuse=True)
        assert result.success, failures_of(result)
    rows = plain.lake.rows("raw_bookings", START)
    assert rows.equals(sealed.lake.rows("raw_bookings", START))
    assert plain.lake.digest("raw_bookings", START) == sealed.lake.digest("raw_bookings", START)
    assert not [path for path in sealed.lake.zone_root(Zone.RESTRICTED).rglob("*.parquet")
                if path.read_bytes().startswith(b"PAR1")]  # fmt: skip
    email = rows["email"][0]
    assert erase_guest(sealed, Asked(email=email)).is_complete
    assert find_guest(sealed, Asked(email=email)).is_nobody


@pytest.mark.slow
def test_an_opted_out_guest_is_set_aside_from_that_day_on(tmp_path: Path, encoder_home: Path) -> None:
    plain = small_world(tmp_path / "plain", encoder_home)
    backfill(plain)
    lake = plain.lake
    rows = pl.concat([lake.rows("raw_bookings", day) for day in lake.days("raw_bookings")])
    several = rows.group_by("guest_key").agg(pl.col("delivery_day").n_unique().alias("days"), pl.col("email").first())
    guest, _, email = several.filter(pl.col("days") > 1).sort("guest_key").row(0)
    mine = rows.filter(pl.col("guest_key") == guest).sort("delivery_day")
    second = mine["delivery_day"].unique().sort()[1]
    file = tmp_path / "notices.csv"
    file.write_text(f"identifier,kind,day\n{email.upper()},opt-out,{second}\n")

    told = small_world(tmp_path / "told", encoder_home)
    core = told.settings.core.__class__(source="demo", fit_every_days=7, notices=file)
    told.settings = told.settings.__class__(home=told.settings.home, core=core, sections=told.settings.sections)
    backfill(told)
    kept = pl.concat([told.lake.rows("raw_bookings", day) for day in told.lake.days("raw_bookings")])
    before, after = mine.filter(pl.col("delivery_day") < second), mine.filter(pl.col("delivery_day") >= second)
    assert set(kept.filter(pl.col("guest_key") == guest)["row_id"]) == set(before["row_id"])
    aside = told.lake.set_aside("raw_bookings", told.lake.days("raw_bookings")).filter(pl.col("reason") == "opt-out")
    assert aside.height == after.height
    assert not set(aside["row_id"]) & set(mine["row_id"]), "the ids are kept as keyed marks"
    first, later = data_bytes(plain), data_bytes(told)
    early = [name for name in first if name.split("/")[-1] < f"{second}" and name.endswith(".parquet")]
    assert early
    assert [name for name in early if first[name] != later[name]] == []
    history = told.resource("opt_outs").history()
    assert history.height == before.height, "what was stored before is out of joins and scores from that day on"
    candidates = pl.concat([told.lake.rows("match_candidates", day) for day in told.lake.days("match_candidates")])
    out = candidates.filter(pl.col("booking_id").is_in(history["booking_id"].to_list()))
    assert out.filter(pl.col("delivery_day") >= second).is_empty()
