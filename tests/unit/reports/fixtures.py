"""Invented frames in the shape of the earlier rooms' tables, for the tests of the reports."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.pair_counts import pair_count_rows
from assets.common.findings import Tree, merged, nest
from assets.customers.features import FEATURE_NAMES
from assets.customers.findings import customer_finding_rows
from assets.customers.statistics import customer_statistics_rows
from assets.models.findings.curves import forecast_curves
from assets.models.findings.influence import influence_by_value
from assets.reports.telling.blocks import Edition
from assets.reports.telling.editions import all_sections, build_editions
from assets.reports.telling.run import RunHeader
from assets.reviews.contract import PARTS
from resources.sources.base import SourceFacts
from resources.sources.demo import DemoSource
from tests.unit.reports.guest_world import explain_tree, feature_influence, value_words, word_rows
from tests.unit.reports.model_world import MODELS, model_tree
from tests.unit.reports.world import World

FACTS = {
    "demo": DemoSource().facts,
    "public": SourceFacts(
        title="the public data sets",
        covers="the public booking data of two Portuguese hotels and public reviews of European hotels",
        is_published=True,
    ),
    "deliveries": SourceFacts(
        title="bookings and reviews of three hotels",
        covers="the bookings and reviews of three hotels, as they were delivered",
        names_hotels=True,
        names_guests=True,
    ),
}
MINIMUM = 10  # customers behind what is said of several
FIRST, LAST = date(2016, 1, 1), date(2016, 12, 31)


EMPTY_GUESTS = pl.DataFrame(schema={"booking_id": pl.String, "guest_hash": pl.String})


def composition() -> dict[str, dict[str, dict[str, int]]]:
    """The branch ``dataset`` of the findings: policy -> stream -> step -> rows."""
    steps = {
        "bookings": {
            "raw": 119_390,
            "quarantined": 119_378,
            "repeats": 119_378,
            "missing": 119_378,
            "withheld": 119_174,
            "published": 119_174,
        },
        "reviews": {
            "raw": 14_782,
            "quarantined": 14_779,
            "repeats": 14_700,
            "missing": 14_690,
            "english": 14_200,
            "retained": 13_100,
        },
    }
    strict = {stream: {step: int(rows * 0.8) for step, rows in counted.items()} for stream, counted in steps.items()}
    return {"ours": steps, "paper": strict}


def retention_steps() -> dict[str, dict[str, dict[str, float]]]:
    """The branch ``reviews.anomaly.steps``: mode -> step -> reviews and share."""
    shares = {
        "part_by_part": {"all": 1.0, "contradiction": 0.962, "duplication": 0.941, "timing": 0.93},
        "composite": {"all": 1.0, "composite score": 0.955},
    }
    return {
        mode: {step: {"reviews": int(14_200 * share), "share": share} for step, share in steps.items()}
        for mode, steps in shares.items()
    }


def anomalies(rng: np.random.Generator, n: int = 2_000) -> pl.DataFrame:
    parts = {name: rng.beta(1.2, 9, n) for name in ("contradiction", "duplication", "timing")}
    score = sum(parts.values()) / 3
    return pl.DataFrame(
        {
            "review_id": [f"r{number}" for number in range(n)],
            **parts,
            "anomaly_score": score,
            "is_excluded": score > 0.25,
            "main_part": rng.choice(["contradiction", "duplication", "timing"], n),
            "delivery_day": FIRST,
        }
    )


def customers(rng: np.random.Generator, n: int = 900) -> pl.DataFrame:
    clv = np.where(rng.random(n) < 0.3, 0, np.round(rng.lognormal(5.5, 1.6, n))).astype(int)
    bookings = 1 + rng.poisson(2, n)
    order = np.argsort(np.argsort(clv, kind="stable"), kind="stable")
    return pl.DataFrame(
        {
            "pseudo_customer_id": [f"c{number:05d}" for number in range(n)],
            "unit": "market",
            "bookings": bookings,
            "completed": np.minimum(bookings, rng.poisson(2, n)),
            "clv": clv,
            "deposit_aware_clv": clv + rng.poisson(3, n),
            "value_segment": [("low", "mid", "high")[min(2, 3 * int(rank) // n)] for rank in order],
        }
    )


def behaving(people: pl.DataFrame) -> pl.DataFrame:
    """The customers with invented behaviour, one feature of which goes with their value."""
    rng = np.random.default_rng(11)
    features = {name: rng.gamma(2, 40, people.height) for name in FEATURE_NAMES if name not in people.columns}
    return people.with_columns(**{**features, "monetary": people["clv"].cast(pl.Float64)})


def customer_tree(people: pl.DataFrame) -> Tree:
    """The branch ``customers`` of the findings."""
    return nest(customer_finding_rows(people, MINIMUM))


def bookings(rng: np.random.Generator, n: int = 3_000) -> pl.DataFrame:
    arrival = [FIRST + timedelta(days=int(day)) for day in rng.triangular(0, 220, 366, n)]
    lead, nights = rng.gamma(1.2, 60, n).astype(int), 1 + rng.poisson(2, n)
    return pl.DataFrame(
        {
            "delivery_day": FIRST,
            "arrival_from": arrival,
            "arrival_to": [day + timedelta(days=2) for day in arrival],
            "lead_time_from": lead,
            "lead_time_to": lead + 4,
            "nights_from": nights,
            "nights_to": nights + 1,
            "adults_from": 2,
            "adults_to": 2,
            "reservation_status": "Check-Out",
            "mean_revenue": np.round(rng.lognormal(5, 1, n), -1).astype(int),
        }
    )


def examples(rng: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    n = people.height
    clv = people["clv"].to_numpy().astype(float)
    polarity = [
        float(value) if keep else None for value, keep in zip(rng.uniform(-1, 1, n), rng.random(n) < 0.3, strict=True)
    ]
    return pl.DataFrame(
        {
            "protocol": "observed",
            "split": "cv",
            "horizon_days": 365,
            "pseudo_customer_id": people["pseudo_customer_id"],
            "as_of": LAST,
            "target_clv": clv,
            "b_recency": rng.gamma(2, 40, n),
            "b_frequency": people["completed"].cast(pl.Float64),
            "b_monetary": clv,
            "b_mean_nights": 1 + rng.gamma(2, 1, n),
            "b_cancellation_ratio": rng.random(n),
            "b_price_sensitivity": rng.normal(0, 1, n) - clv / 4000,
            "b_gap_volatility": rng.gamma(1, 10, n),
            "b_constant": 1.0,
            "has_text": [value is not None for value in polarity],
            "text_polarity": polarity,
            "country_group": "PRT",
        }
    )


def predictions(rng: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    frames = []
    clv = people["clv"].to_numpy().astype(float)
    for protocol in ("prospective_cv", "prospective_holdout", "observed"):
        for model in MODELS:
            frames.append(
                pl.DataFrame(
                    {
                        "protocol": protocol,
                        "model": model,
                        "repeat": 0,
                        "pseudo_customer_id": people["pseudo_customer_id"],
                        "target": clv,
                        "prediction": np.maximum(0, clv * rng.lognormal(0, 0.5, clv.size)),
                        "gate": rng.uniform(0.4, 0.7, clv.size) if model == "gated_fusion" else [None] * clv.size,
                    },
                    schema_overrides={"gate": pl.Float64},
                )
            )
    return pl.concat(frames)


def match_weights() -> dict[str, dict[str, dict[str, Any]]]:
    """The branch ``alignment.weights``: field -> level -> bits."""
    rows = [
        ("country", "same", 2.2, True),
        ("country", "different", 0.0, True),
        ("nights", "same", 1.7, True),
        ("nights", "close", 0.0, False),
        ("party", "same", 0.8, False),
        ("room", "same", 0.7, False),
        ("time", "first week", 1.0, True),
    ]
    branch: dict[str, dict[str, dict[str, Any]]] = {}
    for order, (field, level, bits, is_learned) in enumerate(rows):
        branch.setdefault(field, {})[level] = {"bits": bits, "order": order, "is_learned": is_learned}
    return branch


def anomaly_parts(scores: pl.DataFrame) -> pl.DataFrame:
    """Raw parts of the scored reviews, and what their reasons are told from."""
    return scores.select(
        "review_id",
        *(pl.col(part).alias(f"{part}_raw") for part in PARTS),
        polarity_title_or_score=0.9,
        polarity_text=-0.4,
        duplication_cosine=0.8,
        nearest_review_id=pl.lit(None, pl.String),
        nearest_gap_days=2,
        posts_observed=9,
        posts_expected=2.5,
        posts_window_hours=24,
        posts_scope=pl.lit("hotel"),
    )


def reviews(ids: pl.Series) -> pl.DataFrame:
    """Texts of some reviews, one of which tries to be a script."""
    hostile = "<script>alert(1)</script> Wonderful. Never again, dirty & loud."
    parts = {"positive_text": "Wonderful.", "negative_text": "Never again, dirty & loud.", "title": "Mixed"}
    return pl.DataFrame({"review_id": ids, "text": hostile, "score": 7.0, **parts, "delivery_day": FIRST})


def review_findings(source: str) -> dict[str, Any]:
    """The branch ``reviews``; how well planted faults were found is known on the demo alone."""
    planted = {"average_precision": {"contradiction": 0.8, "duplicate": 0.9, "burst": 0.6}, "honest_flagged": 0.012}
    return {
        "polarity_auc": {"value": 0.947, "low": 0.941, "high": 0.953},
        "anomaly": {"steps": retention_steps(), "threshold": 0.25, **(planted if source == "demo" else {})},
    }


def pairs(rng: np.random.Generator, n: int = 800) -> pl.DataFrame:
    probability = rng.beta(3, 1.2, n)
    has = rng.random(n) < 0.7
    return pl.DataFrame(
        {
            "booking_id": [f"b{number}" for number in range(n)],
            "rank": [1 if found else 0 for found in has],
            "review_id": [f"r{number}" if found else None for number, found in enumerate(has)],
            "match_probability": [
                float(value) if found else None for value, found in zip(probability, has, strict=True)
            ],
            "is_assigned": [bool(found and value > 0.5) for value, found in zip(probability, has, strict=True)],
            "stay_end": [FIRST + timedelta(days=int(day)) for day in rng.uniform(0, 365, n)],
            "delivery_day": LAST,
        }
    )


def monthly_release(rng: np.random.Generator) -> pl.DataFrame:
    rows = [
        {
            "month": f"2016-{month:02d}",
            "hotel": hotel,
            "bookings": int(300 + 120 * np.sin(month / 2) + rng.integers(-9, 9)),
            "plus_minus_95": 36.0,
        }
        for month in range(1, 13)
        for hotel in ("City Hotel", "Resort Hotel")
    ]
    return pl.DataFrame(rows)


def scores() -> pl.DataFrame:
    return pl.DataFrame(
        {"pseudo_customer_id": ["c1", "c2"], "segment": ["high", "low"], "value": [90.0, 10.0], "model": "lightgbm"}
    )


def privacy_branch() -> dict[str, Any]:
    """The branch ``privacy`` of the findings."""
    return {
        "k": 5,
        "batch": "day",
        "min_class_size": 5,
        "withheld": 204,
        "rows": 119_390,
        "ncp": 0.034,
        "average_class_size": 1.6,
        "epsilon_budget": 1.0,
        "epsilon_spent": 0.5,
        "ncp_by_column": {"lead_time": 0.08, "arrival": 0.06, "nights": 0.04, "country": 0.02, "agent": 0.01},
        "spent_by_period": {"2015": 0.5, "2016": 0.5, "2017": 0.5},
    }


def alignment_branch(source: str) -> dict[str, Any]:
    """The branch ``alignment`` of the findings; how good the pairs are is known on the demo alone."""
    truth = {"precision": 0.83, "recall": 0.61, "f1": 0.70, "oracle_f1": 0.78, "calibration_error": 0.04}
    return {
        "window_days": 14,
        "candidates": 81_234,
        "stays": 75_166,
        "decided": 74_800,
        "pairs": 31_002,
        "paired_share": 0.412,
        "weights_identified": source == "demo",
        "threshold": 0.5,
        "weights": match_weights(),
        **(truth if source == "demo" else {}),
    }


def matched_branch(source: str) -> dict[str, Any]:
    """The branch ``links`` of the findings: measured on the truth, or on half as many verified links."""
    near = {"precision": 0.83, "recall": 0.61, "f1": 0.70, "precision_at_90": 0.96}
    figures = {name: {"value": value, "low": value - 0.01, "high": value + 0.01} for name, value in near.items()}
    counted = {"reviews": 6_900, "pairs": 5_000, "measured_on": "truth", "oracle_f1": 0.78}
    told = {"reviews": 3_400, "pairs": 2_500, "measured_on": "verified links"}
    return {"matched": figures | {"calibration_error": 0.04} | (counted if source == "demo" else told)}


def full_world(source: str = "demo") -> World:
    """Everything that chapters read, filled as on the demo (with truth) or on public data (without)."""
    rng = np.random.default_rng(7)
    scores = anomalies(rng)
    tables = {
        **model_tables(),
        **guest_tables(),
        "bookings_by_month": monthly_release(rng),
        "pair_counts": pair_count_rows(pairs(rng), EMPTY_GUESTS, 5),
        "review_anomalies": scores,
        "review_anomaly_parts": anomaly_parts(scores),
        "clean_reviews": reviews(scores["review_id"]),
    }
    tree = merged(model_tree(), customer_tree(customers(np.random.default_rng(7))))
    tree |= {
        "dataset": composition(),
        "privacy": privacy_branch(),
        "reviews": review_findings(source),
        "alignment": alignment_branch(source),
        "links": matched_branch(source),
        **explain_tree(),
    }
    run = RunHeader(source=source, facts=FACTS[source], first_day=FIRST, last_day=LAST, version="0.1.0", seconds=101.5)
    return World(run=run, tree=tree, tables=tables, reasons={"ceilings.data_rich": "full profile only"})


def guest_tables() -> dict[str, pl.DataFrame]:
    """Customers, their bookings, the examples that are learned from, and why they are valued so."""
    rng = np.random.default_rng(7)
    people = customers(rng)
    return {
        "customers": people,
        "customer_statistics": customer_statistics_rows(behaving(people), MINIMUM),
        "published_bookings": bookings(rng),
        "examples": examples(rng, people),
        "feature_influence": feature_influence(rng),
        "influence_by_value": influence_by_value(feature_influence(rng), 10),
        "word_influence": word_rows(),
        "words_by_value": value_words(),
    }


def model_tables() -> dict[str, pl.DataFrame]:
    """Forecasts beside what came, and today's scores."""
    rng = np.random.default_rng(7)
    tested = predictions(rng, customers(rng))
    return {"forecast_curves": forecast_curves(tested, today(), 10), "customer_scores": scores()}


def today() -> pl.DataFrame:
    """Scores of forty customers."""
    ids = [f"c{number:05d}" for number in range(40)]
    return pl.DataFrame({"pseudo_customer_id": ids, "model": "lightgbm", "value": [20.0] * 25 + [300.0] * 15})


def empty_world(source: str = "public") -> World:
    """Nothing but the header."""
    return World(run=RunHeader(source=source, facts=FACTS[source], first_day=FIRST, last_day=FIRST))


@cache
def editions(source: str) -> dict[str, Edition]:
    """The editions of the full world, built once for all tests."""
    return editions_of(full_world(source))


def edition(source: str, name: str) -> Edition:
    return editions(source)[name]


def editions_of(world: World) -> dict[str, Edition]:
    """Both editions."""
    return build_editions(all_sections(world.told), world.run)
