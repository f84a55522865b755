import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.hotel_identity import (
    CITY_CONTEXT,
    RESORT_CONTEXT,
    is_same_hotel,
    normalise_name,
    review_keys,
    stay_keys,
)

GROUP = pl.DataFrame(
    {
        "hotel": ["A", "B", "C", "D"],
        "hotel_name": ["Hôtel Le Marais", "Grand Plaza 2", None, None],
        "city": ["Paris", "London", "Lisbon", "Algarve"],
        "country": ["FRA", "GBR", "PRT", "PRT"],
        "descriptor": ["", "", "", ""],
        "is_city": [True, True, True, False],
    }
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hôtel Le Marais", "HOTEL LE MARAIS"),
        ("Le Marais & Spa, S.A.", "le marais and"),
        ("The Grand Hotel Ltd.", "Grand"),
        ("St. James' Court", "st james court"),
    ],
)
def test_spellings_of_one_name_become_one(left: str, right: str) -> None:
    assert normalise_name(left) == normalise_name(right)


def test_a_name_of_corporate_words_only_is_kept() -> None:
    assert normalise_name("The Hotel") == "the hotel"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise_name(normalise_name(name)) == normalise_name(name)


def test_same_name_in_another_city_is_another_hotel() -> None:
    assert not is_same_hotel(("plaza", "London", "GBR"), ("plaza", "Paris", "FRA"))
    assert is_same_hotel(("plaza", "London", None), ("plaza", None, "GBR"))


def test_near_names_need_the_city_and_the_same_numbers() -> None:
    ours = ("britannia international canary wharf", "London", "GBR")
    assert is_same_hotel(ours, ("britannia internatonal canary wharf", "london", None))
    assert not is_same_hotel(ours, ("britannia internatonal canary wharf", None, None))
    assert not is_same_hotel(("grand plaza 2", "London", None), ("grand plaza 3", "London", None))


def test_empty_names_never_agree() -> None:
    assert not is_same_hotel(("", "London", None), ("", "London", None))


def test_named_hotels_have_their_own_key_and_hidden_ones_share_their_kind() -> None:
    assert stay_keys(GROUP).rows() == [
        ("A", "exact", "hotel:A"),
        ("B", "exact", "hotel:B"),
        ("C", "context", CITY_CONTEXT),
        ("D", "context", RESORT_CONTEXT),
    ]


def test_reviews_find_our_hotel_or_the_context_of_their_kind() -> None:
    places = pl.DataFrame(
        {
            "hotel_name": ["HOTEL LE MARAIS", "Hotel Le Marais", "Some Other House", "Palm Resort", "Nowhere Inn"],
            "hotel_city": ["Paris", "Vienna", "London", "Faro", None],
            "hotel_country": ["FRA", "AUT", "GBR", "PRT", None],
        }
    )
    keyed = places.join(review_keys(places, GROUP), on=places.columns, nulls_equal=True)
    keys = dict(keyed.select("hotel_name", "key").iter_rows())
    assert keys == {
        "HOTEL LE MARAIS": "hotel:A",
        "Hotel Le Marais": CITY_CONTEXT,
        "Some Other House": CITY_CONTEXT,
        "Palm Resort": RESORT_CONTEXT,
        "Nowhere Inn": None,
    }  # fmt: skip


def test_two_houses_that_fit_alike_are_no_match() -> None:
    twins = GROUP.head(2).with_columns(
        hotel_name=pl.Series(["Number One House", "Number Ona House"]), city=pl.lit("Rome"), country=pl.lit("ITA")
    )
    place = pl.DataFrame({"hotel_name": ["Number Onx House"], "hotel_city": ["Rome"], "hotel_country": ["ITA"]})
    assert review_keys(place, twins)["key"].to_list() == [None]


def test_no_reviews_give_no_keys() -> None:
    schema = {"hotel_name": pl.String, "hotel_city": pl.String, "hotel_country": pl.String}
    assert review_keys(pl.DataFrame(schema=schema), GROUP).is_empty()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("東京グランドホテル", "東京ｸﾞﾗﾝﾄﾞﾎﾃﾙ"),
        ("Ξενοδοχείο Ακρόπολις", "ΞΕΝΟΔΟΧΕΊΟ ΑΚΡΌΠΟΛΙΣ"),
        ("Søhus Łódź", "sohus lodz hotel"),
        ("Hotel d’Été", "HOTEL D'ETE"),
    ],
)
def test_names_of_any_script_agree_with_themselves_only(left: str, right: str) -> None:
    assert normalise_name(left) == normalise_name(right) != ""
    assert normalise_name(left) != normalise_name("فندق النيل") != ""
