"""Jobs: named selections by tag, with a description. Each runs in one process (seconds matter for one small day)."""

from collections.abc import Sequence

import dagster as dg

from assets.common.declaration import Cadence
from assets.common.step import DeclaredAsset

BACKFILL, DAILY, EVALUATE = "backfill", "daily", "evaluate"
STUDY_TAG = "study"


def study_job(study: str) -> str:
    """Name of the job that makes a study and what shows it: its findings, the results, the report."""
    return f"{study}_study"


def build_jobs(declared: Sequence[DeclaredAsset]) -> dict[str, dg.JobDefinition | object]:
    """The jobs of the pipeline by name: the three regular ones, and one for each declared study.

    Args:
        declared: every asset; those tagged ``study`` get a job of their own.
    """
    fits = _of(Cadence.BY_CUT_OFF)
    jobs = [
        dg.define_asset_job(
            BACKFILL,
            selection=_of(Cadence.DAILY) | fits,
            description="Any range of days through the daily stages; fits the records that are due. No scores.",
        ),
        dg.define_asset_job(
            DAILY,
            selection=_of(Cadence.DAILY) | _of(Cadence.SCORING) | fits,
            description="One business day through every daily stage, scores of the day's customers included.",
        ),
        dg.define_asset_job(
            EVALUATE,
            selection=_of(Cadence.REGULAR) | _of(Cadence.SCORING),
            description="Customers, examples, models, the last day's scores, results and the report.",
        ),
    ]
    for item in declared:
        if (study := item.declaration.tags.get(STUDY_TAG)) is not None:
            jobs.append(
                dg.define_asset_job(
                    study_job(study),
                    selection=dg.AssetSelection.assets(item.name).downstream(),
                    description=f"{item.declaration.description.splitlines()[0]} The report then shows it.",
                )
            )
    return {job.name: job for job in jobs}


def _of(cadence: Cadence) -> dg.AssetSelection:
    return dg.AssetSelection.tag("cadence", str(cadence))
