"""Training end to end: gradients, precision, stopping, and what it gains over a frozen encoder."""

import copy
import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import torch

from assets.models.estimators.fusion_networks import PLANS
from assets.models.estimators.spec import servable_models
from assets.models.fine_tuning.artefact import from_tuned_artefact, to_tuned_artefact
from assets.models.fine_tuning.data import word_pieces
from assets.models.fine_tuning.loop import EndToEndBatches, FineTuned, Steps, chosen_precision, fine_tune
from assets.models.fine_tuning.network import (
    EndToEndNetwork,
    StoredVectors,
    embedded,
    encoder_facts,
    encoder_of,
    end_to_end,
    frozen_model,
    padded,
    seeded,
)
from assets.models.fine_tuning.study import MODELS, PARTS, TUNED, model_card, rows_to_test, study
from assets.models.fine_tuning.team import Team
from assets.models.networks.fusion import ByteDropout
from assets.models.settings import ModelSettings
from resources.errors import ContractError, SettingsError
from resources.model_store import FINE_TUNED, ModelStore
from tests.unit.models.end_to_end import SETTINGS, loaded_encoder, tiny_encoder, told_examples

GATED, ANCHORED = PLANS["gated_fusion"], PLANS["gated_fusion_anchored"]
SHORT = replace(SETTINGS, max_epochs=2, fine_tuning_epochs=2)
ALONE = Team()


def clock():
    return float(next(clock.ticks))


clock.ticks = itertools.count()


def started(settings=SHORT, plan=GATED, number=60, **told):
    data, encoder = told_examples(number, **told), tiny_encoder()
    return frozen_model(plan, encoder, data, settings, settings.seed, ALONE), data


def gradients(settings, rows=None, precision="float32", plan=GATED):
    settings = replace(settings, fine_tuning_precision=precision)
    start, data = started(settings, plan)
    with seeded(ALONE, settings):
        batches = EndToEndBatches(start, data, settings, 1, ALONE)
        network = end_to_end(start, ALONE)
        if settings.fine_tuning_checkpointing:
            network.encoder.checkpoint(on=True)
        network.train()
        steps = Steps(network, settings, 10, ALONE)
        rows = batches.rows.train[:24] if rows is None else rows(batches)
        steps.loss(batches, rows).backward()
    return {name: value.grad.clone() for name, value in network.named_parameters() if value.grad is not None}, network


@pytest.mark.parametrize("plan", [GATED, ANCHORED], ids=["gated", "anchored"])
def test_gradients_reach_every_layer_of_the_encoder(plan):
    settings = replace(SHORT, fine_tuning_epochs=1)
    found, network = gradients(settings, plan=plan)
    names = {name for name, _ in network.named_parameters()}
    assert names == set(found)  # a weight without a gradient would stop several processes
    assert not any("pooler" in name for name in names)
    if plan is GATED:  # the factor's head starts at nothing and was trained for two epochs only
        for part in ("embeddings.word_embeddings.weight", "layer.0.attention.self.query.weight", "layer.1.output"):
            assert max(float(value.abs().max()) for name, value in found.items() if part in name) > 0.0, part


def test_checkpointing_gives_equal_gradients():
    plain, _ = gradients(SHORT)
    checked, network = gradients(replace(SHORT, fine_tuning_checkpointing=True))
    assert network.encoder.encoder.is_gradient_checkpointing
    assert {name for name in plain if not torch.equal(plain[name], checked[name])} == set()


def test_checkpointing_computes_the_layers_again(monkeypatch):
    from transformers.models.bert.modeling_bert import BertSelfAttention

    forward, calls = BertSelfAttention.forward, []

    def counted(self, *given, **named):
        calls.append(1)
        return forward(self, *given, **named)

    monkeypatch.setattr(BertSelfAttention, "forward", counted)
    gradients(SHORT)
    plain = len(calls)
    calls.clear()
    gradients(replace(SHORT, fine_tuning_checkpointing=True))
    assert len(calls) == plain + 2  # each of the two layers once more, on the way back


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_gives_like_gradients(precision):
    single, _ = gradients(SHORT)
    half, network = gradients(SHORT, precision=precision)
    assert {value.dtype for value in network.parameters()} == {torch.float32}
    joined = [torch.cat([part.flatten() for name, part in sorted(found.items())]) for found in (single, half)]
    assert not torch.equal(*joined)
    assert float(torch.nn.functional.cosine_similarity(*joined, dim=0)) > 0.98


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_training_in_half_precision(precision):
    start, data = started(number=120)
    settings = replace(SHORT, fine_tuning_precision=precision, fine_tuning_checkpointing=True)
    tuned = fine_tune(start, data, settings, 1, clock)
    assert tuned.precision == precision
    assert all(np.isfinite(epoch.training) for epoch in tuned.epochs[1:])
    assert np.isfinite(tuned.model.predict(data).value).all()


