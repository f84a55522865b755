"""Blocks on the text as one player among the features, and on whether explanations are faithful."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assets.common.findings import estimate_of
from assets.models.estimators.registry import FUSION, TREES
from assets.models.explaining.shapley import TEXT_PLAYER
from assets.reports.chapters.explain.figures import draw_deletion, draw_players
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Table
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import Estimate, amount, capital, count, estimate, joined, model_name, percent

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_WORDS = "words"
_SUBJECTS = {FUSION: "features and text", TREES: "features", _WORDS: "words"}


def player_blocks(told: "Told") -> list[Block]:
    """Shapley values of the fusion, with the reviews of a customer as one player beside the features."""
    branch = told.branch(f"explanations.shapley.{FUSION}")
    if not branch:
        return [missing("influence of the text as a whole (Shapley values of the fusion)", told, Need.TEXTS)]
    importance = {name: item for name, leaf in branch["importance"].items() if (item := estimate_of(leaf))}
    ranked = sorted(importance, key=lambda name: (-importance[name].value, name))
    shown = ranked[: told.settings.shap_features]
    if TEXT_PLAYER in importance and TEXT_PLAYER not in shown:
        shown = [*shown[:-1], TEXT_PLAYER]
    unit = told.run.currency
    return [
        Picture(
            key="text_influence",
            title="What the reviews as a whole move, beside the features",
            sentence=_text_sentence(branch, ranked, importance, unit),
            alt="Bars of the mean absolute Shapley value per feature and of the text as a whole, with intervals.",
            figure=draw_players(shown, [importance[name] for name in shown], TEXT_PLAYER, unit),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _text_sentence(branch: Mapping[str, Any], ranked: list[str], importance: Mapping[str, Estimate], unit: str) -> str:
    text = f"Shapley values of the gated fusion over {count(branch['n'])} customers, drawn with each customer's "
    text += "reviews (embedding, polarity, score, mask) as one player; with the mean forecast they add up to each "
    text += "forecast."
    if TEXT_PLAYER in ranked:
        place = ranked.index(TEXT_PLAYER) + 1
        text += f" The text is number {place} of {len(ranked)} players and moves a forecast by "
        text += f"{_interval(importance[TEXT_PLAYER])} {unit} on average."
    with_text = branch.get("with_text")
    if with_text:
        share, moved = estimate_of(with_text["share"]), estimate_of(with_text["text"])
        text += f" Of {count(with_text['n'])} customers with a paired review: {_interval(moved)} {unit}, "
        text += f"{percent(share.value if share else None, 0)} of all that moves their forecasts"
        if share and share.has_interval:
            text += f" (95 %: {percent(share.low, 0)} to {percent(share.high, 0)})"
        text += "."
    return text


def faithfulness_blocks(told: "Told") -> list[Block]:
    """The deletion test: picture, table, and a warning where explanations do no better than chance."""
    branch = told.branch("explanations.faithfulness")
    subjects = [name for name in _SUBJECTS if branch.get(name)]
    if not subjects:
        return [missing("test whether the explanations are faithful", told, Need.FORECASTS)]
    tests = {name: _sizes(branch[name]) for name in subjects}
    unfaithful = [name for name in subjects if not all(_is_faithful(leaf) for leaf in branch[name].values())]
    curves = {
        _title(name): [(size, _known(leaf["important"]), _known(leaf["random"])) for size, leaf in tests[name]]
        for name in subjects
    }
    blocks: list[Block] = [
        Picture(
            key="faithfulness",
            title="Are these explanations faithful?",
            sentence=_verdict(subjects, unfaithful),
            alt="Curves of the movement of the prediction by parts taken away: called important, and at random.",
            figure=draw_deletion(curves, told.run.currency),
            disclosure=Disclosure.MODEL_METRIC,
        ),
    ]
    if unfaithful:
        names = joined([_title(name) for name in unfaithful])
        blocks.append(
            Notice(
                text=f"Not shown to be faithful at every size: {names}. Where the difference below includes zero, "
                "taking away what is called important moves the forecast no more than chance: do not act on it.",
                tone="warning",
                disclosure=Disclosure.MODEL_METRIC,
            )
        )
    return [*blocks, _table(tests, told.run.currency)]


def _title(name: str) -> str:
    return "Words (LIME)" if name == _WORDS else f"{capital(model_name(name))}: {_SUBJECTS[name]}"


def _sizes(branch: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return sorted((int(name.removeprefix("remove_")), leaf) for name, leaf in branch.items())


def _known(leaf: Any) -> Estimate:
    return estimate_of(leaf) or Estimate(float("nan"))


def _is_faithful(leaf: Mapping[str, Any]) -> bool:
    difference = _known(leaf["difference"])
    return (difference.low if difference.low is not None else difference.value) > 0.0


def _verdict(subjects: list[str], unfaithful: list[str]) -> str:
    text = "The deletion test: features are replaced by other customers' values, words are taken out of the text. "
    good = [_title(name) for name in subjects if name not in unfaithful]
    if good:
        text += f"What is called important moves the forecast more than random parts for {joined(good)}"
        text += ", beyond chance at every size. " if not unfaithful else ". "
    if unfaithful:
        text += f"It is not so at every size for {joined([_title(name) for name in unfaithful])}."
    return text.strip()


def _table(tests: Mapping[str, list[tuple[int, Mapping[str, Any]]]], unit: str) -> Table:
    rows = tuple(
        (
            _title(name),
            count(size),
            count(leaf["n"]),
            _interval(_known(leaf["important"])),
            _interval(_known(leaf["random"])),
            _interval(_known(leaf["difference"])),
            percent(_known(leaf["wins"]).value, 0),
        )
        for name, sizes in tests.items()
        for size, leaf in sizes
    )
    return Table(
        key="faithfulness",
        title="Deletion test of the explanations",
        columns=("Explanation", "Taken away", "n", f"Important, {unit}", f"Random, {unit}", "Difference", "Larger in"),
        rows=rows,
        note="Mean absolute movement of the forecast; 95 % by bootstrap over customers (words: over texts). "
        "“Larger in”: share of customers whose forecast the important parts move more. Features stand in from "
        "customers that the Shapley values were not computed with. Parts that raise and parts that lower a forecast "
        "partly cancel when they are taken away together, which makes the test harder the more are taken.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def _interval(item: Estimate | None) -> str:
    """A value and its interval with digits by its size."""
    if item is None:
        return amount(None)
    if not item.has_interval:
        return amount(item.value)
    return estimate(item, 0 if abs(item.value) >= 10 else 2)
