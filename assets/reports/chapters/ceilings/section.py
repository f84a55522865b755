"""The chapter on how much more could be known: the models beside two ceilings, in simulated worlds."""

import polars as pl

from assets.models.evaluation.ceilings import DATA_RICH, MIN_R2, OWN_MODELS, TRUE_LINKS
from assets.reports.chapters.ceilings.figures import draw_ceilings
from assets.reports.chapters.ceilings.verdicts import verdicts
from assets.reports.telling.blocks import Block, Bullets, Disclosure, Notice, Picture, Section, Table
from assets.reports.telling.wording import Estimate, capital, count, decimal, estimate, model_name, p_value
from assets.studies.ceilings import INFLUENCES
from assets.studies.measure_ceilings import CEILINGS, Standing, model_estimate, standing

COMMAND = "stayworth ceilings"
_METRIC = Disclosure.MODEL_METRIC
_WORDS = {"none": "No", "weak": "Weak", "strong": "Strong"}
_NAMES = {"data_rich": "data-rich ceiling", "oracle": "oracle"}


def ceilings_section(rows: pl.DataFrame | None, *, knows_truth: bool) -> Section | None:
    """Verdicts, picture and tables of the study; a note that names the command where it was not run.

    Args:
        rows: ``value_ceilings``; None or empty when the study was not run.
        knows_truth: whether the source does; without it there are no ceilings.
    """
    if not knows_truth:
        return None
    lead = (
        "Future value is partly chance. The data-rich ceiling is the best learner on the same features, taught by "
        "other worlds of the same make; the oracle knows the simulation and lives the months to come again and again. "
        "All are tested on the same rows: customers that the model has not seen, in every world."
    )
    known = rows if rows is not None else pl.DataFrame()
    standings = [item for name in INFLUENCES if known.height and (item := standing(known, name)) is not None]
    blocks: tuple[Block, ...] = (Notice(text=f"The study was not run; “{COMMAND}” makes it.", tone="missing"),)
    if standings:
        blocks = (
            _sentences(standings),
            _picture(known, standings),
            *(_table(known, item) for item in standings),
            _gains(standings),
        )
    return Section(anchor="ceilings", title="How much more could be known", lead=lead, blocks=blocks)


def influence_title(item: Standing) -> str:
    """``Strong influence (10 worlds)``."""
    return f"{_WORDS[item.influence]} influence ({count(item.worlds)} worlds)"


def _sentences(standings: list[Standing]) -> Bullets:
    items = tuple(" ".join(verdicts(item)) for item in standings)
    terms = tuple(influence_title(item) for item in standings)
    return Bullets(items=items, terms=terms, disclosure=_METRIC)


def _models(item: Standing) -> list[str]:
    return sorted(
        (name for name in item.means["r2"] if name in OWN_MODELS),
        key=lambda name: -item.means["r2"][name],
    )


def _picture(rows: pl.DataFrame, standings: list[Standing]) -> Picture:
    drawn = [
        (
            capital(item.influence),
            {
                name: model_estimate(rows, item.influence, name) or Estimate(float("nan"))
                for name in _models(standings[-1])
            },
            {name: value for name, (_, value) in item.ceilings.items()},
        )
        for item in standings
    ]
    best = standings[-1]
    return Picture(
        key="ceilings_picture",
        title="Models beside the ceilings",
        sentence=f"Under {best.influence} influence of satisfaction on value {model_name(best.best)} reaches R² "
        f"{decimal(best.means['r2'][best.best], 3)}; lines are the ceilings.",
        alt="Dots of R² with intervals, one row per model and one panel per influence; two vertical lines as ceilings.",
        figure=draw_ceilings(drawn),
        disclosure=_METRIC,
    )


def _table(rows: pl.DataFrame, item: Standing) -> Table:
    behind = {name: model for name, (model, _) in item.ceilings.items()}
    names = [*_models(item), *(name for name in item.means["r2"] if name.endswith(TRUE_LINKS)), *behind.values()]
    labels = {model: _NAMES[name] for name, model in behind.items()}
    shares = {name: {share.model: share.share for share in item.shares[name]} for name in item.shares}
    body = tuple(
        (
            labels.get(name) or _label(name),
            estimate(model_estimate(rows, item.influence, name), 3),
            decimal(item.means["mae"].get(name), 1),
            decimal(item.means["gini"].get(name), 3),
            *(decimal(shares.get(ceiling, {}).get(name), 2) for ceiling in CEILINGS),
        )
        for name in names
    )
    learner = behind.get("data_rich", "").removeprefix("data_rich_")
    return Table(
        key=f"ceilings_{item.influence}",
        title=influence_title(item),
        columns=("Model", "R² (95 %)", "MAE", "Gini", *(f"Share of the {_NAMES[name]}" for name in CEILINGS)),
        rows=body,
        note=f"Means over worlds, intervals of the corrected resampled t. Shares of R² only where the ceiling reaches "
        f"{MIN_R2}. The data-rich ceiling is {model_name(learner)}, the best of the learners tried. Models on the past "
        "learn by how much it is to be multiplied.",
        disclosure=_METRIC,
    )


def _label(name: str) -> str:
    if name.startswith(f"{DATA_RICH}_"):
        return f"{model_name(name.removeprefix(f'{DATA_RICH}_'))}, taught by other worlds"
    own = name.removesuffix(f"_{TRUE_LINKS}")
    return f"{model_name(own)}, true pairs" if own != name else model_name(name)


def _gains(standings: list[Standing]) -> Table:
    body = tuple(
        (item.influence, _label(name), _label(plain), decimal(gain.difference, 3),
         p_value(gain.p_corrected), decimal(gain.effect, 2))
        for item in standings for name, (plain, gain) in item.gains.items()
    )  # fmt: skip
    return Table(
        key="ceilings_gains",
        title="What text brings: with text against without",
        columns=("Influence", "With text", "Without", "Difference in R²", "p (corrected)", "Effect"),
        rows=body,
        note="Fusion is held against the best model without text; trees taught by the other worlds against the same "
        "without text: what could be learned with many more guests. One difference per world; corrected resampled t.",
        text_columns=3,
        disclosure=_METRIC,
    )
