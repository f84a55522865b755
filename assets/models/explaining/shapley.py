"""Why a model predicts what it predicts: TreeSHAP, Shapley values with the text as one player, texts for LIME.

LIME itself and the pictures belong to the reports room; whether explanations are faithful, to ``faithfulness``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, TEXT_EXTRAS, ExampleArrays
from assets.models.examples.prediction import FittedModel
from assets.models.networks.training import FittedNetwork
from resources.errors import ContractError

TEXT_PLAYER = "text"  # embedding, polarity, score and mask together: the text branch as a whole
PLAYERS: tuple[str, ...] = (*BEHAVIOUR_COLUMNS, TEXT_PLAYER)


@dataclass(frozen=True, kw_only=True)
class ShapleyValues:
    """Shapley values of single predictions.

    Attributes:
        values: (n, len(PLAYERS)) currency units; the last player is the text as a whole.
        base: (n,) mean prediction over the background; base plus the row's values is its prediction.
    """

    values: NDArray[np.float64]
    base: NDArray[np.float64]


def mixed(data: ExampleArrays, background: ExampleArrays, is_kept: NDArray[np.bool_]) -> ExampleArrays:
    """Rows whose kept players are their own and whose others come from the background.

    Args:
        data: n rows.
        background: n rows, the partner of each row.
        is_kept: (n, len(PLAYERS)) or (1, len(PLAYERS)).
    """
    text = np.broadcast_to(is_kept[:, -1], (len(data),))
    return replace(
        data,
        behaviour=np.where(is_kept[:, :-1], data.behaviour, background.behaviour),
        text=np.where(text[:, None], data.text, background.text),
        has_text=np.where(text, data.has_text, background.has_text),
    )


def shapley_values(
    model: FittedModel, data: ExampleArrays, background: ExampleArrays, rng: np.random.Generator
) -> ShapleyValues:
    """Sampled Shapley values of every behaviour feature and of the text as one player.

    Two orders of the players, one the other reversed, are drawn per row of the background, and every row of the data
    walks both: the steps of a walk add up to prediction minus background exactly, whatever the sample.

    Args:
        model: any model; the trees give the text nothing, since they do not read it.
        data: rows to explain.
        background: rows that stand for "not known"; more of them, less sampling error.
        rng: of the orders.

    Raises:
        ContractError: no background.

    Source:
        Strumbelj & Kononenko (2014), doi:10.1007/s10115-013-0679-x (permutation sampling, interventional);
        Mitchell et al. (2022), JMLR 23(43) (antithetic pairs).
    """
    if not len(background):
        message = "Shapley values need at least one background row, got none; take some training rows"
        raise ContractError(message)
    number, width = len(data), len(PLAYERS)
    values, base = np.zeros((number, width)), np.zeros(number)
    walks = 2 * len(background)
    for index in range(len(background)):
        order = rng.permutation(width)
        for walk in (order, order[::-1]):
            along = _walk(model, data, background.take(np.full(number, index)), walk)  # (width + 1, n)
            values[:, walk] += np.diff(along, axis=0).T / walks
            base += along[0] / walks
    return ShapleyValues(values=values, base=base)


def _walk(
    model: FittedModel, data: ExampleArrays, partner: ExampleArrays, order: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(len(order) + 1, n) predictions while the players return to the data's values one by one."""
    steps = len(order) + 1
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    is_kept = place[None, :] < np.arange(steps)[:, None]  # (steps, players)
    rows = np.tile(np.arange(len(data)), steps)
    many = mixed(data.take(rows), partner.take(rows), np.repeat(is_kept, len(data), axis=0))
    return model.predict(many).value.reshape(steps, len(data))


def shap_values(trees: BoostedTrees, data: ExampleArrays) -> pl.DataFrame:
    """Exact SHAP values of the trees, in currency units.

    Args:
        trees: LightGBM over the behaviour block.
        data: rows to explain.

    Returns:
        pseudo_customer_id, as_of, base, and one column per behaviour feature, in row order; base plus the
        contributions is the raw prediction (before negative values are cut).

    Source:
        Lundberg et al. (2020), doi:10.1038/s42256-019-0138-9; paper 001, section 2.12.
    """
    values = trees.contributions(data)
    columns = {name: values[:, index] for index, name in enumerate(BEHAVIOUR_COLUMNS)}
    head = {"pseudo_customer_id": data.customers, "as_of": data.as_of, "base": values[:, -1]}
    return pl.DataFrame({**head, **columns})


def global_importance(shap: pl.DataFrame) -> pl.DataFrame:
    """Mean absolute SHAP value per feature, largest first: feature, mean_abs_shap (currency units)."""
    means = [float(np.abs(shap[name].to_numpy()).mean()) if shap.height else 0.0 for name in BEHAVIOUR_COLUMNS]
    table = pl.DataFrame({"feature": BEHAVIOUR_COLUMNS, "mean_abs_shap": means})
    return table.sort("mean_abs_shap", "feature", descending=[True, False])


def predict_from_texts(
    model: FittedNetwork,
    row: ExampleArrays,
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    *,
    used: str | None = None,
    share: float = 1.0,
) -> Callable[[Sequence[str]], NDArray[np.float64]]:
    """A function from texts to predicted value with everything but the text held fixed, as LIME asks for.

    Args:
        model: a network that reads text.
        row: one example; its behaviour, polarity and score stay as they are.
        encode: texts -> (n, d) embeddings by the encoder of the examples.
        used: the text behind the row's text block that is varied; given back unchanged, the value is the row's own
            prediction. None: the texts stand for the whole block.
        share: weight of ``used`` in the row's text block, 0 to 1; the customer's other reviews stay as they are.

    Returns:
        texts -> (n,) currency units.

    Raises:
        ContractError: ``row`` is not exactly one example, or (when called) the encoder has another width.

    Source:
        Ribeiro et al. (2016), doi:10.1145/2939672.2939778; paper 001, section 2.12.
    """
    if len(row) != 1:
        message = f"one example is explained at a time, got {len(row)}; take one row"
        raise ContractError(message)
    width = row.text.shape[1] - len(TEXT_EXTRAS)
    extras = row.text[0, width:]  # (2,) polarity, score
    start = np.zeros(width, dtype=np.float32)
    if used is not None:
        start = row.text[0, :width] - share * _encoded(encode, [used], width)[0]

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        vectors = start + (1.0 if used is None else share) * _encoded(encode, texts, width)  # (n, d)
        text = np.concatenate([vectors, np.broadcast_to(extras, (len(texts), len(extras)))], axis=1).astype(np.float32)
        many = row.take(np.zeros(len(texts), dtype=np.int64))
        return model.predict(replace(many, text=text, has_text=np.ones(len(texts), dtype=bool))).value

    return predict


def _encoded(
    encode: Callable[[Sequence[str]], NDArray[np.float32]], texts: Sequence[str], width: int
) -> NDArray[np.float32]:
    vectors = np.asarray(encode(texts), dtype=np.float32)
    if vectors.shape != (len(texts), width):
        message = f"encoder gave {vectors.shape}, expected ({len(texts)}, {width})"
        raise ContractError(message + "; use the encoder that made the examples")
    return vectors
