"""What the reports room promises."""

import polars as pl

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

EVALUATION_RESULTS = FrameContract(
    asset="evaluation_results",
    zone=Zone.INTERNAL,
    grain="one row per number of results.json, or per path that was not run",
    key=("path",),
    description="Every number that the reports print, under the stable names of results.json.",
    columns=(
        Column(name="path", dtype=pl.String, description="dotted path in results.json"),
        Column(name="value", dtype=pl.Float64, description="the number", nullable=True),
        Column(name="low", dtype=pl.Float64, description="lower bound, 95 %", nullable=True),
        Column(name="high", dtype=pl.Float64, description="upper bound, 95 %", nullable=True),
        Column(name="text", dtype=pl.String, description="the value where it is not a number", nullable=True),
        Column(name="not_run", dtype=pl.String, description="why there is no value", nullable=True),
    ),
)
