"""Attacks through views of customers: who is this customer, which rows are theirs, which views are the same person's.

Claims are made for certain only: where one customer, one class of rows or one successor is left. The evaluation knows
who was meant; the attackers read intervals (``customer_views.py``) and labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.studies.attacks.customer_views import BOUNDS, QUANTITIES, Snapshot, increments
from assets.studies.attacks.rates import AttackResult, share_of, verdict

Floats = NDArray[np.float64]
_CELL = ("since", "seen", *BOUNDS)
_NOTHING = 1e-9
LINK_SCHEMA = {"person": pl.String, "view_id": pl.String, "seen": pl.Float64, "place": pl.Int64}


@dataclass(frozen=True)
class Classes:
    """Rows of bookings as a zone shows them, sorted by day: rows of one class bear one label.

    Attributes:
        rows: ``place`` (number of the class), ``day`` (number), ``is_completed``, ``nights_from``, ``nights_to``,
            ``lead_time_from``, ``lead_time_to``; and ``person``, which scores.
    """

    rows: pl.DataFrame

    def fitting(self, cell: dict[str, float]) -> NDArray[np.int64]:
        """Numbers of the classes that a single booking with these bounds may lie in."""
        day = self.rows["day"].to_numpy()
        first = np.searchsorted(day, max(cell["last_from"], cell["since"] + 1.0), "left")
        stop = np.searchsorted(day, min(cell["last_to"], cell["seen"]), "right")
        part = self.rows[int(first) : max(int(stop), int(first))]
        fits = np.ones(part.height, dtype=bool)
        completed = part["is_completed"].to_numpy()
        if cell["revenue_from"] > 0.0:
            fits &= completed
        for name, column in (("nights", "nights"), ("lead", "lead_time")):
            low, high = (part[f"{column}_{end}"].to_numpy() for end in ("from", "to"))
            fits &= (low <= cell[f"{name}_to"]) & (high >= cell[f"{name}_from"])
        return np.unique(part["place"].to_numpy()[fits])


def classes_of(labelled: pl.DataFrame) -> Classes:
    """Rows of ``labelled_bookings`` as classes; the id of their customer scores."""
    numbers = {
        f"{name}_{end}": pl.col(f"{name}_{end}").cast(pl.Float64)
        for name in ("nights", "lead_time")
        for end in ("from", "to")
    }
    rows = labelled.select(
        "booking_id",
        "is_completed",
        person="pseudo_customer_id",
        day=pl.col("delivery_day").cast(pl.Int32).cast(pl.Float64),
        place=pl.struct("delivery_day", "class_id").rank("dense").cast(pl.Int64),
        **numbers,
    )
    return Classes(rows.sort("day", "place", "booking_id"))


def attack_customers_alone(snapshots: Sequence[Snapshot], targets: pl.DataFrame, zone: str, k: int) -> AttackResult:
    """Who knows one stay of a guest looks for the customer of one booking that fits it, and claims the only one.

    Args:
        snapshots: of the view, ascending.
        targets: ``person``, ``day`` (number), ``nights``, ``lead``, ``requests`` of one booking each.
        zone: attacked.
        k: filed under.
    """
    claimed, right, chance = (np.zeros(targets.height) for _ in range(3))
    singles = [_single(item) for item in snapshots]
    seen = np.array([item.seen for item in snapshots], dtype=np.float64)
    for at, target in enumerate(targets.iter_rows(named=True)):
        place = int(np.searchsorted(seen, target["day"], "left"))
        if place >= len(singles):
            continue
        person, bounds = singles[place]
        facts = {"last": target["day"], **{name: target[name] for name in ("nights", "lead", "requests")}}
        fits = np.ones(len(person), dtype=bool)
        for name, value in facts.items():
            fits &= (bounds[f"{name}_from"] <= value) & (value <= bounds[f"{name}_to"])
        chance[at] = float((person == target["person"]).any()) / max(len(person), 1)
        if fits.sum() == 1:
            claimed[at] = 1.0
            right[at] = float(person[fits][0] == target["person"])
    rate, guess = share_of(right), share_of(chance)
    return AttackResult(
        attack="customers_alone", zone=zone, k=k, targets=targets.height, rate=rate, guess=guess,
        knows="day, nights, lead time and requests of one stay; every view of customers, no row of bookings",
        guess_way="one customer with a single booking at random", worst=float(right.max()),
        disclosed=float(claimed.mean()), disclosed_right=float(right.sum() / claimed.sum()) if claimed.any() else None,
        meaning=verdict(
            rate, guess,
            better="One stay is enough to find the customer in {rate} of cases, without any row of bookings.",
            same="The views lead from a known stay to no customer.",
        ),
    )  # fmt: skip


def _single(snapshot: Snapshot) -> tuple[NDArray[np.str_], dict[str, Floats]]:
    """Customers with exactly one booking, for certain."""
    own = snapshot.customers.filter((pl.col("bookings_from") == 1.0) & (pl.col("bookings_to") == 1.0))
    persons = own["person"].fill_null("").to_numpy().astype(str)
    return persons, {name: own[name].to_numpy() for name in BOUNDS}


def certain_links(snapshots: Sequence[Snapshot], classes: Classes) -> pl.DataFrame:
    """Customers to whom exactly one booking came, where one class of rows is left for it.

    Returns:
        ``person``, ``view_id``, ``seen``, ``place`` (of the class).
    """
    told = increments(snapshots)
    if told.is_empty() or classes.rows.is_empty():
        return pl.DataFrame(schema=LINK_SCHEMA)
    one = told.filter((pl.col("bookings_from") == 1.0) & (pl.col("bookings_to") == 1.0))
    places: list[int | None] = []
    cells = one.select(_CELL).unique(maintain_order=True)
    for cell in cells.iter_rows(named=True):
        fitting = classes.fitting(cell)
        places.append(int(fitting[0]) if len(fitting) == 1 else None)
    linked = cells.with_columns(place=pl.Series(places, dtype=pl.Int64)).drop_nulls("place")
    return one.join(linked, on=_CELL, how="inner", maintain_order="left").select(list(LINK_SCHEMA))


def successors(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Ids of a month -> ids of the next that can only be the same customer: both ways one is left.

    Sums never fall, and who was not active since has the figures of before.
    """
    kept = set(before.customers["view_id"]) & set(after.customers["view_id"])
    chained = {name: name for name in kept}
    old, new = (item.customers.filter(~pl.col("view_id").is_in(list(kept))) for item in (before, after))
    old_cells, new_cells = (frame.group_by(BOUNDS, maintain_order=True).agg("view_id") for frame in (old, new))
    if old_cells.is_empty() or new_cells.is_empty():
        return chained
    may = _may_follow(old_cells, new_cells, float(before.seen))
    old_size, new_size = (cells["view_id"].list.len().to_numpy() for cells in (old_cells, new_cells))
    onward, backward = may @ new_size, old_size @ may
    for at, to in np.argwhere(may):
        if onward[at] == 1 and backward[to] == 1:
            chained[old_cells["view_id"][int(at)][0]] = new_cells["view_id"][int(to)][0]
    return chained


