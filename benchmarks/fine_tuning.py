"""End-to-end training of encoder and gated fusion: seconds a step and peak memory, by precision and checkpointing.

Every row is measured in a process of its own: with and without gradient checkpointing, in single and in half
precision, on full-length random texts, since time and memory depend on shapes and not on words. On the processor the
memory is that of the whole process; where there is a CUDA device the same is measured on it, in larger batches, with
what torch allocated on the card. Without a device those cells stay empty.

    python -m benchmarks.fine_tuning [--customers 4] [--card-customers 32] [--roberta <model folder>]
"""

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import asked_for, finish, measured

_PRECISIONS = {"cpu": ("float32", "bfloat16"), "cuda:0": ("float32", "bfloat16", "float16")}
_MIB = 2**20
_WARM_UP = 1  # steps: the first one also builds kernels and the optimiser's state


def one(device: str, model: str | None, precision: str, sizes: dict[str, int], checkpointing: bool) -> dict[str, Any]:
    """Steps of one variant: seconds of each after the warm-up, memory before and at the peak, MiB."""
    import torch

    from assets.embeddings.settings import EmbeddingSettings
    from assets.models.estimators.fusion_networks import PLANS
    from assets.models.fine_tuning.loop import EndToEndBatches, Steps
    from assets.models.fine_tuning.network import StoredVectors, end_to_end, frozen_model, seeded
    from assets.models.fine_tuning.team import Team
    from assets.models.settings import ModelSettings
    from pipelines.fine_tuning_setup import load_encoder

    settings = ModelSettings(
        max_epochs=1, fine_tuning_batch=sizes["customers"], fine_tuning_precision=precision,
        fine_tuning_checkpointing=checkpointing, threads=sizes["threads"],
    )  # fmt: skip
    team = Team(device=device)
    chosen = EmbeddingSettings(tier="roberta" if model else "minilm", model=model)
    loaded = load_encoder(chosen, device, sizes["tokens"])
    data = random_examples(sizes, loaded.network.width)
    shelved = StoredVectors(np.ones((len(data.pieces), loaded.network.width), dtype=np.float32)).to(device)
    plan = PLANS["gated_fusion"]
    start = frozen_model(plan, shelved, as_rows(data), settings, 1, team)
    start = type(start)(encoder=loaded.network, fitted=start.fitted)
    seconds: list[tuple[float, float]] = []  # by the clock, of the processor
    with seeded(team, settings):
        batches, network = EndToEndBatches(start, data, settings, 1, team), end_to_end(start, team)
        network.encoder.checkpoint(on=checkpointing)
        steps = Steps(network, settings, 100, team)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = batches.rows.train[: sizes["customers"]]
        for _ in range(_WARM_UP + sizes["steps"]):
            began = time.perf_counter(), time.process_time()
            float(steps.take(batches, rows))  # waits for the card
            seconds.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    card = torch.cuda.max_memory_allocated(device) / _MIB if team.is_on_card else None
    wall, cpu = np.median(np.array(seconds[_WARM_UP:]), axis=0).tolist()
    return {
        "seconds_per_step": wall, "cpu_seconds_per_step": cpu, "before_mib": round(before), "card_peak_mib": card,
    }  # fmt: skip


def random_examples(sizes: dict[str, int], width: int) -> Any:
    """Twice as many customers as a step reads, each with as many texts of random word pieces of full length."""
    from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, TEXT_EXTRAS, WIDE_COLUMNS, ExampleArrays
    from assets.models.fine_tuning.data import LinkedExamples, TextLinks

    rng, number = np.random.default_rng(1), 2 * sizes["customers"]
    texts = number * sizes["reviews"]
    everyone = np.ones(number)
    arrays = ExampleArrays(
        customers=np.array([f"c{row}" for row in range(number)]), as_of=np.full(number, np.datetime64("2024-01-01")),
        behaviour=rng.random((number, len(BEHAVIOUR_COLUMNS))), has_text=everyone > 0, text_weight=everyone,
        wide=rng.random((number, len(WIDE_COLUMNS))), past_year=everyone, year_earlier=everyone,
        season_price=everyone, horizon_price=everyone,
        text=np.zeros((number, width + len(TEXT_EXTRAS)), dtype=np.float32), past=everyone, horizon=everyone,
        target=rng.random(number) * 100,
    )  # fmt: skip
    links = TextLinks(
        texts=tuple(map(str, range(texts))), rows=number, row=np.repeat(np.arange(number), sizes["reviews"]),
        text=np.arange(texts), share=np.full(texts, 1.0 / sizes["reviews"], dtype=np.float32),
    )  # fmt: skip
    pieces = rng.integers(1_000, 20_000, (texts, sizes["tokens"])).tolist()
    return LinkedExamples(arrays=arrays, links=links, pieces=pieces)


