import polars as pl
import pytest

from assets.reviews.hotels import city_and_country, current_names, hotel_columns, hotel_key
from assets.reviews.settings import ReviewSettings
from resources.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hôtel d'Arène", "hotel d arene"),
        ("  Park Plaza -- County Hall, LONDON ", "park plaza county hall london"),
        ("Sunrise Resorts Ltd.", "sunrise resorts"),
        ("Ltd", "ltd"),
        (None, ""),
    ],
)
def test_hotel_key(name: str | None, key: str) -> None:
    assert hotel_key(name) == key


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("s Gravesandestraat 55 Oost 1092 AA Amsterdam Netherlands", ("Amsterdam", "NLD")),
        ("163 Marsh Wall Docklands Tower Hamlets London E14 9SJ United Kingdom", ("London", "GBR")),
        ("1 rue de Rivoli 1st arr 75001 Paris France", ("Paris", "FRA")),
        ("Via Roma 3, 20124 Milan, Italy", ("Milan", "ITA")),
        ("Praia 1, 8200-001 Vila Real, Portugal", ("Vila Real", "PRT")),
        ("Somewhere", (None, None)),
        ("Spain", (None, "ESP")),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_city_and_country(address: str | None, place: tuple[str | None, str | None]) -> None:
    assert city_and_country(address) == place


def test_columns_keep_order() -> None:
    frame = hotel_columns(pl.Series(["B", "A", None]), pl.Series(["x Paris France", None, "x Paris France"]))
    assert frame.rows() == [("b", "Paris", "FRA"), ("a", None, None), ("", "Paris", "FRA")]


def test_empty() -> None:
    empty = pl.Series([], dtype=pl.String)
    assert hotel_columns(empty, empty).shape == (0, 3)


def test_renamed_houses_go_by_their_name_of_today() -> None:
    names = pl.Series("hotel_name", ["HILTON Riverside, Ltd.", "Other House", None])
    aliases = ("Hilton Riverside => Hyatt Riverside",)
    assert current_names(names, aliases).to_list() == ["Hyatt Riverside", "Other House", None]
    assert current_names(names, ()).to_list() == names.to_list()


@pytest.mark.parametrize(
    "aliases", [("Hilton",), ("=>Hyatt",), ("A=>B=>C",), ("A=>B", "a=>C"), ("A=>B", "B=>C"), ("A=>a",)]
)
def test_aliases_that_lead_nowhere_are_refused(aliases: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match=r"reviews\.hotel_aliases"):
        ReviewSettings(hotel_aliases=aliases)
