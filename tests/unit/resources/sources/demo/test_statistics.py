import json
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from resources.errors import ContractError
from resources.sources.demo.statistics import compare_marginals, season_of, share_table, total_variation


@pytest.fixture(scope="session")
def public_shares():
    return json.loads((files("resources.sources.demo") / "tables" / "marginals.json").read_text("utf-8"))


def test_a_world_compared_with_itself_has_no_distance(page):
    assert page.startswith("# The simulated group beside the public data")
    distances = [float(part.split(")")[0]) for part in page.split("(distance ")[1:]]
    assert len(distances) >= 10
    assert max(distances) == 0
    for topic in ("lead time", "nights", "party", "country", "cancelled", "rate per night", "share of the year",
                  "words, positive", "score", "Days from check-out"):  # fmt: skip
        assert topic in page


def test_the_page_shows_no_row(page, bookings, reviews):
    assert bookings["guest_name"][0] not in page
    assert reviews["review_key"][0] not in page


def test_a_missing_column_is_named(bookings, reviews):
    with pytest.raises(ContractError, match="public_bookings lacks adr"):
        compare_marginals(bookings, reviews, bookings.drop("adr"), reviews)


def test_an_empty_frame_is_named(bookings, reviews):
    with pytest.raises(ContractError, match="demo_reviews has no rows"):
        compare_marginals(bookings, reviews.head(0), bookings, reviews)


def test_one_row_each_is_enough(bookings, reviews):
    page = compare_marginals(bookings.head(1), reviews.head(1), bookings.head(1), reviews.head(1))
    assert "–" in page


def test_shares_that_have_nothing_in_common_are_one_apart():
    left, right = pl.DataFrame({"a": ["x"]}), pl.DataFrame({"a": ["y", None]})
    assert total_variation(share_table(left, right, pl.col("a"))) == 1.0


def test_marginals_follow_the_public_data(bookings, public_shares):
    kinds = {name: "resort" if "Resort" in name else "city" for name in bookings["hotel"].unique()}
    rows = bookings.with_columns(pl.col("hotel").replace_strict(kinds).alias("kind"))
    for kind in ("city", "resort"):
        part, public = rows.filter(pl.col("kind") == kind), public_shares[kind]
        assert abs((part["country"] == "PRT").mean() - public["countries"]["PRT"]) < 0.06
        online = part.filter(pl.col("market_segment") == "Online TA")
        shares = public["by_segment"]["Online TA"]
        assert abs(online["is_canceled"].cast(pl.Float64).mean() - shares["canceled"]) < 0.06
        lead = np.median(online["lead_time"].cast(pl.Float64).to_numpy())
        assert abs(lead - shares["lead"][20]) < 0.25 * shares["lead"][20]
        rate = part.filter(pl.col("adr").cast(pl.Float64) > 0)["adr"].cast(pl.Float64).mean()
        assert abs(rate - np.mean(public["rate_by_month"])) < 0.25 * np.mean(public["rate_by_month"])
    assert 0.25 < bookings["is_canceled"].cast(pl.Float64).mean() < 0.45


def test_winter_is_the_quiet_season(bookings):
    season = dict(season_of(bookings).iter_rows())
    assert season["May"] > season["January"]
    assert sum(season.values()) == pytest.approx(1)
