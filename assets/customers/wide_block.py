"""The wide block: what a customer's last booking was like, how their bookings spread, and with whom they come.

Beside the behaviour features, for trees only: categories are numbers in the order of the alphabet, made from the level
alone, so that no target and no other customer can shift them. As of a day T, corrections applied, as in ``behaviour``.
"""

import zlib
from datetime import date

import polars as pl

from assets.customers.features import Feature
from assets.customers.lifetime_value import current_rows

CATEGORIES = {
    "country": "country_levels", "segment": "market_segment_levels", "channel": "distribution_channel_levels",
    "customer_type": "customer_type_levels", "agent": "agent_levels", "company": "company_levels",
    "hotel": "hotel_levels", "room_type": "reserved_room_type", "meal": "meal", "deposit": "deposit_type",
}  # fmt: skip
_LAST, _OVER = "of the last booking (by delivery day, then arrival)", "over all bookings"
_CODE = "first letters as a number in the order of the alphabet, the same for a level at all times"
_ZERO = "0 (none that was completed)"

WIDE_FEATURES: tuple[Feature, ...] = (
    Feature(name="last_nights", formula=f"nights {_LAST}", unit="nights"),
    Feature(name="last_lead_time", formula=f"days from booking to arrival {_LAST}", unit="days"),
    Feature(name="last_price", formula="revenue per night of the last completed stay",
            unit="currency units per night", when_undefined=_ZERO, target_in_observed_window="part"),
    Feature(name="last_completed", formula=f"1 where the guest stayed, {_LAST}", unit="0 or 1"),
    Feature(name="last_requests", formula=f"special requests {_LAST}", unit="requests"),
    Feature(name="last_adults", formula=f"adults {_LAST}", unit="persons"),
    Feature(name="last_children", formula=f"children {_LAST}", unit="persons"),
    Feature(name="last_month", formula=f"month of arrival {_LAST}", unit="1 to 12"),
    Feature(name="last_weekday", formula=f"weekday of arrival {_LAST}", unit="1 (Monday) to 7"),
    Feature(name="last_repeated", formula=f"1 where the source calls the guest repeated, {_LAST}", unit="0 or 1"),
    Feature(name="price_spread", formula="population standard deviation of revenue per night, completed stays",
            unit="currency units per night", when_undefined=_ZERO),
    Feature(name="nights_spread", formula=f"population standard deviation of nights {_OVER}", unit="nights"),
    Feature(name="lead_time_spread", formula=f"population standard deviation of lead times {_OVER}", unit="days"),
    Feature(name="lead_time_longest", formula=f"longest lead time {_OVER}", unit="days"),
    Feature(name="party", formula=f"mean of adults and children {_OVER}", unit="persons"),
    Feature(name="changes", formula=f"mean changes to a booking {_OVER}", unit="changes"),
    Feature(name="parking", formula=f"mean parking spaces {_OVER}", unit="spaces"),
    Feature(name="hotels", formula="number of distinct hotels", unit="hotels"),
    *(Feature(name=f"last_{name}", formula=f"{name.replace('_', ' ')} {_LAST}: {_CODE}", unit="code")
      for name in CATEGORIES),
)  # fmt: skip
WIDE_NAMES: tuple[str, ...] = tuple(item.name for item in WIDE_FEATURES)
WIDE_BOOKING_COLUMNS = (
    "arrival_from", "adults_from", "adults_to", "children_from", "children_to", "booking_changes", "parking_spaces",
    "repeated_guest_levels", *CATEGORIES.values(),
)  # fmt: skip
_DECIMALS = 9
_LETTERS, _ALPHABET = 4, 128


def level_code(level: str) -> float:
    """A level as a number: its first letters in the order of the alphabet, and what tells it from its neighbours.

    Example:
        >>> level_code("DEU") < level_code("ESP") < level_code("Transient") != level_code("Transient-Party")
        True
    """
    letters = level[:_LETTERS].ljust(_LETTERS, "\0")
    place = 0
    for letter in letters:
        place = place * _ALPHABET + min(ord(letter), _ALPHABET - 1)
    return place + zlib.crc32(level.encode()) / 2**32


def wide_features(bookings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per customer with a row by T, with every feature of ``WIDE_FEATURES``.

    Args:
        bookings: ``WIDE_BOOKING_COLUMNS`` beside those of the behaviour features; later rows are not looked at.
        as_of: T.

    Returns:
        pseudo_customer_id and ``WIDE_NAMES`` (Float64, never null), sorted by id.
    """
    rows = current_rows(bookings, as_of)
    if rows.is_empty():
        return pl.DataFrame(schema={"pseudo_customer_id": pl.String(), **dict.fromkeys(WIDE_NAMES, pl.Float64())})
    rows = rows.sort("pseudo_customer_id", "delivery_day", "arrival_from", "booking_id").with_columns(
        _middle("nights"), _middle("lead_time"), _middle("adults"), _middle("children"),
        *(_coded(rows[column], name) for name, column in CATEGORIES.items()),
    )  # fmt: skip
    paid = pl.col("is_completed") & (pl.col("nights") > 0)
    rows = rows.with_columns(price=pl.when(paid).then(pl.col("realised_revenue") / pl.col("nights")))
    table = rows.group_by("pseudo_customer_id").agg(**_lasts(), **_spreads()).sort("pseudo_customer_id")
    values = pl.col(WIDE_NAMES).cast(pl.Float64).fill_null(0.0).round(_DECIMALS)
    return table.select("pseudo_customer_id", values)


def _middle(name: str) -> pl.Expr:
    """The middle of an interval; of exact rows the value itself."""
    return ((pl.col(f"{name}_from") + pl.col(f"{name}_to")) / 2).alias(name)


def _coded(column: pl.Series, name: str) -> pl.Series:
    levels = column.fill_null("?")
    known = levels.unique().to_list()
    codes = [level_code(level) for level in known]
    return levels.replace_strict(known, codes, return_dtype=pl.Float64).alias(f"last_{name}")


def _lasts() -> dict[str, pl.Expr]:
    last = {
        "nights": pl.col("nights"), "lead_time": pl.col("lead_time"), "price": pl.col("price").drop_nulls(),
        "completed": pl.col("is_completed"), "requests": pl.col("special_requests"), "adults": pl.col("adults"),
        "children": pl.col("children"), "month": pl.col("arrival_from").dt.month(),
        "weekday": pl.col("arrival_from").dt.weekday(), "repeated": pl.col("repeated_guest_levels") == "1",
        **{name: pl.col(f"last_{name}") for name in CATEGORIES},
    }  # fmt: skip
    return {f"last_{name}": expression.last() for name, expression in last.items()}


def _spreads() -> dict[str, pl.Expr]:
    return {
        "price_spread": pl.col("price").std(ddof=0),
        "nights_spread": pl.col("nights").std(ddof=0),
        "lead_time_spread": pl.col("lead_time").std(ddof=0),
        "lead_time_longest": pl.col("lead_time").max(),
        "party": (pl.col("adults") + pl.col("children")).mean(),
        "changes": pl.col("booking_changes").mean(),
        "parking": pl.col("parking_spaces").mean(),
        "hotels": pl.col("hotel_levels").n_unique(),
    }
