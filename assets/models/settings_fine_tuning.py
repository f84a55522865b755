"""Settings of ``stayworth fine-tune`` alone: no stored table and no model that serves depends on them."""

from dataclasses import dataclass

from resources.settings import refuse, setting

_SECTION = "models"
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
_TOKENS = (8, 512)  # word pieces: below, nothing is left between the special ones; above, BERT's and RoBERTa's end
_WHOLE = ("fine_tuning_batch", "fine_tuning_epochs", "fine_tuning_patience", "fine_tuning_reviews")


@dataclass(frozen=True, kw_only=True)
class FineTuningSettings:
    """How an encoder is trained along with the fusion."""

    fine_tuning_batch: int = setting(
        32,
        "customers per step, over all cards together",
        heading=(
            "`stayworth fine-tune` only (docs/methods/fine_tuning.md): no stored table and no model that serves "
            "depends on these."
        ),
        allowed="1 or more",
        compare=False,
    )
    fine_tuning_epochs: int = setting(
        4, "Devlin et al. 2019: 2 to 4 for a text encoder", allowed="1 or more", compare=False
    )
    fine_tuning_patience: int = setting(
        2, "ours: epochs without a better validation loss", allowed="1 or more", compare=False
    )
    fine_tuning_rate: float = setting(
        2e-5,
        "of the encoder, Devlin et al. 2019: 2e-5 to 5e-5; the layers above it keep models.learning_rate",
        allowed="above 0",
        compare=False,
    )
    fine_tuning_tokens: int = setting(128, "word pieces of a review that are read", allowed="8 to 512", compare=False)
    fine_tuning_reviews: int = setting(
        8, "of a customer, those of the most certain pairs", allowed="1 or more", compare=False
    )
    fine_tuning_checkpointing: bool = setting(
        True,
        "whether activations are computed again in the way back instead of kept: less memory, more time (Chen et "
        "al. 2016)",
        compare=False,
    )
    fine_tuning_precision: str = setting(
        "auto",
        "of the encoder's activations; auto: float32 on",
        allowed="auto, float32, bfloat16, float16",
        compare=False,
    )

    def __post_init__(self) -> None:
        for name in _WHOLE:
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        if self.fine_tuning_rate <= 0.0:
            raise refuse(_SECTION, "fine_tuning_rate", self.fine_tuning_rate, "above 0")
        if not _TOKENS[0] <= self.fine_tuning_tokens <= _TOKENS[1]:
            raise refuse(_SECTION, "fine_tuning_tokens", self.fine_tuning_tokens, f"{_TOKENS[0]} to {_TOKENS[1]}")
        if self.fine_tuning_precision not in PRECISIONS:
            raise refuse(_SECTION, "fine_tuning_precision", self.fine_tuning_precision, ", ".join(PRECISIONS))