def as_rows(data: Any) -> Any:
    """The same examples with each text's row in the place of its word pieces."""
    from dataclasses import replace

    return replace(data, pieces=[[row] for row in range(len(data.pieces))])


def on(device: str, model: str | None, sizes: dict[str, int]) -> list[dict[str, Any]]:
    """Every variant on a device."""
    rows = []
    for precision in _PRECISIONS[device]:
        for checkpointing in (False, True):
            variant = {"precision": precision, "checkpointing": checkpointing}
            rows.append(variant | measured(one, device, model, precision, sizes, checkpointing))
            print(f"  measured: {device} {precision}, checkpointing {'on' if checkpointing else 'off'}", flush=True)
    return rows


def table(results: dict[str, Any]) -> str:
    """The figures as lines of text; cells of a card that is not there are empty."""
    sizes = "{customers} customers x {reviews} reviews x {tokens} word pieces"
    lines = [f"{results['model']}; processor: {sizes.format(**results['cpu_sizes'])}"]
    if results["card"]:
        lines.append(f"{results['card']}: {sizes.format(**results['card_sizes'])}")
    head = ("s/step", "CPU s/step", "process MiB", "before MiB", "card s/step", "card MiB")
    lines.append(f"{'precision':<10}{'checkpointing':<15}" + "".join(f"{name:>13}" for name in head))
    by_variant = {(row["precision"], row["checkpointing"]): row for row in results["gpu"]}
    on_cpu = {(row["precision"], row["checkpointing"]): row for row in results["cpu"]}
    for variant in ((name, on) for name in _PRECISIONS["cuda:0"] for on in (False, True)):
        own, card = on_cpu.get(variant), by_variant.get(variant)
        timed = ("seconds_per_step", "cpu_seconds_per_step")
        cells = "".join(f"{own[name]:>13,.2f}" for name in timed) if own else ""
        cells += f"{own['peak_mib']:>13,}{own['before_mib']:>13,}" if own else " " * 52
        cells += f"{card['seconds_per_step']:>13.3f}{card['card_peak_mib']:>13,.0f}" if card else ""
        lines.append(f"{variant[0]:<10}{'on' if variant[1] else 'off':<15}{cells}")
    return "\n".join(lines if results["card"] else [*lines, "card: not measured, no card"])


def main() -> None:
    """Measure, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="not read: the texts are random")
    parser.add_argument("--customers", type=int, default=4, help="per step on the processor")
    parser.add_argument("--card-customers", type=int, default=32, help="per step on a card")
    parser.add_argument("--reviews", type=int, default=4, help="per customer")
    parser.add_argument("--tokens", type=int, default=128, help="word pieces per review")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    parser.add_argument("--steps", type=int, default=3, help="timed steps, after one that warms up")
    parser.add_argument("--roberta", help="folder of another encoder (default: minilm)")
    options = asked_for(parser)
    import torch

    sizes = {name: getattr(options, name) for name in ("customers", "reviews", "tokens", "steps", "threads")}
    card_sizes = {**sizes, "customers": options.card_customers, "steps": 10 * options.steps}
    has_card = torch.cuda.is_available()
    results = {
        "model": Path(options.roberta).name if options.roberta else "minilm",
        "cpu_sizes": sizes,
        "cpu": on("cpu", options.roberta, sizes),
        "card": torch.cuda.get_device_name(0) if has_card else None,
        "card_sizes": card_sizes,
        "gpu": on("cuda:0", options.roberta, card_sizes) if has_card else [],
    }
    print(table(results))
    finish("fine_tuning", results, options)


if __name__ == "__main__":
    main()
