"""Dagster definitions of the embeddings room."""

from functools import partial

import polars as pl

from assets.common.daily import DayInputs, Produced, Reads, WholeInputs, daily_asset, whole_asset
from assets.common.declaration import ENCODERS
from assets.common.measuring import findings_asset
from assets.embeddings.checks import validate_embeddings, validate_map
from assets.embeddings.contract import EMBEDDINGS_FINDINGS, REVIEW_EMBEDDINGS, REVIEW_MAP
from assets.embeddings.encode import embed_reviews
from assets.embeddings.findings import embedding_finding_rows
from assets.embeddings.review_map import map_rows
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


@whole_asset(
    contract=REVIEW_MAP,
    group="embeddings",
    reads=[Reads("clean_reviews", None), Reads("review_embeddings", None)],
    validate=validate_map,
    kinds={"numpy"},
    owners=["team:text"],
)
def review_map(inputs: WholeInputs) -> pl.DataFrame:
    """Every review's place on the plane in which the embeddings differ most, for the report's map."""
    return map_rows(inputs.frame("review_embeddings"), inputs.frame("clean_reviews"))


@findings_asset(
    contract=EMBEDDINGS_FINDINGS,
    reads=[Reads("clean_reviews", None), Reads("review_embeddings", None)],
    owners=["team:text"],
    kinds={"pytorch"},
    pool=ENCODERS,
)
def embeddings_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the embeddings room measures of itself: reviews embedded, dimensions, the encoder's speed here."""
    settings = inputs.settings.room("embeddings", EmbeddingSettings)
    encoder = inputs.resource("encoders").encoder(settings.tier, model=settings.model, pooling=settings.pooling)
    texts = inputs.frame("clean_reviews")["text"]
    sample = texts.unique(maintain_order=True).head(settings.speed_texts).to_list()
    return embedding_finding_rows(len(texts), sample, settings.tier, encoder)
