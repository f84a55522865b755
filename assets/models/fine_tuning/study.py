"""What end-to-end training is worth: the same network above a frozen and above a trained encoder, on the same rows.

Only the training part is read, which is what lies before the hold-out: a share of its customers is tested, the others
train. The hold-out itself is opened once per report and never here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assets.models.estimators.registry import NAIVE
from assets.models.evaluation.metrics import all_metrics
from assets.models.evaluation.tuning import PROSPECTIVE_CV, reserved_customers
from assets.models.examples.dataset import ExampleArrays
from assets.models.examples.splits import customer_folds, fold_of
from assets.models.fine_tuning.data import LinkedExamples
from assets.models.fine_tuning.loop import Epoch, FineTuned, fine_tune
from assets.models.fine_tuning.network import PooledEncoder, StoredVectors, embedded, frozen_model, seeded
from assets.models.fine_tuning.team import Team
from assets.models.networks.training import NetworkPlan
from assets.models.settings import ModelSettings
from resources.errors import ContractError

FROZEN, MORE_STEPS, TUNED = "frozen encoder", "frozen, more steps", "trained end to end"
SHOWN = ("rmse", "mae", "r2", "spearman", "gini")  # metrics of the card and of the command
MODELS = (NAIVE, FROZEN, MORE_STEPS, TUNED)
PARTS = ("all tested", "with text")
_SEED_STREAM = 4_021  # of the deal of customers to training and test; any number that no other draw uses
_CARD = """\
# {model}, version {version}

{plan} above {encoder}, trained end to end; made by `stayworth fine-tune`.

**Not for service.** Embeddings are stored by delivery day and must not change afterwards; this encoder has seen values
that were realised after the reviews which it reads, so what it says of them must not enter a stored table.

- Learned from {train:,} examples of {train_customers:,} customers, {train_with_text:,} with text; data version
  `{data}`, known from {known_from}.
- Tested on {test:,} examples of {test_customers:,} other customers of the same days, {test_with_text:,} with text. One
  split: differences carry no interval.
- Encoder's activations in {precision}; gradient checkpointing {checkpointing}; {size} process(es) on {device}.
- Kept: epoch {best} of {epochs} (0 is the frozen encoder). "{more}": the network alone took the same steps, from the
  same start; what is left beyond it is the encoder's.

{figures}

{losses}
"""


@dataclass(frozen=True, kw_only=True)
class Study:
    """A frozen and a trained encoder side by side.

    Attributes:
        tuned: the model trained end to end, with its course.
        train: rows that trained both, those for early stopping among them.
        figures: part of the tested rows -> model -> metrics.
        counts: rows and customers by part.
    """

    tuned: FineTuned
    train: LinkedExamples
    figures: Mapping[str, Mapping[str, Mapping[str, float | None]]]
    counts: Mapping[str, int]


def rows_to_test(data: ExampleArrays, settings: ModelSettings) -> NDArray[np.bool_]:
    """(n,) rows of the customers that are tested: one fold, dealt by size; none that tuning has looked at.

    Raises:
        ContractError: there are fewer customers than two per fold.
    """
    free = ~np.isin(data.customers, reserved_customers(data, settings, PROSPECTIVE_CV))
    number = len(np.unique(data.customers[free]))
    if number < 2 * settings.folds:
        message = (
            f"{number} customers before the hold-out are too few to train and test on, {2 * settings.folds} needed"
        )
        raise ContractError(message + "; run over a longer history")
    rng = np.random.default_rng([settings.seed, _SEED_STREAM])
    dealt = customer_folds(data.customers[free], settings.folds, rng, data.revenue[free])
    tested = np.zeros(len(data), dtype=bool)
    tested[free] = fold_of(data.customers[free], dealt) == 0
    return tested


def study(
    plan: NetworkPlan,
    encoder: PooledEncoder,
    data: LinkedExamples,
    settings: ModelSettings,
    clock: Callable[[], float],
    team: Team,
    watch: Callable[[Epoch], None] | None = None,
) -> Study:
    """Train both on the same rows and test both on the others.

    Args:
        plan: of the network.
        encoder: on the team's device; trained in place.
        data: examples before the hold-out.
        settings: of the room, for this network.
        clock: seconds.
        team: every member calls with the same arguments.
        watch: told of every epoch.

    Raises:
        ContractError: too few customers, or none of those that train has text.
    """
    is_tested, seed = rows_to_test(data.arrays, settings), settings.seed
    train, test = data.take(~is_tested), data.take(is_tested)
    if not train.arrays.has_text.any():
        message = "none of the customers that train has a paired review, so there is nothing for an encoder to learn"
        raise ContractError(message + "; run over a longer history, or look at the alignment's report")
    with seeded(team, settings):
        vectors = StoredVectors(embedded(encoder, data, team)).to(team.device)
    as_rows = [[row] for row in range(len(data.pieces))]
    train_rows, test_rows = replace(train, pieces=as_rows), replace(test, pieces=as_rows)
    start = frozen_model(plan, vectors, train_rows, settings, seed, team)
    values = {NAIVE: test.arrays.past, FROZEN: start.predict(test_rows, team).value}
    more = fine_tune(start, train_rows, settings, seed, clock, team)  # what the steps bring without the encoder
    values[MORE_STEPS] = more.model.predict(test_rows, team).value
    tuned = fine_tune(replace(start, encoder=encoder), train, settings, seed, clock, team, watch)
    values[TUNED] = tuned.model.predict(test, team).value
    parts = {PARTS[0]: np.ones(len(test), dtype=bool), PARTS[1]: test.arrays.has_text}
    figures = {
        part: {
            model: all_metrics(test.arrays.target[rows], values[model][rows], settings.mape_floor) for model in MODELS
        }
        for part, rows in parts.items()
    }
    return Study(tuned=tuned, train=train, figures=figures, counts=_counts(train.arrays, test.arrays))


def _counts(train: ExampleArrays, test: ExampleArrays) -> dict[str, int]:
    return {
        "train": len(train),
        "train_customers": len(np.unique(train.customers)),
        "train_with_text": int(train.has_text.sum()),
        "test": len(test),
        "test_customers": len(np.unique(test.customers)),
        "test_with_text": int(test.has_text.sum()),
    }


def model_card(result: Study, facts: Mapping[str, object], team: Team, device: str) -> str:
    """The card as Markdown.

    Args:
        result: the study.
        facts: model, version, encoder, data, known_from.
        team: that trained.
        device: in words.
    """
    settings = result.tuned.model.fitted.settings
    return _CARD.format(
        **facts, **result.counts, plan=result.tuned.model.fitted.plan.name, precision=result.tuned.precision,
        checkpointing="on" if settings.fine_tuning_checkpointing else "off", size=team.size, device=device,
        best=result.tuned.best, epochs=result.tuned.epochs[-1].number, figures=_figures(result), losses=_losses(result),
        more=MORE_STEPS,
    )  # fmt: skip


def _figures(result: Study) -> str:
    lines = [f"| tested | model | {' | '.join(SHOWN)} |", "|---|---|" + "---|" * len(SHOWN)]
    for part, models in result.figures.items():
        for model, metrics in models.items():
            lines.append(f"| {part} | {model} | {' | '.join(_cell(metrics[name]) for name in SHOWN)} |")
    return "\n".join(lines)


def _losses(result: Study) -> str:
    lines = ["| epoch | training loss | validation loss |", "|---|---|---|"]
    lines += [f"| {item.number} | {_cell(item.training)} | {_cell(item.validation)} |" for item in result.tuned.epochs]
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"
