"""The code location that Dagster loads: ``-m pipelines.definitions``."""

from pipelines.building import build_definitions

defs = build_definitions()
