"""What a report is made from: frames and figures of the earlier rooms. Everything may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.models.estimators.registry import NAIVE
from assets.reports.telling.absence import Presence
from assets.reports.telling.run import RunHeader
from assets.reports.telling.wording import Estimate

__all__ = ["PROTOCOLS", "SEGMENTS", "ReportInputs", "RunHeader"]
PROTOCOLS: tuple[str, ...] = ("prospective_cv", "prospective_holdout", "observed")  # the honest ones first


@dataclass(frozen=True, kw_only=True)
class ReportInputs:
    """Everything that the editions and the results are built from.

    Attributes:
        run: what was run.
        privacy: ``k``, ``batch``, ``min_class_size``, ``withheld``, ``rows``, ``ncp``, ``average_class_size``,
            ``epsilon_budget``, ``epsilon_spent``; ``ncp_by_column`` and ``spent_by_period`` as mappings.
        alignment: ``window_days``, ``candidates``, ``stays``, ``pairs``, ``paired_share``, ``weights_identified``,
            ``threshold``; with a known truth ``precision``, ``recall``, ``f1``, ``oracle_f1``, ``calibration_error``.
        customers: rows of ``customers``.
        examples: rows of ``examples`` (without vectors).
        models: ``protocol``, ``model``, ``metric``, ``value``, ``low``, ``high`` (bounds may be null).
        costs: ``protocol``, ``model``, ``parameters``, ``train_seconds``, ``predict_seconds``.
        best: protocol -> best model.
        predictions: ``protocol``, ``model``, ``pseudo_customer_id``, ``target``, ``prediction``, ``gate`` (null).
        significance: ``a``, ``b``, ``difference`` with ``low``, ``high``, ``p_corrected``, ``p_t``, ``p_wilcoxon``,
            ``effect``.
        groups: ``grouping``, ``group``, ``n``, ``mae``, ``bias``: errors by country group and channel.
        segments: ``segment``, ``metric``, ``value``: accuracy of the fusion model by value segment.
        permutation: ``real``, ``shuffled``, ``without_text`` (Estimates), ``metric``, ``p``.
        ablations: variant -> metric -> Estimate.
        advice: which model to take, and why.
        embeddings: tier -> ``reviews``, ``reviews_per_second``, ``dimensions``.
        scores: rows of ``customer_scores``.
        hyperparameters: name -> value of the fusion model.
        not_run: results path -> reason, for what was left out.
        presence: how much of each thing there is, to say why something is not.
    """

    run: RunHeader
    privacy: Mapping[str, Any] | None = None
    alignment: Mapping[str, Any] | None = None
    customers: pl.DataFrame | None = None
    examples: pl.DataFrame | None = None
    models: pl.DataFrame | None = None
    costs: pl.DataFrame | None = None
    best: Mapping[str, str] = field(default_factory=dict)
    predictions: pl.DataFrame | None = None
    significance: pl.DataFrame | None = None
    groups: pl.DataFrame | None = None
    segments: pl.DataFrame | None = None
    permutation: Mapping[str, Any] | None = None
    ablations: Mapping[str, Mapping[str, Estimate]] | None = None
    advice: str = ""
    embeddings: Mapping[str, Mapping[str, float]] | None = None
    scores: pl.DataFrame | None = None
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    not_run: Mapping[str, str] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)

    @property
    def horizon_days(self) -> int | None:
        """Days that a forecast looks ahead; None before there are forecasts."""
        if self.examples is None or "horizon_days" not in self.examples.columns:
            return None
        ahead = self.examples.filter(pl.col("protocol") == "prospective")["horizon_days"]
        return int(ahead.max()) if len(ahead) else None  # type: ignore[arg-type]

    @property
    def customers_with_text(self) -> int | None:
        """Examples that have a paired review; None where that is not known."""
        if self.examples is None or "has_text" not in self.examples.columns:
            return None
        return int(self.examples["has_text"].sum())

    def estimate(self, protocol: str, model: str, metric: str) -> Estimate | None:
        """One cell of the model table; None where the model was not evaluated."""
        if self.models is None:
            return None
        rows = self.models.filter(
            (pl.col("protocol") == protocol) & (pl.col("model") == model) & (pl.col("metric") == metric)
        )
        if rows.is_empty():
            return None
        row = rows.row(0, named=True)
        return Estimate(row["value"], row["low"], row["high"])

    def models_of(self, protocol: str) -> list[str]:
        """Models evaluated under a protocol: the reference first, then by R², best first."""
        if self.models is None:
            return []
        rows = self.models.filter((pl.col("protocol") == protocol) & (pl.col("metric") == "r2"))
        ordered = rows.sort("value", "model", descending=[True, False], nulls_last=True)["model"].to_list()
        return sorted(ordered, key=lambda model: model != NAIVE)
