"""Jobs: named selections with a description. Every job runs in one process (seconds matter for one small day)."""

import dagster as dg

SCORES = "customer_scores"
REPORT = "guest_value_report"
# Long experiments, made when asked for: the other jobs leave them alone and the report shows what is stored.
PRICE, CEILINGS = "price_of_privacy", "value_ceilings"
STUDIES = (PRICE, CEILINGS)


def build_jobs(
    daily: list[str], fitted: list[str], whole: list[str], partitions: dg.PartitionsDefinition
) -> list[dg.JobDefinition | object]:
    """The jobs of the pipeline.

    Args:
        daily: names of daily tables, the ledger included.
        fitted: names of fitted records.
        whole: names of unpartitioned tables.
        partitions: business days.
    """
    stages = [name for name in daily if name != SCORES]
    return [
        dg.define_asset_job(
            "backfill",
            selection=dg.AssetSelection.assets(*stages, *fitted),
            partitions_def=partitions,
            description="Any range of days through the daily stages; fits the records that are due. No scores.",
        ),
        dg.define_asset_job(
            "daily",
            selection=dg.AssetSelection.assets(*daily, *fitted),
            partitions_def=partitions,
            description="One business day through every daily stage, scores of the day's customers included.",
        ),
        dg.define_asset_job(
            "evaluate",
            selection=dg.AssetSelection.assets(*(name for name in whole if name not in STUDIES), SCORES),
            partitions_def=partitions,
            description="Customers, examples, models, the last day's scores, results and the report.",
        ),
        dg.define_asset_job(
            "price_of_privacy_study",
            selection=dg.AssetSelection.assets(PRICE, REPORT),
            description="Publishes the history again under other k, batches and epsilons; the report shows the price.",
        ),
        dg.define_asset_job(
            "ceilings_study",
            selection=dg.AssetSelection.assets(CEILINGS, REPORT),
            description="Takes over the figures that `stayworth ceilings` has finished; the report shows them.",
        ),
    ]
