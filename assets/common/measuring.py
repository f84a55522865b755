"""Declares a room's table of findings: one unpartitioned asset, ``<room>_findings``, made from its own tables."""

from collections.abc import Callable, Sequence

import polars as pl

from assets.common.findings import SUFFIX, validate_findings
from assets.common.inputs import Reads
from assets.common.promotion import Validate
from assets.common.whole import Verb, WholeAsset, whole_asset
from resources.contract import CheckOutcome, FrameContract


def findings_asset(
    *,
    contract: FrameContract,
    reads: Sequence[Reads],
    owners: Sequence[str],
    records: Sequence[str] = (),
    validate: Validate | None = None,
    kinds: set[str] | None = None,
    code_version: str = "1",
    pool: str | None = None,
) -> Callable[[Verb], WholeAsset]:
    """Declare a room's findings around a verb that gives rows of ``assets/common/findings.py``.

    Args:
        contract: made by ``findings_contract``; it names the room.
        reads: the tables that are measured.
        owners: shown in the UI.
        records: fitted records that are measured.
        validate: checks beyond those of every table of findings.
        kinds: shown in the UI.
        code_version: bump it when the figures change.
        pool: steps that share it run one at a time.
    """

    def checked(staged: pl.DataFrame) -> Sequence[CheckOutcome]:
        return [*validate_findings(staged), *(validate(staged) if validate else ())]

    return whole_asset(
        contract=contract, group=contract.asset.removesuffix(SUFFIX), reads=reads, records=records, validate=checked,
        kinds=kinds or {"polars"}, owners=owners, code_version=code_version, pool=pool,
    )  # fmt: skip
