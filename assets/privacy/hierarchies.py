"""Country → UN sub-region → region, keyed by ISO 3166-1 alpha-3.

The facts follow the United Nations' M49 list of geographic regions. Two codes of ISO 3166-1 are not
placed by M49: Taiwan (here: Eastern Asia) and Antarctica (its own node). Codes that the published bookings
use and that ISO withdrew or writes otherwise are listed in ``ALIASES``.
"""

from collections.abc import Iterable

MISSING = "?"
WORLD = "World"
UNKNOWN = "Unknown"

ALIASES = {"CN": "CHN", "TMP": "TLS"}  # two-letter China and old East Timor, both seen in the published bookings

REGIONS: dict[str, tuple[str, ...]] = {
    "Africa": ("Northern Africa", "Eastern Africa", "Middle Africa", "Southern Africa", "Western Africa"),
    "Americas": ("Caribbean", "Central America", "South America", "Northern America"),
    "Antarctica": ("Antarctica",),
    "Asia": ("Central Asia", "Eastern Asia", "South-eastern Asia", "Southern Asia", "Western Asia"),
    "Europe": ("Eastern Europe", "Northern Europe", "Southern Europe", "Western Europe"),
    "Oceania": ("Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia"),
}

SUB_REGIONS: dict[str, str] = {
    "Northern Africa": "DZA EGY LBY MAR SDN TUN ESH",
    "Eastern Africa": "IOT BDI COM DJI ERI ETH ATF KEN MDG MWI MUS MYT MOZ REU RWA SYC SOM SSD UGA TZA ZMB ZWE",
    "Middle Africa": "AGO CMR CAF TCD COG COD GNQ GAB STP",
    "Southern Africa": "BWA SWZ LSO NAM ZAF",
    "Western Africa": "BEN BFA CPV CIV GMB GHA GIN GNB LBR MLI MRT NER NGA SHN SEN SLE TGO",
    "Caribbean": "AIA ATG ABW BHS BRB BES VGB CYM CUB CUW DMA DOM GRD GLP HTI JAM MTQ MSR PRI BLM KNA LCA MAF VCT "
    "SXM TTO TCA VIR",
    "Central America": "BLZ CRI SLV GTM HND MEX NIC PAN",
    "South America": "ARG BOL BVT BRA CHL COL ECU FLK GUF GUY PRY PER SGS SUR URY VEN",
    "Northern America": "BMU CAN GRL SPM USA",
    "Antarctica": "ATA",
    "Central Asia": "KAZ KGZ TJK TKM UZB",
    "Eastern Asia": "CHN HKG MAC PRK JPN MNG KOR TWN",
    "South-eastern Asia": "BRN KHM IDN LAO MYS MMR PHL SGP THA TLS VNM",
    "Southern Asia": "AFG BGD BTN IND IRN MDV NPL PAK LKA",
    "Western Asia": "ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN QAT SAU PSE SYR TUR ARE YEM",
    "Eastern Europe": "BLR BGR CZE HUN POL MDA ROU RUS SVK UKR",
    "Northern Europe": "ALA GGY JEY DNK EST FRO FIN ISL IRL IMN LVA LTU NOR SJM SWE GBR",
    "Southern Europe": "ALB AND BIH HRV GIB GRC VAT ITA MLT MNE MKD PRT SMR SRB SVN ESP",
    "Western Europe": "AUT BEL FRA DEU LIE LUX MCO NLD CHE",
    "Australia and New Zealand": "AUS CXR CCK HMD NZL NFK",
    "Melanesia": "FJI NCL PNG SLB VUT",
    "Micronesia": "GUM KIR MHL FSM NRU MNP PLW UMI",
    "Polynesia": "ASM COK PYF NIU PCN WSM TKL TON TUV WLF",
}

SUB_REGION_OF: dict[str, str] = {code: name for name, codes in SUB_REGIONS.items() for code in codes.split()}
REGION_OF: dict[str, str] = {sub_region: region for region, parts in REGIONS.items() for sub_region in parts}


def sub_region(country: str) -> str | None:
    """UN sub-region of an ISO alpha-3 code, or None for a code that is not a country."""
    return SUB_REGION_OF.get(ALIASES.get(country, country))


def region(country: str) -> str | None:
    """UN region of an ISO alpha-3 code, or None for a code that is not a country."""
    node = sub_region(country)
    return None if node is None else REGION_OF[node]


def common_node(countries: Iterable[str]) -> str:
    """The lowest node that holds all given countries: country, sub-region, region or ``World``.

    Args:
        countries: ISO alpha-3 codes; ``?`` (missing) and unplaced codes are passed over.

    Returns:
        ``Unknown`` when no given code is placed; a single country by its own code.

    Example:
        >>> common_node(["PRT", "?"]), common_node(["PRT", "ESP"]), common_node(["PRT", "CHN"])
        ('PRT', 'Southern Europe', 'World')
    """
    placed = sorted({code for code in countries if sub_region(code) is not None})
    if not placed:
        return UNKNOWN
    if len(placed) == 1:
        return placed[0]
    nodes = {sub_region(code) for code in placed}
    if len(nodes) == 1:
        return str(nodes.pop())
    regions = {region(code) for code in placed}
    return str(regions.pop()) if len(regions) == 1 else WORLD
