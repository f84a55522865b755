"""Small tables of the data stages: our figure, the paper's figure beside it, and what was not printed."""

from collections.abc import Mapping

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.reports.inputs import ReportInputs
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import (
    MISSING,
    NOT_PRINTED,
    capital,
    count,
    decimal,
    month_label,
    percent,
    plain,
)

COMPOSITION_STEPS: dict[str, dict[str, str]] = {
    "bookings": {
        "raw": "Raw datasets",
        "quarantined": "After quarantine of malformed rows",
        "repeats": "After duplicate removal",
        "missing": "After missing value handling",
        "published": "Published, k-anonymous",
    },
    "reviews": {
        "raw": "Raw datasets",
        "quarantined": "After quarantine of malformed rows",
        "repeats": "After duplicate removal",
        "missing": "After missing value handling",
        "english": "After language filtering",
        "retained": "After anomaly detection filtering",
    },
}


def composition_rows(composition: pl.DataFrame, policy: str, stream: str) -> list[tuple[str, float]]:
    """(step, rows) of one policy and stream, in stored order."""
    rows = composition.filter((pl.col("policy") == policy) & (pl.col("stream") == stream))
    return [(str(step), float(number)) for step, number in rows.select("step", "rows").iter_rows()]


def left_after(composition: pl.DataFrame, policy: str, stream: str) -> list[tuple[str, float]]:
    """(label, rows left) of each step, for the funnel."""
    names = COMPOSITION_STEPS[stream]
    return [(names[step], rows) for step, rows in composition_rows(composition, policy, stream) if step in names]


def composition_table(inputs: ReportInputs, stream: str) -> Table | None:
    """Table 1 of paper 001 for one stream: rows after each step under both policies, the paper's beside them."""
    if inputs.composition is None:
        return None
    printed = {row[0]: row[1] if stream == "bookings" else row[2] for row in paper.COMPOSITION}
    ours = dict(composition_rows(inputs.composition, "ours", stream))
    strict = dict(composition_rows(inputs.composition, "paper", stream))
    rows = []
    for step, label in COMPOSITION_STEPS[stream].items():
        figure = printed.get(label)
        rows.append((label, count(ours.get(step)), count(strict.get(step)), count(figure) if figure else NOT_PRINTED))
    if stream == "bookings":
        rows += _aligned_rows(inputs)
    return Table(
        key=f"composition_{stream}",
        title=f"Table 1 of paper 001: {stream} after each step",
        columns=("Step", "Ours", "Paper's policy, our run", "Paper 001"),
        rows=tuple(rows),
        note="Ours keeps repeated rows (identical group bookings are real) and missing values as their own category; "
        "the paper's policy drops both. – marks steps that only a run of that policy can count.",
        paper_columns=(3,),
        disclosure=Disclosure.OPERATIONAL,
    )


def _aligned_rows(inputs: ReportInputs) -> list[tuple[str, ...]]:
    _, bookings, _, pairs = paper.COMPOSITION[-1]
    found = inputs.alignment or {}
    return [
        ("Completed stays that were decided", count(found.get("decided")), MISSING, count(bookings)),
        ("Stays paired with a review", count(found.get("pairs")), MISSING, count(pairs)),
    ]


def retention_table(inputs: ReportInputs) -> Table | None:
    """Table 2 of paper 001: reviews kept after each anomaly filter, part by part and by the composite score."""
    if inputs.retention is None:
        return None
    printed = [*paper.RETENTION]
    rows = []
    for index, row in enumerate(inputs.retention.filter(pl.col("mode") == "part_by_part").iter_rows(named=True)):
        shown = percent(printed[index][2]) if index < len(printed) else NOT_PRINTED
        rows.append((capital(plain(row["step"])), count(row["reviews"]), percent(row["share"]), shown))
    for row in inputs.retention.filter(pl.col("mode") == "composite").iter_rows(named=True):
        shown = percent(printed[-1][2]) if row["share"] < 1 else percent(1.0)
        rows.append(
            (f"{capital(plain(row['step']))} (one weighted score)", count(row["reviews"]), percent(row["share"]), shown)
        )
    return Table(
        key="retention",
        title="Table 2 of paper 001: reviews kept by the anomaly filter",
        columns=("Step", "Reviews", "Kept", "Paper 001"),
        rows=tuple(rows),
        note="The paper describes one weighted score but prints the filters one after the other; both are shown.",
        paper_columns=(3,),
        disclosure=Disclosure.OPERATIONAL,
    )


def release_table(release: pl.DataFrame) -> Table:
    """The differentially private monthly counts with their ± of 95 %."""
    hotels = sorted(release["hotel"].unique().to_list())
    cells = {
        (row["month"], row["hotel"]): f"{count(row['bookings'])} ± {count(row['plus_minus_95'])}"
        for row in release.iter_rows(named=True)
    }
    months = sorted(release["month"].unique().to_list())
    return Table(
        key="bookings_by_month",
        title="Bookings per month and hotel, with privacy noise",
        columns=("Month", *hotels),
        rows=tuple((month_label(month), *(cells.get((month, hotel), MISSING) for hotel in hotels)) for month in months),
        note="± holds for 95 % of the noise drawn; the noise was drawn once and is stored. Small counts can come out "
        "negative: that is the price of not looking.",
        disclosure=Disclosure.PRIVATE_RELEASE,
    )


def match_weight_table(weights: pl.DataFrame) -> Table:
    """The evidence that each level of agreement brings, and where the figure comes from."""
    rows = tuple(
        (
            capital(plain(row["field"])),
            plain(row["level"]),
            decimal(row["weight"]),
            decimal(2 ** row["weight"], 2),
            "learned" if row["is_learned"] else "assumed",
        )
        for row in weights.iter_rows(named=True)
    )
    return Table(
        key="match_weights",
        title="What counts as evidence that a review belongs to a stay",
        columns=("Field", "Level", "Bits", "Odds times", "From"),
        rows=rows,
        note="Bits: +1 doubles the odds. Agreement never counts against a match.",
        text_columns=2,
        disclosure=Disclosure.MODEL_METRIC,
    )


def values_table(
    key: str, title: str, values: Mapping[str, str], *, note: str = "", disclosure: Disclosure = Disclosure.OPERATIONAL
) -> Table:
    """Two columns: what, how much."""
    return Table(
        key=key, title=title, columns=("Measure", "Value"), rows=tuple(values.items()), note=note, disclosure=disclosure
    )


def shorten(text: str, length: int) -> str:
    """The text cut at a word border, with an ellipsis where something is missing."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    return f"{flat[:length].rsplit(' ', 1)[0]} …"


def value_order(segment: str) -> int:
    """Sorts value segments, the most valuable first; what is no segment comes last."""
    return -SEGMENTS.index(segment) if segment in SEGMENTS else 1
