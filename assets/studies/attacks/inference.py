"""Attribute inference: what the published rows tell of one value of a known guest, and what they'd tell without him.

Learning about a guest what holds for everybody like him is statistics; learning more because his own row is among
the rows is a loss of privacy. So the same attack is made on the same people twice: with their rows published, and
with every row of theirs taken out before publication.
"""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.class_labels import LEVEL_SEPARATOR
from assets.studies.attacks.rates import AttackResult, Share, share_of, verdict
from assets.studies.attacks.search import LEVELS, NUMBERS, Haystack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROUNDS, _LEAVES, _RATE = 60, 31, 0.1  # enough to fit the marginal structure; more rounds change the third digit
_MIXED = "\x00"  # a label of several levels, as a level of its own
OUTCOME = "outcome"
REVENUE_BAND = "revenue_band"
_SECRETS = {
    OUTCOME: "whether the guest came or cancelled",
    REVENUE_BAND: "which third of the bills the guest's lies in",
}
_KNOWN = {
    OUTCOME: "all thirteen quasi-identifiers, not the delivery day (which is the day of the outcome)",
    REVENUE_BAND: "all thirteen quasi-identifiers and the delivery day of a completed stay",
}
_OUTSIDE = "the same attack on the same guests after all their rows were taken out before publication"
_GUESS = "a model (LightGBM) trained on published rows of other guests predicts it from the quasi-identifiers"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A value to be inferred.

    Attributes:
        name: ``outcome`` or ``revenue_band``.
        read: rows -> (n,) small integers, the value of each published row.
        truth: (n_targets,) the value of each target.
        told_by: column without which a row tells nothing of it; None: every row tells.
    """

    name: str
    read: Callable[[pl.DataFrame], Ints]
    truth: Ints
    told_by: str | None = None

    def is_told(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """(n,) whether a row tells the value: revenue, of completed stays whose class has a mean."""
        if self.told_by is None:
            return np.ones(rows.height, dtype=bool)
        stayed = pl.col("reservation_status") == "Check-Out"
        return rows.select((stayed & pl.col(self.told_by).is_not_null()).alias("told"))["told"].to_numpy()


def outcome_of_rows(rows: pl.DataFrame) -> Ints:
    """(n,) 1 for a completed stay, 0 for a lost booking."""
    return (rows["reservation_status"] == "Check-Out").cast(pl.Int64).to_numpy()


def band_reader(bills: pl.Series, column: str) -> Callable[[pl.DataFrame], Ints]:
    """A reader of the third of the bills that a row's revenue lies in: 0, 1, 2; borders from the bills given.

    Args:
        bills: of completed stays.
        column: that tells the revenue, exactly or as the mean of a class; where it is null the third is 0.
    """
    borders = np.quantile(bills.to_numpy(), [1 / 3, 2 / 3]) if len(bills) else np.zeros(2)
    return lambda rows: np.searchsorted(borders, rows[column].fill_null(0).to_numpy(), side="left").astype(np.int64)


def attack_attribute(
    inside: Haystack, outside: Haystack | None, targets: pl.DataFrame, secret: Secret, zone: str, k: int
) -> AttackResult:
    """How often the secret is inferred, with the targets' rows published and without.

    Args:
        inside: the zone's rows, the targets' among them.
        outside: rows published from a history without the targets; None where there is no such publication (exact
            rows: without the row there is nothing to look up).
        targets: :func:`assets.studies.attacks.search.known_guests`.
        secret: to infer.
        zone: searched.
        k: of the labels.
    """
    knows_day = secret.name == REVENUE_BAND
    without = outside or inside
    guessed = _model_guess(without, targets, secret, leave_out=outside is None)
    guess = share_of((guessed == secret.truth).astype(np.float64))
    rate = share_of((_inferred(inside, targets, secret, guessed, knows_day=knows_day) == secret.truth).astype(float))
    absent = None
    if outside is not None:
        answers = _inferred(outside, targets, secret, guessed, knows_day=knows_day)
        absent = share_of((answers == secret.truth).astype(np.float64))
    return AttackResult(
        attack=f"inference_{secret.name}", knows=_KNOWN[secret.name], zone=zone, k=k, targets=targets.height,
        rate=rate, guess=guess, guess_way=_GUESS, outside=absent, outside_way=_OUTSIDE if absent else None,
        meaning=_meaning(rate, guess, absent, secret.name),
    )  # fmt: skip


def _inferred(haystack: Haystack, targets: pl.DataFrame, secret: Secret, fallback: Ints, *, knows_day: bool) -> Ints:
    """The most probable value among the rows that fit; the model's answer where none does or two tie."""
    values = secret.read(haystack.rows)
    usable = secret.is_told(haystack.rows)
    answers = fallback.copy()
    for at, guest in enumerate(targets.iter_rows(named=True)):
        members = haystack.members(haystack.candidates(guest, knows_day=knows_day))
        members = members[usable[members]]
        if not len(members):
            continue
        votes = np.bincount(values[members], weights=haystack.weights(members))
        top = np.flatnonzero(votes >= votes.max() * (1 - 1e-9))
        if len(top) == 1:
            answers[at] = top[0]
    return answers


