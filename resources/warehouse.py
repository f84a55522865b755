"""A DuckDB file with a view per asset over the lake's Parquet files, for people who query."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

import duckdb

from resources.contract import FrameContract, Zone
from resources.lake import Lake


def build_warehouse(path: Path, lake: Lake, contracts: Mapping[str, FrameContract]) -> list[str]:
    """Write a database whose views read the promoted files; replaced in one rename.

    Views of a zone lie in a schema of its name; ``internal`` and ``released`` tables also have a view in
    ``main``. Restricted tables appear only in the schema ``restricted`` and open only where that zone is readable;
    an encrypted restricted zone has no views, since its files open through the lake only.

    Args:
        path: the database file.
        lake: where the files lie.
        contracts: asset -> contract.

    Returns:
        Names of the assets that have a view (those with at least one promoted partition).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    made: list[str] = []
    with duckdb.connect(str(part)) as database:
        for zone in Zone:
            database.execute(f'CREATE SCHEMA IF NOT EXISTS "{zone}"')
        for asset, contract in sorted(contracts.items()):
            if contract.zone is Zone.RESTRICTED and lake.is_encrypted:
                continue
            folder = lake.folder(asset)
            if not folder.exists() or not any(folder.glob("*.parquet")):
                continue
            pattern = str(folder / "*.parquet").replace("'", "''")
            files = f"read_parquet('{pattern}', union_by_name = false)"
            database.execute(f'CREATE VIEW "{contract.zone}"."{asset}" AS SELECT * FROM {files}')
            if contract.zone is not Zone.RESTRICTED:
                database.execute(f'CREATE VIEW main."{asset}" AS SELECT * FROM "{contract.zone}"."{asset}"')
            made.append(asset)
    os.replace(part, path)  # noqa: PTH105
    return made
