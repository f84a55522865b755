"""What the benchmark of repeat purchases says is so: histories as counted by hand, controls that lose."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.purchase_data import CDNOW, bought_within, history_at, purchases
from benchmarks.repeat_purchases import forecasts, judged, parameters, told, year_of

FIRST = date(1997, 1, 1)
ROWS = [
    ("a", 0, 10.0), ("a", 14, 20.0), ("a", 14, 10.0), ("a", 28, 50.0), ("a", 300, 7.0),  # twice on one day is once
    ("b", 7, 5.0),
    ("c", 299, 9.0),  # nobody yet on the day that is known
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """CDNOW's file with three customers."""
    (tmp_path / CDNOW.file).parent.mkdir()
    rows = [{"customer_id": name, "date": FIRST + timedelta(days=day), "amount": paid} for name, day, paid in ROWS]
    pl.DataFrame(rows).with_columns(pl.col("date").cast(pl.Datetime)).write_parquet(tmp_path / CDNOW.file)
    return tmp_path


def test_histories_are_those_counted_by_hand(folder):
    bought = purchases(folder, CDNOW)
    assert bought.height == 6
    customers, history = history_at(bought, FIRST + timedelta(days=35), 39.0)
    assert customers == ["a", "b"]
    assert history.repeats.tolist() == [2.0, 0.0]
    assert history.latest.tolist() == [4.0, 0.0]
    assert history.seen.tolist() == [5.0, 4.0]
    assert history.spend.tolist() == [40.0, 0.0]  # 30 and 50, without the first
    days, amounts = bought_within(bought, customers, FIRST + timedelta(days=35), FIRST + timedelta(days=300))
    assert days.tolist() == [1.0, 0.0]
    assert amounts.tolist() == [7.0, 0.0]
    assert bought_within(bought, customers, FIRST, FIRST + timedelta(days=28))[0].tolist() == [2.0, 1.0]


def simulated(number=1_500, weeks=60):
    """Purchases of customers who differ in their rate and leave."""
    rng, rows = np.random.default_rng(1), []
    for customer in range(number):
        rate, drop, now = rng.gamma(0.8, 1 / 6.0), rng.beta(0.9, 2.5), 0.0
        level = 100.0 / rng.gamma(4.0)
        while now <= weeks:
            day = FIRST + timedelta(days=int(now * 7))
            rows.append((f"c{customer:04d}", day, rng.gamma(6.0) * level))
            if now > 0 and rng.random() < drop:
                break
            now += rng.exponential(1 / rate)
    return pl.DataFrame(rows, schema=["customer", "day", "amount"], orient="row").sort("customer", "day")


def test_the_model_beats_its_controls_and_dealt_histories_know_nothing():
    bought, known = simulated(), FIRST + timedelta(weeks=30)
    customers, history = history_at(bought, known, 30.0)
    came, _ = bought_within(bought, customers, known, known + timedelta(weeks=30))
    whole = [np.ones((1, len(customers)))]
    figures = {
        name: judged(customers, came, days, whole)
        for name, (days, _) in forecasts(history, np.random.default_rng(2)).items()
    }
    ours, dealt, mean = (figures[name] for name in ("BG/NBD", "BG/NBD, histories dealt anew", "everybody's mean"))
    assert ours["rmse"][0] < min(figures[name]["rmse"][0] for name in figures if not name.startswith("BG/NBD"))
    assert ours["rmse"][0] < dealt["rmse"][0]
    assert abs(dealt["auc"][0] - 0.5) < 0.04 < ours["auc"][0] - 0.5
    assert ours["bias"][0] == pytest.approx(1.0, abs=0.15)
    assert np.isnan(mean["correlation"][0])
    assert mean["captured_10"][0] == pytest.approx(0.1)


def test_figures_are_told_with_their_interval():
    assert told(np.array([0.5, 0.4, 0.6])) == "0.5 (0.405 to 0.595)"
    assert told(np.array([np.nan, np.nan])) == "–"


def test_published_parameters_stand_beside_ours():
    history = history_at(simulated(300), FIRST + timedelta(weeks=30), 30.0)[1]
    assert parameters("cdnow", history)["purchases, r"]["published"] == 0.243
    assert parameters("online_retail", history)["purchases, r"]["published"] is None


def test_a_whole_year_in_one_go(tmp_path):
    (tmp_path / CDNOW.file).parent.mkdir()
    rows = simulated(200).select(customer_id="customer", date=pl.col("day").cast(pl.Datetime), amount="amount")
    rows.write_parquet(tmp_path / CDNOW.file)
    year = year_of(tmp_path, CDNOW, draws=20)
    assert set(year) == {"what", "parameters", "purchases", "purchases, BG/NBD minus", "amounts",
                         "amounts, BG/NBD minus"}  # fmt: skip
    assert "BG/NBD" not in year["purchases, BG/NBD minus"]
    with pytest.raises(ValueError, match="spent anything"):
        forecasts(replace(history_at(simulated(50), FIRST + timedelta(weeks=30), 1.0)[1],
                          spend=np.zeros(50)), np.random.default_rng(1))  # fmt: skip
