"""ISO alpha-3 codes of English country names as review sites write them."""

import re
import unicodedata
from functools import cache

import polars as pl

# Names that ISO 3166 writes differently. Codes outside ISO's current list: XKX (Kosovo, user-assigned),
# ANT (Netherlands Antilles, withdrawn in 2010 and still delivered).
_OVERRIDES = {
    "Abkhazia Georgia": "GEO",
    "Aland Islands": "ALA",
    "Antigua Barbuda": "ATG",
    "Bonaire St Eustatius and Saba": "BES",
    "British Virgin Islands": "VGB",
    "Brunei": "BRN",
    "Burma": "MMR",
    "Cape Verde": "CPV",
    "Central Africa Republic": "CAF",
    "Cocos K I": "CCK",
    "Cocos Keeling Islands": "CCK",
    "Congo": "COG",
    "Congo Brazzaville": "COG",
    "Congo Kinshasa": "COD",
    "Cote d Ivoire": "CIV",
    "Crimea": "UKR",
    "C te d Ivoire": "CIV",  # the publisher cut accented letters out
    "Cura ao": "CUW",
    "Czech Republic": "CZE",
    "Democratic Republic of the Congo": "COD",
    "East Timor": "TLS",
    "England": "GBR",
    "Falkland Islands Malvinas": "FLK",
    "Falkland Islands": "FLK",
    "Great Britain": "GBR",
    "Heard and McDonald Islands": "HMD",
    "Hong Kong SAR": "HKG",
    "Iran": "IRN",
    "Ivory Coast": "CIV",
    "Kosovo": "XKX",
    "Laos": "LAO",
    "Macao": "MAC",
    "Macau": "MAC",
    "Macedonia": "MKD",
    "Micronesia": "FSM",
    "Moldova": "MDA",
    "Nagorno Karabakh": "AZE",
    "Netherlands Antilles": "ANT",
    "North Korea": "PRK",
    "Northern Ireland": "GBR",
    "Palestine": "PSE",
    "Palestinian Territory": "PSE",
    "Pitcairn Islands": "PCN",
    "Pitcairn": "PCN",
    "Republic of Congo": "COG",
    "Reunion": "REU",
    "Russia": "RUS",
    "Saint Barts": "BLM",
    "Saint Barthelemy": "BLM",
    "Saint Helena": "SHN",
    "Saint Martin": "MAF",
    "Saint Vincent Grenadines": "VCT",
    "Scotland": "GBR",
    "Sint Maarten": "SXM",
    "South Georgia and South Sandwich Islands": "SGS",
    "South Korea": "KOR",
    "Swaziland": "SWZ",
    "Syria": "SYR",
    "Tanzania": "TZA",
    "The Gambia": "GMB",
    "Turkey": "TUR",
    "U K": "GBR",
    "U S A": "USA",
    "U S Minor Outlying Islands": "UMI",
    "U S Virgin Islands": "VIR",
    "United States Minor Outlying Islands": "UMI",
    "United States Virgin Islands": "VIR",
    "Vatican City": "VAT",
    "Vietnam": "VNM",
    "Wales": "GBR",
}


def country_code(name: str | None) -> str | None:
    """ISO alpha-3 code of an English country name; None for blank or unknown names.

    Args:
        name: as delivered; case, accents, punctuation, blanks and the word "and" do not matter. A code
            (alpha-2 or alpha-3) is taken as it is.
    """
    return _index().get(_plain(name)) if name else None


def country_codes(names: pl.Series) -> pl.Series:
    """Codes of a String series, in the same order; each distinct name is looked up once."""
    distinct = names.unique().drop_nulls().to_list()
    codes = {name: country_code(name) for name in distinct}
    return names.replace_strict(codes, default=None, return_dtype=pl.String)


def country_names() -> dict[str, str]:
    """Every known plain name with its code; keys as :func:`country_code` normalises them."""
    return dict(_index())


@cache
def _index() -> dict[str, str]:
    import pycountry

    index: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_3
        for attribute in ("name", "official_name", "common_name", "alpha_2", "alpha_3"):
            if text := getattr(country, attribute, None):
                index.setdefault(_plain(text), code)
        index.setdefault(_plain(country.name.partition(",")[0]), code)
    return index | {_plain(name): code for name, code in _OVERRIDES.items()}


def _plain(name: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    words = re.sub(r"[^a-z0-9]+", " ", bare).split()
    kept = ["saint" if word == "st" else word for word in words if word not in ("and", "the", "of")]
    return " ".join(kept if kept else words)  # the code AND (Andorra) is a name too
