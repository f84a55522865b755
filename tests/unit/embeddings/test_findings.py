"""What the embeddings room measures of itself."""

from collections.abc import Sequence

from assets.common.findings import nest
from assets.embeddings.findings import embedding_finding_rows


class Encoder:
    dimensions = 3

    def encode(self, texts: Sequence[str]) -> None:
        assert texts


def test_speed_is_texts_by_seconds() -> None:
    ticks = iter([10.0, 12.0])
    tree = nest(embedding_finding_rows(50, ["a"] * 8, "static", Encoder(), lambda: next(ticks)))
    assert tree == {"embeddings": {"static": {"reviews": 50, "dimensions": 3, "reviews_per_second": 4}}}


def test_no_text_no_speed() -> None:
    assert nest(embedding_finding_rows(0, [], "static", Encoder())) == {
        "embeddings": {"static": {"reviews": 0, "dimensions": 3}}
    }
