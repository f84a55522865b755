"""The networks: which blocks they read, how they join them, what they are trained for; and how they are stored."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import optuna
import torch

from assets.customers.scaling import Bounds
from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT
from assets.models.estimators.spec import Claim, ModelSpec, Packed, Side, Storage, settings_of
from assets.models.examples.dataset import BEHAVIOUR, PAST, TEXT, ExampleArrays
from assets.models.examples.prediction import GATE, VALUE
from assets.models.examples.target import TargetScale
from assets.models.networks.fusion import FusionKind
from assets.models.networks.heads import Head
from assets.models.networks.training import FittedNetwork, NetworkPlan, Scalers, build_network, fit_network
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import Artefact

_TEXT_MEAN, _TEXT_SPREAD, _TEXT_AXES = "scaler.text_mean", "scaler.text_spread", "scaler.text_axes"
_WEIGHT = "network."
_WIDTHS = ((128, 64), (64,), (128,), (64, 32), (256, 128, 64))


def network_space(trial: optuna.Trial) -> dict[str, Any]:
    """Learning rate, depth and width, batch, dropout, projection sizes, weight decay, target scale."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
        "behaviour_layers": trial.suggest_categorical("behaviour_layers", ["-".join(map(str, w)) for w in _WIDTHS]),
        "batch_size": trial.suggest_categorical("batch_size", [128, 256, 512]),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "text_width": trial.suggest_categorical("text_width", [16, 32, 64, 128]),
        "fused_width": trial.suggest_categorical("fused_width", [16, 32, 64]),
        "text_components": trial.suggest_categorical("text_components", [0, 4, 8, 16, 32]),
        "weight_decay": trial.suggest_float("weight_decay", 1e-6, 1e-2, log=True),
        # log1p is left out: an exponential on the way back ruined single folds (R² -0.6 against 0.5)
        "target_scale": trial.suggest_categorical("target_scale", ["standard", "root"]),
    }


def pack_network(model: FittedNetwork) -> Packed:
    """Weights and scalers as tensors, the rest as JSON."""
    scalers = model.scalers
    payload = {
        "plan": model.plan.name,
        "behaviour": scalers.behaviour.payload(),
        "target": scalers.target.payload(),
        "past_floor": scalers.floor,
        "text_inputs": len(scalers.text_spread),
        "epochs": model.epochs,
        "level": model.level,
    }
    state = model.network.state_dict()
    tensors = {f"{_WEIGHT}{key}": value.detach().numpy() for key, value in state.items()}
    if scalers.text_axes is not None:
        tensors[_TEXT_AXES] = scalers.text_axes
    tensors |= {_TEXT_MEAN: scalers.text_mean, _TEXT_SPREAD: scalers.text_spread}
    return Packed(payload=payload, tensors=tensors)


def unpack_network(plan: NetworkPlan, artefact: Artefact) -> FittedNetwork:
    """The network of a plan that an artefact holds.

    Raises:
        ContractError: it holds none, or that of another plan.
    """
    stored = artefact.payload.get("plan")
    if stored != plan.name:
        message = f"artefact of model {artefact.model!r} holds {stored or 'no network'} instead of {plan.name}"
        raise ContractError(message + "; train it again")
    settings = settings_of(artefact)
    network = build_network(plan, int(artefact.payload["text_inputs"]), settings)
    weights = {name: array for name, array in artefact.tensors.items() if name.startswith(_WEIGHT)}
    network.load_state_dict(
        {name.removeprefix(_WEIGHT): torch.from_numpy(array.copy()) for name, array in weights.items()}
    )
    scalers = Scalers(
        behaviour=Bounds.from_payload(artefact.payload["behaviour"]),
        text_mean=artefact.tensors[_TEXT_MEAN],
        text_axes=artefact.tensors.get(_TEXT_AXES),
        text_spread=artefact.tensors[_TEXT_SPREAD],
        target=TargetScale(**artefact.payload["target"]),
        text_shrinkage=settings.text_shrinkage,
        floor=float(artefact.payload.get("past_floor", 1.0)),
    )
    return FittedNetwork(
        plan=plan,
        network=network.eval(),
        scalers=scalers,
        settings=settings,
        epochs=int(artefact.payload["epochs"]),
        level=float(artefact.payload.get("level", 1.0)),  # networks of before the factor had none
    )


