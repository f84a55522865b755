"""What end-to-end training reads: the reviews behind each example, as word pieces, with their shares in its text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.lifetime_value import current_rows
from assets.models.examples.dataset import TEXT_EXTRAS, ExampleArrays
from assets.models.examples.text_block import known_reviews, text_links
from resources.errors import ContractError

_LINKS = pl.Schema({"row": pl.Int64(), "text": pl.String(), "weight": pl.Float64()})


@dataclass(frozen=True, kw_only=True)
class TextLinks:
    """Which texts stand behind which example.

    Attributes:
        texts: distinct texts.
        rows: number of examples.
        row: (links,) of the example, ascending.
        text: (links,) position in ``texts``.
        share: (links,) float32 share in the example's text; those of an example sum to 1.
    """

    texts: tuple[str, ...]
    rows: int
    row: NDArray[np.int64]
    text: NDArray[np.int64]
    share: NDArray[np.float32]

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """(rows,) whether any text stands behind an example."""
        return np.bincount(self.row, minlength=self.rows) > 0

    def take(self, rows: NDArray[np.int64]) -> "TextLinks":
        """Links of the chosen examples, in the order asked for; the texts stay as they are."""
        starts = np.searchsorted(self.row, rows, side="left")
        counts = np.searchsorted(self.row, rows, side="right") - starts
        new = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(len(new)) - np.repeat(np.cumsum(counts) - counts, counts)
        at = np.repeat(starts, counts) + within
        return replace(self, rows=len(rows), row=new, text=self.text[at], share=self.share[at])

    def dense(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positions of the texts in use (t,), and the shares (rows, t) that make the examples' texts of them.

        Without any text one stands in, of no share: every process then has something for the encoder to read.
        """
        used, column = np.unique(self.text, return_inverse=True)
        if not len(used):
            return np.zeros(1, dtype=np.int64), np.zeros((self.rows, 1), dtype=np.float32)
        shares = np.zeros((self.rows, len(used)), dtype=np.float32)
        shares[self.row, column] = self.share
        return used, shares

    def means(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(rows, d) weighted mean of the vectors (texts, d) behind each example; zeros without a text."""
        means = np.zeros((self.rows, vectors.shape[1]))
        if len(self.row):
            starts = np.flatnonzero(np.diff(self.row, prepend=-1))
            parts = self.share[:, None].astype(np.float64) * vectors[self.text]
            means[self.row[starts]] = np.add.reduceat(parts, starts, axis=0)
        return means.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class LinkedExamples:
    """Examples with the texts behind them.

    Attributes:
        arrays: the examples; of their text only polarity and score are read.
        links: to the texts.
        pieces: word pieces of each text, special ones included.
        padding: word piece that fills up a batch.
    """

    arrays: ExampleArrays
    links: TextLinks
    pieces: Sequence[Sequence[int]]
    padding: int = 0

    def __len__(self) -> int:
        return len(self.arrays)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "LinkedExamples":
        """The chosen examples, in the order asked for."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        return replace(self, arrays=self.arrays.take(chosen), links=self.links.take(chosen))

    def with_vectors(self, vectors: NDArray[np.float32]) -> ExampleArrays:
        """The examples as arrays, their texts made of these vectors.

        Args:
            vectors: (texts, d) float32, one per text of ``links``; those of texts that nothing reads may be anything.
        """
        extras = self.arrays.text[:, -len(TEXT_EXTRAS) :]
        return replace(self.arrays, text=np.hstack([self.links.means(vectors), extras]).astype(np.float32))


def word_pieces(texts: Sequence[str], tokenizer: str, most: int) -> list[list[int]]:
    """Word pieces of each text, special ones included.

    Args:
        texts: (n,).
        tokenizer: in the JSON form of the library ``tokenizers``.
        most: pieces of a text; longer texts are cut.
    """
    from tokenizers import Tokenizer

    reader = Tokenizer.from_str(tokenizer)
    reader.no_padding()
    reader.enable_truncation(most)
    return [item.ids for item in reader.encode_batch(list(texts))]


def linked_texts(
    examples: pl.DataFrame, bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, most: int
) -> TextLinks:
    """The reviews behind each example, by the rules of ``text_block``: nothing that came after its day is read.

    Args:
        examples: rows of one protocol and split of the examples table; a customer occurs once per day.
        bookings: published bookings.
        pairs: booking_review_pairs.
        reviews: ``review_table`` with ``text``.
        most: reviews of an example that are read, those of the highest match probability; the shares are of these.

    Raises:
        ContractError: the stored examples have text where the stored pairs give none, or the other way round.
    """
    placed = examples.select("pseudo_customer_id", "as_of", "has_text").with_columns(row=pl.int_range(pl.len()))
    parts = [_LINKS.to_frame()]
    for (day,), rows in placed.group_by("as_of", maintain_order=True):
        known = known_reviews(reviews, day)
        customers = current_rows(bookings, day).select("booking_id", "pseudo_customer_id")
        links = text_links(customers, pairs, known, day)
        weights = links.group_by("pseudo_customer_id", "position").agg(pl.col("weight").sum())
        read = weights.join(rows.select("pseudo_customer_id", "row"), on="pseudo_customer_id")
        read = read.sort("row", "weight", "position", descending=[False, True, True])
        read = read.filter(pl.int_range(pl.len()).over("row") < most).join(known.select("position", "text"), "position")
        parts.append(read.select(_LINKS.names()).cast(_LINKS))
    return _numbered(pl.concat(parts), placed)


def _numbered(links: pl.DataFrame, placed: pl.DataFrame) -> TextLinks:
    # One text behind an example twice (a review posted again, word for word) is one text with both weights.
    once = links.group_by("row", "text").agg(pl.col("weight").sum()).sort("row", "text")
    texts = once.select(pl.col("text").unique().sort()).with_row_index("code")
    once = once.join(texts, on="text", maintain_order="left").with_columns(
        share=pl.col("weight") / pl.col("weight").sum().over("row")
    )
    numbered = TextLinks(
        texts=tuple(texts["text"].to_list()),
        rows=placed.height,
        row=once["row"].to_numpy().astype(np.int64),
        text=once["code"].to_numpy().astype(np.int64),
        share=once["share"].to_numpy().astype(np.float32),
    )
    differ = int((numbered.has_text != placed["has_text"].to_numpy().astype(bool)).sum())
    if differ:
        message = f"of {placed.height} stored examples {differ} have text where the stored pairs say otherwise"
        raise ContractError(
            message + "; tables of different runs lie side by side: run the chain again (stayworth run)"
        )
    return numbered
