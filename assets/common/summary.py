"""What the Dagster UI shows with every asset: column schema, row counts, checks, Markdown, pictures."""

from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg

from assets.common.discretion import Discretion
from resources.contract import CheckOutcome, FrameContract
from resources.lake import InputRecord

_MAX_DAYS_SHOWN = 10


def table_schema(contract: FrameContract) -> dg.TableSchema:
    """The contract as Dagster's column schema."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=str(column.dtype),
                description=column.description + (f" [{column.unit}]" if column.unit else ""),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
                tags={} if column.subject is None else {"subject": str(column.subject)},
            )
            for column in contract.columns
        ]
    )


def definition_metadata(contract: FrameContract) -> dict[str, Any]:
    """Metadata that belongs to the definition: schema, zone, grain, key."""
    return {
        "dagster/column_schema": table_schema(contract),
        "zone": str(contract.zone),
        "grain": contract.grain,
        "key": ", ".join(contract.key) or "none",
    }


def record_metadata(record: InputRecord, told: Discretion) -> dict[str, Any]:
    """Metadata of one stored partition, as far as it may be told of its table."""
    metadata: dict[str, Any] = {
        "dagster/row_count": record.rows_out,
        "is_pending": record.is_pending,
        "settings": record.settings,
    }
    if record.rows_in is not None:
        metadata["rows_in"] = record.rows_in
    if record.set_aside:
        metadata["set_aside"] = told.reasons(record.set_aside)
    if record.pending:
        metadata["pending_because"] = "; ".join(record.pending)
    if record.records:
        metadata["fitted_records"] = dict(record.records)
    return metadata


def plain_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """A verb's own metadata: names that end in ``_md`` become Markdown."""
    return {
        name.removesuffix("_md"): dg.MetadataValue.md(value) if name.endswith("_md") else value
        for name, value in values.items()
    }


def check_specs(asset: str, advice: Mapping[str, str], warning: Collection[str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset as the UI lists them: name, whether it stops, and what to do when it fails.

    Args:
        asset: name of the asset.
        advice: check -> what to do.
        warning: checks that only warn.
    """
    return [
        dg.AssetCheckSpec(name, asset=asset, blocking=name not in warning, description=f"When it fails: {text}.")
        for name, text in advice.items()
    ]


def check_metadata(outcome: CheckOutcome) -> dict[str, Any]:
    """Metadata of a check: count, threshold, five examples (ids only), days, advice."""
    metadata: dict[str, Any] = {"rows": outcome.rows, **dict(outcome.metadata)}
    if outcome.threshold is not None:
        metadata["threshold"] = outcome.threshold
    if not outcome.passed:
        days = sorted(outcome.failed_days)
        metadata["examples"] = [{key: str(value) for key, value in item.items()} for item in outcome.examples[:5]]
        metadata["failed_days"] = [str(day) for day in days[:_MAX_DAYS_SHOWN]]
        metadata["advice"] = outcome.advice
    return metadata


def severity_of(outcome: CheckOutcome) -> dg.AssetCheckSeverity:
    """Blocking checks are errors, the others warnings."""
    return dg.AssetCheckSeverity.ERROR if outcome.is_blocking else dg.AssetCheckSeverity.WARN
