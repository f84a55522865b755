import pytest
import torch

from assets.models.networks.fusion import ByteDropout, FusionKind, FusionNetwork, MlpEncoder, parameter_count
from resources.errors import ContractError

BLOCKS = {"behaviour": 5, "text": 7, "images": 3}


def network(kind, names=("behaviour", "text"), heads=None, dropout=0.0):
    torch.manual_seed(1)
    encoders = {name: MlpEncoder(BLOCKS[name], (8,), 4, dropout) for name in names}
    return FusionNetwork(encoders, kind, 4, heads or {"value": 1})


def batch(size, names=("behaviour", "text"), *, has_text=True):
    torch.manual_seed(2)
    blocks = {name: torch.randn(size, BLOCKS[name]) for name in names}
    present = {name: torch.full((size,), fill_value=has_text or name == "behaviour") for name in names}
    return blocks, present


@pytest.mark.parametrize("size", [0, 1, 9])
@pytest.mark.parametrize("kind", [FusionKind.GATED, FusionKind.CONCATENATION])
def test_shapes(kind, size):
    heads, weights = network(kind)(*batch(size))
    assert heads["value"].shape == (size, 1)
    assert weights.shape == (size, 2)
    assert torch.allclose(weights.sum(dim=1), torch.ones(size))


def test_two_blocks_give_the_papers_sigmoid_gate():
    net = network(FusionKind.GATED)
    blocks, present = batch(6)
    h_b, h_t = net.encoders["behaviour"](blocks["behaviour"]), net.encoders["text"](blocks["text"])
    gate = torch.sigmoid(net.fusion.score(torch.cat([h_b, h_t], dim=1)))
    expected = net.heads["value"](gate * h_b + (1 - gate) * h_t)
    heads, weights = net(blocks, present)
    assert torch.allclose(heads["value"], expected, atol=1e-6)
    assert torch.allclose(weights[:, :1], gate, atol=1e-6)


def test_without_text_the_gate_is_one_and_the_text_input_has_no_effect():
    net = network(FusionKind.GATED)
    blocks, present = batch(4, has_text=False)
    first, weights = net(blocks, present)
    assert torch.equal(weights[:, 0], torch.ones(4))
    other = {**blocks, "text": blocks["text"] * 100 + 3}
    assert torch.equal(net(other, present)[0]["value"], first["value"])


@pytest.mark.parametrize("kind", [FusionKind.GATED, FusionKind.CONCATENATION])
def test_every_weight_gets_a_gradient(kind):
    net = network(kind)
    net(*batch(8))[0]["value"].square().sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in net.parameters())
    assert any(p.grad.abs().sum() > 0 for p in net.encoders["text"].parameters())


def test_masked_text_gets_no_gradient_and_no_nan():
    net = network(FusionKind.GATED)
    net(*batch(8, has_text=False))[0]["value"].square().sum().backward()
    grads = [p.grad for p in net.encoders["text"].parameters()]
    assert all(torch.equal(grad, torch.zeros_like(grad)) for grad in grads)


def test_more_encoders_and_heads_fit_in():
    names = ("behaviour", "text", "images")
    heads, weights = network(FusionKind.GATED, names, {"value": 1, "loyalty": 3})(*batch(5, names))
    assert {name: tuple(out.shape) for name, out in heads.items()} == {"value": (5, 1), "loyalty": (5, 3)}
    assert weights.shape == (5, 3)


def test_rows_do_not_see_each_other():
    net = network(FusionKind.GATED).eval()
    blocks, present = batch(6)
    whole = net(blocks, present)[0]["value"]
    alone = net({k: v[2:3] for k, v in blocks.items()}, {k: v[2:3] for k, v in present.items()})[0]["value"]
    assert torch.allclose(whole[2:3], alone, atol=1e-6)


def test_a_missing_block_is_named():
    blocks, present = batch(2)
    with pytest.raises(ContractError, match="text"):
        network(FusionKind.GATED)({"behaviour": blocks["behaviour"]}, present)


def test_single_fusion_takes_one_encoder():
    heads, weights = network(FusionKind.SINGLE, ("behaviour",))(*batch(3, ("behaviour",)))
    assert (heads["value"].shape, weights.shape) == ((3, 1), (3, 1))
    with pytest.raises(ContractError, match="one encoder"):
        network(FusionKind.SINGLE)


def test_dropout_drops_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    layer = ByteDropout(0.35)
    values = torch.ones(400, 251)
    dropped = layer(values)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.35, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.01)
    assert torch.equal(values, torch.ones(400, 251))
    assert layer.eval()(values) is values
    assert ByteDropout(0.0)(values) is values
    assert ByteDropout(0.35)(torch.zeros(0, 4)).shape == (0, 4)


def test_parameters_are_counted():
    assert parameter_count(MlpEncoder(5, (8,), 4, 0.0)) == 5 * 8 + 8 + 8 * 4 + 4
    assert parameter_count(MlpEncoder(5, (8, 4), 4, 0.0)) == 5 * 8 + 8 + 8 * 4 + 4
