"""Branches of the results that stand behind the claims, as rows for their tables."""

from collections.abc import Mapping
from typing import Any

import polars as pl

Tree = Mapping[str, Any]


def claim_rows(branch: Tree) -> pl.DataFrame | None:
    """``pair``, ``metric``, and the figures of the test."""
    return _rows(branch, "pair", "metric")


def study_rows(branch: Tree) -> pl.DataFrame | None:
    """``study``, ``variant``, means, and differences from the reference."""
    return _rows(branch, "study", "variant")


def tuning_rows(branch: Tree) -> pl.DataFrame | None:
    """``protocol``, ``model``, trials, seconds, errors, values."""
    return _rows(branch, "protocol", "model")


def _rows(branch: Tree, outer: str, inner: str) -> pl.DataFrame | None:
    rows = [{outer: a, inner: b, **found} for a, below in branch.items() for b, found in below.items()]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else None
