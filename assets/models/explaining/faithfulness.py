"""Whether explanations are faithful: taking away what they call important must move predictions more than chance.

Source:
    Samek et al. (2017), doi:10.1109/TNNLS.2016.2599820 (deletion); DeYoung et al. (2020), ERASER,
    doi:10.18653/v1/2020.acl-main.408 (comprehensiveness of words).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import ExampleArrays
from assets.models.examples.prediction import FittedModel
from assets.models.explaining.shapley import PLAYERS, TEXT_PLAYER, mixed

REMOVED: tuple[int, ...] = (1, 2, 3, 5, 8)  # parts taken away at a time
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """How far predictions move when parts are taken away.

    Attributes:
        removed: parts taken away, (k,).
        important: (n, k) absolute movement, currency units, the parts called most important taken away.
        random: (n, k) the same for random parts, mean over draws.
    """

    removed: tuple[int, ...]
    important: Floats
    random: Floats


def deletion_test(
    model: FittedModel,
    data: ExampleArrays,
    influence: Floats,
    background: ExampleArrays,
    rng: np.random.Generator,
    *,
    draws: int,
    is_text_read: bool,
) -> Deletion:
    """Movement of predictions when players are replaced by the background's values.

    Args:
        model: what was explained.
        data: (n) explained rows.
        influence: (n, len(PLAYERS)) Shapley values; the largest in size count as important.
        background: rows whose values stand in, other ones than the values were computed with; the movement is
            that of the mean prediction over all of them.
        rng: of the random parts.
        draws: random sets per row and size.
        is_text_read: whether the text counts as a part that may be taken away.
    """
    players = np.array([index for index, name in enumerate(PLAYERS) if is_text_read or name != TEXT_PLAYER])
    removed = tuple(size for size in REMOVED if size < len(players))
    before = model.predict(data).value
    ranked = players[np.argsort(-np.abs(influence[:, players]), axis=1, kind="stable")]  # (n, players)
    shuffled = [rng.permuted(np.tile(players, (len(data), 1)), axis=1) for _ in range(draws)]

    def moved(order: NDArray[np.int64], size: int) -> Floats:
        is_kept = np.ones((len(data), len(PLAYERS)), dtype=bool)
        np.put_along_axis(is_kept, order[:, :size], values=False, axis=1)
        return np.abs(_mean_without(model, data, background, is_kept) - before)

    important = [moved(ranked, size) for size in removed]
    random = [np.mean([moved(order, size) for order in shuffled], axis=0) for size in removed]
    return Deletion(removed=removed, important=_columns(important, data), random=_columns(random, data))


def _columns(columns: list[Floats], data: ExampleArrays) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((len(data), 0))


def _mean_without(
    model: FittedModel, data: ExampleArrays, background: ExampleArrays, is_kept: NDArray[np.bool_]
) -> Floats:
    number = len(background)
    rows, partners = np.repeat(np.arange(len(data)), number), np.tile(np.arange(number), len(data))
    many = mixed(data.take(rows), background.take(partners), np.repeat(is_kept, number, axis=0))
    return model.predict(many).value.reshape(len(data), number).mean(axis=1)


def word_deletion(
    predict: Callable[[Sequence[str]], Floats],
    text: str,
    ranked: Sequence[str],
    rng: np.random.Generator,
    *,
    draws: int,
) -> Deletion | None:
    """Movement of one prediction when words are taken out of its text.

    Args:
        predict: texts -> (n,) predictions, all else fixed.
        text: what the guest wrote.
        ranked: its words by importance, most important first.
        rng: of the random words.
        draws: random sets per size.

    Returns:
        One row; sizes that would take away more than half of the distinct words are left out. None when none is left.
    """
    own = sorted(set(words_between(text)))
    removed = tuple(size for size in REMOVED if size <= len(ranked) and 2 * size <= len(own))
    if not removed:
        return None
    texts = [text, *(without_words(text, ranked[:size]) for size in removed)]
    for size in removed:
        texts += [without_words(text, rng.choice(own, size, replace=False).tolist()) for _ in range(draws)]
    moved = np.abs(np.asarray(predict(texts), dtype=np.float64) - float(predict([text])[0]))
    important, random = moved[1 : len(removed) + 1], moved[len(removed) + 1 :].reshape(len(removed), draws)
    return Deletion(removed=removed, important=important[None, :], random=random.mean(axis=1)[None, :])


BETWEEN_WORDS = r"[^\w']+"  # of any script; "don't" stays one word


def words_between(text: str) -> list[str]:
    """The words of a text in order, as written."""
    return [word for word in re.split(BETWEEN_WORDS, text) if word]


def without_words(text: str, words: Sequence[str]) -> str:
    """The text without every occurrence of the words, the rest as written."""
    if not words:
        return text
    any_of = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<![\w'])(?:{any_of})(?![\w'])", "", text)
