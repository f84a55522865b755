"""The lake in an object store: the promises of the local one, and what each costs in requests."""

import json
import multiprocessing
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from resources.contract import Column, FrameContract, Zone
from resources.encryption import FileCipher
from resources.errors import PrivacyError, StorageError
from resources.lake import InputRecord, Lake
from resources.model_store import Artefact, ModelStore
from resources.object_store import ObjectStore
from resources.places import places_of
from resources.privacy_budget import BudgetLedger
from resources.records import FittedRecord, RecordStore
from resources.score_reader import ScoreReader
from resources.secret_keys import SecretKey
from resources.settings import CoreSettings
from resources.tombstones import ROW, TombstoneStore
from resources.warehouse import build_warehouse
from tests.object_server import ObjectServer

DAY = date(2024, 1, 1)
COLUMNS = (
    Column(name="id", dtype=pl.String, description="id"),
    Column(name="delivery_day", dtype=pl.Date, description="day"),
)
TABLE = FrameContract(asset="table", zone=Zone.INTERNAL, grain="row", key=("id",), columns=COLUMNS)
SECRET = replace(TABLE, asset="secret", zone=Zone.RESTRICTED)
CIPHER = FileCipher(b"k" * 32)


def frame(*ids: str, day: date = DAY) -> pl.DataFrame:
    return pl.DataFrame({"id": list(ids), "delivery_day": [day] * len(ids)}, schema=TABLE.schema)


def record(asset: str = "table", day: date = DAY, **values: object) -> InputRecord:
    return InputRecord(asset=asset, partition=str(day), **values)  # type: ignore[arg-type]


def lake_at(url: str, home: Path, cipher: FileCipher | None = None, **core: object) -> Lake:
    return places_of(home, CoreSettings(lake_url=url, **core), "world").lake([TABLE, SECRET], cipher)  # type: ignore[arg-type]


def put(lake: Lake, *ids: str, contract: FrameContract = TABLE, day: date = DAY) -> None:
    lake.promote(lake.stage(contract, day, frame(*ids, day=day), record(contract.asset, day, rows_out=len(ids))))


def addresses(lake: Lake) -> list[str]:
    return [str(path.relative_to(lake.root)) for path in lake.objects()]


@pytest.fixture
def lake(bucket_url: str, tmp_path: Path) -> Lake:
    return lake_at(bucket_url, tmp_path)


def test_equal_bytes_digests_and_records_in_a_folder_and_in_a_store(lake: Lake, tmp_path: Path) -> None:
    local = Lake.of(tmp_path / "local", [TABLE, SECRET])
    for place in (lake, local):
        put(place, "a", "b")
        put(place, "c", contract=SECRET)
    for asset in ("table", "secret"):
        ours, theirs = lake.path(asset, DAY), Path(local.path(asset, DAY))
        assert lake.files.store(ours).content(ours) == theirs.read_bytes()
        assert lake.digest(asset, DAY) == local.digest(asset, DAY)
        assert lake.record(asset, DAY) == local.record(asset, DAY)
    assert addresses(lake) == ["internal/table/2024-01-01.parquet", "restricted/secret/2024-01-01.parquet"]
    assert lake.address("table").startswith("s3://stays-")


def test_staged_rows_are_nowhere_until_promoted(lake: Lake) -> None:
    staged = lake.stage(TABLE, DAY, frame("a"), record())
    assert addresses(lake) == []
    lake.promote(staged)
    assert lake.read_days(TABLE, [DAY, DAY + timedelta(days=1)])["id"].to_list() == ["a"]
    assert lake.days("table") == [DAY]
    assert lake.sweep_staging() == 0


def test_a_failure_is_kept_aside_and_cleared(lake: Lake) -> None:
    put(lake, "good")
    lake.keep_aside(lake.stage(TABLE, DAY, frame("bad"), record()), ["check: 1 row"])
    assert lake.failure("table", DAY) == ["check: 1 row"]
    assert lake.failures("table") == {DAY}
    assert [path.name for path in lake.failed_files("table")] == ["2024-01-01.parquet"]
    assert lake.read_days(TABLE, [DAY])["id"].to_list() == ["good"]
    put(lake, "mended")
    assert lake.failures("table") == set()
    assert addresses(lake) == ["internal/table/2024-01-01.parquet"]


