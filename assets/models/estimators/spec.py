"""What the room knows of a model. Settings, budgets, tuning, storage, tests and titles follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import optuna

from assets.common.wording import plain
from assets.models.estimators.registry import ENTRY_POINTS, all_models, model_modules
from assets.models.examples.dataset import BEHAVIOUR, ExampleArrays
from assets.models.examples.prediction import VALUE, FittedModel
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import FINE_TUNED, Artefact
from resources.settings import build_section

Fit = Callable[[ExampleArrays, ModelSettings, int], FittedModel]  # training rows, settings, seed
Space = Callable[[optuna.Trial], dict[str, Any]]  # a trial -> values of settings
_OF_A_PACKAGE = 1_000  # order of claims that say nothing of it: after ours


class Side(StrEnum):
    """Where the recommendation counts a model."""

    BASELINE = "baseline"
    OURS = "ours"
    CONTROL = "control"  # there to show something, never to be recommended


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the report says if the model is better than another one, and only then.

    Attributes:
        text: the sentence, without its full stop.
        against: the other model.
        order: place in the report's table.
    """

    text: str
    against: str
    order: int = _OF_A_PACKAGE


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A fitted model in the parts that the model store knows; no pickle."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    trees: str | None = None


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How a fitted model goes into the store and comes back: what it predicts stays the same, byte by byte."""

    pack: Callable[[Any], Packed]
    unpack: Callable[[Artefact], FittedModel]


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A model.

    Attributes:
        name: in settings, tables and paths of the results.
        title: as people call it, in the middle of a sentence.
        fit: trains it on some rows.
        seconds_per_fit: on the public files (about 8,300 training rows, one core, defaults).
        side: where the recommendation counts it.
        reads: what it looks at of an example.
        outputs: what its predictions hold; the expected value always.
        is_forecast_only: whether the observed window is left out: nothing is to be forecast there.
        space: the values that tuning may choose; None: nothing to tune, or those of ``tuned_as``.
        tuned_as: the model whose tuned values it takes.
        storage: None: it is compared, never kept and never served.
        is_headline: whether customers are dealt to folds ``models.repeats`` times, else ``models.other_repeats``.
        is_explained: whether the report explains it, so that every training keeps it.
        stands_for: the variant that it is in the table of what each component brings; empty: it is none of them.
        shuffled_in: profiles in which it is trained once more with the texts dealt out anew.
        claims: what it is said to be better than.
        compared_with: models that stand beside it in the table of differences.
    """

    name: str
    title: str
    fit: Fit
    seconds_per_fit: float
    side: Side = Side.BASELINE
    reads: tuple[str, ...] = (BEHAVIOUR,)
    outputs: tuple[str, ...] = (VALUE,)
    is_forecast_only: bool = False
    space: Space | None = None
    tuned_as: str | None = None
    storage: Storage | None = None
    is_headline: bool = False
    is_explained: bool = False
    stands_for: str = ""
    shuffled_in: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    compared_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.seconds_per_fit <= 0.0 or VALUE not in self.outputs:
            message = f"model {self.name!r} takes {self.seconds_per_fit} seconds per fit and gives {self.outputs}"
            raise ContractError(message + f"; a fit takes time, and {VALUE!r} is among the outputs of every model")

    @property
    def is_servable(self) -> bool:
        """Whether it can be kept, and so score customers."""
        return self.storage is not None


@cache
def model_spec(name: str) -> ModelSpec:
    """What is known of a model.

    Raises:
        ContractError: no model has the name, or its module does not describe it.
    """
    module = model_modules().get(name)
    if module is None:
        message = f"no model is called {name!r}; known are {', '.join(all_models())}"
        raise ContractError(message + f". If a package brought it, install that package (entry point {ENTRY_POINTS})")
    specs = {spec.name: spec for spec in import_module(module).SPECS}
    if name not in specs:
        message = f"{module} is to describe the model {name!r}, its SPECS hold {sorted(specs)}"
        raise ContractError(message + "; registry and module must use one name")
    return specs[name]


def spec_of(artefact: Artefact) -> ModelSpec:
    """The model that an artefact holds; one trained end to end is its network with an encoder beside it."""
    return model_spec(artefact.model.removesuffix(FINE_TUNED))


def settings_of(artefact: Artefact) -> ModelSettings:
    """The settings that a model was trained with; models that are no longer known drop out of the list compared."""
    section = dict(artefact.settings)
    if "models" in section:
        section["models"] = [name for name in section["models"] if name in model_modules()]
    return build_section("models", ModelSettings, section)


def fit_model(name: str, data: ExampleArrays, settings: ModelSettings, seed: int) -> FittedModel:
    """Train the named model on the rows given.

    Args:
        name: of the model.
        data: training rows.
        settings: of the room.
        seed: of everything random in it.
    """
    return model_spec(name).fit(data, settings, seed)


def model_name(name: str) -> str:
    """A model as people call it; the words of its name where it is no longer known."""
    return model_spec(name).title if name in all_models() else plain(name)


def servable_models() -> tuple[str, ...]:
    """Models that can be kept, and so score customers."""
    return tuple(name for name in all_models() if model_spec(name).is_servable)


def explained_models() -> tuple[str, ...]:
    """Models whose reasons are measured and shown."""
    return tuple(name for name in all_models() if model_spec(name).is_explained)


def claims() -> list[tuple[str, str, str]]:
    """Sentence, the model that is said to be better, the other one; in the order of the report."""
    made = [
        (claim.order, claim.text, name, claim.against) for name in all_models() for claim in model_spec(name).claims
    ]
    return [(text, first, second) for _, text, first, second in sorted(made, key=lambda item: item[0])]


def components() -> list[tuple[str, str]]:
    """Variant and model of the table of what each component brings (table 13 of paper 001)."""
    return [(model_spec(name).stands_for, name) for name in all_models() if model_spec(name).stands_for]


def comparisons() -> list[tuple[str, str]]:
    """Pairs of models whose difference is tested, claimed or not."""
    return [(name, other) for name in all_models() for other in model_spec(name).compared_with]


def versus(first: str, second: str) -> str:
    """Name of a comparison of two models in the paths of the results; to be built from the two, never to be parted."""
    return f"{first}_vs_{second}"
