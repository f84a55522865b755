"""How long an evaluation takes, told before it starts: number of fits times the seconds that a fit took.

Seconds were measured on the public files (about 8,300 training rows, one core, defaults); other histories and
machines scale them, so the figure is an estimate to plan with.
"""

from assets.models.estimators.registry import FUSION
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.evaluate import repeats_of
from assets.models.evaluation.tuning import TUNED_PROTOCOLS, space_owner
from assets.models.settings import ModelSettings

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
        fits = len(TUNED_PROTOCOLS) * settings.folds * repeats_of(model, settings) + _SHORT_PROTOCOLS
        seconds += model_spec(model).seconds_per_fit * fits
    owners = {owner for model in settings.models if (owner := space_owner(model))}
    rows = settings.tuning_share * (settings.tuning_folds - 1)  # trained on in one trial, in evaluations of all rows
    for owner in owners:
        seconds += model_spec(owner).seconds_per_fit * rows * settings.tuning_trials * len(TUNED_PROTOCOLS)
    if settings.is_ablated:
        seconds += model_spec(FUSION).seconds_per_fit * _VARIANTS * settings.folds * settings.other_repeats
    embedding = _EMBEDDING_SECONDS if settings.is_ablated else 0.0  # in one process
    return seconds / settings.workers + embedding
