"""``stayworth fine-tune``: the gated fusion trained end to end with its encoder, beside the same above a frozen one.

A study beside the pipeline: it reads stored tables, writes a model to the model store, where nothing serves it, and a
card with the figures to ``<home>/studies/fine_tuning``. docs/methods/fine_tuning.md says why it never serves.

Several cards: ``torchrun --standalone --nproc-per-node <cards> -m pipelines.cli fine-tune``.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import torch

from assets.alignment.link_rows import link_rows
from assets.common.inputs import WholeInputs
from assets.common.workspace import Workspace
from assets.customers.protocols import PROSPECTIVE
from assets.customers.units import customer_bookings, of_main_unit
from assets.models.contract import EXAMPLES, MODEL_TUNING
from assets.models.estimators.fusion_networks import PLANS
from assets.models.estimators.registry import FUSION
from assets.models.evaluation.tuning import PROSPECTIVE_CV, chosen_values, settings_for
from assets.models.examples.dataset import text_dimensions, to_arrays
from assets.models.examples.text_block import review_table
from assets.models.fine_tuning.artefact import to_tuned_artefact
from assets.models.fine_tuning.data import LinkedExamples, linked_texts, word_pieces
from assets.models.fine_tuning.loop import Epoch
from assets.models.fine_tuning.reads import HISTORY, READS
from assets.models.fine_tuning.study import MODELS, PARTS, SHOWN, TUNED, Study, model_card, study
from assets.models.fine_tuning.team import Team
from assets.models.settings import ModelSettings, model_settings
from pipelines.fine_tuning_setup import (
    LoadedEncoder,
    chosen_embedding,
    device_name,
    joined,
    load_encoder,
    peak_mib,
    restart_peak,
)
from pipelines.terminal.entering import enter
from pipelines.terminal.speaking import say
from pipelines.workspace import build_workspace
from resources.errors import NotFittedError
from resources.model_store import FINE_TUNING_STUDIES
from resources.settings import Given, Settings, load_settings

_NETWORKS = {False: FUSION, True: f"{FUSION}_anchored"}  # by whether it forecasts a factor on the past
_IN_CURRENCY = SHOWN[:2]


def fine_tune(given: Given, *, is_anchored: bool, tier: str | None, model: str | None) -> None:
    """Train, compare, store; every process of a team walks through it, the first one speaks and writes.

    Args:
        given: settings in place of those of file and environment.
        is_anchored: forecast a factor on the past instead of the value.
        tier: of the encoder; None: that of the settings.
        model: folder or cached name of the encoder; None: that of the settings.
    """
    with joined(load_settings(given=given)) as team:
        settings = _entered(team, given)
        chosen = chosen_embedding(settings, tier, model)
        workspace = build_workspace(settings)
        inputs = stored_tables(workspace)
        loaded = load_encoder(chosen, team.device, model_settings(settings).fine_tuning_tokens)
        restart_peak(team)
        study = _trained(inputs, loaded, _NETWORKS[is_anchored], team)
        memory = team.largest(peak_mib(team))
        if team.is_first:
            _tell(study, memory, team)
            store_study(workspace, study, loaded, team, memory)


def _entered(team: Team, given: Given) -> Settings:
    """The settings; the first process alone may swap what the home holds."""
    settings = enter(given) if team.is_first else None
    team.largest(0.0)  # nobody passes before the first one is here
    return settings or enter(given)


def stored_tables(workspace: Workspace) -> WholeInputs:
    """The tables of a home up to the day of its examples.

    Raises:
        NotFittedError: the home has not run.
    """
    record = workspace.lake.record(EXAMPLES.asset, None)
    if record is None:
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    return WholeInputs(workspace, READS, "fine_tuning", date.fromisoformat(record.inputs["as_of"]))


def linked_examples(inputs: WholeInputs, loaded: LoadedEncoder, settings: ModelSettings) -> LinkedExamples:
    """Every example before the hold-out with the texts behind it; the hold-out is not opened here.

    Args:
        inputs: stored tables of a home.
        loaded: its tokenizer makes the word pieces.
        settings: of the models room.
    """
    stored = of_main_unit(inputs.frame(EXAMPLES.asset))
    examples = stored.filter((pl.col("protocol") == PROSPECTIVE) & (pl.col("split") == "cv"))
    bookings, pairs = customer_bookings(inputs), link_rows(inputs)
    parts = [inputs.frame(name) for name in HISTORY]
    version = ["review_id", "delivery_day"]
    texts = parts[-1].select(*version, "text").unique(version, keep="first", maintain_order=True)
    reviews = review_table(*parts).join(texts, on=version, how="left", maintain_order="left")
    links = linked_texts(examples, bookings, pairs, reviews, settings.fine_tuning_reviews)
    return LinkedExamples(
        arrays=to_arrays(examples, text_dimensions(stored)),
        links=links,
        pieces=word_pieces(links.texts, loaded.tokenizer, settings.fine_tuning_tokens),
        padding=loaded.padding,
    )


def _trained(inputs: WholeInputs, loaded: LoadedEncoder, name: str, team: Team) -> Study:
    tuned = chosen_values(inputs.frame(MODEL_TUNING.asset))
    settings = settings_for(name, PROSPECTIVE_CV, model_settings(inputs.settings), tuned)
    data = linked_examples(inputs, loaded, settings)
    if team.is_first:
        _announce(name, data, loaded, settings, team)
    watch = _watch if team.is_first else None
    return study(PLANS[name], loaded.network, data, settings, time.perf_counter, team, watch)


def _announce(plan: str, data: LinkedExamples, loaded: LoadedEncoder, settings: ModelSettings, team: Team) -> None:
    say(f"Fine-tuning: {plan} above {loaded.name}, {len(data):,} examples before the hold-out, "
        f"{int(data.arrays.has_text.sum()):,} with text, {len(data.links.texts):,} distinct texts")  # fmt: skip
    checkpointing = "on" if settings.fine_tuning_checkpointing else "off"
    say(f"{team.size} process(es) on {device_name(team)}, {settings.fine_tuning_batch} examples a step, "
        f"gradient checkpointing {checkpointing}, precision {settings.fine_tuning_precision}")  # fmt: skip
    if team.is_on_card and team.size == 1 and (cards := torch.cuda.device_count()) > 1:
        say(f"{cards} cards are visible and one is used; for all of them:")
        say(f"  torchrun --standalone --nproc-per-node {cards} -m pipelines.cli fine-tune")
    say(f"{'epoch':>6}{'training':>12}{'validation':>12}{'steps':>8}{'s/step':>9}")


def _watch(epoch: Epoch) -> None:
    training, validation = (_number(value, 4) for value in (epoch.training, epoch.validation))
    per_step = f"{epoch.seconds / epoch.steps:.2f}" if epoch.steps else ""
    say(f"{epoch.number or 'start':>6}{training:>12}{validation:>12}{epoch.steps or '':>8}{per_step:>9}")


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"


def _tell(study: Study, memory: float, team: Team) -> None:
    counts = study.counts
    say(f"Tested on {counts['test']:,} examples of {counts['test_customers']:,} customers that trained neither, "
        f"{counts['test_with_text']:,} with text")  # fmt: skip
    say(f"Kept: epoch {study.tuned.best} of {study.tuned.epochs[-1].number} (0 is the frozen encoder)")
    for part, models in study.figures.items():
        say(f"{part:<22}" + "".join(f"{name:>12}" for name in SHOWN))
        for model in MODELS:
            cells = (_number(models[model][name], 2 if name in _IN_CURRENCY else 4) for name in SHOWN)
            say(f"  {model:<20}" + "".join(f"{cell:>12}" for cell in cells))
    what = "of the card, the fullest one" if team.is_on_card else "resident, of the whole process (no card)"
    say(f"Peak memory {what}: {memory:,.0f} MiB; {study.tuned.seconds_per_step:.2f} s a step")


def store_study(workspace: Workspace, study: Study, loaded: LoadedEncoder, team: Team, memory: float) -> Path:
    """Keep the model in the model store, card and figures under the home.

    Args:
        workspace: of the home.
        study: what was learned, its figures and its trainer's state.
        loaded: the encoder that was trained.
        team: that trained.
        memory: its peak, MiB.

    Returns:
        The folder of the card.
    """
    arrays = study.train.arrays
    known_from = (arrays.as_of + arrays.horizon.astype("timedelta64[D]")).max().astype(date)
    artefact = to_tuned_artefact(
        study.tuned, study.train, loaded.tokenizer, metrics=study.figures[PARTS[0]][TUNED], known_from=known_from,
        facts={"tier": loaded.name, "counts": dict(study.counts)},
    )  # fmt: skip
    version = workspace.resource("model_store").save(artefact)
    facts = {"model": artefact.model, "version": version, "encoder": loaded.name, "data": artefact.data_version,
             "known_from": known_from.isoformat()}  # fmt: skip
    folder = workspace.settings.home / FINE_TUNING_STUDIES / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.md").write_text(model_card(study, facts, team, device_name(team)), "utf-8")
    (folder / "figures.json").write_text(json.dumps(_figures(study, facts, team, memory), indent=1), "utf-8")
    say(f"Model: {artefact.model}, version {version}, in the model store; nothing serves it")
    say(f"Card and figures: {folder}")
    return folder


def _figures(study: Study, facts: Mapping[str, Any], team: Team, memory: float) -> dict[str, Any]:
    return {
        **facts,
        "counts": dict(study.counts),
        "figures": study.figures,
        "epochs": [asdict(epoch) for epoch in study.tuned.epochs],
        "kept_epoch": study.tuned.best,
        "precision": study.tuned.precision,
        "seconds_per_step": study.tuned.seconds_per_step,
        "device": device_name(team),
        "processes": team.size,
        "card_peak_mib": memory if team.is_on_card else None,
        "process_peak_mib": None if team.is_on_card else memory,
    }
