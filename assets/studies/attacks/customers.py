"""Two known stays and the pseudo-customer id: intersect the ids of the classes that fit, then read the rest."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.studies.attacks.rates import AttackResult, Share, share_of, verdict
from assets.studies.attacks.search import Haystack

Floats = NDArray[np.float64]
_ID = "pseudo_customer_id"
_KNOWN = {
    1: "quasi-identifiers and delivery day of one stay; the internal zone with its pseudo-customer ids",
    2: "quasi-identifiers and delivery days of two stays; the internal zone with its pseudo-customer ids",
}


@dataclass
class _Tally:
    right: Floats
    unique: Floats
    guess: Floats
    further: list[int]
    further_own: list[int]


def stay_pairs(targets: pl.DataFrame, person: str, number: int, rng: np.random.Generator) -> pl.DataFrame:
    """Two bookings each of up to ``number`` persons with two or more, persons drawn at random.

    Args:
        targets: bookings with ``booking_id`` and the person's column.
        person: column that names who a booking is of.
        number: persons at most.
        rng: of the draw.

    Returns:
        ``person``, ``first``, ``second`` (booking ids).
    """
    lists = (
        targets.filter(pl.col(person).is_not_null())
        .sort("booking_id")
        .group_by(person, maintain_order=True)
        .agg(pl.col("booking_id"))
        .filter(pl.col("booking_id").list.len() > 1)
        .sort(person)
    )
    chosen = lists[np.sort(rng.permutation(lists.height)[:number]).tolist()] if lists.height else lists
    rows = []
    for name, ids in chosen.iter_rows():
        first, second = rng.choice(len(ids), 2, replace=False)
        rows.append({"person": str(name), "first": ids[first], "second": ids[second]})
    return pl.DataFrame(rows, schema={"person": pl.String, "first": pl.String, "second": pl.String})


def attack_customer(
    haystack: Haystack, known: pl.DataFrame, pairs: pl.DataFrame, k: int, *, stays: int, has_guests: bool
) -> list[AttackResult]:
    """How often the pseudo-customer id of a guest is found, from one or two known stays.

    Args:
        haystack: internal rows with ``pseudo_customer_id``, ``booking_id`` and ``person`` (the evaluation's).
        known: :func:`assets.studies.attacks.search.known_guests` with ``booking_id`` and ``pseudo_customer_id``.
        pairs: :func:`stay_pairs`.
        k: of the labels.
        stays: 1 or 2, known to the attacker.
        has_guests: whether ``person`` is a true guest; else it is the pseudo-customer itself.

    Returns:
        ``customer_from_<n>`` (the right id is picked) and ``customer_from_<n>_unique`` (only the right id fits).
    """
    tally = _search(haystack, known, pairs, stays)
    rate, guess, alone = share_of(tally.right), share_of(tally.guess), share_of(tally.unique)
    further, own = sum(tally.further), sum(tally.further_own)
    disclosed = further / len(tally.further) if tally.further else 0.0
    right = own / further if further and has_guests else None
    common = {
        "knows": _KNOWN[stays], "zone": "internal", "k": k, "targets": pairs.height, "guess": guess,
        "guess_way": "one of the ids seen on the known days at random", "disclosed": disclosed,
        "disclosed_right": right,
    }  # fmt: skip
    name = f"customer_from_{'one_stay' if stays == 1 else 'two_stays'}"
    whose = "the guest" if has_guests else "the pseudo-customer (groups of guests with one composite key)"
    return [
        AttackResult(attack=name, rate=rate, meaning=_meaning(rate, guess, whose, disclosed, right), **common),
        AttackResult(
            attack=f"{name}_unique", rate=alone,
            meaning=f"In {100 * alone.value:.1f} % of cases one id alone fits, and it is right: certainty, no guess.",
            **common,
        ),
    ]  # fmt: skip


def _search(haystack: Haystack, known: pl.DataFrame, pairs: pl.DataFrame, stays: int) -> _Tally:
    rows = haystack.rows
    names = rows[_ID].unique().sort()
    codes = rows[_ID].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    persons = rows["person"].to_numpy()
    rows_of = _rows_by_code(codes, len(names))
    lookup = dict(zip(names.to_list(), range(len(names)), strict=True))
    guests = {row["booking_id"]: row for row in known.iter_rows(named=True)}
    by_day = {day: np.unique(codes[part]) for day, part in _day_slices(haystack)}
    none = np.zeros(pairs.height)
    tally = _Tally(none, none.copy(), none.copy(), [], [])
    for at, (person, *bookings) in enumerate(pairs.iter_rows()):
        seen = [guests[item] for item in bookings[:stays]]
        true = {lookup.get(guests[item][_ID], -1) for item in bookings}
        weights = _fitting(haystack, codes, seen)
        pool = _common([by_day.get(guest["day"], np.zeros(0, np.int64)) for guest in seen])
        owner = next(iter(true)) if len(true) == 1 else -1
        tally.guess[at] = 1.0 / len(pool) if owner in pool else 0.0
        if not weights:
            continue
        top = max(weights.values())
        best = [code for code, weight in weights.items() if weight >= top * (1 - 1e-9)]
        tally.right[at] = 1.0 / len(best) if owner in best else 0.0
        tally.unique[at] = float(len(weights) == 1 and owner in weights)
        if owner in best:
            others = rows_of[owner]
            tally.further.append(max(len(others) - len(bookings), 0))
            tally.further_own.append(max(int((persons[others] == person).sum()) - len(bookings), 0))
    return tally


def _rows_by_code(codes: NDArray[np.int64], number: int) -> list[NDArray[np.int64]]:
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, number)))


def _day_slices(haystack: Haystack) -> list[tuple[int, slice]]:
    days, first = np.unique(haystack.day, return_index=True)
    stops = haystack.starts[np.append(first[1:], len(haystack.day))]
    starts = haystack.starts[first]
    return [(int(day), slice(int(a), int(b))) for day, a, b in zip(days, starts, stops, strict=True)]


def _fitting(haystack: Haystack, codes: NDArray[np.int64], seen: list[dict[str, object]]) -> dict[int, float]:
    """Ids that fit every known stay, with the product of their weights."""
    fitting: dict[int, float] | None = None
    for guest in seen:
        members = haystack.members(haystack.candidates(guest, knows_day=True))
        here: dict[int, float] = {}
        for code, weight in zip(codes[members].tolist(), haystack.weights(members).tolist(), strict=True):
            here[code] = here.get(code, 0.0) + weight
        fitting = here if fitting is None else {code: fitting[code] * here[code] for code in fitting if code in here}
    return fitting or {}


def _common(pools: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    common = pools[0]
    for pool in pools[1:]:
        common = np.intersect1d(common, pool)
    return common


def _meaning(rate: Share, guess: Share, whose: str, disclosed: float, right: float | None) -> str:
    rest = f" It opens {disclosed:,.1f} further bookings under the id on average"
    rest += f", {100 * right:.1f} % of them the guest's own." if right is not None else "."
    return verdict(
        rate, guess,
        better=f"The id of {whose} is picked in {{rate}} of cases, guessing gives {{guess}}." + rest,
        same=f"The id of {whose} is found no better than by guessing." + rest,
    )  # fmt: skip
