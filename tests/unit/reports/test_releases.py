"""The chapter of released figures: every figure says its noise, and both editions show it."""

import polars as pl

from assets.privacy.contract import GUEST_AGGREGATES
from assets.reports.chapters.releases.section import TITLES, releases_section, with_noise
from assets.reports.telling.blocks import Disclosure, Notice, Table


def aggregates(*, is_private: bool = True) -> pl.DataFrame:
    rows = [
        ("segment_sizes", "value_band", "0", "guests", 1204.0, 12.0, "guest"),
        ("segment_sizes", "value_band", "1 to 249", "guests", 310.0, 12.0, "guest"),
        ("segment_sizes", "value_band", "1,000 and more", "guests", -3.0, 12.0, "guest"),
        ("value_by_country", "country", "PRT", "mean_value", 812.4, 31.0, "guest"),
        ("value_by_country", "country", "PRT", "guests", 2100.0, 40.0, "guest"),
        ("cancellation_rates", "market_segment", "Direct", "cancellation_rate", 0.173, 0.021, "guest"),
        ("service_scores", "hotel", "Inn", "mean_score", 8.41, 0.07, "review"),
    ]
    return pl.DataFrame(
        [
            (family, "2016", grouping, group, measure, value, width, "pure", 0.15, unit, f"r-{family}", is_private)
            for family, grouping, group, measure, value, width, unit in rows
        ],
        schema=GUEST_AGGREGATES.schema, orient="row",
    )  # fmt: skip


def tables(frame: pl.DataFrame) -> dict[str, Table]:
    section = releases_section(frame, None, "EUR")
    assert section is not None
    return {block.key: block for block in section.blocks if isinstance(block, Table)}


def test_every_figure_says_its_noise() -> None:
    found = tables(aggregates())
    assert found["released_segment_sizes"].rows[0] == ("0", "1,204 ± 12 at 95\u00a0%")
    assert [row[0] for row in found["released_segment_sizes"].rows] == ["0", "1 to 249", "1,000 and more"]
    for key, table in found.items():
        assert table.disclosure is Disclosure.PRIVATE_RELEASE
        if key != "released_costs":
            assert all("at 95" in cell for row in table.rows for cell in row[1:])
    assert set(found) == {f"released_{family}" for family in TITLES if family != "value_by_segment"} | {
        "released_costs"
    }


def test_each_kind_of_figure_in_its_unit() -> None:
    assert with_noise("cancellation_rate", 0.173, 0.021, "EUR") == "17.3\u00a0% ± 2.1 points at 95\u00a0%"
    assert with_noise("mean_value", 812.4, 31.0, "EUR") == "EUR\u00a0812 ± 31 at 95\u00a0%"
    assert with_noise("mean_value", 139.0, 0.4, "EUR") == "EUR\u00a0139 ± 1 at 95\u00a0%", "no margin reads as none"
    assert with_noise("cancellation_rate", 0.173, 0.0004, "EUR") == "17.3\u00a0% ± 0.1 points at 95\u00a0%"
    assert with_noise("mean_score", 8.41, 0.07, "EUR") == "8.41 ± 0.07 at 95\u00a0%"


def test_costs_are_listed_by_release() -> None:
    costs = tables(aggregates())["released_costs"]
    assert ("Segment sizes", "2016", "1", "guest", "0.15") in costs.rows
    assert costs.columns[-1] == "Epsilon of each"


def test_nothing_released_yet_is_said() -> None:
    assert releases_section(None, None, "EUR") is None
    section = releases_section(aggregates().clear(), None, "EUR")
    assert section is not None
    assert "No calendar year is complete" in str(section.blocks[0])


def test_seeded_noise_is_warned_about() -> None:
    section = releases_section(aggregates(is_private=False), None, "EUR")
    assert section is not None
    warnings = [block for block in section.blocks if isinstance(block, Notice) and block.tone == "warning"]
    assert len(warnings) == 1
    assert "NOT private" in warnings[0].text
