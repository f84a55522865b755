"""The evidence for the pairs: windows, permutation, calibration, single pairs, the verdict."""

import polars as pl

from assets.reports.chapters.alignment.figures_evidence import draw_reliability, draw_waterfalls
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Table
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, decimal, percent

_COMMAND = "stayworth evaluate (make evaluate)"
_FEW = 0.5


def evidence_blocks(told: Told) -> list[Block]:
    """Blocks for the chapter on pairing; a note where the evidence was not made."""
    rows = told.table("alignment_evidence")
    if rows.is_empty():
        return [missing("the evidence for the pairs", told, Need.PAIRS)]
    return [
        *_verdict(rows),
        *_meaning(told),
        *_windows(rows),
        *_permutation(rows),
        *_reliability(rows),
        *_waterfalls(rows),
    ]


def _of(rows: pl.DataFrame, part: str) -> pl.DataFrame:
    return rows.filter(pl.col("part") == part)


def _verdict(rows: pl.DataFrame) -> list[Block]:
    figures = dict(_of(rows, "verdict").select("measure", "value").iter_rows())
    if not figures:
        return []
    mean, bits = figures.get("mean_bayes_factor", 1.0), figures.get("evidence_bits", 0.0)
    evidence = f"1 is chance; evidence for any match at all: {decimal(bits, 0)} bits"
    if figures.get("is_identified"):
        text = (
            f"The data tells matches from chance: an average review fits its candidates {decimal(mean, 1)} times as "
            f"well as strangers would ({evidence}), so the weights are learned."
        )
        return [Notice(text=text)]
    text = (
        "There is nothing to learn here: an average review fits its candidates "
        f"{decimal(mean, 2)} times as well as strangers would ({evidence}). Weights fitted "
        "freely drift away from anything sensible on such data, so the documented priors are used."
    )
    return [Notice(text=text, tone="warning")]


def _meaning(told: Told) -> list[Block]:
    """What the absolute figure means, in plain words."""
    precision = told.number("links.matched.precision")
    if not precision:
        return []
    if precision < _FEW:
        text = (
            f"About one pair in {count(round(1 / precision))} is right ({percent(precision)}): most stays have "
            "lookalikes that little tells apart. A single pair is no statement about a guest; averages over many pairs "
            "still carry what such guests write."
        )
    else:
        text = (
            f"{percent(precision)} of the pairs are right, so {percent(1 - precision)} give a stay the words of "
            "somebody else: a single pair says no more than its own probability does."
        )
    return [Notice(text=f"{text}{oracle_sentence(told)}")]


def oracle_sentence(told: Told) -> str:
    """F1 beside that of a matcher with the simulation's own probabilities, called no upper bound where it is none."""
    f1, oracle = told.number("links.matched.f1"), told.number("links.matched.oracle_f1")
    if not oracle or f1 is None:
        return ""
    if oracle < f1:
        return (
            f" A matcher that is given the simulation's own probabilities stays below, F1 {percent(oracle)} against "
            f"{percent(f1)}: it is no upper bound here."
        )
    return (
        f" A matcher that is given the simulation's own probabilities, the upper bound on these fields, reaches F1 "
        f"{percent(oracle)} against {percent(f1)}."
    )


def _windows(rows: pl.DataFrame) -> list[Block]:
    wide = _of(rows, "window").sort("place", "measure")
    if wide.is_empty():
        return []
    shown = {
        "Candidates": ("candidates", count), "Pairs": ("pairs", count), "Stays paired": ("paired_share", percent),
        "Mean probability": ("mean_probability", lambda value: decimal(value, 3)), "Precision": ("precision", percent),
        "Recall": ("recall", percent), "F1": ("f1", lambda value: decimal(value, 3)),
        "Oracle F1": ("oracle_f1", lambda value: decimal(value, 3)),
        "Calibration error": ("calibration_error", lambda value: decimal(value, 3)),
    }  # fmt: skip
    have = set(wide["measure"])
    columns = {label: item for label, item in shown.items() if item[0] in have}
    lines = []
    for days in wide["setting"].unique(maintain_order=True):
        figures = dict(wide.filter(pl.col("setting") == days).select("measure", "value").iter_rows())
        lines.append((f"{days} days", *(say(figures.get(name)) for name, say in columns.values())))
    note = (
        "Weights learned anew for each window over the whole history; the stored pairs used what was known on the day."
    )
    if len(lines) == 1:
        note += f" Only the stored window was computed; {_COMMAND} compares 7, 14 and 30 days."
    return [
        Table(
            key="alignment_windows", title="How long after a stay a review may come", columns=("Window", *columns),
            rows=tuple(lines), note=note, disclosure=Disclosure.MODEL_METRIC,
        )
    ]  # fmt: skip


def _permutation(rows: pl.DataFrame) -> list[Block]:
    part = _of(rows, "permutation").sort("place")
    if part.is_empty():
        return []
    lines = []
    for texts in part["setting"].unique(maintain_order=True):
        figures = dict(part.filter(pl.col("setting") == texts).select("measure", "value").iter_rows())
        lines.append((texts.capitalize(), count(figures.get("pairs")), decimal(figures.get("probability_mass"), 0)))
    return [
        Table(
            key="alignment_permutation", title="Control: the same texts dealt out anew among the reviews of a month",
            columns=("Texts", "Pairs", "Sum of their probabilities"), rows=tuple(lines),
            note="What is found after the texts were dealt out anew is noise. Where both lines are alike, the pairs "
            "say no more than that such guests stay and such reviews are written.",
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]  # fmt: skip


def _reliability(rows: pl.DataFrame) -> list[Block]:
    part = _of(rows, "reliability")
    if part.is_empty():
        return []
    bins = part.pivot("measure", index=["setting", "place"], values="value").sort("place")
    pairs = float(bins["pairs"].sum())
    error = float((bins["pairs"] * (bins["predicted"] - bins["observed"]).abs()).sum()) / pairs
    return [
        Picture(
            key="pair_reliability",
            title="Do stated probabilities come true?",
            sentence=f"Stated and observed shares differ by {decimal(error, 3)} on average over "
            f"{count(pairs)} candidate pairs; points on the dashed line are exact.",
            alt="Points: stated probability against the share of pairs that is true, near the diagonal if calibrated.",
            figure=draw_reliability(bins),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _waterfalls(rows: pl.DataFrame) -> list[Block]:
    part = _of(rows, "waterfall")
    if part.is_empty():
        return []
    return [
        Picture(
            key="pair_waterfalls",
            title="Ten pairs taken apart",
            sentence="From the least to the most probable pair: the grey bar is what is thought before looking, each "
            "further bar what one field adds or takes, in bits (+1 doubles the odds).",
            alt="Ten small waterfall charts of the evidence for one pair each.",
            figure=draw_waterfalls(part),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]
