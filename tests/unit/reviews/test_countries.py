import polars as pl
import pytest

from assets.reviews.countries import country_code, country_codes

# Names of the public data that ISO 3166 writes differently, and some that it writes the same.
PUBLISHED = {
    "Abkhazia Georgia": "GEO", "Antigua Barbuda": "ATG", "Bolivia": "BOL", "Bonaire St Eustatius and Saba": "BES",
    "Bosnia and Herzegovina": "BIH", "Brunei": "BRN", "Cape Verde": "CPV", "Central Africa Republic": "CAF",
    "Cocos K I": "CCK", "Crimea": "UKR", "Cura ao": "CUW", "Czech Republic": "CZE",
    "Democratic Republic of the Congo": "COD", "East Timor": "TLS", "Falkland Islands Malvinas": "FLK",
    "French Guiana": "GUF", "Guinea Bissau": "GNB", "Hong Kong": "HKG", "Iran": "IRN", "Ivory Coast": "CIV",
    "Kosovo": "XKX", "Laos": "LAO", "Macau": "MAC", "Macedonia": "MKD", "Moldova": "MDA", "Netherlands": "NLD",
    "Palestinian Territory": "PSE", "Reunion": "REU", "Russia": "RUS", "Saint Barts": "BLM",
    "Saint Kitts and Nevis": "KNA", "Saint Martin": "MAF", "Saint Vincent Grenadines": "VCT", "South Korea": "KOR",
    "Svalbard Jan Mayen": "SJM", "Swaziland": "SWZ", "Syria": "SYR", "Taiwan": "TWN", "Tanzania": "TZA",
    "Turkey": "TUR", "Turks Caicos Islands": "TCA", "U S Minor Outlying Islands": "UMI", "U S Virgin Islands": "VIR",
    "United Kingdom": "GBR", "United States of America": "USA", "Vatican City": "VAT", "Venezuela": "VEN",
    "Vietnam": "VNM", "Wallis Futuna": "WLF",
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), PUBLISHED.items())
def test_published_names(name: str, code: str) -> None:
    assert country_code(f" {name} ") == code


@pytest.mark.parametrize("name", [None, "", " ", "Atlantis"])
def test_unknown_names(name: str | None) -> None:
    assert country_code(name) is None


@pytest.mark.parametrize(("text", "code"), [("prt", "PRT"), ("PT", "PRT"), ("CÔTE D'IVOIRE", "CIV"), ("AND", "AND")])
def test_codes_case_and_accents(text: str, code: str) -> None:
    assert country_code(text) == code


def test_series_keeps_order_and_nulls() -> None:
    names = pl.Series([" Spain ", None, " ", " France ", " Spain "])
    assert country_codes(names).to_list() == ["ESP", None, None, "FRA", "ESP"]


@pytest.mark.real
def test_every_name_of_the_public_sample_maps() -> None:
    from tests.unit.reviews.real import sample

    names = sample().select(pl.col("Reviewer_Nationality").str.strip_chars()).to_series().unique()
    assert [name for name in names.to_list() if name and country_code(name) is None] == []
