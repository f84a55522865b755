"""A DuckDB file with a view per asset over the lake's Parquet files, for people who query."""

import os
import re
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from resources.contract import FrameContract, Zone
from resources.lake import Lake

SCRIPT_SUFFIX = ".sql"
_PREFACE = """\
-- Views over the lake's objects. DuckDB reads them through its extensions httpfs and aws, which it downloads once:
--   duckdb -init {name}
-- The key pair is taken from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION). For a server
-- other than Amazon's, add to the secret: ENDPOINT 'host:port', URL_STYLE 'path', and USE_SSL false without TLS.
INSTALL httpfs; LOAD httpfs; INSTALL aws; LOAD aws;
CREATE OR REPLACE SECRET stayworth_lake (TYPE s3, PROVIDER credential_chain, CHAIN 'env');
"""


def build_warehouse(path: Path, lake: Lake, contracts: Mapping[str, FrameContract]) -> list[str]:
    """Write a database whose views read the promoted files; replaced in one rename.

    Views of a zone lie in a schema of its name; ``internal`` and ``released`` tables also have a view in
    ``main``. Restricted tables appear only in the schema ``restricted`` and open only where that zone is readable;
    an encrypted restricted zone has no views, since its files open through the lake only.

    A view over objects can only be made by a DuckDB that has its extension for them and may read them. Such views
    stand in a script beside the database instead, with the same names and no secret in it.

    Args:
        path: the database file; the script has its name with ``.sql``.
        lake: where the files lie.
        contracts: asset -> contract.

    Returns:
        Names of the assets that have a view (those with at least one promoted partition).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    made: list[str] = []
    remote: list[str] = []
    with tempfile.TemporaryDirectory() as folder:  # beside a home whose path holds a "?" DuckDB can't keep its log
        draft = Path(folder) / path.name
        with duckdb.connect(str(draft)) as database:
            for statement in _schemas():
                database.execute(statement)
            for asset, contract in sorted(contracts.items()):
                if (contract.zone is Zone.RESTRICTED and lake.is_encrypted) or not lake.partitions(asset):
                    continue
                is_local = isinstance(lake.folder(asset), Path)
                for statement in _views(contract, lake.address(asset)):
                    _ = database.execute(statement) if is_local else remote.append(statement)
                made.append(asset)
        part.write_bytes(draft.read_bytes())
    os.replace(part, path)  # noqa: PTH105
    script = path.with_suffix(SCRIPT_SUFFIX)
    if remote:
        lines = [*_schemas(), *remote]
        script.write_text(_PREFACE.format(name=script.name) + "".join(f"{line};\n" for line in lines), "utf-8")
    else:
        script.unlink(missing_ok=True)
    return made


def _schemas() -> list[str]:
    return [f'CREATE SCHEMA IF NOT EXISTS "{zone}"' for zone in Zone]


def _views(contract: FrameContract, address: str) -> Iterator[str]:
    """Statements that make the views of a table whose files lie below an address."""
    files = f"read_parquet({_files_below(address)}, union_by_name = false, hive_partitioning = false)"
    yield f'CREATE OR REPLACE VIEW "{contract.zone}"."{contract.asset}" AS SELECT * FROM {files}'
    if contract.zone is not Zone.RESTRICTED:
        rows = f'SELECT * FROM "{contract.zone}"."{contract.asset}"'
        yield f'CREATE OR REPLACE VIEW main."{contract.asset}" AS {rows}'


def _files_below(address: str) -> str:
    """The Parquet files of a folder as DuckDB's SQL names them: no character of the folder's own name is a pattern.

    DuckDB finds nothing by a pattern that holds a backslash; the files of such a folder are named one by one.
    """
    if "\\" in address and Path(address).is_dir():
        return f"[{', '.join(_quoted(str(path)) for path in sorted(Path(address).glob('*.parquet')))}]"
    return _quoted(re.sub(r"[*?\[]", lambda sign: f"[{sign[0]}]", address) + "/*.parquet")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
