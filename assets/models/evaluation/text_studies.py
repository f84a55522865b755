"""What the text of a customer is made of, changed one thing at a time: encoder, treatment, way to sum up reviews.

Texts are embedded anew for these studies only, by the embeddings room and its cache. Pairs, the anomaly filter,
polarity and scores stay as stored: a treatment may change them too, but then more than one thing would differ.
"""

from collections.abc import Callable

import polars as pl

from assets.customers.protocols import PROSPECTIVE
from assets.embeddings.encode import Embed, embed_reviews
from assets.embeddings.settings import EmbeddingSettings
from assets.models.evaluation.ablations import REFERENCE, Variant
from assets.models.examples.text_block import review_table
from assets.models.examples.text_sources import TextSources, with_texts
from assets.reviews.cleaning import has_words, joined_text, treated_text
from assets.reviews.settings import TREATMENTS
from resources.errors import SourceError, told

Embedders = Callable[[str], Embed]  # tier -> how it embeds
_COMPARED = ("static", "minilm")  # on every machine; roberta where a model is named


def compared_tiers(settings: EmbeddingSettings) -> tuple[str, ...]:
    """Tiers that stand beside the tier in use: the built-in ones, and ``roberta`` where ``embeddings.model`` is set."""
    tiers = (*_COMPARED, *(("roberta",) if settings.model else ()))
    return tuple(tier for tier in tiers if tier != settings.tier)


def used_reviews(examples: pl.DataFrame, sources: TextSources) -> pl.DataFrame:
    """Rows of ``clean_reviews`` that a text block of these examples may read: no other text is embedded anew."""
    last = pl.lit(examples["as_of"].max(), pl.Date)
    decided = sources.pairs.filter(pl.col("is_assigned") & (pl.col("delivery_day") <= last))
    known = sources.clean.filter(pl.col("delivery_day") <= last)
    return known.join(decided.select("review_id"), on="review_id", how="semi", maintain_order="left")


def treated_reviews(reviews: pl.DataFrame, treatment: str) -> pl.DataFrame:
    """Clean reviews with ``text`` made anew from their fields; a review that keeps no word is left out.

    Args:
        reviews: ``clean_reviews`` rows; title and fields are stored untreated, so either treatment can be made.
        treatment: ``ours`` or ``paper``.
    """
    texts = reviews.with_columns(treated_text(joined_text(), treatment).alias("text"))
    return texts.filter(has_words(pl.col("text")))


def embedding_variants(
    examples: pl.DataFrame, sources: TextSources, settings: EmbeddingSettings, treatment: str, embedders: Embedders
) -> tuple[list[Variant], dict[str, str]]:
    """Variants whose texts are embedded anew: by another tier, and after the other treatment.

    Args:
        examples: the examples table; forecast rows only are made anew.
        sources: stored tables.
        settings: of the embeddings room; its tier is the reference.
        treatment: in use, the reference of the other study.
        embedders: gives the embedding function of a tier.

    Returns:
        The variants, each study's reference first; and by tier, why it was left out (its model is not here). None
        where no example has a review.
    """
    rows = examples.filter(pl.col("protocol") == PROSPECTIVE)
    reviews = used_reviews(rows, sources)
    if reviews.is_empty():
        return [], {}
    variants, left_out = [], {}
    for tier in compared_tiers(settings):
        try:
            embeddings = embed_reviews(reviews, tier, embedders(tier))
        except (SourceError, OSError) as error:  # OSError: a folder without weights or tokenizer
            left_out[tier] = told(error)
            continue
        variants.append(_embedded("encoder_tier", f"{tier} instead of {settings.tier}", rows, sources, embeddings))
    variants = [Variant(study="encoder_tier", name=REFERENCE), *variants] if variants else []
    other = next(name for name in TREATMENTS if name != treatment)
    embeddings = embed_reviews(treated_reviews(reviews, other), settings.tier, embedders(settings.tier))
    variants.append(Variant(study="text_treatment", name=REFERENCE))
    variants.append(_embedded("text_treatment", f"{other} instead of {treatment}", rows, sources, embeddings))
    return variants, left_out


def aggregation_variants(examples: pl.DataFrame, sources: TextSources) -> list[Variant]:
    """The latest review in place of the weighted mean of all."""
    rows = examples.filter(pl.col("protocol") == PROSPECTIVE)
    kept = review_table(sources.embeddings, sources.anomalies, sources.parts, sources.clean)
    latest = with_texts(rows, sources.bookings, sources.pairs, kept, aggregation="latest")
    changed = Variant(study="text_aggregation", name="latest review only", examples=latest)
    return [Variant(study="text_aggregation", name=REFERENCE), changed]


def _embedded(
    study: str, name: str, rows: pl.DataFrame, sources: TextSources, embeddings: pl.DataFrame
) -> Variant:  # fmt: skip
    reviews = review_table(embeddings, sources.anomalies, sources.parts, sources.clean)
    return Variant(study=study, name=name, examples=with_texts(rows, sources.bookings, sources.pairs, reviews))
