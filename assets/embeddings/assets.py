"""Dagster definitions of the embeddings room."""

from functools import partial

from assets.common.daily import DayInputs, Produced, Reads, daily_asset
from assets.common.declaration import ENCODERS
from assets.embeddings.checks import validate_embeddings
from assets.embeddings.contract import REVIEW_EMBEDDINGS
from assets.embeddings.encode import embed_reviews
from assets.embeddings.settings import EmbeddingSettings


@daily_asset(
    contract=REVIEW_EMBEDDINGS,
    group="embeddings",
    reads=[Reads("clean_reviews")],
    conserves="clean_reviews",
    validate=validate_embeddings,
    kinds={"pytorch"},
    owners=["team:text"],
    pool=ENCODERS,
)
def review_embeddings(inputs: DayInputs) -> Produced:
    """One unit vector per clean review from the encoder that the settings choose."""
    settings = inputs.settings.room("embeddings", EmbeddingSettings)
    shelf = inputs.resource("encoders")
    embed = partial(shelf.embed, settings.tier, model=settings.model, pooling=settings.pooling)
    return Produced(embed_reviews(inputs.frame("clean_reviews"), settings.tier, embed))