def test_the_precision_that_is_chosen():
    assert chosen_precision("auto", ALONE) == "float32"
    assert chosen_precision("bfloat16", ALONE) == "bfloat16"


def test_the_start_predicts_what_the_frozen_network_predicts():
    start, data = started()
    network = end_to_end(start, ALONE).eval()
    batches = EndToEndBatches(start, data, SHORT, 1, ALONE)
    with torch.no_grad():
        raw = network(*batches.inputs(torch.arange(len(data))))
    value = start.fitted.scalers.target.backward(raw[:, 0].double().numpy())
    level = start.fitted.level  # one factor, outside the network that is trained on
    assert level * np.maximum(value, 0.0) == pytest.approx(start.predict(data).value, rel=1e-4, abs=1e-3)


def test_the_tuned_model_forecasts_the_total_of_its_rows():
    start, data = started()
    tuned = fine_tune(start, data, SHORT, 1, clock).model
    assert tuned.fitted.level != start.fitted.level
    assert tuned.predict(data).value.sum() == pytest.approx(data.arrays.target.sum(), rel=1e-5)


def test_customers_without_text_are_predicted_from_behaviour_alone():
    start, data = started()
    tuned = fine_tune(start, data, SHORT, 1, clock)
    found = tuned.model.predict(data)
    assert (found.gate[~data.arrays.has_text] == 1.0).all()
    assert (found.gate[data.arrays.has_text] < 1.0).all()
    other = replace(data, pieces=[list(reversed(row)) for row in data.pieces])
    again = tuned.model.predict(other).value
    assert (again[~data.arrays.has_text] == found.value[~data.arrays.has_text]).all()
    assert (again[data.arrays.has_text] != found.value[data.arrays.has_text]).any()


def test_a_batch_without_any_text_leaves_the_encoder_alone():
    found, _ = gradients(SHORT, lambda batches: torch.from_numpy(np.flatnonzero(~batches.data.arrays.has_text)))
    parts = {name: float(value.abs().max()) for name, value in found.items() if name.startswith("encoder.")}
    assert parts
    assert max(parts.values()) == 0.0


def test_a_batch_of_nobody_has_gradients_of_zero():
    start, data = started()
    batches = EndToEndBatches(start, data, SHORT, 1, ALONE)
    network = end_to_end(start, ALONE)
    network(*batches.inputs(torch.zeros(0, dtype=torch.int64))).sum().backward()
    assert all(float(value.grad.abs().max()) == 0.0 for value in network.parameters())


def test_training_finds_a_word_that_the_frozen_encoder_does_not_show():
    data, new = told_examples(400, 1), told_examples(300, 2)
    start = frozen_model(GATED, tiny_encoder(), data, SETTINGS, 1, ALONE)
    frozen = start.predict(new).value
    tuned = fine_tune(start, data, SETTINGS, 1, clock)
    value = tuned.model.predict(new).value
    losses = [epoch.validation for epoch in tuned.epochs]
    assert losses[tuned.best] < 0.7 * losses[0]
    told = new.arrays.has_text
    errors = [float(np.abs(found - new.arrays.target)[told].mean()) for found in (frozen, value)]
    assert errors[1] < 0.7 * errors[0]


def test_the_frozen_network_is_left_as_it_was():
    start, data = started()
    weights = copy.deepcopy(start.fitted.network.state_dict())
    tuned = fine_tune(start, data, SHORT, 1, clock)
    assert all(torch.equal(weights[name], value) for name, value in start.fitted.network.state_dict().items())
    assert tuned.model.fitted.network is not start.fitted.network
    assert not tuned.model.encoder.training


def test_the_encoder_moves_by_its_own_rate():
    start, data = started()
    before = copy.deepcopy(start.encoder.state_dict())
    settings = replace(SHORT, fine_tuning_rate=1e-12, fine_tuning_epochs=1)
    network = fine_tune(start, data, settings, 1, clock).model.encoder
    assert max(float((before[name] - value).abs().max()) for name, value in network.state_dict().items()) < 1e-9


def test_no_better_epoch_means_the_frozen_encoder():
    start, data = started(number=120, effect=0.0)
    before = copy.deepcopy(start.encoder.state_dict())
    expected = start.predict(data).value
    settings = replace(SHORT, fine_tuning_epochs=9, fine_tuning_patience=2, fine_tuning_rate=1.0, schedule="constant")
    tuned = fine_tune(start, data, settings, 1, clock)
    assert (tuned.best, len(tuned.epochs)) == (0, 3)  # the start and two epochs of patience
    assert all(torch.equal(before[name], value) for name, value in tuned.model.encoder.state_dict().items())
    assert tuned.model.predict(data).value.tobytes() == expected.tobytes()


