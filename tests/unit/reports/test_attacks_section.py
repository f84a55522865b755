"""The chapter on attacks: what each edition shows, and the picture beside it."""

import polars as pl

from assets.reports.chapters.attacks.chapter import CHAPTER
from assets.reports.chapters.attacks.names import NAMES, attack_name
from assets.reports.telling.blocks import Disclosure, Picture, Table
from assets.reports.telling.editions import may_share
from assets.studies.attacks.rates import AttackResult, Share, table_of
from tests.unit.reports import fixtures


def rows() -> pl.DataFrame:
    results = [
        AttackResult(
            attack=name, knows="things", zone=zone, k=k, targets=100, rate=Share(0.2, 0.1, 0.3),
            guess=Share(0.02, 0.0, 0.05), guess_way="at random", meaning=f"{name} means this.",
        )
        for name in NAMES for zone, k in (("internal", 5), ("released", 25))
    ]  # fmt: skip
    model = AttackResult(
        attack="membership_lightgbm_loss_at_01", knows="things", zone="internal", k=5, targets=100,
        rate=Share(0.05, 0.01, 0.1), guess=Share(0.01, 0.01, 0.01), guess_way="a share", meaning="Found.",
    )  # fmt: skip
    return table_of([*results, model])


def keys(source: str) -> set[str]:
    """Pictures and tables that may be shared."""
    section = fixtures.full_world(source).with_tables(privacy_attacks=rows()).section(CHAPTER)
    shown = [block for block in section.blocks if isinstance(block, Picture | Table)]
    assert {block.key for block in shown} == {"attacks", "membership"}
    return {block.key for block in shown if may_share(block.disclosure, fixtures.FACTS[source])}


def test_rates_stay_inside_whoever_the_guests_are() -> None:
    assert keys("demo") == set()
    assert keys("public") == set()


def test_every_attack_is_in_the_table_with_its_guess() -> None:
    section = fixtures.full_world().with_tables(privacy_attacks=rows()).section(CHAPTER)
    table = next(block for block in section.blocks if isinstance(block, Table) and block.key == "attacks")
    assert len(table.rows) == 2 * len(NAMES)
    assert all("%" in row[4] and "%" in row[5] for row in table.rows)
    assert table.disclosure is Disclosure.GUEST_AGGREGATE


def test_without_attacks_the_chapter_says_so() -> None:
    world = fixtures.full_world()
    for given in (world, world.with_tables(privacy_attacks=rows().clear())):
        section = given.section(CHAPTER)
        assert section.blocks[0].text.startswith("The attack suite: ")


def test_attacks_have_names_in_words() -> None:
    assert attack_name("linkage") == "find the guest's row"
    assert attack_name("membership_lightgbm_calibrated") == "LightGBM, calibrated attack: area under the curve"
    assert attack_name("membership_same_as_past_loss_at_10").endswith("found at 10 % false alarms")
