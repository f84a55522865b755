"""Two processes that train together end where one does: gradients, losses, weights, predictions."""

import multiprocessing
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import distributed

from assets.models.estimators.fusion_networks import PLANS
from assets.models.fine_tuning.loop import EndToEndBatches, Steps, fine_tune
from assets.models.fine_tuning.network import end_to_end, frozen_model, seeded
from assets.models.fine_tuning.team import Team
from tests.unit.models.end_to_end import SETTINGS, tiny_encoder, told_examples

# 52 rows train, in batches of 17, 17, 17 and 1: of the last one the second process gets nobody.
CUSTOMERS = 61
_PATIENCE = timedelta(seconds=60)  # of a member with the others
FEW = replace(SETTINGS, fine_tuning_batch=17, fine_tuning_epochs=2, fine_tuning_rate=1e-4, max_epochs=3,
              weighted_by=5.0, high_value_weight=5.0)  # fmt: skip


def trained(team: Team, *, checkpointing: bool) -> dict[str, torch.Tensor]:
    """Gradients of the first batch, then weights, losses and predictions after two epochs."""
    settings = replace(FEW, fine_tuning_checkpointing=checkpointing)
    data = told_examples(CUSTOMERS, 3, text_share=0.5)
    start = frozen_model(PLANS["gated_fusion"], tiny_encoder(), data, settings, 1, team)
    found: dict[str, torch.Tensor] = {}
    with seeded(team, settings):
        batches = EndToEndBatches(start, data, settings, 1, team)
        network = end_to_end(start, team)
        steps = Steps(network, settings, 10, team)
        rows = list(batches.rows.epoch())
        assert [len(part) for part in rows] == [17, 17, 17, 1]
        for number in (0, 3):
            network.zero_grad()
            steps.loss(batches, rows[number]).backward()
            found |= {f"gradient.{number}.{name}": part.grad.clone() for name, part in network.named_parameters()}
    tuned = fine_tune(start, data, settings, 1, lambda: 0.0, team)
    found |= {f"weight.{name}": part.clone() for name, part in tuned.model.encoder.state_dict().items()}
    found["losses"] = torch.tensor([[item.training or 0.0, item.validation] for item in tuned.epochs])
    found["best"] = torch.tensor([tuned.best])
    found["prediction"] = torch.from_numpy(tuned.model.predict(data, team).value)
    return found


def member(place: int, size: int, folder: str, checkpointing: bool) -> None:  # by position only
    torch.set_num_threads(1)
    meeting = f"file://{folder}/meeting"
    distributed.init_process_group("gloo", init_method=meeting, rank=place, world_size=size, timeout=_PATIENCE)
    try:
        team = Team(place=place, size=size)
        found = trained(team, checkpointing=checkpointing)
        found["largest"] = torch.tensor([team.largest(float(place))])
        found["told"] = torch.tensor([team.told_by_first(10.0 + place)])
        found["total"] = team.total(torch.tensor([1.0 + place]))
        save_file(found, f"{folder}/{place}.safetensors")
    finally:
        distributed.destroy_process_group()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, torch.Tensor]]:
    """This process is the first member: a second one to start takes ten seconds of imports."""
    folder, threads = tmp_path_factory.mktemp("team"), torch.get_num_threads()
    other = multiprocessing.get_context("spawn").Process(target=member, args=(1, 2, str(folder), True))
    other.start()
    try:
        member(0, 2, str(folder), checkpointing=True)
    finally:
        torch.set_num_threads(threads)
        other.join(_PATIENCE.seconds)
        other.kill()
    assert other.exitcode == 0
    return [load_file(folder / f"{place}.safetensors") for place in range(2)]


@pytest.fixture(scope="module")
def one() -> dict[str, torch.Tensor]:
    return trained(Team(), checkpointing=False)


def test_members_end_with_the_same_bytes(two: list[dict[str, torch.Tensor]]) -> None:
    assert {name for name in two[0] if not torch.equal(two[0][name], two[1][name])} == set()


def test_gradients_are_those_of_one_process(one: dict[str, torch.Tensor], two: list[dict[str, torch.Tensor]]) -> None:
    names = [name for name in one if name.startswith("gradient.")]
    assert any(float(one[name].abs().max()) > 1e-2 for name in names if ".0.encoder." in name)
    for name in names:
        size = float(one[name].abs().max())
        assert float((one[name] - two[0][name]).abs().max()) <= 1e-5 + 1e-4 * size, name


def test_two_processes_end_where_one_does(one: dict[str, torch.Tensor], two: list[dict[str, torch.Tensor]]) -> None:
    assert two[0]["losses"].numpy() == pytest.approx(one["losses"].numpy(), rel=1e-3)
    assert int(two[0]["best"]) == int(one["best"]) > 0
    for name in one:
        if name.startswith("weight."):
            assert float((one[name] - two[0][name]).abs().max()) < 2e-5, name
    assert two[0]["prediction"].numpy() == pytest.approx(one["prediction"].numpy(), rel=1e-3)


def test_what_a_team_tells_its_members(two: list[dict[str, torch.Tensor]]) -> None:
    for found in two:
        assert (float(found["largest"]), float(found["told"]), float(found["total"])) == (1.0, 10.0, 3.0)


def test_rows_are_dealt_in_turn() -> None:
    rows = torch.arange(5)
    shares = [Team(place=place, size=3).own(rows).tolist() for place in range(3)]
    assert shares == [[0, 3], [1, 4], [2]]
    assert Team(place=2, size=3).own(rows[:2]).tolist() == []
    assert np.array_equal(Team().own(rows), rows)


def test_a_team_of_one_talks_to_nobody() -> None:
    team = Team()
    assert (team.largest(2.0), team.told_by_first(3.0), team.is_first) == (2.0, 3.0, True)
    network = torch.nn.Linear(1, 1)
    assert team.wrapped(network) is network
