"""Every drawing survives what a short or odd history brings, and leaves matplotlib's settings alone."""

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from assets.reports.chapters.alignment import figures as figures_alignment
from assets.reports.chapters.alignment.tables import match_weight_frame
from assets.reports.chapters.customers import figures as figures_customers
from assets.reports.chapters.data.figures import draw_funnel
from assets.reports.chapters.explain import figures as figures_explain
from assets.reports.chapters.models.figures import draw_deciles, draw_gain, draw_steps
from assets.reports.chapters.privacy import figures as figures_privacy
from assets.reports.chapters.reviews import figures as figures_reviews
from assets.reports.telling.comparison import draw_model_comparison
from assets.reports.telling.figure_style import canvas, png_bytes, styled, svg_text
from assets.reports.telling.guests import CustomerWords
from assets.reports.telling.wording import Estimate
from tests.unit.reports import fixtures

NONE = np.array([])
ONE_DAY = pl.Series(["2016-01-01"]).str.to_date()
DENSITY = pl.DataFrame({"day": ONE_DAY, "density": [0.1]})
NO_BINS = pl.DataFrame(schema={"label": pl.String, "stays": pl.Int64})
MONTHS = pl.DataFrame({"month": ["2016-01"], "stays": [0], "paired": [0]})
EDGES: dict[str, Callable[[], Figure]] = {
    "funnel of nothing": lambda: draw_funnel([], "rows"),
    "funnel of zeros": lambda: draw_funnel([("a", 0.0), ("b", 0.0)], "rows"),
    "retention without the paper": lambda: figures_reviews.draw_retention(["all"], [1.0], [None]),
    "one release": lambda: figures_privacy.draw_monthly_release(
        fixtures.monthly_release(np.random.default_rng(1)).head(1)
    ),
    "a negative release": lambda: figures_privacy.draw_monthly_release(
        fixtures.monthly_release(np.random.default_rng(1)).with_columns(bookings=pl.lit(-4))
    ),
    "no loss": lambda: figures_privacy.draw_privacy_loss({"nights": 0.0}, 0.0),
    "budget overspent": lambda: figures_privacy.draw_budget({"2016": 1.5}, 1.0),
    "no weights": lambda: figures_alignment.draw_match_weights(match_weight_frame({})),
    "negative weights": lambda: figures_alignment.draw_match_weights(
        match_weight_frame(fixtures.match_weights()).with_columns(weight=-pl.col("weight"))
    ),
    "no probabilities": lambda: figures_alignment.draw_match_probabilities(NO_BINS, None),
    "a month without stays": lambda: figures_alignment.draw_pairs_over_time(MONTHS),
    "nobody": lambda: figures_customers.draw_lorenz([(0.0, 0.0), (1.0, 1.0)], []),
    "only zeros": lambda: figures_customers.draw_clv_distribution(
        [(0.0, 0.0, 3)], [0.0, 0.0], "EUR", CustomerWords("guest", "guests")
    ),
    "one day": lambda: figures_customers.draw_booking_density(DENSITY, ONE_DAY),
    "names that look like formulas": lambda: draw_funnel([("Ba$$in Inn", 2.0), (r"$\\frac{", 1.0)], "rows"),
    "no deciles": lambda: draw_deciles({}, "EUR"),
    "no gain": lambda: draw_gain({}),
    "one step without borders": lambda: draw_steps(
        pl.DataFrame({"low": [None], "high": [None], "share": [1.0]}, schema_overrides={"high": pl.Float64}), "EUR"
    ),
    "no models": lambda: draw_model_comparison([], "same_as_past", ()),
    "no intervals": lambda: draw_model_comparison(
        [("R²", {"same_as_past": Estimate(0.1), "x": Estimate(float("nan"))})], "same_as_past", (3,)
    ),
    "no words": lambda: figures_explain.draw_words((), (), "EUR"),
    "one group": lambda: figures_explain.draw_tenths(
        pl.DataFrame({"feature": ["b_x"], "tenth": [1], "influence": [0.0]}), ["b_x"], "EUR"
    ),
    "one group far from the others": lambda: figures_explain.draw_tenths(
        pl.DataFrame({"feature": ["b_x"] * 20, "tenth": list(range(1, 11)) * 2, "influence": [1.0] * 19 + [900.0]}),
        ["b_x"],
        "EUR",
    ),
    "no features": lambda: figures_explain.draw_importance((), (), "EUR"),
}


@pytest.mark.parametrize("name", EDGES)
def test_edge_cases_are_drawn(name: str) -> None:
    before = dict(mpl.rcParams)
    assert "<svg" in svg_text(EDGES[name](), "edge")
    assert dict(mpl.rcParams) == before


def test_logarithmic_scales_are_labelled_by_numbers() -> None:
    parts = {name: np.linspace(0, 1, 9) ** 4 for name in ("contradiction", "duplication", "timing", "anomaly_score")}
    drawn = [svg_text(figures_reviews.draw_anomaly_parts(pl.DataFrame(parts), 0.3), "parts")]

    @styled
    def curve() -> Figure:
        figure, axes = canvas()
        axes.plot([1, 20_000], [0.001, 3.0])
        axes.set_xscale("log")
        axes.set_yscale("symlog", linthresh=0.01)
        return figure

    drawn.append(svg_text(curve(), "curve"))
    assert not [part for part in drawn if "mathdefault" in part]
    assert ">10,000</text>" in drawn[1]
    assert ">0.1</text>" in drawn[1]


def test_png_is_made_too() -> None:
    assert png_bytes(draw_funnel([("a", 3.0)], "rows"), 50).startswith(b"\x89PNG")
