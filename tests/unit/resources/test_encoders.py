import warnings
from pathlib import Path

import numpy as np
import pytest

from resources import encoders
from resources.devices import cpu_compute, fake_compute, int8_compute
from resources.encoders import EncoderShelf
from resources.errors import SettingsError, SourceError
from resources.int8_linear import Int8Linear, quantise_linear_layers
from resources.settings import CoreSettings
from resources.static_encoder import StaticEncoder, distil
from resources.transformer_encoder import BUCKETS, TransformerEncoder, fixed_batches, local_model, packaged_minilm
from tests.unit.resources.tiny_model import WORDS, write_tiny_model

TEXTS = [" ".join(np.random.default_rng(number).choice(WORDS, 1 + 7 * (number % 9))) for number in range(40)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def static(model: Path, tmp_path_factory: pytest.TempPathFactory) -> StaticEncoder:
    folder = tmp_path_factory.mktemp("static")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the distilling libraries' own
        distil(model, folder)
    return StaticEncoder(folder)


def test_static_vectors_have_length_one_and_do_not_depend_on_neighbours(static: StaticEncoder) -> None:
    together = static.encode(TEXTS)
    assert together.dtype == np.float32
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-6
    alone = np.concatenate([static.encode([text]) for text in TEXTS])
    assert (together == alone).all()
    assert (static.encode(TEXTS[::-1])[::-1] == together).all()


def test_static_without_words_and_without_texts(static: StaticEncoder) -> None:
    vectors = static.encode(["", "語"])
    assert (vectors[0] == vectors[1]).all()
    assert np.isfinite(vectors).all()
    assert static.encode([]).shape == (0, static.dimensions)


def test_distilling_twice_gives_the_same_bytes(model: Path, static: StaticEncoder, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distil(model, tmp_path)
    assert StaticEncoder(tmp_path).version == static.version
    assert (tmp_path / "table.safetensors").stat().st_size > 0


@pytest.mark.parametrize(
    "compute", [cpu_compute("TEST"), fake_compute(), int8_compute("TEST")], ids=["cpu", "gpu path", "int8"]
)
@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_transformer_vectors_do_not_depend_on_neighbours(model: Path, compute: object, pooling: str) -> None:
    encoder = TransformerEncoder("roberta", model, compute, pooling)  # type: ignore[arg-type]
    together = encoder.encode(TEXTS)
    assert together.shape == (len(TEXTS), encoder.dimensions) == (40, 32)
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 2e-3
    shuffled = np.random.default_rng(3).permutation(len(TEXTS))
    again = encoder.encode([TEXTS[row] for row in shuffled] + ["a good bed"] * 150)
    assert (again[: len(TEXTS)] == together[shuffled]).all()
    assert (encoder.encode(TEXTS[5:6]) == together[5:6]).all()


def test_poolings_and_precisions_are_versions_of_their_own(model: Path) -> None:
    mean, first = (TransformerEncoder("roberta", model, fake_compute(), pooling) for pooling in ("mean", "first"))
    assert mean.version != first.version
    assert np.abs(mean.encode(TEXTS[:3]) - first.encode(TEXTS[:3])).max() > 1e-3
    single = TransformerEncoder("roberta", model, cpu_compute("TEST"))
    assert np.abs(single.encode(TEXTS[:3]) - mean.encode(TEXTS[:3])).max() < 1e-2
    assert (single.precision, mean.precision) == ("float32", "float16")


def test_long_texts_are_cut_and_no_texts_are_fine(model: Path) -> None:
    encoder = TransformerEncoder("roberta", model, cpu_compute("TEST"))
    long = " ".join(["room"] * 600)
    assert np.isfinite(encoder.encode([long, "room"])).all()
    assert encoder.encode([]).shape == (0, 32)


def test_batches_have_fixed_shapes_and_hold_every_row_once() -> None:
    lengths = [3, 40, 256, 32, 33, 100] * 50
    batches = fixed_batches(lengths, 2_048)
    assert sorted(row for _, rows in batches for row in rows) == list(range(len(lengths)))
    for bucket, rows in batches:
        assert bucket in BUCKETS
        assert len(rows) <= 2_048 // bucket
        assert all(lengths[row] <= bucket for row in rows)


def test_shelf_embeds_each_text_once_and_reads_it_back(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    encode = TransformerEncoder.encode

    def counted(self: TransformerEncoder, texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(TransformerEncoder, "encode", counted)
    first = EncoderShelf(tmp_path, CoreSettings(device="fake")).embed("roberta", ["a", "b", "a"], model=str(model))
    second = EncoderShelf(tmp_path, CoreSettings(device="fake")).embed("roberta", ["b", "a", "c"], model=str(model))
    assert asked == ["a", "b", "c"]
    assert (first[0] == first[2]).all()
    assert (second[0] == first[1]).all()
    assert EncoderShelf(tmp_path, CoreSettings(device="fake")).embed("roberta", [], model=str(model)).shape == (0, 32)


def test_an_interrupted_run_goes_on_from_the_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    encode = TransformerEncoder.encode

    def interrupted(self: TransformerEncoder, texts: list[str]) -> np.ndarray:
        asked.append(list(texts))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return encode(self, texts)

    monkeypatch.setattr(encoders, "_KEPT_EVERY", 10)
    monkeypatch.setattr(TransformerEncoder, "encode", interrupted)
    texts = list(dict.fromkeys(TEXTS))
    with pytest.raises(KeyboardInterrupt):
        EncoderShelf(tmp_path, CoreSettings(device="fake")).embed("roberta", texts, model=str(model))
    again = EncoderShelf(tmp_path, CoreSettings(device="fake")).embed("roberta", texts, model=str(model))
    assert [text for part in asked[3:] for text in part] == texts[20:]
    whole = EncoderShelf(tmp_path / "other", CoreSettings(device="fake"))
    monkeypatch.setattr(encoders, "_KEPT_EVERY", 1_000)
    assert (whole.embed("roberta", texts, model=str(model)) == again).all()


def test_int8_is_close_to_float_and_has_its_own_place(model: Path) -> None:
    single, eight = TransformerEncoder("a", model, cpu_compute("T")), TransformerEncoder("a", model, int8_compute("T"))
    assert (single.encode(TEXTS) * eight.encode(TEXTS)).sum(axis=1).min() > 0.95
    assert (single.encode(TEXTS) != eight.encode(TEXTS)).any()
    assert (eight.precision, eight.version != single.version) == ("int8", True)


def test_int8_layer_by_hand() -> None:
    import torch

    layer = torch.nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.27, 0.0, -0.64], [0.0, 0.0, 0.0]]))
        layer.bias.copy_(torch.tensor([0.5, -2.0]))
    got = Int8Linear(layer, low=-1.0, high=0.27)(torch.tensor([[[0.27, 0.1, -1.0]], [[0.5, 0.0, 0.0]]]))
    want = torch.tensor([[[0.5 + 1.27 * 0.27 + 0.64, -2.0]], [[0.5 + 1.27 * 0.5, -2.0]]])  # 0.5 lies beyond the range
    assert torch.allclose(got, want, atol=1e-5)


