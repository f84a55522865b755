"""Trained models on disk: safetensors and JSON, trees in LightGBM's own text format; never pickle.

``<root>/<model>/<version>/`` holds ``model.json`` (settings, feature order, metrics, data version, payload),
``tensors.safetensors`` where there are tensors and ``trees.txt`` where there are trees. The version is a hash of
that content, so saving the same model twice is one folder. ``<root>/served/<day>.json`` says which model scores
from that day on; ``<root>/runs/<run id>.json`` is the record of a training run.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from resources.atomic_files import is_draft
from resources.errors import ContractError, NotFittedError
from resources.file_store import FileStore, LocalFolder

_JSON, _TENSORS, _TREES, _SERVED = "model.json", "tensors.safetensors", "trees.txt", "served"
_RUNS = "runs"
_VERSION_LENGTH = 16
FINE_TUNED = "_fine_tuned"  # ends the names of models that trained an encoder; no servable model's does
FINE_TUNING_STUDIES = Path("studies") / "fine_tuning"  # their cards and figures, below the home


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """Everything that is kept of a trained model.

    Attributes:
        model: its name.
        features: feature names in the order of the model's inputs.
        settings: what it was trained with.
        metrics: figures of its evaluation (no timings: they would change the version).
        data_version: hash of the training rows.
        known_from: first day on which every row it learned from had been delivered.
        payload: what else its room needs to rebuild it (scalers, plan, intervals), JSON-able.
        tensors: arrays by name.
        trees: LightGBM's text format, None for other models.
    """

    model: str
    features: tuple[str, ...]
    settings: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    data_version: str
    known_from: date
    payload: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    trees: str | None = None

    def files(self) -> dict[str, bytes]:
        """The files of the artefact by name; the same model gives the same bytes."""
        body = {
            "model": self.model,
            "features": list(self.features),
            "settings": dict(self.settings),
            "metrics": dict(self.metrics),
            "data_version": self.data_version,
            "known_from": self.known_from.isoformat(),
            "payload": dict(self.payload),
        }
        files = {_JSON: json.dumps(body, sort_keys=True, indent=1).encode()}
        if self.tensors:
            files[_TENSORS] = save_tensors(
                {name: np.ascontiguousarray(self.tensors[name]) for name in sorted(self.tensors)}
            )
        if self.trees is not None:
            files[_TREES] = self.trees.encode()
        return files

    @property
    def version(self) -> str:
        """Hash of the content."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files().items()):
            digest.update(f"{name}:{len(content)}:".encode())
            digest.update(content)
        return digest.hexdigest()[:_VERSION_LENGTH]


def check_features(expected: Sequence[str], got: Sequence[str]) -> None:
    """Raise unless the features are exactly those that the model was trained on, in that order.

    Raises:
        ContractError: names every missing and every extra feature; nothing is ever filled in.
    """
    missing = [name for name in expected if name not in got]
    extra = [name for name in got if name not in expected]
    if missing or extra or list(expected) != list(got):
        difference = (
            f"missing features {missing}, extra features {extra}" if missing or extra else "features in another order"
        )
        message = f"{difference}; the model expects {list(expected)}: rebuild the features or train again"
        raise ContractError(message)


