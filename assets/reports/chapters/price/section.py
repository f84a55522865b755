"""The chapter on what privacy costs those who work with the data."""

import polars as pl

from assets.reports.chapters.price import figures as figures_price
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section, Table
from assets.reports.telling.wording import Estimate, capital, count, decimal, estimate, model_name, percent, plain

COMMAND = "stayworth price-of-privacy"
_LABELS = {
    "ncp": "information lost (NCP)",
    "average_class_size": "average class size against k",
    "withheld_share": "bookings withheld",
    "paired_share": "stays paired",
    "mean_probability": "mean match probability of a pair",
    "precision": "pairs that are right",
    "recall": "reviewed stays found",
    "f1": "F1 of the pairs",
}
_SHARES = ("withheld_share", "paired_share", "mean_probability", "precision", "recall")


def price_section(price: pl.DataFrame | None) -> Section | None:
    """Tables and pictures of the study, or one note that names the command that makes it.

    Args:
        price: rows of ``price_of_privacy``; None or empty when it was not run.
    """
    lead = (
        "The same bookings were published again under other settings, and everything that stands on the labels was "
        "made anew: pairs, features, forecasts. k = 1 shows exact rows; it is the yardstick, not an option."
    )
    blocks: list[Block] = []
    if price is None or price.is_empty():
        blocks.append(Notice(text=f"The study was not run; “{COMMAND}” makes it.", tone="missing"))
    else:
        blocks += _label_blocks(price, "k", "By k, each day by itself")
        blocks += _label_blocks(price, "batch", "By length of the batch")
        blocks += _release_blocks(price)
    return Section(anchor="price_of_privacy", title="The price of privacy", lead=lead, blocks=tuple(blocks))


def _cell(price: pl.DataFrame, setting: str, measure: str) -> Estimate | None:
    measured = price.filter((pl.col("setting") == setting) & (pl.col("measure") == measure))
    if measured.is_empty():
        return None
    row = measured.row(0, named=True)
    return Estimate(row["value"], row["low"], row["high"])


def _label_blocks(price: pl.DataFrame, study: str, title: str) -> list[Block]:
    rows = price.filter(pl.col("study") == study).sort("place")
    if rows.is_empty():
        return []
    settings = rows["setting"].unique(maintain_order=True).to_list()
    known = [name for name in _LABELS if name in set(rows["measure"])]
    picture = Picture(
        key=f"price_by_{study}_picture",
        title=title,
        sentence=_sentence(rows, settings, known),
        alt="Dots per setting: quality of the pairs on the left, accuracy of the forecasts on the right.",
        figure=figures_price.draw_price(rows, "f1" if "f1" in known else "paired_share"),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, _pairs_table(rows, study, settings, known), _forecast_table(rows, study, settings)]


def _pairs_table(rows: pl.DataFrame, study: str, settings: list[str], known: list[str]) -> Table:
    return Table(
        key=f"price_by_{study}",
        title="Labels and pairs",
        columns=("Setting", *(_LABELS[name] for name in known)),
        rows=tuple(
            (setting, *(_formatted(_cell(rows, setting, name), name) for name in known)) for setting in settings
        ),
        note="A stay is found when its review is given to any room of it." if "f1" in known else "",
        disclosure=Disclosure.MODEL_METRIC,
    )


def _forecast_table(rows: pl.DataFrame, study: str, settings: list[str]) -> Table:
    scored = rows.filter(pl.col("measure").str.ends_with(".r2"))["measure"].unique(maintain_order=True)
    models = [measure.split(".")[0] for measure in scored]
    cells = tuple(
        (model_name(model), setting, estimate(_cell(rows, setting, f"{model}.r2"), 3),
         estimate(_cell(rows, setting, f"{model}.mae"), 1))
        for model in models for setting in settings
    )  # fmt: skip
    return Table(
        key=f"price_by_{study}_forecasts",
        title="Forecasts",
        columns=("Model", "Setting", "R² (95 %)", "MAE (95 %)"),
        rows=cells,
        note="Prospective, cross-validated, with intervals of the corrected resampled t; networks as in the quick "
        "profile.",
        text_columns=2,
        disclosure=Disclosure.MODEL_METRIC,
    )


def _formatted(item: Estimate | None, name: str) -> str:
    value = item.value if item else None
    return percent(value, 1) if name in _SHARES else decimal(value, 3)


def _sentence(rows: pl.DataFrame, settings: list[str], known: list[str]) -> str:
    first, last = settings[0], settings[-1]
    measure = "f1" if "f1" in known else "paired_share"
    words = _LABELS[measure]
    low, high = _cell(rows, first, measure), _cell(rows, last, measure)
    before, after = _cell(rows, first, "lightgbm.r2"), _cell(rows, last, "lightgbm.r2")
    pairs = f"{words}: {_formatted(low, measure)} at {first}, {_formatted(high, measure)} at {last}"
    return f"{capital(pairs)}; R² of LightGBM: {estimate(before, 3)} and {estimate(after, 3)}."


def _release_blocks(price: pl.DataFrame) -> list[Block]:
    rows = price.filter(pl.col("study") == "epsilon").sort("place")
    if rows.is_empty():
        return []
    settings = rows["setting"].unique(maintain_order=True).to_list()
    measures = rows["measure"].unique(maintain_order=True).to_list()
    table = Table(
        key="price_by_epsilon",
        title="Error of the released aggregates by epsilon",
        columns=("Aggregate", *settings),
        rows=tuple(
            (plain(name), *(percent(item.value if (item := _cell(rows, setting, name)) else None, 2)
                            for setting in settings))
            for name in measures
        ),
        note="Mean absolute error over true value, per release at that epsilon; drawn outside the ledger, as an "
        "experiment.",
        disclosure=Disclosure.MODEL_METRIC,
    )  # fmt: skip
    picture = Picture(
        key="price_by_epsilon_picture",
        title="Error of the released aggregates by epsilon",
        sentence=f"{count(len(measures))} kinds of aggregate; half the epsilon, twice the error.",
        alt="Lines of relative error falling with epsilon, one per aggregate, both axes logarithmic.",
        figure=figures_price.draw_release_errors(rows),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, table]