def test_every_linear_layer_but_the_pooler_is_replaced() -> None:
    import torch

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU())
            self.pooler = torch.nn.Linear(4, 4)

    network = Tiny()
    assert quantise_linear_layers(network, lambda: network.inside(torch.zeros(2, 4))) == 1
    assert isinstance(network.inside[0], Int8Linear)
    assert isinstance(network.pooler, torch.nn.Linear)
    assert torch.isfinite(network.inside(torch.ones(1, 4))).all()


@pytest.mark.slow
def test_int8_tier_is_close_to_minilm(tmp_path: Path) -> None:
    shelf = EncoderShelf(tmp_path, CoreSettings(device="cpu"))
    texts = ["Clean room and friendly staff near the station.", "Dirty, loud and far too expensive for what it was."]
    agreement = (shelf.embed("minilm", texts) * shelf.embed("minilm-int8", texts)).sum(axis=1)
    assert agreement.min() > 0.9
    assert len(list((tmp_path / "cache" / "embeddings").glob("*.sqlite"))) == 2


def test_unknown_tier_pooling_and_missing_models_are_named(tmp_path: Path) -> None:
    shelf = EncoderShelf(tmp_path, CoreSettings(device="fake"))
    with pytest.raises(SettingsError, match="static, minilm, minilm-int8, roberta"):
        shelf.encoder("word2vec")
    with pytest.raises(SettingsError, match="mean, first"):
        shelf.encoder("roberta", model="x", pooling="max")
    with pytest.raises(SourceError, match=r"embeddings\.model"):
        shelf.encoder("roberta")
    with pytest.raises(SourceError, match="hf download"):
        local_model("no-such-owner/no-such-model")
    with pytest.raises(SourceError, match="neither a folder"):
        local_model("/no/such/folder/at/all")


def test_packaged_model_is_there() -> None:
    assert (packaged_minilm() / "model.safetensors").exists()


@pytest.mark.slow
def test_minilm_does_not_depend_on_neighbours(tmp_path: Path) -> None:
    encoder = EncoderShelf(tmp_path, CoreSettings(device="cpu")).encoder("minilm")
    texts = [f"{text} at number {row}" for row, text in enumerate(TEXTS)]
    together = encoder.encode(texts)
    assert together.shape == (40, 384)
    assert (encoder.encode(texts[::-1])[::-1] == together).all()
    assert (encoder.encode(texts[7:8]) == together[7:8]).all()


@pytest.mark.gpu
def test_gpu_does_not_depend_on_neighbours(tmp_path: Path) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device is visible")
    encoder = EncoderShelf(tmp_path, CoreSettings(device="cuda")).encoder("minilm")
    together = encoder.encode(TEXTS)
    assert (encoder.encode(TEXTS[::-1])[::-1] == together).all()
    assert (encoder.encode(TEXTS[7:8]) == together[7:8]).all()
