"""How well links of known truth come out without labels on real rows: Olist's orders and reviews, the order hidden.

Brazilian E-Commerce Public Dataset by Olist (CC BY-NC-SA 4.0, on Kaggle as `olistbr/brazilian-ecommerce`; here
`orders.parquet` with the customer's state, and `order_reviews.parquet`). An order stands for a stay, its delivery for
the check-out, the customer's state for the country, and the state of the review's order, which the review itself would
tell, for the reviewer's nationality. Nothing else is compared. The order's number is on the review: it is hidden, and
looked at for the judgement only. Orders without a known state are left out, and their reviews with them: there is
nothing to compare.

Exact values are given to the alignment as labels of one level and no width. Weights are learned without a label from
the orders delivered before the last quarter of them; the last quarter is kept for the check, and both are reported.
Surveys go out on the day after the delivery, so the delays are learned in free form (`alignment.delay_shape`); the
falling form, the default, stands beside. Precision and share are of reviews, by the probability of their best
candidate, one-to-one; the calibration error of the best candidate is the mean distance of predicted and observed share
in tenths. Intervals: 95 %, weeks of posting drawn anew.

Two controls. An oracle that counts the true links of the judged part (delays, coverage) must do at least as well by the
mean logarithm of the probability that it gives to the truth. Reviewers' states dealt out anew among the reviews must
lose: with the learned weights, and learned again.

    python -m benchmarks.olist --data <folder>
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.candidates import build_candidates
from assets.alignment.match_probability import MatchWeights
from assets.alignment.matching import matching_probabilities
from assets.alignment.settings import FALLING, FREE, AlignmentSettings
from assets.alignment.sides import COMPLETED, REVIEW_COLUMNS, ROOMS, STAY_COLUMNS, counted
from assets.alignment.weight_learning import learn_weights
from assets.common.inputs import days_between
from assets.privacy.contract import STAYS
from assets.privacy.stays import as_labels
from benchmarks.measure import asked_for, finish

HOUSE, CITY, COUNTRY = "Olist", "São Paulo", "BRA"
WINDOW_DAYS = 14  # 98 of 100 posts after the delivery
KEPT_SHARE = 0.25  # of the orders, the last ones, for the check
LEVELS = (0.5, 0.9)
_DRAWS = 400
_ON = ["booking_id", "review_id"]
HOTELS = pl.DataFrame(
    {
        "hotel": [HOUSE],
        "hotel_name": [HOUSE],
        "city": [CITY],
        "country": [COUNTRY],
        "descriptor": [""],
        "is_city": [True],
    }
)


@dataclass(frozen=True)
class Sides:
    """Both sides of the linkage, and the truth, which only the judgement looks at.

    Attributes:
        stays: orders, in the columns of labels.
        reviews: of these orders.
        links: ``booking_id``, ``review_id`` of every true link.
        first_kept_day: day of delivery from which orders are kept for the check.
    """

    stays: pl.DataFrame
    reviews: pl.DataFrame
    links: pl.DataFrame
    first_kept_day: date

    def later(self, day: str) -> pl.Expr:
        """Rows of the part that is kept for the check, by a column with their day."""
        return pl.col(day) >= self.first_kept_day


def sides_of(orders: pl.DataFrame, reviews: pl.DataFrame) -> Sides:
    """Olist's tables as stays and reviews.

    Args:
        orders: ``order_id``, ``customer_state``, ``order_delivered_customer_date``; rows without one are left out.
        reviews: ``review_id``, ``order_id``, ``review_creation_date``.
    """
    end = pl.col("order_delivered_customer_date").dt.date()
    known = orders.drop_nulls(["customer_state", "order_delivered_customer_date"]).unique("order_id").sort("order_id")
    stays = known.select(
        booking_id="order_id", hotel=pl.lit(HOUSE), country="customer_state", arrival_day=end - pl.duration(days=1),
        nights=1, adults=1, children=0, reservation_status=pl.lit(COMPLETED), reserved_room_type=pl.lit("A"),
        market_segment=pl.lit("Undefined"), customer_type=pl.lit("Undefined"), delivery_day=end,
    )  # fmt: skip
    exact = stays.select(
        (pl.col(name) if name in stays.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in STAYS.schema.items()
    )
    told = reviews.unique("review_id", keep="first", maintain_order=True).join(
        known.select("order_id", "customer_state"), on="order_id", how="inner", maintain_order="left"
    )
    posted = pl.col("review_creation_date").dt.date()
    said = told.select(
        "review_id", hotel_name=pl.lit(HOUSE), hotel_city=pl.lit(CITY), hotel_country=pl.lit(COUNTRY),
        reviewer_country="customer_state", title=pl.lit(None, pl.String), text=pl.lit(""),
        trip_type=pl.lit(None, pl.String), party=pl.lit(None, pl.String), room=pl.lit(None, pl.String),
        nights=pl.lit(None, pl.Int32), posted_day=posted, delivery_day=posted,
    )  # fmt: skip
    days = stays["delivery_day"].sort()
    first_kept = days[int((1.0 - KEPT_SHARE) * len(days))]
    links = told.select("review_id", booking_id="order_id")
    labels = as_labels(exact, [name for name in STAY_COLUMNS if name != ROOMS])
    return Sides(counted(labels), counted(said).select(REVIEW_COLUMNS), links, first_kept)


def shuffled(sides: Sides, rng: np.random.Generator) -> Sides:
    """The same with the reviewers' states dealt out anew among the reviews."""
    states = sides.reviews["reviewer_country"].gather(rng.permutation(sides.reviews.height))
    return Sides(sides.stays, sides.reviews.with_columns(states), sides.links, sides.first_kept_day)


