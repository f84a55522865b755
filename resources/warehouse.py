"""A DuckDB file with a view per asset over the lake's Parquet files, for people who query."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from resources.atomic_files import write_whole
from resources.contract import FrameContract, Zone
from resources.lake import Lake

NAME = "warehouse.duckdb"
SCRIPT_SUFFIX = ".sql"
_LOCK = ".warehouse.lock"
_Identity = tuple[int, int]  # file, time of its last change
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
    made: list[str] = []
    remote: list[str] = []
    with tempfile.TemporaryDirectory() as folder:  # beside a home whose path holds a "?" DuckDB can't keep its log
        draft = Path(folder) / path.name
        with duckdb.connect(str(draft)) as database:
            for statement in _schemas():
                database.execute(statement)
            for asset, contract in sorted(contracts.items()):
                if not _is_shown(contract, lake):
                    continue
                is_local = isinstance(lake.folder(asset), Path)
                for statement in _views(contract, lake.address(asset)):
                    _ = database.execute(statement) if is_local else remote.append(statement)
                made.append(asset)
        write_whole(path, draft.read_bytes())
    script = path.with_suffix(SCRIPT_SUFFIX)
    if remote:
        lines = [*_schemas(), *remote]
        write_whole(script, _PREFACE.format(name=script.name) + "".join(f"{line};\n" for line in lines))
    else:
        script.unlink(missing_ok=True)
    return made


class ViewKeeper:
    """Gives a table its view as soon as it has a first file, whoever ran it: a command, the daemon or the UI.

    Args:
        path: the database file.
        lake: where the files lie.
        contracts: asset -> contract.
    """

    def __init__(self, path: Path, lake: Lake, contracts: Mapping[str, FrameContract]) -> None:
        self._path, self._lake, self._contracts = path, lake, contracts
        self._known: tuple[_Identity, frozenset[str]] | None = None

    def keep(self, asset: str) -> bool:
        """Make the view of a table that has none; whether one was made.

        A view reads whatever files are there when it is asked, so that it is made once (but see ``_is_listed``).
        """
        contract = self._contracts.get(asset)
        if contract is None or self._is_known(contract) or not _is_shown(contract, self._lake):
            return False
        with _alone(self._path):
            try:
                if asset in self._views() and not _is_listed(self._lake.address(asset)):
                    return False
                self._add(contract)
            except (
                duckdb.Error
            ):  # damaged, of another version, or held by somebody who writes: it holds nothing of its own
                build_warehouse(self._path, self._lake, self._contracts)
            return True

    def _is_known(self, contract: FrameContract) -> bool:
        if self._known is None or self._known[0] != _identity(self._path):
            return False
        return contract.asset in self._known[1] and not _is_listed(self._lake.address(contract.asset))

    def _views(self) -> frozenset[str]:
        """Tables that have a view, in the database or in the script beside it."""
        script = self._path.with_suffix(SCRIPT_SUFFIX)
        scripted = script.read_text("utf-8") if script.exists() else ""
        shown = {name for name, contract in self._contracts.items() if f"VIEW {_name(contract)} AS" in scripted}
        if self._path.exists():
            with duckdb.connect(str(self._path), read_only=True) as database:
                rows = database.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
            shown |= {row[0] for row in rows}
        self._known = (_identity(self._path), frozenset(shown))
        return self._known[1]

    def _add(self, contract: FrameContract) -> None:
        statements = list(_views(contract, self._lake.address(contract.asset)))
        if not isinstance(self._lake.folder(contract.asset), Path) or not self._path.exists():
            build_warehouse(self._path, self._lake, self._contracts)
            return
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(shutil.copyfile(self._path, Path(folder) / self._path.name))
            with duckdb.connect(str(draft)) as database:
                for statement in [*_schemas(), *statements]:
                    database.execute(statement)
            write_whole(self._path, draft.read_bytes())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time adds a view: of two copies made at once, one view would be lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _identity(path: Path) -> _Identity:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns


def _is_shown(contract: FrameContract, lake: Lake) -> bool:
    return not (contract.zone is Zone.RESTRICTED and lake.is_encrypted) and bool(lake.partitions(contract.asset))


def _name(contract: FrameContract) -> str:
    return f'"{contract.zone}"."{contract.asset}"'


def _schemas() -> list[str]:
    return [f'CREATE SCHEMA IF NOT EXISTS "{zone}"' for zone in Zone]


def _views(contract: FrameContract, address: str) -> Iterator[str]:
    """Statements that make the views of a table whose files lie below an address."""
    files = f"read_parquet({_files_below(address)}, union_by_name = false, hive_partitioning = false)"
    yield f"CREATE OR REPLACE VIEW {_name(contract)} AS SELECT * FROM {files}"
    if contract.zone is not Zone.RESTRICTED:
        rows = f"SELECT * FROM {_name(contract)}"
        yield f'CREATE OR REPLACE VIEW main."{contract.asset}" AS {rows}'


def _files_below(address: str) -> str:
    """The Parquet files of a folder as DuckDB's SQL names them: no character of the folder's own name is a pattern.

    DuckDB finds nothing by a pattern that holds a backslash; the files of such a folder are named one by one.
    """
    if _is_listed(address):
        return f"[{', '.join(_quoted(str(path)) for path in sorted(Path(address).glob('*.parquet')))}]"
    return _quoted(re.sub(r"[*?\[]", lambda sign: f"[{sign[0]}]", address) + "/*.parquet")


def _is_listed(address: str) -> bool:
    """Whether a view names the files that were there when it was made, so that each new one takes a new view."""
    return "\\" in address and Path(address).is_dir()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
