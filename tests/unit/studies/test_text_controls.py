"""The controls of text: gains are averaged over worlds, claims where nothing is are counted, checks are seen red."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.customers.protocols import PROSPECTIVE
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.studies.checks import validate_controls
from assets.studies.contract import TEXT_CONTROLS
from assets.studies.text_controls import (
    claims_of,
    control_files,
    control_models,
    control_plan,
    control_results,
    control_rows,
    without_texts,
    world_figures,
)
from resources.settings import CoreSettings, Settings
from tests.unit.models.build import examples_of

PROFILES = ("quick", "full")


def row(world: str, seed: int, value: float, *, comparison: str = "text", protocol: str = PROSPECTIVE_CV,
        reach: float = 0.01, p: float = 0.002) -> dict[str, object]:  # fmt: skip
    return {"world": world, "seed": seed, "protocol": protocol, "comparison": comparison, "value": value,
            "low": value - reach, "high": value + reach, "p": p, "guests": 100}  # fmt: skip


def table(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=TEXT_CONTROLS.schema)


def both(seed: int, value: float, p: float = 0.002) -> list[dict[str, object]]:
    return [
        row("decisive", seed, shown, comparison=name, protocol=protocol, p=p)
        for protocol, factor in ((PROSPECTIVE_CV, 1.0), (HOLDOUT, 0.5))
        for name, shown in (("text", factor * value), ("shuffled", -0.01))
    ]


def test_a_gain_over_worlds_has_the_interval_of_worlds() -> None:
    positive = control_results(table(*both(1, 0.06), *both(2, 0.08), *both(3, 0.07)))["positive"]
    assert positive["worlds"] == 3
    assert positive["gain"]["value"] == pytest.approx(0.07)
    assert positive["gain"]["low"] == pytest.approx(0.07 - 4.303 * 0.01 / 3**0.5, abs=1e-4)
    assert positive["holdout"]["gain"]["value"] == pytest.approx(0.035)
    assert positive["shuffled"]["value"] == pytest.approx(-0.01)
    assert positive["gain"]["p_holm"] >= positive["gain"]["p"]


def test_a_single_world_keeps_its_own_interval() -> None:
    gain = control_results(table(*both(1, 0.06, p=0.004)))["positive"]["gain"]
    assert (gain["low"], gain["high"]) == pytest.approx((0.05, 0.07))
    assert (gain["p"], gain["p_holm"]) == (0.004, 0.008)


def test_claims_where_nothing_is_are_those_that_the_rule_would_make() -> None:
    rows = table(row("none", 1, 0.02, p=0.01), row("none", 2, 0.02, p=0.2), row("none", 3, -0.02, p=0.01),
                 row("none", 4, 0.02, p=0.01, protocol=HOLDOUT))  # fmt: skip
    assert claims_of(rows) == 1
    assert control_results(rows)["null"] == {"claims": 1, "worlds": 4}
    assert control_results(table()) == {}


@pytest.mark.parametrize(
    ("sound", "broken", "name"),
    [
        ([row("decisive", 1, 0.06)], [row("decisive", 1, 0.005)], "text_is_seen_where_it_decides"),
        ([row("decisive", 1, 0.005, comparison="shuffled")], [row("decisive", 1, 0.02, comparison="shuffled")],
         "texts_of_others_do_not_help"),
        ([row("none", 1, 0.02)], [row("none", 1, 0.02), row("none", 2, 0.02)], "nothing_is_claimed_where_nothing_is"),
    ],
)  # fmt: skip
def test_each_check_is_seen_red(sound: list[dict], broken: list[dict], name: str) -> None:
    assert all(item.passed for item in validate_controls(table(*sound)))
    (red,) = [item for item in validate_controls(table(*broken)) if not item.passed]
    assert (red.name, red.is_blocking) == (name, False)
    assert red.advice


def test_the_quick_profile_makes_one_world_of_each_kind(tmp_path: Path) -> None:
    quick, full = (Settings(home=tmp_path, core=CoreSettings(source="demo", profile=name)) for name in PROFILES)
    assert {name: len(seeds) for name, seeds in control_plan(quick).worlds.items()} == {"decisive": 1, "none": 1}
    assert {name: len(seeds) for name, seeds in control_plan(full).worlds.items()} == {"decisive": 10, "none": 20}
    shared = {path for _, _, path in control_files(quick)} & {path for _, _, path in control_files(full)}
    assert len(shared) == 2, "what the quick profile has made is not made again"


def planted(customers: int) -> pl.DataFrame:
    """Forecasts whose text vector says whether any revenue will come."""
    examples = examples_of(3, customers).filter(pl.col("protocol") == PROSPECTIVE)
    comes = np.random.default_rng(3).random(examples.height) < 0.4
    size = int(examples["text_vector"].list.len().drop_nulls()[0])
    vectors = [[1.0 if known else -1.0] + [0.0] * (size - 1) for known in comes.tolist()]
    told = pl.when("has_text").then(pl.Series(vectors, dtype=pl.List(pl.Float32))).otherwise(None)
    revenue = pl.when(pl.Series(comes)).then(500.0).otherwise(0.0)
    return examples.with_columns(target_clv=revenue, text_vector=told)


def test_texts_that_tell_are_seen_and_those_of_others_are_not(tmp_path: Path) -> None:
    """A thin world of its own: the vector of a guest's text is what the guest will spend."""
    examples = planted(300)
    settings = control_models(Settings(home=tmp_path, core=CoreSettings(source="demo")))
    figures = world_figures(examples, settings)
    cv = figures.filter(pl.col("protocol") == PROSPECTIVE_CV).select("comparison", "value")
    cv = dict(cv.iter_rows())
    assert cv["text"] > 0.05
    assert cv["shuffled"] < 0.03
    assert control_rows([("decisive", 1, figures)]).height == figures.height


def test_a_world_in_which_all_guests_end_alike_tells_nothing(tmp_path: Path) -> None:
    settings = control_models(Settings(home=tmp_path, core=CoreSettings(source="demo")))
    assert world_figures(planted(40).with_columns(target_clv=pl.lit(0.0)), settings).is_empty()


def test_without_texts_nothing_of_a_text_is_left() -> None:
    examples = planted(20)
    bare = without_texts(examples)
    assert not bare["has_text"].any()
    assert bare.schema == examples.schema
    assert bare["text_vector"].null_count() == bare.height