def candidates_of(sides: Sides, settings: AlignmentSettings) -> pl.DataFrame:
    """Every pair that the alignment compares."""
    ends, posts = sides.stays["delivery_day"], sides.reviews["delivery_day"]
    days = days_between(min(ends.min(), posts.min()), max(ends.max(), posts.max()))  # type: ignore[type-var,arg-type]
    return build_candidates(sides.stays, sides.reviews, HOTELS, days, settings).frame


def learned(
    sides: Sides, candidates: pl.DataFrame, settings: AlignmentSettings, *, later: bool = False, told: bool = False
) -> MatchWeights:
    """Weights from one part of the days; ``told``: counted on the true links of that part, an oracle's."""
    part = sides.later("delivery_day") == later
    links = sides.links if told else None
    weights = learn_weights(candidates.filter(part), sides.stays.filter(part), settings, links)
    assert weights is not None, "no pair at all"
    return weights


def best_candidates(sides: Sides, candidates: pl.DataFrame, weights: MatchWeights) -> pl.DataFrame:
    """One row per review: ``probability`` of its best candidate, whether it ``is_true``, and ``log_truth``.

    ``log_truth`` is the logarithm of the probability of what is true: of the true pair where it is a candidate, else of
    none of the candidates. A review without a candidate has probability 0 and is sure of it.
    """
    stay, review = (candidates[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in _ON)
    probability = matching_probabilities(stay, review, weights.score(candidates)[1])
    pairs = candidates.select(_ON).with_columns(probability=probability)
    pairs = pairs.join(sides.links.with_columns(is_true=pl.lit(value=True)), on=_ON, how="left", maintain_order="left")
    pairs = pairs.with_columns(pl.col("is_true").fill_null(value=False))
    best = pairs.sort("probability", "booking_id", descending=[True, False]).group_by("review_id", maintain_order=True)
    told = best.agg(
        pl.col("probability").first(), pl.col("is_true").first(), total=pl.col("probability").sum(),
        of_truth=pl.col("probability").filter("is_true").first(),
    )  # fmt: skip
    of_truth = pl.coalesce("of_truth", (1.0 - pl.col("total"))).clip(1e-6, 1.0)
    rows = sides.reviews.select("review_id", "posted_day").join(told, on="review_id", how="left", maintain_order="left")
    return rows.with_columns(
        pl.col("probability").fill_null(0.0), pl.col("is_true").fill_null(value=False),
        log_truth=pl.when(pl.col("total").is_not_null()).then(of_truth.log()).otherwise(0.0),
    ).drop("total", "of_truth")  # fmt: skip


def figures(best: pl.DataFrame) -> dict[str, float]:
    """What :func:`best_candidates` amount to, over all their reviews.

    Example:
        >>> rows = pl.DataFrame({"probability": [0.95, 0.95, 0.2, 0.0], "is_true": [True, True, False, False]})
        >>> results = figures(rows.with_columns(log_truth=0.0))
        >>> results["precision_at_90"], results["share_at_90"], round(results["calibration_error"], 3)
        (1.0, 0.5, 0.1)
    """
    probability, is_true = best["probability"].to_numpy(), best["is_true"].to_numpy()
    has_any = probability > 0.0
    tenth = np.minimum((probability[has_any] * 10).astype(np.int64), 9)
    counts = np.bincount(tenth, minlength=10)
    expected = np.bincount(tenth, weights=probability[has_any], minlength=10)
    observed = np.bincount(tenth, weights=is_true[has_any].astype(np.float64), minlength=10)
    results = {
        "calibration_error": float(np.abs(expected - observed).sum() / max(counts.sum(), 1)),
        "log_truth": float(best["log_truth"].mean() or 0.0),  # type: ignore[arg-type]
    }
    for level in LEVELS:
        taken = probability >= level
        name = f"{round(100 * level)}"
        results[f"precision_at_{name}"] = float(is_true[taken].mean()) if taken.any() else float("nan")
        results[f"share_at_{name}"] = float(taken.mean())
    return results


def with_intervals(best: pl.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    """The figures with 95 % intervals: weeks of posting are drawn anew, since a day's reviews compete."""
    weeks = best.with_columns(week=pl.col("posted_day").dt.truncate("1w")).partition_by("week")
    drawn = [figures(pl.concat([weeks[at] for at in rng.integers(0, len(weeks), len(weeks))])) for _ in range(_DRAWS)]
    told: dict[str, Any] = {"reviews": best.height}
    for name, value in figures(best).items():
        low, high = np.nanpercentile([item[name] for item in drawn], [2.5, 97.5])
        told[name] = {"value": value, "low": float(low), "high": float(high)}
    return told


def judged(sides: Sides, candidates: pl.DataFrame, weights: MatchWeights, seed: int) -> dict[str, Any]:
    """Figures of the earlier and of the later part."""
    best = best_candidates(sides, candidates, weights)
    parts = {"earlier": ~sides.later("posted_day"), "later": sides.later("posted_day")}
    return {name: with_intervals(best.filter(part), np.random.default_rng(seed)) for name, part in parts.items()}


def measure(sides: Sides, seed: int) -> dict[str, Any]:
    """Ours in both forms of delays, the oracle, and the shuffled controls."""
    settings = AlignmentSettings(window_days=WINDOW_DAYS, delay_shape=FREE)
    candidates = candidates_of(sides, settings)
    weights = learned(sides, candidates, settings)
    results: dict[str, Any] = {
        "orders": sides.stays.height, "reviews": sides.reviews.height, "candidates": candidates.height,
        "first_kept_day": str(sides.first_kept_day), "is_identified": weights.is_identified,
        "coverage": weights.coverage["exact"], "delays": list(weights.levels["time"].agree),
        "ours": judged(sides, candidates, weights, seed),
    }  # fmt: skip
    falling = learned(sides, candidates, AlignmentSettings(window_days=WINDOW_DAYS, delay_shape=FALLING))
    results["falling"] = judged(sides, candidates, falling, seed) | {"is_identified": falling.is_identified}
    for name, later in (("earlier", False), ("later", True)):
        oracle = learned(sides, candidates, settings, later=later, told=True)
        results.setdefault("oracle", {})[name] = judged(sides, candidates, oracle, seed)[name]
    del candidates
    dealt = shuffled(sides, np.random.default_rng(seed))
    again = candidates_of(dealt, settings)
    anew = learned(dealt, again, settings)
    results["shuffled"] = judged(dealt, again, weights, seed)
    results["shuffled_learned_again"] = judged(dealt, again, anew, seed) | {"is_identified": anew.is_identified}
    return results


def verdicts(results: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the bars are met on the later part, and whether the controls behave."""
    ours, oracle, lost = results["ours"]["later"], results["oracle"]["later"], results["shuffled"]["later"]
    right = {name: item["precision_at_90"]["value"] * item["share_at_90"]["value"] for name, item in
             (("ours", ours), ("shuffled", lost))}  # fmt: skip
    return {
        "calibration_error_at_most_.03": ours["calibration_error"]["value"] <= 0.03,
        "precision_at_90_at_least_.88": ours["precision_at_90"]["value"] >= 0.88,
        "share_at_90_at_least_.06": ours["share_at_90"]["value"] >= 0.06,
        "oracle_at_least_as_good": oracle["log_truth"]["value"] >= ours["log_truth"]["value"],
        "shuffled_states_lose": lost["log_truth"]["value"] < ours["log_truth"]["value"]
        and not right["shuffled"] > 0.1 * right["ours"],
    }


def _show(name: str, parts: Mapping[str, Any]) -> None:
    for part in ("earlier", "later"):
        cells = [f"{key} {item['value']:.3f} ({item['low']:.3f} to {item['high']:.3f})"
                 for key, item in parts[part].items() if isinstance(item, dict)]  # fmt: skip
        print(f"{name:<22} {part:<8} {parts[part]['reviews']:>6} reviews  {'  '.join(cells)}", flush=True)


def main() -> None:
    """Measure, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with orders.parquet and order_reviews.parquet")
    parser.add_argument("--seed", type=int, default=42)
    options = asked_for(parser)
    tables = (pl.read_parquet(options.data / f"{name}.parquet") for name in ("orders", "order_reviews"))
    results = measure(sides_of(*tables), options.seed)
    for name in ("ours", "falling", "oracle", "shuffled", "shuffled_learned_again"):
        _show(name, results[name])
    results["verdicts"] = verdicts(results)
    print(results["verdicts"])
    finish("olist", results, options)


if __name__ == "__main__":
    main()
