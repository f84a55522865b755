"""What sources say of their rows in the same words (see ``base.SourceFacts``)."""

import polars as pl

from resources.sources.base import SourceFacts, Stream
from resources.sources.keys import is_placeholder

_NUMBERS = ("no hotel", "one hotel", "two hotels", "three hotels", "four hotels", "five hotels", "six hotels")


def delivered_facts(streams: frozenset[Stream], hotels: pl.DataFrame, *, names_guests: bool) -> SourceFacts:
    """Facts of a group's own rows, which are neither invented nor published.

    Args:
        streams: that it delivers.
        hotels: its table of hotels.
        names_guests: whether a booking carries a key of its guest.
    """
    group = hotels_in_words(hotels["hotel"].n_unique())
    what = " and ".join(str(stream) for stream in Stream if stream in streams) or "no rows"
    return SourceFacts(
        title=f"{what} of {group}",
        covers=f"the {what} of {group}, as they were delivered",
        names_hotels=bool(hotels["hotel_name"].is_not_null().any()),
        names_guests=names_guests,
    )


def hotels_in_words(number: int) -> str:
    """``one hotel``, ``five hotels``, ``12 hotels``."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number} hotels"


def has_key(keys: pl.Series) -> bool:
    """Whether any of the texts is a key, and no word that stands for none."""
    return any(not is_placeholder(text) for text in keys.drop_nulls().unique(maintain_order=True))