def test_set_aside_and_retention(lake: Lake) -> None:
    put(lake, "a", contract=SECRET)
    rows = pl.DataFrame({"delivery_day": [DAY], "row_id": ["x"], "reason": ["repeat"]})
    lake.store_set_aside("secret", DAY, rows)
    assert lake.set_aside("secret", [DAY]).equals(rows)
    digest = lake.digest("secret", DAY)
    lake.remove_rows("secret", DAY)
    lake.drop_set_aside("secret", DAY)
    assert lake.removed_days("secret") == [DAY]
    assert lake.digest("secret", DAY) == digest
    assert not lake.exists("secret", DAY)
    assert addresses(lake) == ["restricted/secret/2024-01-01.removed.json"]


def test_unpartitioned_tables(lake: Lake) -> None:
    assert lake.read(TABLE).is_empty()
    lake.promote(lake.stage(TABLE, None, frame("a"), record()))
    assert lake.read(TABLE)["id"].to_list() == ["a"]
    assert lake.partitions("table") == [None]
    assert lake.days("table") == []


def test_a_sealed_restricted_zone_at_its_own_url(bucket_url: str, tmp_path: Path) -> None:
    lake = lake_at(f"{bucket_url}/open", tmp_path, CIPHER, restricted_url=f"{bucket_url}/vault")
    put(lake, "plain")
    put(lake, "hidden", contract=SECRET)
    path = lake.path("secret", DAY)
    assert str(path).endswith("/group/vault/world/secret/2024-01-01.parquet")
    assert lake.files.store(path).content(path).startswith(b"STAYWORTH-SIV-1")
    assert lake.read_days(SECRET, [DAY])["id"].to_list() == ["hidden"]
    with pytest.raises(PrivacyError, match="is encrypted"):
        lake_at(f"{bucket_url}/open", tmp_path, restricted_url=f"{bucket_url}/vault").read_days(SECRET, [DAY])
    assert build_warehouse(tmp_path / "w.duckdb", lake, {"table": TABLE, "secret": SECRET}) == ["table"]


def test_a_restricted_zone_that_stays_on_this_machine(bucket_url: str, tmp_path: Path) -> None:
    lake = lake_at(bucket_url, tmp_path, restricted_root=tmp_path / "vault")
    put(lake, "plain")
    put(lake, "hidden", contract=SECRET)
    assert addresses(lake) == ["internal/table/2024-01-01.parquet"]
    assert (tmp_path / "vault" / "secret" / "2024-01-01.parquet").exists()
    assert lake.read_days(SECRET, [DAY])["id"].to_list() == ["hidden"]
    assert lake.access_log.path.parent == tmp_path / "vault"


def test_reads_are_logged_on_this_machine_and_tombstones_lie_there(lake: Lake, tmp_path: Path) -> None:
    put(lake, "a", contract=SECRET)
    lake.read_days(SECRET, [DAY])
    state = tmp_path / "lake" / "restricted"
    assert json.loads((state / "access.log").read_text())["asset"] == "secret"
    assert state.stat().st_mode & 0o777 == 0o700
    store = TombstoneStore(lake, SecretKey(b"k" * 32))
    store.add({ROW: ["reservation:1"]}, [])
    assert (state / ".erasure" / "tombstones.json").exists()
    assert store.load().has(ROW, ["reservation:1"]) == [True]


def test_a_history_costs_one_listing_and_a_second_process_nothing_more(
    bucket_url: str, tmp_path: Path, object_server: ObjectServer
) -> None:
    days = [DAY + timedelta(days=count) for count in range(60)]
    first = lake_at(bucket_url, tmp_path)
    before = object_server.requests
    for day in days:
        put(first, "a", day=day)
    assert (object_server.requests - before)["PUT"] == 60
    assert (object_server.requests - before)["GET"] == 0, "what was put is known"
    digests, records = ([ask("table", day) for day in days] for ask in (first.digest, first.record))
    before = object_server.requests
    second = lake_at(bucket_url, tmp_path)
    assert [second.digest("table", day) for day in days] == digests
    assert object_server.requests - before == {"LIST": 1}, "digests were kept by ETag"
    before = object_server.requests
    elsewhere = lake_at(bucket_url, tmp_path / "new home")
    assert elsewhere.digest("table", days[0]) == digests[0]
    assert object_server.requests - before == {"LIST": 1, "GET": 1}, "one day costs one day"
    assert [elsewhere.record("table", day) for day in days] == records
    assert object_server.requests - before == {"LIST": 1, "GET": 60}, "each object once, fetched ahead"


