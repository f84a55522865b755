"""Countries and their regions."""

import pycountry
import pytest

from assets.privacy.hierarchies import REGION_OF, SUB_REGION_OF, SUB_REGIONS, common_node, region, sub_region


def test_table_is_complete_and_places_each_country_once() -> None:
    codes = {country.alpha_3 for country in pycountry.countries}
    assert set(SUB_REGION_OF) == codes
    assert sum(len(part.split()) for part in SUB_REGIONS.values()) == len(codes)
    assert set(REGION_OF) == set(SUB_REGIONS)


@pytest.mark.parametrize(
    ("countries", "node"),
    [
        (["PRT"], "PRT"),
        (["PRT", "ESP"], "Southern Europe"),
        (["PRT", "FRA"], "Europe"),
        (["PRT", "BRA"], "World"),
        (["?", "PRT"], "PRT"),
        (["?"], "Unknown"),
        ([], "Unknown"),
        (["XYZ", "CN", "JPN"], "Eastern Asia"),
    ],
)
def test_lowest_common_node(countries: list[str], node: str) -> None:
    assert common_node(countries) == node


def test_what_is_no_country_has_no_region() -> None:
    assert sub_region("XYZ") is None
    assert region("XYZ") is None
    assert (sub_region("TMP"), region("GBR")) == ("South-eastern Asia", "Europe")
