"""Random streams by name, all derived from the one run seed."""

import hashlib

import numpy as np


def seed_of(run_seed: int, *names: str) -> int:
    """A 63-bit seed for a named stream; other names and other seeds give unrelated streams."""
    text = "\x1f".join((str(run_seed), *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator_of(run_seed: int, *names: str) -> np.random.Generator:
    """A NumPy generator for a named stream.

    Example:
        >>> bool(generator_of(42, "splits").integers(10) == generator_of(42, "splits").integers(10))
        True
    """
    return np.random.Generator(np.random.Philox(seed_of(run_seed, *names)))
