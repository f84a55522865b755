import json
from datetime import date

import numpy as np
import pytest

from resources.errors import ContractError, NotFittedError
from resources.model_store import Artefact, ModelStore, check_features

DAY = date(2024, 1, 31)


def artefact(**changes):
    facts = {
        "model": "net",
        "features": ("x", "y"),
        "settings": {"seed": 42, "layers": [8, 4]},
        "metrics": {"rmse": 1.5, "r2": None},
        "data_version": "abc",
        "known_from": DAY,
        "payload": {"horizon_days": 90},
        "tensors": {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(0, dtype=np.float32)},
        "trees": "tree\nwith lines\r\n",
    }
    return Artefact(**{**facts, **changes})


def test_what_is_saved_comes_back(tmp_path):
    store = ModelStore(tmp_path)
    version = store.save(artefact())
    got = store.load("net", version, ("x", "y"))
    assert got.tensors["w"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert got.tensors["b"].shape == (0,)
    assert got.trees == "tree\nwith lines\r\n"
    assert (got.settings, got.metrics, got.payload) == (artefact().settings, artefact().metrics, artefact().payload)
    assert (got.features, got.known_from) == (("x", "y"), DAY)


def test_the_same_model_is_stored_once(tmp_path):
    store = ModelStore(tmp_path)
    assert store.save(artefact()) == store.save(artefact())
    assert store.versions("net") == [artefact().version]
    assert [path.name for path in (tmp_path / "net").iterdir()] == [artefact().version]


@pytest.mark.parametrize(
    "change",
    [{"trees": "other"}, {"data_version": "abd"}, {"tensors": {"w": np.ones(2)}}, {"features": ("y", "x")},
     {"metrics": {}}],
)  # fmt: skip
def test_any_change_is_another_version(change):
    assert artefact(**change).version != artefact().version


def test_models_of_a_suffix_are_removed_whole(tmp_path):
    store = ModelStore(tmp_path)
    kept = store.save(artefact())
    for values in (np.ones(2), np.zeros(2)):
        store.save(artefact(model="net_tuned", tensors={"w": values}))
    assert store.drop("_tuned") == 6
    assert (store.versions("net"), store.versions("net_tuned")) == ([kept], [])


def test_no_pickle_is_written(tmp_path):
    store = ModelStore(tmp_path)
    folder = tmp_path / "net" / store.save(artefact())
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "tensors.safetensors", "trees.txt"]
    assert json.loads((folder / "model.json").read_text())["features"] == ["x", "y"]
    plain = store.save(artefact(model="plain", tensors={}, trees=None))
    assert [path.name for path in (tmp_path / "plain" / plain).iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (("x",), r"missing features \['y'\]"),
        (("x", "y", "z"), r"extra features \['z'\]"),
        (("y", "x"), "another order"),
        ((), "missing features"),
    ],
)
def test_other_features_are_refused(tmp_path, got, message):
    store = ModelStore(tmp_path)
    version = store.save(artefact())
    with pytest.raises(ContractError, match=message):
        store.load("net", version, got)


def test_the_right_features_pass():
    check_features(("x", "y"), ("x", "y"))


def test_an_unknown_version_names_what_is_stored(tmp_path):
    store = ModelStore(tmp_path)
    version = store.save(artefact())
    with pytest.raises(NotFittedError, match=version):
        store.load("net", "missing")
    with pytest.raises(NotFittedError, match="trained_models"):
        store.load("other", "missing")


def test_a_folder_changed_by_hand_is_noticed(tmp_path):
    store = ModelStore(tmp_path)
    version = store.save(artefact())
    (tmp_path / "net" / version / "trees.txt").write_text("evil")
    with pytest.raises(ContractError, match="changed by hand"):
        store.load("net", version)


def test_days_find_the_model_known_by_then(tmp_path):
    store = ModelStore(tmp_path)
    assert store.in_force(DAY) is None
    store.serve(date(2024, 1, 31), {"net": "1", "trees": "2"}, "net")
    store.serve(date(2024, 4, 30), {"net": "3"}, "net")
    assert store.in_force(date(2024, 1, 30)) is None
    assert store.in_force(date(2024, 1, 31)) == ("net", {"net": "1", "trees": "2"})
    assert store.in_force(date(2024, 4, 29)) == ("net", {"net": "1", "trees": "2"})
    assert store.in_force(date(2025, 1, 1)) == ("net", {"net": "3"})


def test_training_again_on_the_same_day_replaces_the_entry(tmp_path):
    store = ModelStore(tmp_path)
    store.serve(DAY, {"net": "1"}, "net")
    store.serve(DAY, {"net": "2"}, "net")
    assert store.in_force(DAY) == ("net", {"net": "2"})