def test_two_trainings_give_the_same_bytes():
    found = []
    for _ in range(2):
        start, data = started(SHORT)
        found.append(fine_tune(start, data, replace(SHORT, fine_tuning_checkpointing=True), 1, clock))
    assert found[0].model.predict(data).value.tobytes() == found[1].model.predict(data).value.tobytes()
    first, second = ([epoch.validation for epoch in item.epochs] for item in found)
    assert first == second


def test_too_few_customers_to_hold_anybody_back():
    start, data = started(number=8, text_share=1.0)
    tuned = fine_tune(start, data, SHORT, 1, clock)
    assert [epoch.validation for epoch in tuned.epochs] == [None, None, None]
    assert tuned.best == SHORT.fine_tuning_epochs


def test_vectors_are_those_of_the_embeddings_room():
    from resources.devices import cpu_compute
    from resources.transformer_encoder import TransformerEncoder
    from tests.unit.models.end_to_end import TOKENS, tiny_folder

    data = told_examples(20)
    for pooling in ("mean", "first"):
        stored = TransformerEncoder("roberta", tiny_folder(), cpu_compute("TEST"), pooling).encode(data.links.texts)
        short = np.array([len(row) < TOKENS for row in data.pieces])
        ours = embedded(tiny_encoder(pooling), data, ALONE)
        assert short.sum() > 5
        assert np.abs(ours - stored)[short].max() < 1e-5


def test_padding_is_never_read():
    encoder = tiny_encoder().eval()
    ids, mask = padded([[2, 5, 6, 3], [2, 3]], 0)
    other = torch.where(mask == 1, ids, 7)
    with torch.no_grad():
        assert torch.equal(encoder(ids, mask), encoder(other, mask))
    assert padded([[]], 9)[0].tolist() == [[9]]
    assert padded([[]], 9)[1].tolist() == [[1]]


def test_the_artefact_loads_again_to_equal_predictions(tmp_path):
    start, data = started()
    tuned = fine_tune(start, data, SHORT, 1, clock)
    words = loaded_encoder().tokenizer
    packed = to_tuned_artefact(tuned, data, words, metrics={"rmse": 1.0}, known_from=date(2024, 7, 1), facts={"a": 1})
    assert packed.model == "gated_fusion" + FINE_TUNED
    assert packed.model not in servable_models()
    store = ModelStore(tmp_path)
    version = store.save(packed)
    assert store.in_force(date(2030, 1, 1)) is None  # nothing serves it
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".json", ".safetensors"}
    artefact = store.load(packed.model, version)
    model, tokenizer = from_tuned_artefact(artefact)
    assert word_pieces(data.links.texts, tokenizer, SHORT.fine_tuning_tokens) == data.pieces
    assert model.predict(data).value.tobytes() == tuned.model.predict(data).value.tobytes()
    assert model.parameters == tuned.model.parameters > model.fitted.parameters
    assert "fine_tuning_rate" in artefact.payload["fine_tuning"]
    assert "fine_tuning_rate" not in artefact.settings
    assert str(tmp_path.parent.parent) not in str(artefact.payload["encoder"])


def test_an_encoder_of_its_facts_leaves_the_callers_state_alone():
    facts = encoder_facts(tiny_encoder("first"))
    torch.manual_seed(3)
    before = torch.get_rng_state()
    made = encoder_of(facts)
    assert torch.equal(before, torch.get_rng_state())
    assert made.pooling == "first"
    assert encoder_facts(made)["config"].get("hidden_size") == facts["config"]["hidden_size"]


def test_another_artefact_is_refused():
    from assets.models.estimators.same_as_past import SameAsPast
    from assets.models.serving.artefacts import to_artefact

    day = date(2024, 1, 1)
    plain = to_artefact("same_as_past", SameAsPast(), SHORT, metrics={}, data="", known_from=day, payload={})
    with pytest.raises(ContractError, match="holds no encoder"):
        from_tuned_artefact(plain)


def test_a_model_without_an_encoder_is_not_packed():
    data = told_examples(40)
    vectors = StoredVectors(embedded(tiny_encoder(), data, ALONE))
    start = frozen_model(
        GATED, vectors, replace(data, pieces=[[at] for at in range(len(data.pieces))]), SHORT, 1, ALONE
    )
    tuned = FineTuned(model=start, epochs=(), best=0, precision="float32")
    with pytest.raises(ContractError, match="no encoder to keep"):
        to_tuned_artefact(tuned, data, "{}", metrics={}, known_from=date(2024, 7, 1), facts={})


def test_a_network_without_text_is_refused():
    data = told_examples(20)
    for name in ("behaviour_mlp", "gated_no_text", "text_only"):
        with pytest.raises(ContractError, match="behaviour and text"):
            frozen_model(PLANS[name], tiny_encoder(), data, SHORT, 1, ALONE)