def _model_guess(haystack: Haystack, targets: pl.DataFrame, secret: Secret, *, leave_out: bool) -> Ints:
    """What anybody could say of such a guest from the rows of others: most probable value by boosted trees."""
    rows = haystack.rows
    if leave_out:
        rows = rows.filter(~pl.col("unit").is_in(targets["unit"].implode()))
    rows = rows.filter(pl.Series(secret.is_told(rows), dtype=pl.Boolean))
    values = secret.read(rows)
    if rows.is_empty() or values.min() == values.max():
        return np.full(targets.height, values[0] if len(values) else 0, dtype=np.int64)
    published, known = _features(rows, targets)
    several = int(values.max()) > 1
    parameters = {
        "objective": "multiclass" if several else "binary", "num_class": int(values.max()) + 1 if several else 1,
        "num_leaves": _LEAVES, "learning_rate": _RATE, "num_threads": 1, "seed": 0,
        "deterministic": True, "force_row_wise": True, "verbosity": -1,
    }  # fmt: skip
    model = lightgbm.train(parameters, lightgbm.Dataset(published, label=values), num_boost_round=_ROUNDS)
    answer = np.asarray(model.predict(known, num_threads=1), dtype=np.float64)
    return (answer.argmax(axis=1) if several else answer > 0.5).astype(np.int64)


def _features(rows: pl.DataFrame, targets: pl.DataFrame) -> tuple[Floats, Floats]:
    """Middles of intervals and coded levels of published rows, and the targets' values on the same scales."""
    published, known = [], []
    for name in NUMBERS:
        low, high = (rows[f"{name}_{end}"].cast(pl.Int32).to_numpy().astype(np.float64) for end in ("from", "to"))
        published.append((low + high) / 2)
        known.append(targets[f"q_{name}"].to_numpy().astype(np.float64))
    for name in LEVELS:
        label = pl.col(f"{name}_levels")
        single = pl.when(label.str.contains(LEVEL_SEPARATOR, literal=True)).then(pl.lit(_MIXED)).otherwise(label)
        levels = rows.select(single.alias("level"))["level"]
        both = pl.concat([levels, targets[f"q_{name}"].alias("level")]).rank("dense").to_numpy().astype(np.float64)
        published.append(both[: rows.height])
        known.append(both[rows.height :])
    return np.column_stack(published), np.column_stack(known)


def _meaning(rate: Share, guess: Share, absent: Share | None, secret: str) -> str:
    what = _SECRETS[secret]
    without = guess if absent is None or guess.value >= absent.value else absent  # the best anyone does without him
    better = f"The rows tell {what} in {{rate}} of cases; without the guest's own row {{guess}} is the best. "
    gain = f"His own row gives {100 * (rate.value - without.value):.1f} percentage points away."
    same = "The guest's own row adds nothing that can be told apart from what similar guests tell."
    return verdict(rate, without, better=better + gain, same=same)