def test_an_object_that_changed_is_learned_again(bucket_url: str, tmp_path: Path) -> None:
    ours, theirs = lake_at(bucket_url, tmp_path), lake_at(bucket_url, tmp_path / "b")
    put(ours, "a")
    earlier = ours.digest("table", DAY)
    put(theirs, "other")
    ours.look_afresh()
    assert ours.digest("table", DAY) == theirs.digest("table", DAY) != earlier


def test_notes_that_are_damaged_or_can_not_be_written_are_done_without(bucket_url: str, tmp_path: Path) -> None:
    put(lake_at(bucket_url, tmp_path), "a")
    notes = tmp_path / "cache" / "objects.sqlite"
    assert notes.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(notes) as database:
        assert database.execute("SELECT COUNT(*) FROM seen").fetchone() == (1,)
    database.close()
    notes.write_bytes(b"no database" * 1_000)
    assert lake_at(bucket_url, tmp_path).digest("table", DAY)
    (tmp_path / "file").write_text("in the way")
    again = places_of(tmp_path / "file", CoreSettings(lake_url=bucket_url), "world").lake([TABLE])
    assert again.digest("table", DAY)


def test_a_server_that_goes_away_leaves_the_last_good_data(lake: Lake, object_server: ObjectServer) -> None:
    put(lake, "good")
    for store in lake.files.objects:
        store._retries = 1
    object_server.fail_after(0)
    staged = lake.stage(TABLE, DAY, frame("new"), record())
    with pytest.raises(StorageError, match=r"put of s3://.*/internal/table/2024-01-01.parquet failed \(SlowDown\)"):
        lake.promote(staged)
    object_server.mend()
    assert lake.read_days(TABLE, [DAY])["id"].to_list() == ["good"]
    lake.promote(staged)
    assert lake.read_days(TABLE, [DAY])["id"].to_list() == ["new"]


def _promote_days(url: str, home: str, name: str) -> None:
    lake = lake_at(url, Path(home))
    for count in range(10):
        put(lake, *([name] * 500), day=DAY + timedelta(days=count))