class ModelStore:
    """All trained models below one folder.

    Args:
        root: the folder; it may lie in an object store.
        store: that keeps it.
    """

    def __init__(self, root: PurePath, store: FileStore | None = None) -> None:
        self.root = root
        self._store = store or LocalFolder()

    def adopt(self, folder: Path) -> int:
        """Take over what an earlier version kept elsewhere on this machine, and remove it there.

        Args:
            folder: of that store; nothing happens where there is none.

        Returns:
            Files taken over; what is here already stays as it is. Cut short, it is finished by the next one: which
            model serves comes last.
        """
        if not folder.is_dir():
            return 0
        left = [path for path in LocalFolder().below(folder) if not is_draft(path.name)]
        taken = 0
        for path in sorted(left, key=lambda path: (_model_of(path, folder) == _SERVED, path.name == _JSON, path)):
            target = self.root / path.relative_to(folder)
            if self._store.stamp(target) is None:
                self._store.make_folder(target.parent)
                self._store.replace(target, LocalFolder().content(path), is_private=True)
                taken += 1
        shutil.rmtree(folder)
        return taken

    def relative_path(self, model: str, version: str) -> str:
        """Folder of a version below the root."""
        return f"{model}/{version}"

    def save(self, artefact: Artefact) -> str:
        """Store a model and give back its version; it counts as stored once ``model.json`` is there, the last file.

        A local folder appears in one rename. Two processes that save the same model write the same bytes; the second
        finds the work done.
        """
        version = artefact.version
        target = self.root / artefact.model / version
        if self._store.stamp(target / _JSON) is None:
            self._store.put_folder(target, artefact.files(), last=_JSON)
        return version

    def versions(self, model: str) -> list[str]:
        """Stored versions of a model, sorted by name (never by age: no newest file wins)."""
        folder = self.root / model
        folders = (path.parent for path in self._store.below(folder) if path.name == _JSON)
        return sorted(item.name for item in folders if item.parent == folder and not item.name.startswith("."))

    def drop(self, suffix: str) -> int:
        """Remove every version of the models whose names end so; returns the number of files."""
        named = [path for path in self._store.below(self.root) if _model_of(path, self.root).endswith(suffix)]
        for path in named:
            self._store.remove(path)
        return len(named)

    def load(self, model: str, version: str, features: Sequence[str] | None = None) -> Artefact:
        """A stored model.

        Args:
            model: its name.
            version: which one.
            features: features that the caller will hand over; None to look without predicting.

        Raises:
            NotFittedError: no such version.
            ContractError: the content is not what the version promises, or the features differ.
        """
        folder = self.root / model / version
        names = self._store.names(folder)
        if _JSON not in names:
            message = f"model {model!r} has no version {version!r}, stored: {self.versions(model)}"
            raise NotFittedError(message + "; materialise trained_models")
        files = dict(zip(names, self._store.contents([folder / name for name in names]), strict=True))
        body = json.loads(files[_JSON])
        artefact = Artefact(
            model=body["model"],
            features=tuple(body["features"]),
            settings=body["settings"],
            metrics=body["metrics"],
            data_version=body["data_version"],
            known_from=date.fromisoformat(body["known_from"]),
            payload=body["payload"],
            tensors=load_tensors(files[_TENSORS]) if _TENSORS in files else {},
            trees=files[_TREES].decode() if _TREES in files else None,
        )
        if artefact.version != version:
            message = f"model {model!r} version {version!r} holds content of version {artefact.version!r}"
            raise ContractError(message + "; the folder was changed by hand: delete it and train again")
        if features is not None:
            check_features(artefact.features, features)
        return artefact

    def serve(
        self, known_from: date, versions: Mapping[str, str], model: str, *, twin: str | None = None, run: str = ""
    ) -> None:
        """Let a model score the days from ``known_from`` on, until a later one takes over.

        Args:
            known_from: first day.
            versions: version by model, of all models trained together (scoring explains with the trees).
            model: which of them predicts.
            twin: version of the same model trained without the newest origin, by which it is judged.
            run: id of the training run.
        """
        body = {"model": model, "versions": dict(sorted(versions.items())), "twin": twin, "run": run}
        self._put(self.root / _SERVED / f"{known_from}.json", body)

    def _put(self, path: PurePath, body: Mapping[str, Any]) -> None:
        self._store.make_folder(path.parent)
        self._store.replace(path, json.dumps(body, sort_keys=True, indent=1).encode(), is_private=False)

    def _told(self, folder: PurePath) -> list[PurePath]:
        """JSON files of a folder, by name, drafts left out."""
        return [folder / name for name in self._store.names(folder) if name[0] != "." and name.endswith(".json")]

    def note_run(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the record of a training run under its ``run_id``, numbered in the order of training.

        The same run noted twice stays one record, with its first number.

        Returns:
            The record as stored, with ``number``.
        """
        known = self.runs()
        earlier = [item["number"] for item in known if item["run_id"] == record["run_id"]]
        number = earlier[0] if earlier else max((item["number"] for item in known), default=0) + 1
        path = self.root / _RUNS / f"{record['run_id']}.json"
        self._put(path, {**record, "number": number})
        return json.loads(self._store.content(path))

    def runs(self) -> list[dict[str, Any]]:
        """Records of all training runs, in the order of training."""
        records = [json.loads(content) for content in self._store.contents(self._told(self.root / _RUNS))]
        return sorted(records, key=lambda item: (item["number"], item["run_id"]))

    def in_force(self, day: date) -> tuple[str, dict[str, str]] | None:
        """The model that scores ``day`` and the versions trained with it; None before the first one."""
        entry = self.entry(day)
        return None if entry is None else (entry["model"], dict(entry["versions"]))

    def entry(self, day: date) -> dict[str, Any] | None:
        """What :meth:`serve` was told for ``day``: model, versions, twin, run; None before the first model."""
        due = [path for path in self._told(self.root / _SERVED) if path.stem <= day.isoformat()]
        return json.loads(self._store.content(due[-1])) if due else None


def _model_of(path: PurePath, root: PurePath) -> str:
    return path.relative_to(root).parts[0]
