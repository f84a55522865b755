"""Which stored days are out of date: delivered late or anew, never made, pending with inputs that have come since.

Compares what the source has and what the lake holds with the records of inputs; computes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assets.common.freshness import InputLedger, is_delivered
from assets.common.frozen import frozen_days
from assets.common.promotion import DailySpec
from assets.common.workspace import Workspace
from resources.lake import InputRecord


def due_days(workspace: Workspace, specs: Sequence[DailySpec], days: Sequence[date]) -> dict[date, dict[str, str]]:
    """Day -> table -> digest of what it would be made from, for days on which a run would change something.

    A day whose inputs are still missing is not due, and neither is one that waits for another day that is due: it
    becomes due once that one is done.

    Args:
        workspace: lake and source, looked at as they are now.
        specs: daily tables.
        days: to look at, ascending.
    """
    due: dict[date, dict[str, str]] = {}
    for spec in specs:
        ledger = InputLedger(workspace, spec.recipe)
        ledger.load_fingerprints(days)
        frozen = frozen_days(workspace, spec.contract.asset, spec.reads, days)
        for day in days:
            if day in frozen:  # its raw rows have left: a run would be refused
                continue
            if spec.stream is not None and not is_delivered(workspace, spec.stream, day):
                continue
            if not ledger.has_own_delivery(day):
                continue
            now, stored = ledger.record_for(day), workspace.lake.record(spec.contract.asset, day)
            if not _is_as_stored(spec, now, stored) or workspace.lake.failure(spec.contract.asset, day):
                digest = hashlib.sha256(now.to_json().encode()).hexdigest()[:16]
                due.setdefault(day, {})[spec.contract.asset] = digest
    return due


def _is_as_stored(spec: DailySpec, now: InputRecord, stored: InputRecord | None) -> bool:
    """Whether a run would find the inputs it found before.

    A table that is read as it stands (trained models) does not count: it changes every week, and stored days must not.
    """
    if stored is None:
        return False
    whole = {item.asset for item in spec.reads if item.is_whole}
    left, right = (
        replace(item, inputs={name: value for name, value in item.inputs.items() if name not in whole})
        for item in (now, stored)
    )
    return left.same_inputs(right) and tuple(left.pending) == tuple(right.pending)
