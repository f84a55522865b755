"""How long an evaluation takes, told before it starts: number of fits times the seconds that a fit took.

Seconds were measured on the public files (about 8,300 training rows, one core, defaults); other histories and
machines scale them, so the figure is an estimate to plan with.
"""

from collections.abc import Mapping

from assets.models.evaluation.tuning import TUNED_PROTOCOLS, space_owner
from assets.models.settings import ModelSettings

SECONDS_PER_FIT: Mapping[str, float] = {
    "same_as_past": 0.01,
    "bg_nbd": 0.15,
    "random_forest": 3.8,
    "gradient_boosting": 3.0,
    "lightgbm": 0.15,
    "xgboost": 0.2,
    "catboost": 0.3,
    "lightgbm_text": 0.25,
    "catboost_text": 0.5,
    "anchored": 0.2,
    "anchored_text": 0.2,
}
_NETWORK_SECONDS = 2.2
_VARIANTS = 28  # one-change variants, of text and of settings; with a path for roberta one more
_EMBEDDING_SECONDS = 60.0  # texts embedded anew by minilm: the 2,097 reviews behind the public forecast rows
_SHORT_PROTOCOLS = 2  # fits of one fold more: the hold-out, and the year ahead with its quarter of the rows


def evaluation_seconds(settings: ModelSettings) -> float:
    """Seconds of all fits of an evaluation, one core per worker; hold-out, tuning, ablations and controls included.

    Args:
        settings: models, folds, repeats, trials, workers.
    """
    seconds = 0.0
    for model in settings.models:
        one = SECONDS_PER_FIT.get(model, _NETWORK_SECONDS)
        folds = len(TUNED_PROTOCOLS) * settings.folds * settings.repeats_of(model) + _SHORT_PROTOCOLS
        seconds += one * folds
    owners = {owner for model in settings.models if (owner := space_owner(model))}
    rows = settings.tuning_share * (settings.tuning_folds - 1)  # trained on in one trial, in evaluations of all rows
    for owner in owners:
        one = SECONDS_PER_FIT.get(owner, _NETWORK_SECONDS)
        seconds += one * rows * settings.tuning_trials * len(TUNED_PROTOCOLS)
    if settings.is_ablated:
        seconds += _NETWORK_SECONDS * _VARIANTS * settings.folds * settings.other_repeats
    embedding = _EMBEDDING_SECONDS if settings.is_ablated else 0.0  # in one process
    return seconds / settings.workers + embedding