def _may_follow(old: pl.DataFrame, new: pl.DataFrame, seen: float) -> NDArray[np.int64]:
    """(n_old, n_new) whether a customer of the one cell may be in the other a month later."""
    grows = np.ones((old.height, new.height), dtype=bool)
    same = np.ones_like(grows)
    for name in QUANTITIES:
        low, high = old[f"{name}_from"].to_numpy()[:, None], old[f"{name}_to"].to_numpy()[:, None]
        later_low, later_high = new[f"{name}_from"].to_numpy()[None, :], new[f"{name}_to"].to_numpy()[None, :]
        grows &= later_high >= low - _NOTHING
        same &= (later_high >= low - _NOTHING) & (later_low <= high + _NOTHING)
    is_idle = new["last_to"].to_numpy()[None, :] <= seen
    return (grows & (same | ~is_idle)).astype(np.int64)


def attack_rows_of_customers(
    snapshots: Sequence[Snapshot], classes: Classes, links: pl.DataFrame, zone: str, k: int
) -> list[AttackResult]:
    """``customers_to_rows`` and ``chained``: rows that are some customer's for certain, and several of one customer's.

    Args:
        snapshots: of the view, ascending.
        classes: rows of bookings.
        links: :func:`certain_links`.
        zone: attacked.
        k: filed under.
    """
    rows = classes.rows
    right = rows.select("person", "place").join(
        links.select("person", "place", hit=pl.lit(1.0)).unique(), on=["person", "place"], how="left",
        maintain_order="left",
    )["hit"].fill_null(0.0).to_numpy()  # fmt: skip
    per_class = rows.group_by("place").agg(customers=pl.col("person").n_unique())
    guess = share_of(np.full(rows.height, 1.0 / max(rows["person"].n_unique(), 1)))
    rate = share_of(right)
    common = {"zone": zone, "k": k, "targets": rows.height, "guess": guess}
    common |= {"knows": "every view of customers and every row of bookings, all joined"}
    common |= {"guess_way": "one customer at random"}
    several = share_of(_chained(snapshots, links, rows))
    claims = links.height / rows.height
    return [
        AttackResult(
            attack="customers_to_rows", rate=rate, disclosed=min(claims, 1.0), worst=float(right.max()),
            disclosed_right=_share_right(links, rows),
            meaning=verdict(
                rate, guess,
                better="{rate} of the rows are tied to a customer for certain "
                f"({per_class.height:,} classes): what views tell and what rows tell add up.",
                same="No row can be tied to a customer for certain.",
            ), **common,
        ),
        AttackResult(
            attack="chained", rate=several, worst=float(several.value > 0.0),
            meaning=verdict(
                several, guess,
                better="{rate} of the rows are known to be a customer's of whom another row is known: labels of rows "
                "of one customer can be intersected.",
                same="No two rows can be told to be the same customer's.",
            ), **common,
        ),
    ]  # fmt: skip


def _share_right(links: pl.DataFrame, rows: pl.DataFrame) -> float | None:
    if links.is_empty():
        return None
    true = rows.select("person", "place").unique()
    return links.join(true, on=["person", "place"], how="semi").height / links.height


def _chained(snapshots: Sequence[Snapshot], links: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """(n_rows,) 1 where the row's class is one of several that are tied to one chain of views."""
    if links.is_empty():
        return np.zeros(rows.height)
    chain = {name: name for name in links["view_id"].unique().to_list()}
    for before, after in zip(snapshots[:-1], snapshots[1:], strict=True):
        for old, new in successors(before, after).items():
            chain[new] = chain.get(old, old)
    tied = links.with_columns(chain=pl.col("view_id").replace(chain))
    several = tied.filter(pl.col("place").n_unique().over("chain") > 1).select("person", "place").unique()
    marked = rows.select("person", "place").join(
        several.with_columns(hit=pl.lit(1.0)), on=["person", "place"], how="left", maintain_order="left"
    )
    return marked["hit"].fill_null(0.0).to_numpy()
