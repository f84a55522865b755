"""What the weights of the anomaly score are judged on: every review that could enter a text, with its stored parts.

A text block is a weighted mean over reviews, so leaving reviews out needs no second reading of the tables: the links
between examples and reviews are made once, and each configuration only changes which of them count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.alignment.links import links_at
from assets.common.versions import latest_versions
from assets.customers.lifetime_value import current_rows
from assets.customers.protocols import PROSPECTIVE
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS
from assets.reviews.contract import PARTS

OFF = 2.0  # a threshold above every score: no filter
_DECIMALS = 6
Floats = NDArray[np.float64]
Weights = tuple[float, float, float]


@dataclass(frozen=True)
class Configuration:
    """Weights of contradiction, duplication and timing, and the threshold above which a review is left out."""

    weights: Weights
    tau: float

    @property
    def distance(self) -> float:
        """From uniform weights: of two that serve equally well, the simpler is taken."""
        return sum(abs(weight - 1 / 3) for weight in self.weights)


@dataclass(frozen=True)
class Evidence:
    """What the configurations are judged on, row for row.

    Attributes:
        customers: (n,) ids of the examples.
        behaviour: (n, features) signed logarithms of the behaviour block.
        target: (n,) currency units.
        row: (n_links,) example of each link between an example and a review.
        review: (n_links,) place of the review.
        weight: (n_links,) match probability.
        content: (n_reviews, features) polarity, score, leading components of the text.
        parts: timing -> (n_reviews, 3) scaled parts.
    """

    customers: NDArray[np.str_]
    behaviour: Floats
    target: Floats
    row: NDArray[np.int64]
    review: NDArray[np.int64]
    weight: Floats
    content: Floats
    parts: Mapping[str, Floats]

    def kept(self, configuration: Configuration, timing: str) -> NDArray[np.bool_]:
        """(n_reviews,) reviews whose score does not pass the threshold."""
        return (self.parts[timing] * np.array(configuration.weights)).sum(axis=1) <= configuration.tau

    def features(self, kept: NDArray[np.bool_]) -> Floats:
        """(n, features) behaviour, whether there is text, and its weighted mean over the reviews kept."""
        use = kept[self.review]
        row, weight, number = self.row[use], self.weight[use], len(self.target)
        total = np.bincount(row, weights=weight, minlength=number)
        scale = np.where(total > 0, total, 1.0)
        means = [
            np.bincount(row, weights=weight * column[self.review[use]], minlength=number) / scale
            for column in self.content.T
        ]
        return np.column_stack([self.behaviour, total > 0, *means]).astype(np.float64)


def evidence_of(
    examples: pl.DataFrame, bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, components: int
) -> Evidence:
    """Examples of the cross-validation origins with every review that could enter their text.

    Args:
        examples: the examples table.
        bookings: published bookings.
        pairs: booking_review_pairs, or links of both kinds (``links_of``).
        reviews: :func:`scored_reviews`.
        components: leading components of the embeddings, found on the reviews delivered by the first origin.
    """
    rows = examples.filter((pl.col("protocol") == PROSPECTIVE) & (pl.col("split") == "cv"))
    rows = rows.sort("as_of", "pseudo_customer_id").with_row_index("row")
    origins = rows["as_of"].unique().sort().to_list()
    links = [_links(rows.filter(pl.col("as_of") == day), bookings, pairs, reviews, day) for day in origins]
    schema = {"row": pl.Int64, "place": pl.Int64, "weight": pl.Float64}
    joined = pl.concat([pl.DataFrame(schema=schema), *(link.cast(schema) for link in links)])  # type: ignore[arg-type]
    known = (reviews["delivery_day"] <= origins[0]).to_numpy() if origins else np.zeros(reviews.height, dtype=bool)
    behaviour = rows.select(BEHAVIOUR_COLUMNS).to_numpy().astype(np.float64)
    return Evidence(
        customers=rows["pseudo_customer_id"].to_numpy().astype(str),
        behaviour=np.sign(behaviour) * np.log1p(np.abs(behaviour)),
        target=rows["target_clv"].to_numpy().astype(np.float64),
        row=joined["row"].to_numpy(),
        review=joined["place"].to_numpy(),
        weight=joined["weight"].to_numpy(),
        content=_content(reviews, known, components),
        parts=_scaled(reviews, known),
    )


def scored_reviews(
    embeddings: pl.DataFrame, anomalies: pl.DataFrame, parts: pl.DataFrame, clean: pl.DataFrame
) -> pl.DataFrame:
    """Every version of a review with its embedding, polarity, score and stored parts, none left out; with a place.

    Args:
        embeddings: review_embeddings.
        anomalies: review_anomalies, for the scaled parts.
        parts: review_anomaly_parts, for polarity and the paper's timing.
        clean: clean_reviews, for the score.
    """
    version = ["review_id", "delivery_day"]
    table = embeddings.select(*version, "embedding").unique(version, keep="first")
    for frame, columns in (
        (anomalies, PARTS),
        (parts, ("polarity_text", "timing_paper_raw")),
        (clean, ("score",)),
    ):
        table = table.join(frame.select(*version, *columns).unique(version, keep="first"), on=version)
    return table.sort(version).with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))


def _links(
    rows: pl.DataFrame, bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, day: date
) -> pl.DataFrame:
    """Example, review and match probability of every pair known at the origin."""
    decided = links_at(pairs, day).filter(pl.col("match_probability") > 0.0)
    known = latest_versions(reviews, "review_id", day).select("review_id", "place")
    customers = current_rows(bookings, day).select("booking_id", "pseudo_customer_id")
    return (
        decided.select("booking_id", "review_id", weight="match_probability")
        .join(customers, on="booking_id")
        .join(rows.select("row", "pseudo_customer_id"), on="pseudo_customer_id")
        .join(known, on="review_id")
        .sort("row", "place", "booking_id")
        .select("row", "place", "weight")
    )


def _content(reviews: pl.DataFrame, known: NDArray[np.bool_], components: int) -> Floats:
    columns = [reviews["polarity_text"].to_numpy(), reviews["score"].to_numpy() / 10.0]
    if known.any():
        vectors = reviews["embedding"].explode().to_numpy().astype(np.float64).reshape(reviews.height, -1)
        centred = vectors - vectors[known].mean(axis=0)
        _, axes = np.linalg.eigh(centred[known].T @ centred[known])  # ascending
        columns += list((centred @ axes[:, ::-1][:, :components]).T)
    return np.round(np.column_stack(columns).astype(np.float64), _DECIMALS)


def _scaled(reviews: pl.DataFrame, known: NDArray[np.bool_]) -> dict[str, Floats]:
    """Stored parts; under ``paper`` its timing takes the place of ours, min-max scaled on the first origin's past."""
    ours = reviews.select(PARTS).to_numpy().astype(np.float64).reshape(-1, len(PARTS))
    raw = reviews["timing_paper_raw"].to_numpy().astype(np.float64)
    top = float(raw[known].max()) if known.any() else 1.0
    paper = ours.copy()
    paper[:, PARTS.index("timing")] = np.clip(raw / (top or 1.0), 0.0, 1.0)
    return {"ours": ours, "paper": paper}
