"""The one list of models: a line for each, its name and the module whose ``SPECS`` say what it is.

A model of an installed package joins by an entry point of the group ``stayworth.models``: its name, and the module that
describes it. Nothing of the room is imported here, so that settings know every name before a library is loaded.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from resources.errors import ContractError
from resources.model_store import FINE_TUNED

ENTRY_POINTS = "stayworth.models"
NAIVE = "same_as_past"  # the yardstick: every evaluation runs it, and a store without a model scores by it
TREES = "lightgbm"  # names the reasons of a score
FUSION = "gated_fusion"  # the paper's model: ablations, studies and explanations are of it
WITHOUT_TEXT = "behaviour_mlp"  # the same without its text encoder
_MODULES: Mapping[str, str] = {
    NAIVE: "same_as_past",
    "twelve_month_average": "same_as_past",
    "year_earlier": "same_as_past",
    TREES: "boosted_trees",
    WITHOUT_TEXT: "fusion_networks",
    "concatenation": "fusion_networks",
    FUSION: "fusion_networks",
    "bg_nbd": "buy_till_you_die",
    "two_part": "guest_trees",
    "two_part_text": "guest_trees",
    "tweedie": "guest_trees",
    "random_forest": "tree_ensembles",
    "gradient_boosting": "tree_ensembles",
    "xgboost": "tree_ensembles",
    "catboost": "tree_ensembles",
    "lightgbm_text": "tree_ensembles",
    "catboost_text": "tree_ensembles",
    "anchored": "anchored",
    "anchored_text": "anchored",
    "text_only": "fusion_networks",
    "gated_no_text": "fusion_networks",
    "behaviour_mlp_ziln": "fusion_networks",
    "concatenation_ziln": "fusion_networks",
    "gated_fusion_ziln": "fusion_networks",
    "behaviour_mlp_anchored": "fusion_networks",
    "concatenation_anchored": "fusion_networks",
    "gated_fusion_anchored": "fusion_networks",
    "behaviour_mlp_weighted": "fusion_networks",
    "concatenation_weighted": "fusion_networks",
    "gated_fusion_weighted": "fusion_networks",
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = ("best",)  # stands beside the models of a protocol in the results


@cache
def model_modules() -> Mapping[str, str]:
    """Model -> the module that describes it; ours first, those of installed packages after them by name.

    Raises:
        ContractError: two models share a name, or a name can't be a path in the results and a folder of the store.
    """
    modules = {name: f"{__package__}.{module}" for name, module in _MODULES.items()}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda item: (item.name, item.value)):
        known = modules.setdefault(point.name, point.value)
        if known != point.value:
            message = f"two models are called {point.name!r}: {known} and {point.value}"
            raise ContractError(message + f"; rename the one that the entry point {ENTRY_POINTS} brings")
        if not _NAME.fullmatch(point.name) or point.name.endswith(FINE_TUNED) or point.name in _TAKEN:
            message = f"{point.name!r} of {point.value} can't be the name of a model"
            message += "; take small letters, digits and _, a letter first"
            raise ContractError(message + f", no {FINE_TUNED} at the end, none of {', '.join(_TAKEN)}")
    return MappingProxyType(modules)


def all_models() -> tuple[str, ...]:
    """Every model's name, in the order of the list."""
    return tuple(model_modules())
