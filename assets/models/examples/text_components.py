"""The text in few columns: leading components of the embeddings, found in the training part.

256 embedding columns that only a tenth of the customers have are learned by heart: by trees, and by networks as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import TEXT_EXTRAS, ExampleArrays

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class TextComponents:
    """A fitted projection of embeddings.

    Attributes:
        mean: (d,) of the training rows with text.
        axes: (d, components) orthonormal, largest variance first; the sign makes the largest entry positive.
    """

    mean: Floats
    axes: Floats

    def features(self, data: ExampleArrays) -> Floats:
        """(n, components + 3): components, polarity, score / 10, mask; zeros without text."""
        width = data.text.shape[1] - len(TEXT_EXTRAS)
        text = data.text.astype(np.float64)
        columns = np.column_stack([(text[:, :width] - self.mean) @ self.axes, text[:, width:], np.ones(len(data))])
        return columns * data.has_text[:, None]


def fit_text_components(data: ExampleArrays, components: int) -> TextComponents:
    """Principal components of the training rows with text.

    Args:
        data: training rows.
        components: at most; fewer where there are fewer dimensions or rows with text.
    """
    width = data.text.shape[1] - len(TEXT_EXTRAS)
    text = data.text[data.has_text, :width].astype(np.float64)
    mean = text.mean(axis=0) if len(text) else np.zeros(width)
    number = min(components, width, max(len(text) - 1, 0))
    _, vectors = np.linalg.eigh((text - mean).T @ (text - mean)) if number else (None, np.zeros((width, 0)))
    axes = vectors[:, ::-1][:, :number]
    if number:
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(number)])
    return TextComponents(mean=mean, axes=axes)
