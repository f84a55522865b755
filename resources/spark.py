"""Groups of rows worked on by Spark: the way past one machine.

Whole groups travel as Arrow tables and every group runs the very function that one machine would run, so what comes
back is the same. PySpark (extra ``stayworth[spark]``) and Java 17 or newer are needed only when it is asked for.

Source: PySpark, "Apache Arrow in PySpark", cogrouped ``applyInArrow``.
"""

import atexit
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import polars as pl
import pyarrow as pa

from resources.engines import GROUP, GroupFunction
from resources.errors import ContractError, SettingsError

LOCAL = "local"  # masters that begin so run in this machine
_OLDEST = pl.CompatLevel.oldest()  # Spark reads no string views
_TYPES: dict[pl.DataType, tuple[str, pa.DataType]] = {
    pl.String(): ("string", pa.string()),
    pl.Boolean(): ("boolean", pa.bool_()),
    pl.Int32(): ("int", pa.int32()),
    pl.Int64(): ("bigint", pa.int64()),
    pl.Float64(): ("double", pa.float64()),
    pl.Date(): ("date", pa.date32()),
}
_PARTITIONS_PER_WORKER = 4  # names of groups are spread by a hash: some slack evens the load
_SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # Few rows may mean much work here, so small partitions are not merged into one.
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.driver.maxResultSize": "0",  # the result is what was asked for: it comes back whole
    # One group per core, so one thread per group.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
}
_ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}


class SparkEngine:
    """A Spark session as a ``GroupEngine``; made by :func:`spark_engine`."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @property
    def workers(self) -> int:
        """Cores that Spark has."""
        return int(self._session.sparkContext.defaultParallelism)

    def run_groups(
        self, left: pl.DataFrame, right: pl.DataFrame, function: GroupFunction, schema: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """See :meth:`resources.engines.GroupEngine.run_groups`.

        Raises:
            ContractError: a column has a type that is not carried.
        """
        columns = {name: _carried(name, dtype) for name, dtype in schema.items()}
        target = pa.schema([(name, kind) for name, (_, kind) in columns.items()])
        names = (left.drop(GROUP).columns, right.drop(GROUP).columns)

        def on_group(key, one, other):  # type: ignore[no-untyped-def]  # Spark reads hints
            frames = [_frame(table.select(kept)) for table, kept in zip((one, other), names, strict=True)]
            rows = function(key[0].as_py(), *frames)
            return rows.select(target.names).to_arrow(compat_level=_OLDEST).cast(target)

        self._session.conf.set("spark.sql.shuffle.partitions", str(self.workers * _PARTITIONS_PER_WORKER))
        declared = ", ".join(f"`{name}` {text}" for name, (text, _) in columns.items())
        with _hushed():
            one, other = (self._session.createDataFrame(_table(frame)).groupBy(GROUP) for frame in (left, right))
            table = one.cogroup(other).applyInArrow(on_group, declared).toArrow()
        return _frame(table).cast(dict(schema))  # type: ignore[arg-type]


@contextmanager
def spark_engine(master: str) -> Iterator[SparkEngine]:
    """A Spark session for the time of the block; local ones listen on localhost only.

    A session that is already open in this process is used and left open. Java itself ends with the process.

    Args:
        master: Spark's master URL: ``local[2]``, ``spark://host:7077``, ``yarn``, ``k8s://…``.

    Raises:
        SettingsError: PySpark or Java is missing.
    """
    session_class = _session_class()
    is_ours = session_class.getActiveSession() is None
    session = _started(session_class, master)
    try:
        yield SparkEngine(session)
    finally:
        if is_ours:
            session.stop()


@cache
def _scratch() -> str:
    """Folder that only this user may read, until the process ends; Java keeps the first that it is given."""
    folder = tempfile.mkdtemp(prefix="stayworth-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _session_class() -> Any:
    """The class ``SparkSession``, looked for only when it is needed."""
    try:
        from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        message = (
            "engine spark needs PySpark, which is not installed; "
            "pip install 'stayworth[spark]', or set alignment.engine to local"
        )
        raise SettingsError(message) from error
    return SparkSession


def _started(session_class: Any, master: str) -> Any:
    """A session on ``master``; in this machine its workers run the Python of this process."""
    from pyspark.errors import PySparkRuntimeError  # pyright: ignore[reportMissingImports]

    chosen = dict(_SETTINGS)
    if master.startswith(LOCAL):
        chosen |= {
            **_ON_THIS_MACHINE,
            "spark.local.dir": _scratch(),
            "spark.sql.warehouse.dir": f"{_scratch()}/warehouse",
            "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={_scratch()}",
        }
    try:
        with _hushed():
            session = session_class.builder.master(master).appName("stayworth").config(map=chosen).getOrCreate()
    except PySparkRuntimeError as error:
        if error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        message = (
            "engine spark could not start Java; install Java 17 or newer (openjdk-17-jre-headless) so that `java` is "
            "on the path or JAVA_HOME names it, or set alignment.engine to local"
        )
        raise SettingsError(message) from error
    if master.startswith(LOCAL):
        session.sparkContext.pythonExec = sys.executable
    return session


@contextmanager
def _hushed() -> Iterator[None]:
    """Without the warning about pandas 3, which no call here goes through."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


def _carried(name: str, dtype: pl.DataType) -> tuple[str, pa.DataType]:
    if dtype not in _TYPES:
        message = (
            f"column {name!r} has type {dtype}, which is not carried to Spark; carried: {sorted(map(str, _TYPES))}"
        )
        raise ContractError(message)
    return _TYPES[dtype]


def _table(frame: pl.DataFrame) -> pa.Table:
    for name, dtype in frame.schema.items():
        _carried(name, dtype)
    return frame.to_arrow(compat_level=_OLDEST)


def _frame(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(table)
