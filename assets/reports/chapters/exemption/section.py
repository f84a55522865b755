"""The chapter that says what the shareable edition holds, and what it leaves out."""

from assets.reports.telling.blocks import Bullets, Section


def exemption_section() -> Section:
    """Shareable edition only: what it holds and what it leaves out."""
    return Section(
        anchor="exempt",
        title="What this edition holds, and what it leaves out",
        lead="This edition may be given to anyone. It holds no exact figure of this data, over guests or over rows.",
        blocks=(
            Bullets(
                terms=("With noise", "Texts", "Left out: counts", "Left out: models", "Left out: guests"),
                items=(
                    "figures over guests, released under differential privacy and charged to the budget.",
                    "of the simulated group only, whose guests are invented.",
                    "how many rows each step handled; the internal edition has them.",
                    "errors and accuracies of models, weights of the pairing; the internal edition has them.",
                    "exact value of customers or segments, dots for single customers, texts that real guests wrote.",
                ),
            ),
        ),
    )
