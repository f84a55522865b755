"""From a masked review to a clean one, or to a reason why it is set aside.

Reasons: ``no_text`` (nothing to read: placeholders, signs, pictures only), ``repeat`` (every delivered
column equals an earlier row of the same day), ``language`` (not English). A repeat is looked for within its
delivery day, because the day decides alone what it stores; copies on later days are duplication's business.
"""

import polars as pl

from assets.reviews.contract import CLEAN_REVIEWS
from assets.reviews.countries import country_codes
from assets.reviews.hotels import current_names, hotel_columns
from assets.reviews.language import ENGLISH, languages_of
from assets.reviews.settings import ReviewSettings
from assets.reviews.tags import tag_columns
from assets.reviews.words import STOP_WORDS, WORD_PATTERN

_TEXTS = ("title", "positive_text", "negative_text")
_REPEAT_KEYS = ("delivery_day", "hotel_name", "hotel_address", *_TEXTS, "score", "reviewer_country_name", "tags",
                "posted_day", "posted_at")  # fmt: skip
_UNSEEN = r"[\p{Cc}\p{Cf}\p{Co}\p{Cn}]+"  # control and formatting signs, byte-order marks, zero-width joiners


def clean(reviews: pl.DataFrame, settings: ReviewSettings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clean reviews in stored order, and the rows set aside with their reason.

    Args:
        reviews: ``masked_reviews`` rows of any number of days.
        settings: of the room.

    Returns:
        frame of ``CLEAN_REVIEWS``; frame (delivery_day, row_id, reason).
    """
    texts = reviews.with_columns(clean_text(pl.col(name), settings.placeholders).alias(name) for name in _TEXTS)
    texts = texts.with_columns(joined_text().alias("text"))
    texts = texts.with_columns(treated_text(pl.col("text"), settings.text_treatment).alias("text"))
    languages = languages_of(
        texts.select(_languages_input())["text"].to_list(), settings.english_share, settings.language_certainty
    )
    is_repeat = (pl.int_range(pl.len()).over(_REPEAT_KEYS) > 0).alias("is_repeat")
    judged = texts.with_columns(pl.Series("language", languages, dtype=pl.String), is_repeat).with_columns(
        pl.when(~has_words(pl.col("text")))
        .then(pl.lit("no_text"))
        .when(pl.col("is_repeat"))
        .then(pl.lit("repeat"))
        .when(pl.col("language") != ENGLISH)
        .then(pl.lit("language"))
        .alias("reason")
    )
    set_aside = judged.filter(pl.col("reason").is_not_null()).select(
        "delivery_day", pl.col("review_id").alias("row_id"), "reason"
    )
    kept = judged.filter(pl.col("reason").is_null())
    named = kept.with_columns(current_names(kept["hotel_name"], settings.hotel_aliases))
    return CLEAN_REVIEWS.conform(_described(named)), set_aside


def _described(kept: pl.DataFrame) -> pl.DataFrame:
    described = pl.concat(
        [
            kept,
            hotel_columns(kept["hotel_name"], kept["hotel_address"]),
            tag_columns(kept["tags"]),
            pl.DataFrame({"reviewer_country": country_codes(kept["reviewer_country_name"])}),
        ],
        how="horizontal",
    )
    counted = described.with_columns(pl.col("text").str.count_matches(WORD_PATTERN).cast(pl.Int32).alias("token_count"))
    return counted.select(CLEAN_REVIEWS.names)


def clean_text(text: pl.Expr, placeholders: tuple[str, ...]) -> pl.Expr:
    """Text in Unicode NFKC, without unseen signs, blanks collapsed; null for a placeholder or no letter or digit."""
    plain = text.str.normalize("NFKC").str.replace_all(_UNSEEN, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    is_placeholder = plain.str.to_lowercase().str.strip_chars(" .!").is_in(list(placeholders))
    return pl.when(has_words(plain) & ~is_placeholder).then(plain)


def has_words(text: pl.Expr) -> pl.Expr:
    """Whether a text holds a letter or a digit; null counts as no."""
    return text.str.contains(r"[\p{L}\p{N}]").fill_null(value=False)


def joined_text() -> pl.Expr:
    """``title. positive. negative`` of the parts that are there; empty where there are none."""
    ended = [
        pl.when(pl.col(name).str.contains(r"[.!?…]$")).then(pl.col(name)).otherwise(pl.col(name) + ".")
        for name in _TEXTS
    ]
    return pl.concat_str(ended, separator=" ", ignore_nulls=True)


def treated_text(text: pl.Expr, treatment: str) -> pl.Expr:
    """The text as it is embedded.

    Args:
        text: joined, cleaned text.
        treatment: ``ours`` leaves it; ``paper`` lower-cases, removes punctuation and English stop words
            (paper 001, text preprocessing).
    """
    if treatment == "ours":
        return text
    words = text.str.to_lowercase().str.extract_all(WORD_PATTERN)
    return words.list.eval(pl.element().filter(~pl.element().is_in(sorted(STOP_WORDS)))).list.join(" ")


def _languages_input() -> pl.Expr:
    """Language is told from the untreated text: stop words are the evidence."""
    return joined_text().alias("text")
