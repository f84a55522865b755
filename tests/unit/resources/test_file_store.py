"""The same promises from a local folder and from an object store."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

import pytest

from resources.errors import SettingsError, StorageError
from resources.file_store import FileStore, LocalFolder
from resources.object_store import ObjectStore
from resources.settings import CoreSettings
from resources.store_address import refuse_without_access
from tests.object_server import ACCESS, SECRET, ObjectServer

Place = tuple[FileStore, PurePath]


@pytest.fixture(params=["folder", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return LocalFolder(), tmp_path
    store = ObjectStore(request.getfixturevalue("bucket_url"), retries=1)
    return store, store.root


def put(store: FileStore, path: PurePath, content: bytes) -> None:
    store.make_folder(path.parent)
    store.replace(path, content, is_private=False)


def test_what_was_put_is_there_and_what_was_removed_is_not(place: Place) -> None:
    store, root = place
    path = root / "internal" / "table" / "2024-01-01.parquet"
    assert store.stamp(path) is None
    assert store.names(path.parent) == []
    put(store, path, b"one")
    assert store.content(path) == b"one"
    assert store.names(path.parent) == ["2024-01-01.parquet"]
    first = store.stamp(path)
    put(store, path, b"other")
    assert store.content(path) == b"other"
    assert store.stamp(path) != first
    store.remove(path)
    store.remove(path)
    assert store.stamp(path) is None
    with pytest.raises(FileNotFoundError):
        store.content(path)


def test_a_draft_is_seen_by_nobody_until_it_settles(place: Place) -> None:
    store, root = place
    draft, target = root / ".staging" / "x.1", root / "table" / "x"
    for path in (draft, target):
        store.make_folder(path.parent)
    content = store.draft(draft, lambda file: file.write_bytes(b"rows") if isinstance(file, Path) else file.write(
        b"rows") and None, is_private=True)  # fmt: skip
    assert store.names(target.parent) == []
    store.settle(draft, content, target)
    assert store.content(target) == b"rows"
    assert [path for path in store.below(root) if path.name == draft.name] == []


def test_files_come_in_the_order_asked_for_and_names_sorted(place: Place) -> None:
    store, root = place
    paths = [root / "t" / f"{name}.json" for name in "cab"]
    for path in paths:
        put(store, path, path.name.encode())
    put(store, root / "t" / "deeper" / "d.json", b"d")
    assert store.contents(paths) == [path.name.encode() for path in paths]
    assert store.names(root / "t") == ["a.json", "b.json", "c.json"]
    assert [path.name for path in store.below(root)] == ["a.json", "b.json", "c.json", "d.json"]
    assert store.names(root / "t2") == []


def test_a_folder_counts_with_its_last_file(place: Place) -> None:
    store, root = place
    store.put_folder(root / "m" / "1", {"model.json": b"{}", "a.bin": b"a", "z.bin": b"z"}, last="model.json")
    assert store.names(root / "m" / "1") == ["a.bin", "model.json", "z.bin"]


def test_writers_at_once_leave_one_whole_file(place: Place) -> None:
    store, root = place
    path = root / "t" / "x"
    store.make_folder(path.parent)
    whole = [bytes([number]) * 20_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: store.replace(path, content, is_private=False), whole))
    store.look_afresh()
    assert store.content(path) in whole
    assert store.names(path.parent) == ["x"]


def test_a_listing_serves_for_a_moment_and_knows_own_writes(bucket_url: str, object_server: ObjectServer) -> None:
    store, other = ObjectStore(bucket_url, moment=60.0), ObjectStore(bucket_url)
    put(store, store.root / "t" / "0", b"0")
    before = object_server.requests
    for number in range(20):
        assert store.stamp(store.root / "t" / f"{number + 1}") is None
        put(store, store.root / "t" / f"{number + 1}", b"x")
        assert store.stamp(store.root / "t" / f"{number + 1}") is not None
    assert object_server.requests - before == {"LIST": 1, "PUT": 20}
    put(other, store.root / "t" / "elsewhere", b"x")
    assert "elsewhere" not in store.names(store.root / "t")
    store.look_afresh()
    assert "elsewhere" in store.names(store.root / "t")


def test_removing_what_is_not_there_asks_for_nothing(bucket_url: str, object_server: ObjectServer) -> None:
    store = ObjectStore(bucket_url, moment=60.0)
    store.names(store.root / "t")
    before = object_server.requests
    for number in range(50):
        store.remove(store.root / "t" / str(number))
    assert not object_server.requests - before


@pytest.mark.slow
def test_a_long_listing_is_complete(bucket_url: str) -> None:
    store = ObjectStore(bucket_url)
    names = [f"{number:04d}" for number in range(1_064)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: put(store, store.root / "t" / name, b"x"), names))
    store.look_afresh()
    assert store.names(store.root / "t") == names


def test_an_absent_bucket_is_named(bucket_url: str) -> None:
    store = ObjectStore("s3://no-such-bucket-here/group", retries=1)
    for ask in (lambda: store.names(store.root / "t"), lambda: store.content(store.root / "t" / "x"),
                lambda: store.replace(store.root / "t" / "x", b"", is_private=False)):  # fmt: skip
        with pytest.raises(StorageError, match=r"s3://no-such-bucket-here/group/t.*NoSuchBucket.*create it"):
            ask()


def test_missing_credentials_are_named(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    store = ObjectStore(bucket_url)
    with pytest.raises(StorageError, match="AWS_SECRET_ACCESS_KEY not set"):
        store.names(store.root)
    refuse_without_access(bucket_url, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"})


def test_a_busy_server_is_asked_again_and_then_reported(bucket_url: str, object_server: ObjectServer) -> None:
    store = ObjectStore(bucket_url, retries=1)
    put(store, store.root / "t" / "x", b"x")
    object_server.fail_after(0)
    before = object_server.requests
    with pytest.raises(
        StorageError, match=r"get of s3://.*/group/t/x failed \(SlowDown\): the server is overloaded"
    ) as got:
        store.content(store.root / "t" / "x")
    assert object_server.requests - before == {"GET": 2}
    assert not {ACCESS, SECRET} & set(str(got.value).split()), "the server's own words are not passed on"
    assert ACCESS not in str(got.value)
    assert got.value.__suppress_context__ or got.value.__context__ is None
    object_server.mend()
    assert store.content(store.root / "t" / "x") == b"x"


def test_a_server_that_is_down_is_reported(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    store = ObjectStore(bucket_url, retries=1)
    with pytest.raises(StorageError, match=r"can't be reached; check AWS_ENDPOINT_URL"):
        store.names(store.root / "t")


def test_a_bucket_with_versions_is_noticed(bucket_url: str, object_server: ObjectServer) -> None:
    store = ObjectStore(bucket_url)
    put(store, store.root / "t", b"1")
    assert not store.keeps_versions
    object_server.keep_versions(bucket_url.split("/")[2])
    put(store, store.root / "t", b"2")
    assert store.keeps_versions


@pytest.mark.parametrize(
    "url", ["s3://AKIA1:secret@bucket/x", "bucket/x", "http://host/bucket", "s3://b?secret=1", "s3://"]
)
def test_an_address_that_may_hold_a_secret_is_refused_and_not_shown(url: str) -> None:
    for name in ("lake_url", "restricted_url"):
        with pytest.raises(SettingsError, match=f"core.{name}") as refused:
            CoreSettings(**{name: url})  # type: ignore[arg-type]
        assert "secret" not in str(refused.value).replace("AWS_SECRET_ACCESS_KEY", "")


def test_places_of_the_restricted_zone_do_not_contradict(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="restricted_root is set"):
        CoreSettings(restricted_url="s3://vault", restricted_root=tmp_path)
    with pytest.raises(SettingsError, match="does not hold"):
        CoreSettings(lake_url="s3://group/x", restricted_url="s3://group")
