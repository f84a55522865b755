"""Linkage and singling out: an attacker who knows a guest's quasi-identifiers and the delivery day.

Linkage asks how often he picks the guest's own row, singling out how often only one guest fits what he knows
(WP29 opinion 05/2014 on anonymisation techniques, section 2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.studies.attacks.rates import AttackResult, Share, share_of, verdict
from assets.studies.attacks.search import Haystack, codes_of

Floats = NDArray[np.float64]
_SAME = 1e-9  # log volumes closer than this are the same volume


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What an attacker knows beside quasi-identifiers and day.

    Attributes:
        suffix: added to the name of the attack; empty for quasi-identifiers alone.
        words: as shown.
        columns: exact columns of the zone that he knows of his target.
    """

    suffix: str
    words: str
    columns: tuple[str, ...] = ()


_BASE = "all thirteen quasi-identifiers of the booking and its delivery day"
QUASI = Knowledge(suffix="", words=_BASE)
OUTCOME = Knowledge(
    suffix="_with_outcome", words=f"{_BASE}, and whether the guest came", columns=("reservation_status",)
)
BY_ZONE: dict[str, tuple[Knowledge, ...]] = {
    "restricted": (QUASI,),
    "internal": (QUASI, OUTCOME),
    "released": (QUASI, OUTCOME),
}


@dataclass(frozen=True)
class _Found:
    right_row: Floats
    alone: Floats


def attack_linkage(
    haystack: Haystack, targets: pl.DataFrame, zone: str, k: int, knowledge: Sequence[Knowledge]
) -> list[AttackResult]:
    """Linkage and singling out of the targets in one zone.

    Args:
        haystack: the zone's rows with ``booking_id`` and ``unit`` (who the row is of): the evaluation's, to score.
        targets: :func:`assets.studies.attacks.search.known_guests` with ``booking_id``, ``unit`` and the exact
            columns that the attackers know.
        zone: searched.
        k: of the labels; 1 for exact rows.
        knowledge: the attackers, each adding exact columns to the quasi-identifiers.
    """
    guess = _guessing(haystack, targets)
    results = []
    for item in knowledge:
        hits = _search(haystack, targets, item)
        linked, alone = share_of(hits.right_row), share_of(hits.alone)
        common = {"knows": item.words, "zone": zone, "k": k, "targets": targets.height}
        results.append(
            AttackResult(
                attack=f"linkage{item.suffix}", rate=linked, guess=guess[0], guess_way="one row of the day at random",
                worst=float(hits.right_row.max()), meaning=_linkage_meaning(linked, guess[0], k, item), **common,
            )
        )  # fmt: skip
        results.append(
            AttackResult(
                attack=f"singling_out{item.suffix}", rate=alone, guess=guess[1],
                guess_way="the only guest of his day", worst=float(hits.alone.max()),
                meaning=_singling_meaning(alone, k), **common,
            )
        )  # fmt: skip
    return results


def _search(haystack: Haystack, targets: pl.DataFrame, knowledge: Knowledge) -> _Found:
    """Chance of the right row, and whether nobody else fits, target by target."""
    rows = haystack.rows
    row_codes = target_codes = None
    if knowledge.columns:
        row_codes, target_codes = codes_of(rows, targets, knowledge.columns)
    units = rows["unit"].to_list()
    own = _own_rows(rows, targets)
    right, alone = np.zeros(targets.height), np.zeros(targets.height)
    for at, guest in enumerate(targets.iter_rows(named=True)):
        members = haystack.members(haystack.candidates(guest, knows_day=True))
        if row_codes is not None and target_codes is not None:
            members = members[row_codes[members] == target_codes[at]]
        if own[at] < 0 or own[at] not in members:
            continue
        vagueness = haystack.log_volume[haystack.class_of[members]]
        best = members[vagueness <= vagueness.min() + _SAME]
        right[at] = float(own[at] in best) / len(best)
        alone[at] = float(len({units[row] for row in members.tolist()}) == 1)
    return _Found(right, alone)


def _own_rows(rows: pl.DataFrame, targets: pl.DataFrame) -> NDArray[np.int64]:
    """(n,) row number of each target, -1 where its row was withheld."""
    places = rows.select("booking_id").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    own_places = targets.select("booking_id").join(places, on="booking_id", how="left", maintain_order="left")
    return own_places["at"].fill_null(-1).to_numpy()


def _guessing(haystack: Haystack, targets: pl.DataFrame) -> tuple[Share, Share]:
    """The day alone: a random row of it; and whether it holds one guest only."""
    by_day = haystack.rows.group_by("day").agg(rows=pl.len(), guests=pl.col("unit").n_unique())
    days = targets.select("booking_id", "day").join(by_day, on="day", how="left", maintain_order="left")
    published = _own_rows(haystack.rows, targets) >= 0
    rows = days["rows"].fill_null(0).to_numpy().astype(np.float64)
    chance = np.where(published, 1.0 / np.maximum(rows, 1.0), 0.0)
    alone = published & (days["guests"].fill_null(0).to_numpy() == 1)
    return share_of(chance), share_of(alone.astype(np.float64))


def _linkage_meaning(rate: Share, guess: Share, k: int, knowledge: Knowledge) -> str:
    if k == 1:
        return verdict(
            rate, guess,
            better="Exact rows: the row is found in {rate} of cases. This is why they stay restricted.",
            same="Exact rows, and still no better than guessing: the rows resemble each other.",
        )  # fmt: skip
    if not knowledge.columns:
        return verdict(
            rate, guess,
            better=f"Found in {{rate}} of cases, within the promise of at most 1 in {k}; knowing the day alone gives "
            "{guess}.",
            same="The labels add nothing to knowing the day.",
        )  # fmt: skip
    if rate.value > 1.0 / k:
        return (
            f"Above 1 in {k}: exact columns that are no quasi-identifiers give the row away to whoever knows them "
            f"({100 * rate.value:.1f} % of cases). The zone is pseudonymous, not anonymous."
        )
    return f"Found in {100 * rate.value:.1f} % of cases, not more than 1 in {k} even with the extra knowledge."


def _singling_meaning(rate: Share, k: int) -> str:
    if rate.value == 0.0:
        return f"Never: at least {k} guests fit whatever is known." if k > 1 else "Never in this sample."
    return f"In {100 * rate.value:.1f} % of cases one guest alone fits what is known."
