"""Settings of the embeddings room, section ``embeddings``."""

from dataclasses import dataclass

from resources.encoders import TIERS
from resources.settings import refuse, setting
from resources.transformer_encoder import POOLINGS

_SECTION = "embeddings"


@dataclass(frozen=True, kw_only=True)
class EmbeddingSettings:
    """Which encoder makes ``review_embeddings``."""

    tier: str = setting(
        "static",
        "CPU default: many times minilm's speed for nearly all of its R2 (docs/results/embeddings.md)",
        allowed="static, minilm, minilm-int8, roberta",
    )
    model: str | None = setting(None, "tier roberta: a folder, or a Hugging Face name in the local cache")
    speed_texts: int = setting(
        256,
        "texts that the encoder's speed is measured on; a second at the slowest tier's speed. No row depends on it.",
        allowed="1 or more",
        compare=False,
    )
    pooling: str = setting(
        "mean", "sentence encoders are trained for it; paper 001 takes the first token", allowed="mean, first"
    )

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise refuse(_SECTION, "tier", self.tier, ", ".join(TIERS))
        if self.pooling not in POOLINGS:
            raise refuse(_SECTION, "pooling", self.pooling, ", ".join(POOLINGS))
        if self.speed_texts < 1:
            raise refuse(_SECTION, "speed_texts", self.speed_texts, "1 or more")
        if self.tier == "roberta" and not self.model:
            raise refuse(_SECTION, "model", self.model, "a folder or a cached Hugging Face name, for tier roberta")
