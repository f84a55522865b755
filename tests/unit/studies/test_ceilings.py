"""The ceilings: who carries which labels, what the study says, and what is shown of it."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.models.evaluation.ceilings import OWN_MODELS
from assets.reports.chapters.ceilings.section import COMMAND, ceilings_section
from assets.reports.chapters.ceilings.verdicts import verdicts
from assets.reports.telling.blocks import Bullets, Notice, Picture, Table
from assets.studies.ceilings import (
    INFLUENCES,
    LABELS,
    ceiling_rows,
    customers_by_labels,
    expected_by_customer,
    other_worlds,
    rich_folder,
    study_files,
    study_folder,
    study_plan,
    true_pairs,
    world_name,
)
from assets.studies.checks import validate_ceilings
from assets.studies.contract import VALUE_CEILINGS
from assets.studies.measure_ceilings import ceiling_results, standing
from resources.errors import ContractError, SettingsError
from resources.settings import CoreSettings, Settings


def study(best: float = 0.6, rich: float = 0.62, fusion: float = 0.5, influence: str = "strong") -> pl.DataFrame:
    """Six worlds in which every model keeps its place."""
    rng = np.random.default_rng(1)
    level = dict.fromkeys(OWN_MODELS, 0.3) | {
        "same_as_past": best, "gated_fusion": fusion, "concatenation": 0.2, "gated_fusion_true_links": fusion + 0.02,
        "concatenation_true_links": 0.25, "data_rich_anchored": rich, "data_rich_lightgbm": rich / 2, "oracle": 0.9,
    }  # fmt: skip
    rows = []
    for seed in range(1, 7):
        chance = rng.normal(0, 0.01)
        for model, value in level.items():
            own = value + chance + rng.normal(0, 0.001)
            rows += [(influence, seed, model, metric, own * scale) for metric, scale in
                     (("r2", 1.0), ("mae", 1_000.0), ("gini", 1.2))]  # fmt: skip
        rows.append((influence, seed, "pairs", "right", 0.3))
    return pl.DataFrame(rows, schema=VALUE_CEILINGS.schema, orient="row")


def test_a_study_that_was_not_run_names_its_command_on_demo_only() -> None:
    for nothing in (None, VALUE_CEILINGS.empty()):
        section = ceilings_section(nothing, knows_truth=True)
        assert section is not None
        (block,) = section.blocks
        assert isinstance(block, Notice)
        assert COMMAND in block.text
    assert ceilings_section(study(), knows_truth=False) is None


def test_a_study_has_verdicts_a_picture_and_a_table_per_influence() -> None:
    section = ceilings_section(pl.concat([study(), study(influence="none")]), knows_truth=True)
    assert section is not None
    assert [type(block) for block in section.blocks] == [Bullets, Picture, Table, Table, Table]
    tables = {block.key: block for block in section.blocks if isinstance(block, Table)}
    assert set(tables) == {"ceilings_none", "ceilings_strong", "ceilings_gains"}
    rows = {row[0]: row for row in tables["ceilings_strong"].rows}
    assert rows["same as the past"][4] == "0.97"
    assert {"data-rich ceiling", "oracle", "gated fusion, true pairs"} <= set(rows)


def test_the_verdict_says_when_the_share_is_reached_and_when_it_is_not() -> None:
    reached, missed, small = (standing(study(best=value, rich=rich), "strong") for value, rich in
                              ((0.6, 0.62), (0.6, 0.7), (0.05, 0.08)))  # fmt: skip
    assert reached is not None
    assert missed is not None
    assert small is not None
    assert " reaches 0.95 of the data-rich ceiling" in verdicts(reached)[0]
    assert " does not reach 0.95" in verdicts(missed)[0]
    assert "explains too little for shares" in verdicts(small)[0]
    assert missed.share_of_best("data_rich") == pytest.approx(0.6 / 0.7, abs=0.02)


def test_text_gains_only_when_fusion_is_better_beyond_chance() -> None:
    better, worse = standing(study(fusion=0.65), "strong"), standing(study(fusion=0.5), "strong")
    assert better is not None
    assert worse is not None
    assert verdicts(better)[1].startswith("Text brings a gain")
    assert verdicts(worse)[1].startswith("No gain from text is shown")
    assert verdicts(worse)[2].startswith("30\u00a0% of the pairs are right")


def test_one_world_says_nothing_about_text() -> None:
    item = standing(study().filter(pl.col("seed") == 1), "strong")
    assert item is not None
    assert verdicts(item)[1] == "Too few worlds to say whether text brings a gain."


def test_results_carry_the_promised_names() -> None:
    tree = ceiling_results(study(), INFLUENCES)
    assert tree["data_rich"]["r2"] == pytest.approx(0.62, abs=0.02)
    assert tree["oracle"]["share"]["same_as_past"] == pytest.approx(0.6 / 0.9, abs=0.02)
    assert set(tree["strong"]["gain"]) >= {"gated_fusion_vs_same_as_past"}
    assert ceiling_results(VALUE_CEILINGS.empty(), INFLUENCES) == {}


def test_a_model_above_the_oracle_is_noticed() -> None:
    (good,), (bad,) = validate_ceilings(study()), validate_ceilings(study(best=0.95))
    assert good.passed
    assert not bad.passed


def delivered(*customers: str) -> pl.DataFrame:
    rows = [{"reservation_id": f"{place:012d}", **dict.fromkeys(LABELS, name)} for place, name in enumerate(customers)]
    return pl.DataFrame(rows)


def test_expected_revenue_is_summed_by_pseudo_customer() -> None:
    rows = delivered("a", "b", "a")
    ids = pl.DataFrame({"row_id": "reservation:" + rows["reservation_id"], "pseudo_customer_id": ["p", "p", "p"]})
    carriers = customers_by_labels(rows, ids)
    assert carriers["pseudo_customer_id"].to_list() == ["p", "p"]
    future = pl.DataFrame([{**dict.fromkeys(LABELS, name), "revenue": value} for name, value in
                           (("a", 10.0), ("b", 5.0), ("unknown", 99.0))])  # fmt: skip
    found = expected_by_customer({date(2024, 5, 1): future}, carriers)
    assert found.rows() == [("p", date(2024, 5, 1), 15.0)]
    assert expected_by_customer({}, carriers).is_empty()


def test_labels_that_several_customers_carry_are_refused() -> None:
    rows = delivered("a", "a")
    ids = pl.DataFrame({"row_id": "reservation:" + rows["reservation_id"], "pseudo_customer_id": ["p", "q"]})
    with pytest.raises(ContractError, match="tells more apart"):
        customers_by_labels(rows, ids)


def test_true_pairs_are_certain_and_known_when_the_review_came() -> None:
    links = pl.DataFrame({"booking_id": ["b", "c"], "review_id": ["r", "r"], "is_first_room": [True, False]})
    days = [date(2024, 3, 2), date(2024, 3, 9)]
    found = true_pairs(links, pl.DataFrame({"review_id": ["r", "r"], "delivery_day": days}))
    assert found.rows() == [("b", "r", days[0], 1.0, True)]


def settings_of(home: Path, **studies: object) -> Settings:
    return Settings(home=home, core=CoreSettings(source="demo"), sections={"studies": studies})


def test_parts_are_looked_for_under_the_study(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, ceiling_seeds=2)
    files = study_files(settings)
    assert len(files) == 12
    folder = study_folder(settings)
    assert ("weak", 2, folder / "figures" / f"{world_name('weak', 2)}.parquet") in files
    assert {path.parent.name for *_, path in files} == {"figures", rich_folder(study_plan(settings))}


def test_parts_become_rows() -> None:
    part = study().filter(pl.col("seed") == 1).drop("influence", "seed")
    found = ceiling_rows([("weak", 2, part)])
    assert found.select("influence", "seed").unique().rows() == [("weak", 2)]
    assert found.height == part.height
    assert ceiling_rows([]).is_empty()


def test_another_size_of_world_is_another_study(tmp_path: Path) -> None:
    own = study_folder(settings_of(tmp_path))
    assert study_folder(settings_of(tmp_path, ceiling_seeds=3)) == own
    assert study_folder(settings_of(tmp_path, ceiling_days=500)) != own
    other = Settings(home=tmp_path, core=CoreSettings(source="demo"), sections={"privacy": {"k": 10}})
    assert study_folder(other) != own


@pytest.mark.parametrize(
    "wrong", [{"ceiling_seeds": 1}, {"ceiling_groups": 1}, {"ceiling_influences": (0.0, 1.0)}, {"ceiling_days": 0},
              {"ceiling_draws": 0}, {"ceiling_influences": (-1.0, 0.0, 1.0)}],
)  # fmt: skip
def test_nonsense_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="ceiling"):
        study_plan(settings_of(tmp_path, **wrong))


def test_a_world_never_teaches_its_own_group() -> None:
    groups = [[1, 4], [2, 5], [3]]
    assert other_worlds(groups, groups[1]) == [1, 4, 3]