def test_two_processes_leave_whole_partitions(bucket_url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_promote_days, args=(bucket_url, str(tmp_path), name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    fresh, unaided = lake_at(bucket_url, tmp_path), lake_at(bucket_url, tmp_path / "other")
    assert len(fresh.days("table")) == 10
    for day in fresh.days("table"):
        assert set(fresh.rows("table", day)["id"]) in ({"a"}, {"b"})
        assert fresh.digest("table", day) == unaided.digest("table", day), "no digest was noted under another's ETag"


def test_records_and_models(bucket_url: str, tmp_path: Path) -> None:
    places = places_of(tmp_path, CoreSettings(lake_url=bucket_url), "world")
    fitted = FittedRecord(name="r", cut_off=DAY, payload={"x": 0.1}, inputs="i", settings="s", fitter_version="1")
    records, local = RecordStore(places.root, places.store(places.root)), RecordStore(tmp_path)
    assert records.load("r", DAY) is None
    for store in (records, local):
        store.save(fitted)
        assert store.load("r", DAY) == fitted
    models = ModelStore(places.models, places.store(places.models))
    artefact = Artefact(
        model="m", features=("f",), settings={}, metrics={}, data_version="d", known_from=DAY, trees="a tree"
    )
    assert models.versions("m") == []
    version = models.save(artefact)
    assert models.save(artefact) == version
    assert models.versions("m") == [version]
    assert models.load("m", version, ["f"]).trees == "a tree"
    models.serve(DAY, {"m": version}, "m", run="1")
    assert models.in_force(DAY) == ("m", {"m": version})
    assert models.in_force(DAY - timedelta(days=1)) is None
    assert models.note_run({"run_id": "1"}) == {"run_id": "1", "number": 1}
    assert [item["number"] for item in models.runs()] == [1]


def test_a_model_that_was_half_written_does_not_count(bucket_url: str, tmp_path: Path) -> None:
    places = places_of(tmp_path, CoreSettings(lake_url=bucket_url))
    store = places.store(places.models)
    store.replace(places.models / "m" / "v" / "trees.txt", b"half", is_private=False)
    assert ModelStore(places.models, store).versions("m") == []


def test_scores_are_read_from_objects(bucket_url: str, tmp_path: Path) -> None:
    id_column = Column(name="pseudo_customer_id", dtype=pl.String, description="id")
    scores = replace(TABLE, asset="customer_scores", columns=(id_column, COLUMNS[1]), key=("pseudo_customer_id",))
    lake = places_of(tmp_path, CoreSettings(lake_url=bucket_url)).lake([scores])
    rows = pl.DataFrame({"pseudo_customer_id": ["a" * 32, "b" * 32], "delivery_day": [DAY] * 2})
    lake.promote(lake.stage(scores, DAY, rows, record("customer_scores")))
    assert ScoreReader(lake, scores).find("b" * 32).height == 1


def test_views_over_objects_stand_in_a_script(lake: Lake, tmp_path: Path) -> None:
    import duckdb

    put(lake, "a")
    put(lake, "hidden", contract=SECRET)
    contracts = {"table": TABLE, "secret": SECRET}
    assert build_warehouse(tmp_path / "w.duckdb", lake, contracts) == ["secret", "table"]
    script = (tmp_path / "w.sql").read_text()
    assert f"{lake.address('table')}/*.parquet" in script
    for path in lake.objects():  # the same views over a copy: DuckDB's own S3 client is not ours to test
        copy = tmp_path / "copy" / path.relative_to(lake.root)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(lake.files.store(path).content(path))
    url = lake.address("table").removesuffix("/internal/table")
    lines = [line for line in script.splitlines() if line.startswith(("CREATE SCHEMA", "CREATE OR REPLACE VIEW"))]
    with duckdb.connect() as database:
        for line in lines:
            database.execute(line.replace(url, str(tmp_path / "copy")))
        assert database.execute('SELECT id FROM "table"').fetchall() == [("a",)]
        assert database.execute("SELECT id FROM restricted.secret").fetchall() == [("hidden",)]
    local = Lake.of(tmp_path / "home", [TABLE])
    build_warehouse(tmp_path / "w.duckdb", local, {"table": TABLE})
    assert not (tmp_path / "w.sql").exists()


def test_a_new_home_does_not_begin_a_budget_where_releases_lie(bucket_url: str, tmp_path: Path) -> None:
    released = replace(TABLE, asset="bookings_by_month", zone=Zone.RELEASED)
    guests = replace(released, asset="guest_aggregates")
    lake = places_of(tmp_path / "a", CoreSettings(lake_url=bucket_url)).lake([released, guests])
    charged = [released.asset, guests.asset]
    BudgetLedger.at(tmp_path / "a", None, lake.partitions, charged=charged)
    lake.promote(lake.stage(released, None, frame("a"), record("bookings_by_month")))
    BudgetLedger.at(tmp_path / "a", None, lake.partitions, charged=charged)
    with pytest.raises(PrivacyError, match="object store holds bookings_by_month; restore"):
        BudgetLedger.at(tmp_path / "b", None, lake.partitions, charged=charged)


def test_worlds_below_one_url_do_not_meet(bucket_url: str, tmp_path: Path) -> None:
    core = CoreSettings(lake_url=bucket_url)
    one, two = (places_of(tmp_path, core, world).lake([TABLE]) for world in ("one", "two"))
    put(one, "a")
    assert one.days("table") == [DAY]
    assert two.days("table") == []


def test_a_key_of_a_stranger_is_no_path(lake: Lake) -> None:
    with pytest.raises(ValueError, match="no object store"):
        lake.files.content(ObjectStore("s3://another-bucket").root / "x")
