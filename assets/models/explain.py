"""Why a model predicts what it predicts: exact TreeSHAP for the trees, a text function for LIME.

LIME itself and the pictures belong to the reports room.
"""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.baselines import BoostedTrees
from assets.models.dataset import BEHAVIOUR_COLUMNS, TEXT_EXTRAS, ExampleArrays
from assets.models.training import FittedNetwork
from resources.errors import ContractError


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
    model: FittedNetwork, row: ExampleArrays, encode: Callable[[Sequence[str]], NDArray[np.float32]]
) -> Callable[[Sequence[str]], NDArray[np.float64]]:
    """A function from texts to predicted value with everything but the text held fixed, as LIME asks for.

    Args:
        model: a network that reads text.
        row: one example; its behaviour, polarity and score stay as they are.
        encode: texts -> (n, d) embeddings by the encoder of the examples.

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
    extras = row.text[0, -len(TEXT_EXTRAS) :]  # (2,) polarity, score

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        vectors = np.asarray(encode(texts), dtype=np.float32)  # (n, d)
        if vectors.shape != (len(texts), row.text.shape[1] - len(TEXT_EXTRAS)):
            message = f"encoder gave {vectors.shape}, expected ({len(texts)}, {row.text.shape[1] - len(TEXT_EXTRAS)})"
            raise ContractError(message + "; use the encoder that made the examples")
        many = row.take(np.zeros(len(texts), dtype=np.int64))
        text = np.concatenate([vectors, np.broadcast_to(extras, (len(texts), len(extras)))], axis=1)
        fields = {name: getattr(many, name) for name in many.__dataclass_fields__}
        return model.predict(
            ExampleArrays(**{**fields, "text": text, "has_text": np.ones(len(texts), dtype=bool)})
        ).value

    return predict
