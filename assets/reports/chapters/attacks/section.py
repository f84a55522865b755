"""The chapter on what an attacker could learn, from the rows of ``privacy_attacks``.

Disclosure: a success rate over guests is an exact figure over guests, and no privacy budget pays for it; it says
where the data are weakest. So it stays in the internal edition, and rates of membership inference, which measure
models, stay there with all other qualities of models.
"""

from collections.abc import Iterable
from typing import Any

import polars as pl

from assets.reports.chapters.attacks.figures import AttackMark, draw_attacks
from assets.reports.chapters.attacks.names import MEMBERSHIP, NAMES, attack_name
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Bullets, Disclosure, Picture, Section, Table
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import MISSING, Estimate, capital, count, percent

_SHOWN = (
    "linkage", "singling_out", "inference_outcome", "inference_revenue_band", "customers_alone", "customers_to_rows",
    "internal_joined", "score_fingerprint", "text_fingerprint",
    "review_of_known_guest", "booking_of_known_review",
)  # fmt: skip


def attacks_section(told: Told) -> Section:
    """Every attack with its interval beside guessing, and what it means."""
    rows = told.table("privacy_attacks")
    blocks: list[Block] = []
    if rows.is_empty():
        blocks.append(missing("the attack suite", told, Need.PUBLISHED))
    else:
        guests = rows.filter(~pl.col("attack").str.starts_with(MEMBERSHIP))
        models = rows.filter(pl.col("attack").str.starts_with(MEMBERSHIP))
        blocks += _guest_blocks(guests) if guests.height else []
        blocks += [_model_table(models)] if models.height else []
    return Section(
        anchor="attacks",
        title="What an attacker could learn",
        lead="We attack our own tables as someone would who knows a guest, holds the data of a zone, or queries a "
        "model. Each success rate stands beside what guessing gives on the same guests.",
        blocks=(*blocks, _reading()),
    )


def _guest_blocks(rows: pl.DataFrame) -> list[Block]:
    marks = [_mark(row) for row in _ordered(rows.filter(pl.col("attack").is_in(_SHOWN)))]
    above = [row for row in rows.iter_rows(named=True) if row["low"] > row["guess_high"]]
    released = [row for row in above if row["zone"] == "released"]
    sentence = f"{len(above)} of {rows.height} attacks do better than guessing, {len(released)} of them on the release."
    strongest = max(released, key=lambda row: row["rate"] - row["guess_rate"], default=None)
    if strongest is not None:
        sentence += (
            f" The strongest there is to {attack_name(strongest['attack'])} at k = {strongest['k']}: "
            f"{percent(strongest['rate'])} against {percent(strongest['guess_rate'])}."
        )
    return [
        Picture(
            key="attacks",
            title="Attack against guessing",
            sentence=sentence,
            alt="Dots with 95 % intervals, one per attack, zone and k, beside a diamond for guessing.",
            figure=draw_attacks(marks),
            disclosure=Disclosure.GUEST_AGGREGATE,
        ),
        _guest_table(rows),
    ]


def _ordered(rows: pl.DataFrame) -> Iterable[dict[str, Any]]:
    order = list(NAMES)
    zones = ("restricted", "internal", "released")
    return sorted(
        rows.iter_rows(named=True),
        key=lambda row: (
            order.index(row["attack"]) if row["attack"] in order else len(order), zones.index(row["zone"]), row["k"],
        ),
    )  # fmt: skip


def _mark(row: dict[str, Any]) -> AttackMark:
    where = row["zone"] if row["k"] == 1 else f"{row['zone']}, k = {row['k']}"
    guess = Estimate(row["guess_rate"], row["guess_low"], row["guess_high"])
    return AttackMark(
        f"{capital(attack_name(row['attack']))} ({where})", Estimate(row["rate"], row["low"], row["high"]), guess
    )


def _guest_table(rows: pl.DataFrame) -> Table:
    cells = tuple(
        (
            capital(attack_name(row["attack"])),
            row["zone"],
            count(row["k"]),
            count(row["targets"]),
            _interval(row["rate"], row["low"], row["high"]),
            percent(row["guess_rate"]),
            percent(row["outside_rate"]) if row["outside_rate"] is not None else MISSING,
            row["meaning"],
        )
        for row in _ordered(rows)
    )
    return Table(
        key="attacks",
        title="Every attack on guests",
        columns=("To", "Zone", "k", "Targets", "Succeeds (95 %)", "Guessing", "Without the row", "In words"),
        rows=cells,
        note="Without the row: the same attack on the same guests after their rows were left out before publication. "
        "k = 1 marks exact rows. What each attacker knows and how is guessed: docs/privacy/threat_model.md.",
        text_columns=2,
        words_at=(7,),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _model_table(rows: pl.DataFrame) -> Table:
    cells = tuple(
        (
            capital(attack_name(row["attack"])),
            count(row["targets"]),
            _interval(row["rate"], row["low"], row["high"]),
            percent(row["guess_rate"]),
            row["meaning"],
        )
        for row in rows.sort("attack").iter_rows(named=True)
    )
    return Table(
        key="membership",
        words_at=(4,),
        title="Was this customer in the training data?",
        columns=("Model and attack", "Customers", "Succeeds (95 %)", "Guessing", "In words"),
        rows=cells,
        note="Models trained on a third of the customers each, so the rates are an upper side of the models in use.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def _interval(rate: float, low: float, high: float) -> str:
    return f"{percent(rate)} ({percent(low)} to {percent(high)})"


def _reading() -> Block:
    return Bullets(
        terms=("Above guessing", "Singling out", "Inference", "Not tried"),
        items=(
            "means that the data help this attacker; how much harm that is depends on what he knows already.",
            "means that one guest alone fits what is known. Against the labels it can't happen; exact rows, which "
            "do not leave the restricted zone, make it possible.",
            "counts as a loss of privacy only where the guest's own row adds to what similar guests tell anyway.",
            "stolen keys, several people pooling what they know, and data that others published about the same guests.",
        ),
    )
