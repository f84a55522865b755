"""Trip type, party, room, number of rooms, nights and device out of a review's tags.

Tags arrive as a list written as text: ``[' Leisure trip ', ' Couple ', ' Double Room ', ' Stayed 2 nights ']``.
"""

import polars as pl

_TRIP = {"leisure trip": "leisure", "business trip": "business"}
_PARTY = {
    "solo traveler": "solo",
    "solo traveller": "solo",
    "couple": "couple",
    "family with young children": "family_young",
    "family with older children": "family_older",
    "group": "group",
    "travelers with friends": "with_friends",
    "travellers with friends": "with_friends",
}
_MOBILE = "submitted from a mobile device"
_PET = "with a pet"
_STAYED = r"(?i)^stayed (\d+) nights?$"
_ROOM_COUNT = r"(?i)^(\d{1,3}) rooms?$"  # "2 rooms" counts rooms and names none


def tag_columns(tags: pl.Series) -> pl.DataFrame:
    """Frame (trip_type, party, room, room_count Int32, nights Int32, is_mobile) in row order.

    Portals count rooms from two on, so that tags which tell of the stay (room or nights) and count none mean one room.

    Args:
        tags: String series, one written list per review; null or empty gives nulls and ``is_mobile`` False.
    """
    distinct = pl.DataFrame({"tags": tags.fill_null("")}).unique(maintain_order=True)
    listed = distinct.with_columns(
        pl.col("tags")
        .str.strip_chars(" []")
        .str.extract_all(r"""'[^']*'|"[^"]*"|[^,'"]+""")
        .list.eval(pl.element().str.strip_chars(" '\"").filter(pl.element().str.strip_chars(" '\"") != ""))
        .alias("items")
    )
    lower = pl.col("items").list.eval(pl.element().str.to_lowercase())
    parsed = listed.select(
        "tags",
        _first(lower, pl.element().replace_strict(_TRIP, default=None, return_dtype=pl.String)).alias("trip_type"),
        _first(lower, pl.element().replace_strict(_PARTY, default=None, return_dtype=pl.String)).alias("party"),
        pl.col("items").list.eval(pl.element().filter(_is_room())).list.first().alias("room"),
        _first(lower, pl.element().str.extract(_ROOM_COUNT, 1)).cast(pl.Int32).alias("room_count"),
        _first(lower, pl.element().str.extract(_STAYED, 1)).cast(pl.Int32).alias("nights"),
        lower.list.contains(_MOBILE).alias("is_mobile"),
    ).with_columns(pl.when(pl.col("nights") > 0).then("nights"), pl.when(pl.col("room_count") > 0).then("room_count"))
    tells = pl.col("room").is_not_null() | pl.col("nights").is_not_null()
    parsed = parsed.with_columns(pl.coalesce("room_count", pl.when(tells).then(pl.lit(1, pl.Int32))))
    order = pl.DataFrame({"tags": tags.fill_null("")})
    return order.join(parsed, on="tags", how="left", maintain_order="left").drop("tags")


def _first(items: pl.Expr, value: pl.Expr) -> pl.Expr:
    return items.list.eval(value.drop_nulls()).list.first()


def _is_room() -> pl.Expr:
    low = pl.element().str.to_lowercase()
    known = low.is_in([*_TRIP, *_PARTY, _MOBILE, _PET])
    return ~known & ~low.str.contains(_STAYED) & ~low.str.contains(_ROOM_COUNT)
