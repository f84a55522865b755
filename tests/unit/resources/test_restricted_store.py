"""Trained models lie in the restricted zone: closed, sealed where it is, taken over from where they lay before."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from resources.encryption import FileCipher
from resources.errors import PrivacyError
from resources.model_store import Artefact, ModelStore
from resources.places import places_of
from resources.restricted_store import RestrictedStore
from resources.settings import CoreSettings

DAY = date(2025, 1, 4)
THRESHOLD = "threshold=1234.5678"  # of a tree: a value that one customer has


def artefact(model: str = "lightgbm") -> Artefact:
    return Artefact(
        model=model, features=("f",), settings={}, metrics={}, data_version="d", known_from=DAY,
        tensors={"weights": np.array([1234.5678])}, trees=THRESHOLD,
    )  # fmt: skip


def store_at(home: Path, cipher: FileCipher | None = None, core: CoreSettings | None = None) -> ModelStore:
    places = places_of(home, core or CoreSettings())
    return ModelStore(places.models, RestrictedStore(places.lake([], cipher), places.models))


def fill(store: ModelStore) -> str:
    version = store.save(artefact())
    store.serve(DAY, {"lightgbm": version}, "lightgbm", run="1")
    store.note_run({"run_id": "1"})
    return version


def told(store: ModelStore, version: str) -> tuple[object, ...]:
    return store.load("lightgbm", version, ["f"]).trees, store.in_force(DAY), store.runs(), store.versions("lightgbm")


def test_models_lie_in_the_restricted_zone_and_are_their_owners_alone(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    version = fill(store)
    zone = tmp_path / "lake" / "restricted"
    assert store.root == zone / "models"
    assert told(store, version) == (
        THRESHOLD,
        ("lightgbm", {"lightgbm": version}),
        [{"run_id": "1", "number": 1}],
        [version],
    )
    for path in (zone, *zone.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert not (tmp_path / "models").exists()


def test_they_follow_the_zone_where_it_lies_elsewhere(tmp_path: Path) -> None:
    core = CoreSettings(restricted_root=tmp_path / "vault")
    version = fill(store_at(tmp_path / "home", core=core))
    assert (tmp_path / "vault" / "models" / "lightgbm" / version / "model.json").is_file()
    assert not list((tmp_path / "home").rglob("*.txt"))


def test_a_sealed_zone_seals_its_models(tmp_path: Path) -> None:
    cipher = FileCipher(bytes(range(32)))
    version = fill(store_at(tmp_path, cipher))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert not [path for path in files if b"threshold" in path.read_bytes() or b"lightgbm" in path.read_bytes()]
    assert told(store_at(tmp_path, cipher), version)[0] == THRESHOLD
    with pytest.raises(PrivacyError, match="is encrypted"):
        store_at(tmp_path).load("lightgbm", version)


@pytest.mark.parametrize("cipher", [None, FileCipher(bytes(range(32)))], ids=["plain", "sealed"])
def test_what_lay_beside_the_zone_is_taken_over_once(tmp_path: Path, cipher: FileCipher | None) -> None:
    before = ModelStore(tmp_path / "models")
    version = fill(before)
    expected = told(before, version)
    store = store_at(tmp_path, cipher)
    assert store.adopt(tmp_path / "models") == 5
    assert told(store, version) == expected
    assert not (tmp_path / "models").exists(), "nothing is left where everybody of the team may read"
    assert store.adopt(tmp_path / "models") == 0


def test_what_is_in_the_zone_already_stays_and_which_model_serves_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ModelStore(tmp_path / "models")
    version = fill(before)
    store = store_at(tmp_path)
    fill(store)
    store.serve(DAY, {"lightgbm": version}, "lightgbm", run="a later one")
    assert store.adopt(tmp_path / "models") == 0
    assert (store.entry(DAY) or {})["run"] == "a later one"

    other = ModelStore(tmp_path / "other" / "models")
    fill(other)
    late = store_at(tmp_path / "second")
    written: list[str] = []
    put = RestrictedStore.replace

    def noted(self: RestrictedStore, path: Path, content: bytes, *, is_private: bool) -> None:
        written.append(path.name)
        put(self, path, content, is_private=is_private)

    monkeypatch.setattr(RestrictedStore, "replace", noted)
    late.adopt(tmp_path / "other" / "models")
    assert written[-2:] == ["model.json", f"{DAY}.json"]
