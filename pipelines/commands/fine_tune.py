"""``stayworth fine-tune``."""

import click

from pipelines.terminal.options import source_options, with_settings
from resources.settings import Given


@click.command("fine-tune")
@click.option("--anchored", is_flag=True, help="Forecast a factor on the past instead of the value.")
@click.option("--tier", help="Encoder: minilm or roberta (default: embeddings.tier).")
@click.option("--model", help="Tier roberta: a folder or cached name (default: embeddings.model).")
@click.option("--profile", type=click.Choice(["quick", "full"]), help="Settings of the network above the encoder.")
@source_options
def fine_tune(given: Given, anchored: bool, tier: str | None, model: str | None, profile: str | None) -> int:
    """Train the gated fusion end to end with its text encoder, beside the frozen one."""
    from pipelines.fine_tuning import fine_tune as train

    chosen = with_settings(given, "core", profile="full") if profile == "full" else given
    train(chosen, is_anchored=anchored, tier=tier, model=model)
    return 0
