"""``stayworth fine-tune`` over a small home: what it reads, prints, keeps and refuses."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.common.workspace import Workspace
from assets.customers.settings import CustomerSettings
from assets.models.examples.dataset import build_examples
from assets.models.examples.text_block import review_table
from assets.models.fine_tuning.artefact import from_tuned_artefact
from assets.models.settings import model_settings
from pipelines import fine_tuning
from pipelines.cli import main
from pipelines.fine_tuning import linked_examples, stored_tables
from pipelines.fine_tuning_setup import chosen_embedding, joined, load_encoder, peak_mib
from pipelines.workspace import build_workspace
from resources.errors import SettingsError, SourceError
from resources.input_record import InputRecord
from resources.model_store import FINE_TUNING_STUDIES
from resources.settings import CoreSettings, Settings, load_settings
from tests.unit.customers.build import DAY, as_stays, random_bookings
from tests.unit.models.build import PLAN, pairs_of, reviews_of
from tests.unit.models.end_to_end import loaded_encoder, tiny_folder
from tests.unit.resources.tiny_model import WORDS

FIRST = DAY - timedelta(days=800)
QUICK = {
    "STAYWORTH_CORE__HISTORY_START": FIRST.isoformat(),
    "STAYWORTH_CORE__DEVICE": "cpu",
    "STAYWORTH_MODELS__MAX_EPOCHS": "2",
    "STAYWORTH_MODELS__FINE_TUNING_EPOCHS": "2",
    "STAYWORTH_MODELS__FINE_TUNING_TOKENS": "16",
    "STAYWORTH_MODELS__FINE_TUNING_RATE": "0.001",
}


def tables() -> dict[str, pl.DataFrame]:
    """The stored tables that the command reads, of forty customers."""
    rng = np.random.default_rng(5)
    bookings = random_bookings(5, customers=40)
    embeddings, anomalies, parts, clean = reviews_of(5)
    clean = clean.with_columns(text=pl.Series([" ".join(rng.choice(WORDS, 6)) for _ in range(clean.height)]))
    reviews = review_table(embeddings, anomalies, parts, clean)
    pairs = pairs_of(5, bookings, reviews)
    return {
        "stays": as_stays(bookings), "booking_review_pairs": pairs, "review_embeddings": embeddings,
        "review_anomalies": anomalies, "review_anomaly_parts": parts, "clean_reviews": clean,
        "examples": build_examples(bookings, pairs, reviews, PLAN, CustomerSettings()),
    }  # fmt: skip


@pytest.fixture(scope="module")
def stored() -> dict[str, pl.DataFrame]:
    return tables()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: dict[str, pl.DataFrame]) -> Workspace:
    for name, value in {**QUICK, "STAYWORTH_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    workspace = build_workspace(load_settings())
    for name, frame in stored.items():
        contract = workspace.contracts[name]
        for day in [None] if name == "examples" else sorted(set(frame["delivery_day"])):
            rows = frame if day is None else frame.filter(pl.col("delivery_day") == day)
            record = InputRecord(asset=name, partition=str(day or "all"), inputs={"as_of": DAY.isoformat()})
            workspace.lake.promote(workspace.lake.stage(contract, day, rows, record))
    return workspace


def command(*more: str) -> int:
    return main(["fine-tune", "--tier", "roberta", "--model", str(tiny_folder()), *more])


@pytest.mark.parametrize("more", [(), ("--anchored",)], ids=["gated", "anchored"])
def test_the_command_trains_compares_and_keeps(
    home: Workspace, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(*more) == 0
    told = capsys.readouterr().out
    for words in ("same_as_past", "frozen encoder", "trained end to end", "with text", "no card", "nothing serves it"):
        assert words in told
    model = "gated_fusion_anchored_fine_tuned" if more else "gated_fusion_fine_tuned"
    store = home.resource("model_store")
    (version,) = store.versions(model)
    assert store.in_force(date(2030, 1, 1)) is None
    assert store.runs() == []
    folder = home.settings.home / FINE_TUNING_STUDIES / version
    assert "Not for service" in (folder / "card.md").read_text("utf-8")
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    assert figures["card_peak_mib"] is None
    assert figures["process_peak_mib"] > 100
    artefact = store.load(model, version)
    rmse = figures["figures"]["all tested"]["trained end to end"]["rmse"]
    assert artefact.metrics["rmse"] == pytest.approx(rmse)
    assert artefact.known_from == PLAN.cv[-1] + timedelta(days=PLAN.horizon_days)
    from_tuned_artefact(artefact)
    assert not list(home.settings.home.rglob("*.pt")) + list(home.settings.home.rglob("*.pkl"))


def test_the_holdout_is_not_opened(home: Workspace, stored: dict[str, pl.DataFrame]) -> None:
    data = linked_examples(stored_tables(home), loaded_encoder(), model_settings(home.settings))
    days = set(data.arrays.as_of.astype(object).tolist())
    assert days == set(PLAN.cv)
    assert PLAN.holdout in set(stored["examples"]["as_of"])
    assert int(data.arrays.has_text.sum()) > 5


def test_values_that_tuning_chose_are_taken_over(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    chosen = {"prospective_cv": {"gated_fusion": {"learning_rate": 0.0123}}}
    monkeypatch.setattr(fine_tuning, "chosen_values", lambda _: chosen)
    kept = fine_tuning.study
    monkeypatch.setattr(fine_tuning, "study", lambda *given: (seen.append(given[3].learning_rate), kept(*given))[1])
    assert command() == 0
    assert seen == [0.0123]


def test_a_home_without_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path))
    assert command() == 2
    assert "run the chain first" in capsys.readouterr().err


@pytest.mark.parametrize("tier", [None, "static", "minilm-int8"])
def test_encoders_that_cannot_be_trained(home: Workspace, tier: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fine-tune", *(["--tier", tier] if tier else [])]) == 2
    told = capsys.readouterr().err
    assert "minilm or roberta, by --tier" in told
    assert repr(tier or "static") in told


def test_an_encoder_that_is_not_here(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["fine-tune", "--tier", "roberta", "--model", "no-such-owner/no-such-model"]) == 2
    assert "neither a folder nor" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["fine-tune", "--tier", "roberta", "--model", str(tmp_path / "empty")]) == 2
    assert "config.json, weights and tokenizer.json" in capsys.readouterr().err
    assert main(["fine-tune", "--tier", "roberta"]) == 2
    assert "embeddings.model" in capsys.readouterr().err

    def missing() -> Path:
        raise SourceError("the package is missing")

    monkeypatch.setattr("pipelines.fine_tuning_setup.packaged_minilm", missing)
    assert main(["fine-tune", "--tier", "minilm"]) == 2
    assert "the package is missing" in capsys.readouterr().err


def test_the_encoder_of_the_home_is_the_default(tmp_path: Path) -> None:
    home = Settings(home=tmp_path, sections={"embeddings": {"tier": "minilm", "pooling": "first"}})
    chosen = chosen_embedding(home, None, None)
    assert (chosen.tier, chosen.pooling) == ("minilm", "first")
    assert chosen_embedding(home, "roberta", "a/b").model == "a/b"


def test_more_word_pieces_than_the_encoder_reads(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sections={"embeddings": {"tier": "roberta", "model": str(tiny_folder())}})
    with pytest.raises(SettingsError, match="512 at most"):
        load_encoder(chosen_embedding(settings, None, None), "cpu", 600)


def test_a_process_of_its_own_is_a_team_of_one(tmp_path: Path) -> None:
    with joined(Settings(home=tmp_path, core=CoreSettings(device="cpu"))) as team:
        assert (team.place, team.size, team.device, team.is_first) == (0, 1, "cpu", True)
        assert peak_mib(team) > 50


def test_more_processes_than_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "a card")
    monkeypatch.setenv("LOCAL_RANK", "1")
    settings = Settings(home=tmp_path, core=CoreSettings(device="cuda"))
    with pytest.raises(SettingsError, match="process 1 of this machine has no card, 1 are visible"), joined(settings):
        pass
