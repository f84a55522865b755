import polars as pl
import pytest

from assets.reviews.tags import tag_columns


def parsed(text: str | None) -> dict:
    return tag_columns(pl.Series([text], dtype=pl.String)).row(0, named=True)


def test_all_tags_of_a_review() -> None:
    row = parsed(
        "[' Business trip ', ' Solo traveler ', ' Queen Room ', ' Stayed 1 night ', ' Submitted from a mobile device ']"
    )
    assert row == {
        "trip_type": "business",
        "party": "solo",
        "room": "Queen Room",
        "room_count": 1,
        "nights": 1,
        "is_mobile": True,
    }


@pytest.mark.parametrize(
    ("tag", "party"),
    [
        ("Couple", "couple"),
        ("Family with young children", "family_young"),
        ("Family with older children", "family_older"),
        ("Group", "group"),
        ("Travelers with friends", "with_friends"),
    ],
)
def test_parties(tag: str, party: str) -> None:
    assert parsed(f"[' {tag} ']")["party"] == party


@pytest.mark.parametrize("text", [None, "", "[]", "[' ']"])
def test_nothing_tagged(text: str | None) -> None:
    assert parsed(text) == {
        "trip_type": None,
        "party": None,
        "room": None,
        "room_count": None,
        "nights": None,
        "is_mobile": False,
    }


def test_counts_pets_and_zero_nights_are_no_rooms() -> None:
    row = parsed("[' With a pet ', ' 2 rooms ', ' Deluxe King ', ' Stayed 0 nights ']")
    assert (row["room"], row["nights"]) == ("Deluxe King", None)


@pytest.mark.parametrize(
    ("tags", "count"),
    [
        ("[' 2 rooms ', ' Deluxe King ']", 2), ("[' Deluxe King ', ' 12 Rooms ']", 12), ("[' 1 room ']", 1),
        ("[' Stayed 3 nights ']", 1), ("[' Couple ']", None), ("[' 0 rooms ', ' Couple ']", None),
        ("[' 99999999999 rooms ', ' Couple ']", 1),
    ],
)  # fmt: skip
def test_rooms_are_counted_from_two_on(tags: str, count: int | None) -> None:
    assert parsed(tags)["room_count"] == count


def test_quotes_inside_a_tag() -> None:
    assert parsed("""[' Couple ', " King's Room "]""")["room"] == "King's Room"


def test_row_order_is_kept() -> None:
    tags = pl.Series(["[' Couple ']", "[' Group ']", "[' Couple ']", None])
    assert tag_columns(tags)["party"].to_list() == ["couple", "group", "couple", None]


def test_empty_series() -> None:
    assert tag_columns(pl.Series([], dtype=pl.String)).shape == (0, 6)