def test_the_study_tests_customers_that_trained_neither():
    data = told_examples(120)
    settings = replace(SHORT, fine_tuning_epochs=1)
    heard = []
    found = study(GATED, tiny_encoder(), data, settings, clock, ALONE, heard.append)
    is_tested = rows_to_test(data.arrays, settings)
    assert set(found.train.arrays.customers) == set(data.arrays.customers[~is_tested])
    assert is_tested.sum() == found.counts["test"] == 24
    assert [epoch.number for epoch in heard] == [0, 1]
    assert set(found.figures) == set(PARTS)
    assert all(set(models) == set(MODELS) for models in found.figures.values())
    again = found.tuned.model.predict(data.take(is_tested)).value
    rmse = float(np.sqrt(((again - data.arrays.target[is_tested]) ** 2).mean()))
    assert found.figures["all tested"][TUNED]["rmse"] == pytest.approx(rmse)
    facts = {"model": "m", "version": "v", "encoder": "tiny", "data": "d", "known_from": "2024-07-01"}
    card = model_card(found, facts, ALONE, "cpu")
    assert "Not for service" in card
    assert f"{rmse:,.4g}" in card


def test_more_steps_alone_leave_the_encoder_out(monkeypatch):
    from assets.models.fine_tuning import study as study_module

    started_from, kept = [], study_module.fine_tune

    def noted(start, data, *given):
        started_from.append((type(start.encoder).__name__, start.fitted, len(data.arrays)))
        return kept(start, data, *given)

    monkeypatch.setattr(study_module, "fine_tune", noted)
    data, encoder = told_examples(120), tiny_encoder()
    vectors = embedded(encoder, data, ALONE)
    settings = replace(SHORT, fine_tuning_rate=1e-12, fine_tuning_checkpointing=True)
    found = study(GATED, encoder, data, settings, clock, ALONE)
    assert [name for name, *_ in started_from] == ["StoredVectors", "PooledEncoder"]
    assert started_from[0][1:] == started_from[1][1:]
    assert np.abs(embedded(encoder, data, ALONE) - vectors).max() < 1e-6
    # with an encoder that does not move, both are the same training
    figures = found.figures["all tested"]
    assert figures[TUNED]["rmse"] == pytest.approx(figures["frozen, more steps"]["rmse"], rel=1e-4)
    assert figures[TUNED]["rmse"] != pytest.approx(figures["frozen encoder"]["rmse"], rel=1e-4)


def test_a_customer_lies_on_one_side_and_tuned_customers_are_not_tested():
    from assets.models.evaluation.tuning import PROSPECTIVE_CV, reserved_customers

    data = told_examples(200).arrays
    data = replace(data, customers=np.array([f"c{row // 3}" for row in range(len(data))]))
    settings = replace(SHORT, tuning_trials=2)
    tested = rows_to_test(data, settings)
    assert not set(data.customers[tested]) & set(data.customers[~tested])
    assert not set(data.customers[tested]) & set(reserved_customers(data, settings, PROSPECTIVE_CV))


def test_too_few_customers_and_nothing_to_read_are_refused():
    with pytest.raises(ContractError, match="too few"):
        rows_to_test(told_examples(9).arrays, SHORT)
    with pytest.raises(ContractError, match="nothing for an encoder to learn"):
        study(GATED, tiny_encoder(), told_examples(60, text_share=0.0), SHORT, clock, ALONE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("batch", 0), ("epochs", 0), ("patience", 0), ("rate", 0.0), ("tokens", 7), ("tokens", 513), ("reviews", 0),
     ("precision", "int8")],
)  # fmt: skip
def test_settings_are_refused(name, value):
    with pytest.raises(SettingsError, match=f"fine_tuning_{name}"):
        ModelSettings(**{f"fine_tuning_{name}": value})


def test_its_settings_leave_the_stored_tables_alone():
    from resources.settings import digest_of

    assert digest_of(ModelSettings()) == digest_of(ModelSettings(fine_tuning_batch=7, fine_tuning_precision="float16"))


def test_dropout_draws_on_the_device_of_its_input():
    layer = ByteDropout(0.5).train()
    assert layer(torch.ones(64, 8, device="meta")).device.type == "meta"


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["float32", "auto", "float16"])
def test_training_on_a_card(precision):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device is visible")
    team = Team(device="cuda:0")
    settings = replace(SETTINGS, fine_tuning_precision=precision, fine_tuning_checkpointing=True)
    data = told_examples(400)
    start = frozen_model(GATED, tiny_encoder().to(team.device), data, settings, 1, team)
    tuned = fine_tune(start, data, settings, 1, clock, team)
    losses = [epoch.validation for epoch in tuned.epochs]
    assert losses[tuned.best] < 0.8 * losses[0]
    assert isinstance(end_to_end(start, team), EndToEndNetwork)
    assert np.isfinite(tuned.model.predict(data, team).value).all()