_BASES = (
    NetworkPlan(name=WITHOUT_TEXT, blocks=(BEHAVIOUR,), fusion=FusionKind.SINGLE),
    NetworkPlan(name="concatenation", blocks=(BEHAVIOUR, TEXT), fusion=FusionKind.CONCATENATION),
    NetworkPlan(name=FUSION, blocks=(BEHAVIOUR, TEXT), fusion=FusionKind.GATED),
)
_ZILN, _ANCHORED, _WEIGHTED = "_ziln", "_anchored", "_weighted"
_CHANGES: Mapping[str, Mapping[str, Any]] = {
    _ZILN: {"head": Head.ZERO_INFLATED_LOG_NORMAL},
    _ANCHORED: {"head": Head.FACTOR},
    _WEIGHTED: {"is_weighted": True},
}
PLANS: Mapping[str, NetworkPlan] = {
    plan.name: plan
    for plan in (
        *_BASES,
        *(replace(base, name=base.name + end, **change) for end, change in _CHANGES.items() for base in _BASES),
        NetworkPlan(name="text_only", blocks=(TEXT,), fusion=FusionKind.SINGLE),
        replace(_BASES[2], name="gated_no_text", is_blind=True),
    )
}
_TITLES = {WITHOUT_TEXT: "behaviour network", "concatenation": "concatenation", FUSION: "gated fusion"}
_FUSION_CLAIMS = (
    Claim(text="Text helps the fusion", against=WITHOUT_TEXT, order=1),
    Claim(text="Text helps the fusion, all else equal", against="gated_no_text", order=2),
    Claim(text="The gate beats joining side by side", against="concatenation", order=3),
    Claim(text="Fusion beats LightGBM", against=TREES, order=11),
    Claim(text="Fusion beats CatBoost", against="catboost", order=12),
    Claim(text="Fusion beats XGBoost", against="xgboost", order=13),
    Claim(text="Fusion beats gradient boosting", against="gradient_boosting", order=14),
    Claim(text="Fusion beats the random forest", against="random_forest", order=15),
    Claim(text="Fusion beats BG/NBD", against="bg_nbd", order=16),
    Claim(text="Fusion beats “same as the past”", against=NAIVE, order=17),
)
_ANCHORED_CLAIMS = (
    Claim(text="Fusion on top of the past beats fusion", against=FUSION, order=7),
    Claim(text="Text helps fusion on top of the past", against=WITHOUT_TEXT + _ANCHORED, order=8),
    Claim(text="Fusion on top of the past beats “same as the past”", against=NAIVE, order=9),
    Claim(text="Fusion on top of the past beats trees on top of it", against="anchored", order=10),
)


def _spec(name: str, title: str, **facts: Any) -> ModelSpec:
    """A network; it is ours, can be kept, and is tuned over ``network_space`` unless the facts say otherwise."""
    plan = PLANS[name]

    def fit(data: ExampleArrays, settings: ModelSettings, seed: int) -> FittedNetwork:
        return fit_network(plan, data, settings, seed)

    usual: dict[str, Any] = {
        "seconds_per_fit": 2.2,
        "side": Side.OURS,
        "reads": (PAST, *plan.blocks) if plan.head is Head.FACTOR else plan.blocks,
        "outputs": (VALUE, GATE) if plan.fusion is FusionKind.GATED else (VALUE,),
        "space": None if "tuned_as" in facts else network_space,
        "storage": Storage(pack=pack_network, unpack=partial(unpack_network, plan)),
    }
    return ModelSpec(name=name, title=title, fit=fit, **{**usual, **facts})


def _varied(ending: str, words: str, claims: tuple[Claim, ...]) -> list[ModelSpec]:
    """The three networks with one thing changed; they take over the tuned values of what they vary."""
    return [
        _spec(name + ending, title + words, tuned_as=name, claims=claims if name == FUSION else ())
        for name, title in _TITLES.items()
    ]


SPECS = (
    _spec(WITHOUT_TEXT, _TITLES[WITHOUT_TEXT], is_headline=True, stands_for="behavioural only (no text)"),
    _spec("concatenation", _TITLES["concatenation"], is_headline=True, shuffled_in=("full",),
          stands_for="multimodal (no attention)"),
    _spec(FUSION, _TITLES[FUSION], is_headline=True, is_explained=True, shuffled_in=("quick", "full"),
          claims=_FUSION_CLAIMS, stands_for="full multimodal model",
          compared_with=(WITHOUT_TEXT, "concatenation", TREES, "text_only", NAIVE, "catboost", "xgboost",
                         "random_forest", "gradient_boosting", "bg_nbd")),
    _spec("text_only", "text only", shuffled_in=("full",), stands_for="text only (no behaviour)"),
    _spec("gated_no_text", "gated fusion, texts masked", side=Side.CONTROL, reads=(BEHAVIOUR,), tuned_as=FUSION,
          storage=None),
    *_varied(_ZILN, ", log-normal head", (Claim(text="The log-normal head helps", against=FUSION, order=18),)),
    *_varied(_ANCHORED, " on the past", _ANCHORED_CLAIMS),
    *_varied(_WEIGHTED, ", weighted",
             (Claim(text="Weighting high-value customers helps", against=FUSION, order=19),)),
)  # fmt: skip
