"""What the reports room promises."""

from dataclasses import replace

import polars as pl

from assets.common.findings import FINDINGS
from resources.contract import Column, FrameContract, Zone

EDITIONS: tuple[str, ...] = ("internal", "shareable")

REPORT_INDEX = FrameContract(
    asset="guest_value_report",
    zone=Zone.INTERNAL,
    grain="one row per file written",
    key=("edition",),
    description="The files of the last report: two HTML editions and the results.",
    columns=(
        Column(
            name="edition",
            dtype=pl.String,
            description="internal, shareable, or results",
            values=(*EDITIONS, "results"),
        ),
        Column(name="path", dtype=pl.String, description="path below the home folder"),
        Column(name="bytes", dtype=pl.Int64, description="size", unit="bytes", minimum=1),
        Column(name="sections", dtype=pl.Int32, description="chapters in the edition; 0 for the results", minimum=0),
        Column(name="pictures", dtype=pl.Int32, description="pictures in the edition; 0 for the results", minimum=0),
        Column(name="outside_resources", dtype=pl.Int64, description="links a browser would fetch", minimum=0),
        Column(name="identifiers", dtype=pl.Int64, description="patterns of direct identifiers found", minimum=0),
        Column(name="sha256", dtype=pl.String, description="hash of the content"),
    ),
)

EVALUATION_RESULTS = replace(
    FINDINGS,
    asset="evaluation_results",
    grain="one row per number of results.json, or per path that was not run",
    description="The findings of all rooms as one table: every number that the reports print, by its stable name.",
)
