"""The learning rate from step to step."""

import math


def learning_rate_share(step: int, total: int, warm_up_share: float) -> float:
    """Share of the learning rate at a step: a straight rise, then half a cosine down to zero."""
    rise = max(1, round(warm_up_share * total))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - rise) / max(1, total - rise))))
