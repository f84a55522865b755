"""Which bookings a pseudo-customer key throws together, and which of one guest's it tears apart.

Compares several keys over the raw rows: the key of the settings, coarser and finer ones, the guest key where the
source has one, and a chain of repeated guests by their counters. Where the true guests are known (``demo``), each is
marked against them. Reads ``restricted``; what is stored are counts and shares.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.common.inputs import Reads, WholeInputs
from assets.customers.concentration import finite
from assets.customers.group_figures import minimum_customers, quantile_of_many
from assets.privacy.pseudo_customers import composite_key
from assets.privacy.settings import PrivacySettings
from assets.studies.contract import CUSTOMER_KEYS
from assets.studies.truth import Truth, truth_of
from resources.contract import CheckOutcome, outcome_of

KEY_READS = (Reads("raw_bookings", None),)
CHAINED = "chained by counters"
GUEST = "guest_key"
_REPEATED = "is_repeated_guest"
_FINER = (("hotel",), ("adults", "children"), ("hotel", "adults", "children", "reserved_room_type"))


def key_choices(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name of each key -> its columns: that of the settings first, then coarser, finer, and the guest key.

    Args:
        columns: key columns of the settings.
    """
    own = tuple(columns)
    choices = {"settings": own}
    if _REPEATED in own and len(own) > 1:
        choices[f"without {_REPEATED}"] = tuple(name for name in own if name != _REPEATED)
    for more in _FINER:
        added = tuple(name for name in more if name not in own)
        if added:
            choices.setdefault("with " + ", ".join(added), (*own, *added))
    return choices | ({GUEST: (GUEST,)} if own != (GUEST,) else {})


def chained_by_counters(bookings: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """A chain number per booking: a repeated guest's booking goes on the chain whose counters it continues.

    Within one key (without the repeated-guest flag) a booking with counters (p, c) follows the latest booking after
    which a guest would have p completed and c cancelled ones. Counters of zero begin a chain.

    Args:
        bookings: raw bookings in order of delivery.
        columns: key columns; the flag is left out.

    Returns:
        (n,) Int64 in row order.
    """
    names = [name for name in columns if name != _REPEATED]
    keys = composite_key(bookings, names).to_list() if names else [""] * bookings.height
    rows = zip(
        keys, bookings["previous_bookings_not_canceled"], bookings["previous_cancellations"], bookings["is_canceled"],
        strict=True,
    )  # fmt: skip
    open_chains: dict[tuple[str, int, int], list[int]] = {}
    chains: list[int] = []
    for number, (key, completed, cancelled, is_canceled) in enumerate(rows):
        waiting = open_chains.get((key, completed, cancelled)) if completed + cancelled else None
        chain = waiting.pop() if waiting else number
        after = (key, completed + (not is_canceled), cancelled + is_canceled)
        open_chains.setdefault(after, []).append(chain)
        chains.append(chain)
    return pl.Series("chain", chains, dtype=pl.Int64)


def purity(groups: pl.Series, guests: pl.Series) -> float:
    """Share of bookings that belong to the commonest guest of their group.

    Args:
        groups: (n,) pseudo-customer of each booking.
        guests: (n,) true guest of each booking; swapped with ``groups`` this is completeness (inverse purity).

    Source:
        Manning, Raghavan, Schütze, Introduction to Information Retrieval, section 16.3.
    """
    if groups.is_empty():
        return 0.0
    pairs = pl.DataFrame({"group": groups, "guest": guests}).group_by("group", "guest").len()
    return float(pairs.group_by("group").agg(pl.col("len").max())["len"].sum()) / len(groups)


def key_rows(bookings: pl.DataFrame, columns: Sequence[str], guests: pl.DataFrame | None, minimum: int) -> pl.DataFrame:
    """Rows of ``CUSTOMER_KEYS``.

    Args:
        bookings: ``raw_bookings``.
        columns: key columns of the settings.
        guests: ``row_id`` and ``guest`` of the simulated truth, None where it is unknown.
        minimum: groups behind the size that one in a hundred reaches; the largest is no figure to tell.
    """
    rows = bookings.sort("delivery_day", "row_id").unique("row_id", keep="first", maintain_order=True)
    if guests is not None:
        rows = rows.join(guests, on="row_id", how="inner", maintain_order="left")
    if rows.is_empty():
        return CUSTOMER_KEYS.empty()
    groups = {
        name: composite_key(rows, chosen)
        for name, chosen in key_choices(columns).items()
        if chosen != (GUEST,) or rows[GUEST].null_count() < rows.height
    }
    groups[CHAINED] = chained_by_counters(rows, columns)
    true = rows["guest"] if guests is not None else None
    made = [
        {"key": name, "place": place, "bookings": rows.height, **_figures(group, true, minimum)}
        for place, (name, group) in enumerate(groups.items())
    ]
    return CUSTOMER_KEYS.conform(pl.DataFrame(made, schema=CUSTOMER_KEYS.schema))


def _figures(groups: pl.Series, guests: pl.Series | None, minimum: int) -> dict[str, Any]:
    sizes = groups.value_counts()["count"]
    figures: dict[str, Any] = {
        "pseudo_customers": len(sizes), "median_bookings": sizes.median(),
        "bookings_p99": quantile_of_many(finite(sizes), 0.99, minimum),
        "guests": None, "purity": None, "completeness": None,
    }  # fmt: skip
    if guests is None:
        return figures
    return figures | {
        "guests": guests.n_unique(), "purity": purity(groups, guests), "completeness": purity(guests, groups),
    }  # fmt: skip


def true_guests(truth: Truth) -> pl.DataFrame:
    """``row_id`` and ``guest`` of every booking row of the simulated world."""
    rooms = truth.rooms
    return rooms.select(("reservation:" + pl.col("row_reservation_id")).alias("row_id"), "guest")


def customer_key_rows(inputs: WholeInputs) -> pl.DataFrame:
    """The comparison over the stored history; marked against the truth where the source knows it.

    Args:
        inputs: of an asset that reads ``KEY_READS``.
    """
    truth = truth_of(inputs.source, inputs.as_of)
    guests = None if truth is None else true_guests(truth)
    columns = inputs.settings.room("privacy", PrivacySettings).key_columns
    return key_rows(inputs.frame("raw_bookings"), columns, guests, minimum_customers(inputs.settings))


def validate_keys(keys: pl.DataFrame) -> list[CheckOutcome]:
    """The true guest's own key tears nobody apart, and no key has more pseudo-customers than bookings."""
    return [
        outcome_of(
            "keys_group_bookings",
            keys.filter(pl.col("pseudo_customers") > pl.col("bookings")),
            show=("key", "pseudo_customers", "bookings"),
            advice="a booking counts once per key: look for row ids delivered twice",
        ),
        outcome_of(
            "finer_keys_are_no_less_pure",
            _less_pure(keys),
            show=("key", "purity"),
            advice="a key with more columns can't mix more guests: see that both keys read the same rows",
        ),
    ]


def _less_pure(keys: pl.DataFrame) -> pl.DataFrame:
    own = keys.filter(pl.col("key") == "settings")["purity"]
    least = own[0] if len(own) else None
    return keys.filter(pl.col("key").str.starts_with("with ") & (pl.col("purity") < pl.lit(least, pl.Float64) - 1e-9))
