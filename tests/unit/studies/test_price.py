"""The chapter on the price of privacy: what is shown of a study, and what the results call it."""

import polars as pl
import pytest

from assets.reports.chapters.price.section import COMMAND, price_section
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.studies.checks import validate_price
from assets.studies.contract import PRICE_OF_PRIVACY
from assets.studies.findings import price_results


def study(ncp_at_1: float = 0.0, f1: float = 0.7) -> pl.DataFrame:
    rows = []
    for place, (name, setting, scale) in enumerate([("k", "k = 1", 1.0), ("k", "k = 5", 0.1), ("batch", "day", 0.1)]):
        values = {"ncp": (ncp_at_1 if setting == "k = 1" else 0.1, None, None), "f1": (f1 * scale, None, None)}
        values["lightgbm.r2"] = (0.5 * scale, 0.4 * scale, 0.6 * scale)
        rows += [(name, setting, place, measure, *value) for measure, value in values.items()]
    rows += [
        ("epsilon", f"epsilon {epsilon}", place, "segment_sizes", 0.1 / epsilon, None, None)
        for place, epsilon in enumerate((0.1, 1.0))
    ]
    return pl.DataFrame(rows, schema=PRICE_OF_PRIVACY.schema, orient="row")


def test_a_study_that_was_not_run_names_its_command() -> None:
    for nothing in (None, PRICE_OF_PRIVACY.empty()):
        section = price_section(nothing)
        assert section is not None
        (block,) = section.blocks
        assert isinstance(block, Notice)
        assert COMMAND in block.text


def test_every_study_has_a_table_and_a_picture() -> None:
    section = price_section(study())
    assert section is not None
    tables = {block.key: block for block in section.blocks if isinstance(block, Table)}
    assert set(tables) == {
        "price_by_k", "price_by_k_forecasts", "price_by_batch", "price_by_batch_forecasts", "price_by_epsilon",
    }  # fmt: skip
    assert sum(isinstance(block, Picture) for block in section.blocks) == 3
    assert [row[0] for row in tables["price_by_k"].rows] == ["k = 1", "k = 5"]
    assert tables["price_by_k_forecasts"].rows[1][:2] == ("LightGBM", "k = 5")
    assert tables["price_by_k_forecasts"].rows[1][2].startswith("0.050")
    assert tables["price_by_epsilon"].rows[0][1:] == ("100.00\u00a0%", "10.00\u00a0%")


def test_the_results_name_study_setting_and_measure() -> None:
    branch = price_results(study())["price"]
    assert branch["k"]["k_5"]["f1"] == pytest.approx(0.07)
    assert branch["k"]["k_1"]["lightgbm_r2"] == {"value": 0.5, "low": 0.4, "high": 0.6}
    assert branch["epsilon"]["epsilon_0_1"]["segment_sizes"] == pytest.approx(1.0)
    assert price_results(PRICE_OF_PRIVACY.empty()) == {}


def test_checks_see_a_share_above_one_and_a_yardstick_that_loses() -> None:
    assert all(outcome.passed for outcome in validate_price(study()))
    broken = {outcome.name: outcome.passed for outcome in validate_price(study(ncp_at_1=0.2, f1=1.4))}
    assert broken == {"study_shares_are_shares": False, "exact_rows_lose_nothing": False}
