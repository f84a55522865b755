"""What end-to-end training stands on: the processes and their devices, the encoder from its folder, peak memory."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import distributed

from assets.embeddings.settings import EmbeddingSettings
from assets.models.fine_tuning.network import PooledEncoder
from assets.models.fine_tuning.team import Team
from resources.devices import choose_compute
from resources.errors import SettingsError, SourceError
from resources.settings import Settings, refuse
from resources.transformer_encoder import local_model, packaged_minilm

TRAINABLE = ("minilm", "roberta")
_EMBEDDINGS, _MODELS = "embeddings", "models"  # sections of the settings
_MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class LoadedEncoder:
    """An encoder from its folder.

    Attributes:
        network: with pooling, on the team's device.
        tokenizer: in the JSON form of the library ``tokenizers``.
        padding: word piece that fills up a batch.
        name: of the tier or folder, for people.
    """

    network: PooledEncoder
    tokenizer: str
    padding: int
    name: str


@contextmanager
def joined(settings: Settings) -> Iterator[Team]:
    """The team that this process belongs to: one that torchrun started, or itself alone.

    Args:
        settings: ``core.device`` chooses between cards and the processor.

    Raises:
        SettingsError: there are more processes on this machine than cards.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    told = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0}  # what torchrun sets
    place, size, index = (int(os.environ.get(name, alone)) for name, alone in told.items())
    on_card = choose_compute(settings.core.device).kind == "cuda"
    if on_card and index >= torch.cuda.device_count():
        message = f"process {index} of this machine has no card, {torch.cuda.device_count()} are visible"
        raise SettingsError(message + "; give torchrun as many processes per node as there are cards")
    team = Team(place=place, size=size, device=f"cuda:{index}" if on_card else "cpu")
    if on_card:
        torch.cuda.set_device(index)
    if size == 1:
        yield team
        return
    distributed.init_process_group("nccl" if on_card else "gloo", rank=place, world_size=size)
    try:
        yield team
    finally:
        distributed.destroy_process_group()


def chosen_embedding(settings: Settings, tier: str | None, model: str | None) -> EmbeddingSettings:
    """The encoder to train: that of the home, unless the command names another.

    Args:
        settings: of the home.
        tier: ``minilm`` or ``roberta``, or None.
        model: folder or cached name of tier ``roberta``, or None.

    Raises:
        SettingsError: it is one whose weights can't be trained.
    """
    given = {name: value for name, value in (("tier", tier), ("model", model)) if value}
    sections = {_EMBEDDINGS: {**settings.sections.get(_EMBEDDINGS, {}), **given}}
    chosen = Settings(home=settings.home, core=settings.core, sections=sections).room(_EMBEDDINGS, EmbeddingSettings)
    if chosen.tier not in TRAINABLE:
        allowed = f"{' or '.join(TRAINABLE)}, by --tier; a table of word vectors and eight-bit weights can't be trained"
        raise refuse(_EMBEDDINGS, "tier", chosen.tier, allowed)
    return chosen


def load_encoder(chosen: EmbeddingSettings, device: str, tokens: int) -> LoadedEncoder:
    """The encoder of a tier with weights in single precision.

    Args:
        chosen: tier, model, pooling.
        device: torch's name of where it is to lie.
        tokens: word pieces that it must be able to read.

    Raises:
        SourceError: it is not on this machine, or can't be read.
        SettingsError: it reads fewer word pieces than asked for.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    folder = packaged_minilm() if chosen.tier == "minilm" else local_model(chosen.model)
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, use_fast=True)
        network = AutoModel.from_pretrained(str(folder), local_files_only=True, dtype=torch.float32)
        words = tokenizer.backend_tokenizer.to_str()
    except (OSError, ValueError, AttributeError) as error:
        message = f"the encoder of tier {chosen.tier} can't be read from {folder}: {error}"
        raise SourceError(message + "; give a folder with config.json, weights and tokenizer.json (--model)") from error
    places = int(getattr(network.config, "max_position_embeddings", tokens))
    if tokens > places:
        raise refuse(_MODELS, "fine_tuning_tokens", tokens, f"{places} at most, all that this encoder reads")
    pooled = PooledEncoder(network, chosen.pooling).to(device)
    name = chosen.tier if chosen.tier == "minilm" else Path(str(chosen.model)).name
    return LoadedEncoder(network=pooled, tokenizer=words, padding=tokenizer.pad_token_id or 0, name=name)


def restart_peak(team: Team) -> None:
    """Forget the card's peak so far; that of a process can't be."""
    if team.is_on_card:
        torch.cuda.reset_peak_memory_stats(team.device)


def peak_mib(team: Team) -> float:
    """Peak of what torch allocated on the card; without one, of the whole process's resident memory."""
    if team.is_on_card:
        return torch.cuda.max_memory_allocated(team.device) / _MIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux


def device_name(team: Team) -> str:
    """The team's device in words."""
    return torch.cuda.get_device_name(team.device) if team.is_on_card else "cpu"
