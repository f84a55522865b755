"""Settings of the models room that steer measuring alone: no prediction, no model and no score depends on them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial

from resources.settings import refuse, setting

_SECTION = "models"
_EXPLAINED = ("models_findings", "explained_texts")
_measured = partial(setting, allowed="1 or more", only_for=("models_findings",))
_of_words = partial(setting, allowed="1 or more", only_for=_EXPLAINED)


@dataclass(frozen=True, kw_only=True)
class MeasuringSettings:
    """How closely trained models are looked at; another value makes only what is measured anew."""

    bootstrap_draws: int = _measured(
        200,
        "resamples of the hold-out's customers; 95 % bounds move by a few per cent of their width",
        heading="Measuring and explaining only: no prediction, model or score depends on these.",
    )
    shapley_customers: int = _measured(
        200, "customers explained; bounds of the mean influence within a few per cent of it"
    )
    shapley_background: int = _measured(16, 'rows that stand for "not known", each walked in two orders')
    faithfulness_texts: int = _measured(20, "texts of the deletion test of words; each costs lime_samples encodings")
    faithfulness_draws: int = _measured(10, "random parts taken away per customer and size")
    lime_samples: int = _of_words(500, "a tenth of LIME's default: review texts have tens of words, not thousands")
    lime_words: int = _of_words(10, "what fits one picture; paper 001 figure 7 shows about as many")
    lime_min_words: int = _of_words(8, "shorter texts explain nothing")
    word_texts: int = setting(
        200,
        "customers whose texts are read without each of their common words; twenty words a text cost as much as eight "
        "texts of lime_samples",
        allowed="1 or more",
        only_for=("word_influence",),
    )

    def __post_init__(self) -> None:
        for name in MEASURING:
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")


_NEW = ("word_texts",)  # was never a setting of the reports
MEASURING: tuple[str, ...] = tuple(item.name for item in fields(MeasuringSettings))
MOVED_FROM_REPORTS: Mapping[str, tuple[str, str]] = {name: (_SECTION, name) for name in MEASURING if name not in _NEW}
