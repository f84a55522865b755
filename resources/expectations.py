"""Great Expectations behind plain results: one suite per table, made from its contract.

GX 1.24 knows pandas, Spark and SQL; frames are converted at this edge and nothing of GX leaves it.
A suite is evaluated once over a range of days; failing days are read off the offending rows.
"""

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from resources.contract import CheckOutcome, Column, FrameContract

SUITE_CHECK = "contract_holds"
# Rows of a frame that GX, which copies a frame for each expectation, sees at once; a day, or a key, is never cut.
_ROWS_AT_ONCE = 1_000_000
_EXAMPLES = 5
_ADVICE = "compare the examples with the source rows, mend or quarantine them, then re-run the days named here"


@lru_cache(maxsize=1)
def _library() -> Any:
    """The package ``great_expectations``, imported so that it can't end this process.

    It imports pyspark where that is installed. pyspark takes a process whose main module has neither a file nor a spec,
    as the workers of Dagster's daemon have, for a run of its doctests, and ends it with status 0.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # no telemetry from a privacy product
    main: Any = sys.modules["__main__"]
    is_nameless = main.__spec__ is None and not hasattr(main, "__file__")
    if is_nameless:
        main.__file__ = __file__
    try:
        return importlib.import_module("great_expectations")
    finally:
        if is_nameless:
            del main.__file__


@lru_cache(maxsize=1)
def _context() -> Any:
    gx = _library()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    variables: Any = context.variables
    variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def expectations_of(contract: FrameContract) -> list[Any]:
    """The GX expectations that a contract implies: columns, nulls, ranges, value sets, unique key."""
    gxe = _library().expectations
    expectations: list[Any] = [gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(contract.names))]
    for column in contract.columns:
        expectations += _column_expectations(column, gxe)
    key = [*contract.key]
    if key and "delivery_day" in contract.names and "delivery_day" not in key:
        key.append("delivery_day")
    if len(key) > 1:
        expectations.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=key))
    elif key:
        expectations.append(gxe.ExpectColumnValuesToBeUnique(column=key[0]))
    return expectations


def _column_expectations(column: Column, gxe: Any) -> list[Any]:
    expectations: list[Any] = []
    if not column.nullable:
        expectations.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
    if column.minimum is not None or column.maximum is not None:
        expectations.append(
            gxe.ExpectColumnValuesToBeBetween(column=column.name, min_value=column.minimum, max_value=column.maximum)
        )
    if column.values is not None:
        expectations.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values)))
    return expectations


def evaluate_contract(frame: pl.DataFrame, contract: FrameContract) -> CheckOutcome:
    """Run the table's suite over a frame that may span many days.

    Args:
        frame: rows in the contract's schema.
        contract: of the table.

    Returns:
        One outcome; ``failed_days`` and ``examples`` name the rows that broke an expectation.
    """
    return _together([_evaluate(part, contract) for part in _in_parts(frame, contract)])


def _in_parts(frame: pl.DataFrame, contract: FrameContract) -> Iterator[pl.DataFrame]:
    """The frame in runs of whole days, or, without days, of whole keys: where uniqueness holds or breaks within one."""
    by = ["delivery_day"] if "delivery_day" in frame.columns else list(contract.key)
    if frame.height <= _ROWS_AT_ONCE:
        yield frame
        return
    order = (
        frame.select(pl.arg_sort_by(by, maintain_order=True)).to_series() if by else pl.arange(frame.height, eager=True)
    )
    names = frame.select(by)[order] if by else order.to_frame()
    group = names.select(pl.struct(pl.all()).rle_id()).to_series().to_numpy()
    starts = np.searchsorted(group, group[np.arange(0, frame.height, _ROWS_AT_ONCE)])
    for start, end in pairwise([*starts.tolist(), frame.height]):
        if end > start:
            yield frame[order[start:end]]


def _together(outcomes: list[CheckOutcome]) -> CheckOutcome:
    broken = list(dict.fromkeys(name for outcome in outcomes for name in outcome.metadata["broken"]))
    return replace(
        outcomes[0],
        passed=all(outcome.passed for outcome in outcomes),
        rows=sum(outcome.rows for outcome in outcomes),
        failed_days=frozenset().union(*(outcome.failed_days for outcome in outcomes)),
        examples=tuple(example for outcome in outcomes for example in outcome.examples)[:_EXAMPLES],
        metadata={**outcomes[0].metadata, "broken": broken},
    )


def _evaluate(frame: pl.DataFrame, contract: FrameContract) -> CheckOutcome:
    gx = _library()
    checked = _to_pandas(frame, contract)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GX warns about its own pandas use; results are unaffected
        batch = _batch(contract.asset, checked)
        suite = gx.ExpectationSuite(name=contract.asset, expectations=expectations_of(contract))
        result = batch.validate(suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
    return _outcome(frame, contract, result)


def _batch(asset: str, frame: Any) -> Any:
    name = "frames"
    context = _context()
    source = context.data_sources.all().get(name) or context.data_sources.add_pandas(name)
    try:
        table = source.get_asset(asset)
    except LookupError:
        table = source.add_dataframe_asset(asset)
    definitions = {item.name: item for item in table.batch_definitions}
    definition = definitions.get("all") or table.add_batch_definition_whole_dataframe("all")
    return definition.get_batch(batch_parameters={"dataframe": frame})


def _to_pandas(frame: pl.DataFrame, contract: FrameContract) -> Any:
    plain = frame.with_columns(
        [pl.col(name).list.len() for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    )
    checked = plain.select([name for name in contract.names if name in plain.columns])
    return checked.to_pandas(use_pyarrow_extension_array=False)


def _outcome(frame: pl.DataFrame, contract: FrameContract, result: Any) -> CheckOutcome:
    broken = [item for item in result.results if not item.success]
    positions: set[int] = set()
    examples: list[dict[str, Any]] = []
    for item in broken:
        rows = sorted({int(index) for index in item.result.get("unexpected_index_list") or []})
        positions.update(rows)
        column = item.expectation_config.kwargs.get("column")
        for row in rows[: max(0, _EXAMPLES - len(examples))]:
            shown = {name: frame[name][row] for name in contract.key if name in frame.columns}
            examples.append({**shown, "column": column, "expectation": item.expectation_config.type})
    days: frozenset[date] = frozenset()
    if "delivery_day" in frame.columns and broken:
        touched = frame[sorted(positions)] if positions else frame  # a table-level breach concerns every day
        days = frozenset(touched["delivery_day"].unique().to_list())
    return CheckOutcome(
        name=SUITE_CHECK,
        passed=not broken,
        rows=len(positions),
        failed_days=days,
        examples=tuple(examples),
        advice=_ADVICE,
        metadata={
            "expectations": len(result.results),
            "broken": [
                f"{item.expectation_config.type}({item.expectation_config.kwargs.get('column', '')})" for item in broken
            ],
        },
    )
