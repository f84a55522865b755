"""k-anonymous labels for any table: one call, one label per row, checked before it is handed back.

The verb for analysts and other tables; the daily pipeline's own path is ``publication.py``, which shares the
partitioning. Numbers and dates become intervals, everything else sets of levels; labels are tight.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from assets.privacy.closeness import OrderedReference
from assets.privacy.generalisation import by_frequency
from assets.privacy.loss import LossReport
from assets.privacy.median_cuts import median_partition
from assets.privacy.partitioning import IntArray, Limits, Values, count_distinct, partition
from assets.privacy.risk import sensitive_risk
from assets.privacy.table_columns import TableColumn, polars_of, table_column
from assets.privacy.table_labels import class_table, label_loss
from resources.errors import ContractError, PrivacyError

if TYPE_CHECKING:
    import pandas as pd

MODES = ("gain", "fast")
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class TableRisk:
    """What was counted again on the finished labels.

    Attributes:
        k: smallest number of distinct units behind a label.
        l: smallest number of distinct sensitive values behind a label; None without a sensitive column.
        t: largest ordered distance of a label's sensitive numbers from the table's; None where they have no order.
    """

    k: int
    l: int | None = None  # noqa: E741
    t: float | None = None


@dataclass(frozen=True)
class Anonymised:
    r"""Labels in the rows' order, what they cost, what they keep.

    Attributes:
        labels: one row per input row, in its order, with its pandas index where it had one: ``class_id``,
            ``class_size`` (distinct units), per level column ``<name>_levels`` (sorted, joined by ``|``, a
            separator inside a level written ``\|``, missing ``?``), per number ``<name>_from`` and ``<name>_to``,
            and, where the column has missing values, ``<name>_missing`` (the class holds some; the interval is
            that of its other rows, null when there are none).
        loss: information loss; a class that mixes missing values with numbers counts as wholly generalised there.
        risk: recounted on the labels.
    """

    labels: Any
    loss: LossReport
    risk: TableRisk


def anonymise(
    frame: "pl.DataFrame | pd.DataFrame",
    quasi_identifiers: Sequence[str],
    k: int = 5,
    *,
    mode: str = "gain",
    unit: str | None = None,
    sensitive: str | None = None,
    l: int | None = None,  # noqa: E741
    t: float | None = None,
) -> Anonymised:
    """Labels that each hold for at least k rows (or units) of the table; no row is left out.

    Args:
        frame: Polars or pandas, any index; dtypes need no preparation.
        quasi_identifiers: columns that an outsider may know.
        k: distinct units behind each label.
        mode: ``gain`` weighs every cut; ``fast`` cuts at medians, in a tenth of the time, at about twice the loss.
        unit: column whose distinct values are counted for k (a guest key; a missing one is a unit of its own);
            None counts rows.
        sensitive: column that l and t protect; measured wherever it is given.
        l: distinct sensitive values behind each label, enforced at every cut.
        t: largest ordered distance of a label's sensitive values from the whole table's, 0 to 1, enforced at
            every cut.

    Raises:
        ContractError: unknown column or mode, k below 1, a dtype that can't be labelled, l or t without what
            they need.
        PrivacyError: the table holds fewer than k units or l sensitive values, or (a fault) the finished labels
            break k, l or t; nothing is then handed back.

    Source:
        :func:`assets.privacy.partitioning.partition`, :func:`assets.privacy.median_cuts.median_partition`.
    """
    names = list(dict.fromkeys(quasi_identifiers))
    _refuse_nonsense(names, k, mode, sensitive, l, t)
    plain = polars_of(
        frame, list(dict.fromkeys([*names, *([unit] if unit else []), *([sensitive] if sensitive else [])]))
    )
    units = _unit_codes(plain, unit)
    _refuse_few(count_distinct(units), k)
    columns = [table_column(plain[name]) for name in names]
    protected = _Sensitive.of(plain[sensitive], l, t) if sensitive else None
    limits = protected.limits if protected else Limits()
    class_of = _classes(columns, units, k, mode, limits)
    if (class_of < 0).any():
        message = f"the whole table holds fewer than l = {l} values of {sensitive!r}; lower l or choose coarser values"
        raise PrivacyError(message)
    classes = class_table(columns, class_of, units)
    labels = classes[class_of]
    risk = _recounted(labels, units, protected)
    _refuse_broken(risk, k, l, t)
    loss = label_loss(columns, classes, np.bincount(class_of), k)
    released = labels if isinstance(frame, pl.DataFrame) else _as_pandas(labels, frame)
    return Anonymised(released, loss, risk)


def _refuse_nonsense(
    names: list[str], k: int, mode: str, sensitive: str | None, l: int | None, t: float | None  # noqa: E741
) -> None:  # fmt: skip
    message = ""
    if not names:
        message = "no quasi-identifiers: name the columns that an outsider may know"
    elif k < 1:
        message = f"k = {k}; give 1 or more (5 is usual)"
    elif mode not in MODES:
        message = f"mode {mode!r} is unknown; choose from {', '.join(MODES)}"
    elif (l is not None or t is not None) and sensitive is None:
        message = "l and t protect a sensitive column: name it as sensitive"
    elif (l is not None or t is not None) and mode != "gain":
        message = f"l and t are enforced in mode 'gain', not in {mode!r}"
    elif (l is not None and l < 1) or (t is not None and not 0.0 <= t <= 1.0):
        message = f"l = {l}, t = {t}; give l of 1 or more and t from 0 to 1"
    elif sensitive in names:
        message = f"{sensitive!r} can't be a quasi-identifier and sensitive at once"
    if message:
        raise ContractError(message)


def _refuse_few(distinct: int, k: int) -> None:
    if distinct < k:
        message = f"the table holds {distinct} units, fewer than k = {k}: it can't be labelled; add rows or lower k"
        raise PrivacyError(message)


def _unit_codes(plain: pl.DataFrame, unit: str | None) -> IntArray:
    """Code of the unit behind each row; a missing unit is one of its own."""
    rows = np.arange(plain.height, dtype=np.int64)
    if unit is None:
        return rows
    known = plain[unit].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(known < 0, plain.height + 1 + rows, known)


@dataclass(frozen=True)
class _Sensitive:
    """The sensitive column: codes to count, numbers to measure where it has an order, limits for the cuts."""

    values: pl.Series
    has_order: bool
    limits: Limits

    @classmethod
    def of(cls, column: pl.Series, l: int | None, t: float | None) -> "_Sensitive":  # noqa: E741
        kind = column.dtype
        has_order = (kind.is_numeric() or kind.is_temporal() or kind == pl.Boolean) and not column.null_count()
        if t is not None and not has_order:
            message = (
                f"t needs an order: {column.name!r} is {kind} with {column.null_count()} missing values; "
                "give numbers, dates or booleans without gaps"
            )
            raise ContractError(message)
        codes = column.rank("dense").fill_null(0).cast(pl.Int64)
        numbers = codes.cast(pl.Float64).to_numpy()
        reference = OrderedReference.of(numbers)
        limits = Limits(
            levels=codes.to_numpy() if l is not None else None, l=l,
            ranks=reference.ranks(numbers) if t is not None else None, reference=reference, t=t,
        )  # fmt: skip
        return cls(codes, has_order, limits)


def _classes(columns: list[TableColumn], units: IntArray, k: int, mode: str, limits: Limits) -> IntArray:
    """Class of each row; levels are ordered by falling frequency, so that cuts part common from rare ones."""
    if mode == "fast":
        small = [
            (by_frequency(item.level_codes()), item.weight) if item.is_level else item.small_codes() for item in columns
        ]
        return median_partition([codes for codes, _ in small], np.array([weight for _, weight in small]), units, k)
    ordered = [by_frequency(item.level_codes()) if item.is_level else item.codes for item in columns]
    values = cast("Values", np.column_stack(ordered))
    # A fixed order of rows, so that classes are numbered by content.
    order = np.lexsort((units, *values.T[::-1]))
    is_level = np.array([column.is_level for column in columns])
    weights = np.array([column.weight for column in columns])
    in_order = replace(
        limits,
        levels=None if limits.levels is None else limits.levels[order],
        ranks=None if limits.ranks is None else limits.ranks[order],
    )
    class_of = np.full(len(units), -1, dtype=np.int64)
    for number, members in enumerate(partition(values[order], is_level, weights, units[order], k, in_order)):
        class_of[order[members]] = number
    return class_of


def _recounted(labels: pl.DataFrame, units: IntArray, protected: _Sensitive | None) -> TableRisk:
    """k, l and t by the labels alone: rows with equal labels are one class, whatever made them."""
    names = labels.columns[2:]
    marked = labels.select(names).with_columns(pl.Series("unit", units))
    every_row = count_distinct(units) == len(units)
    size = pl.len() if every_row else pl.col("unit").n_unique()
    if protected is None:
        return TableRisk(k=int(marked.group_by(names).agg(size.alias("units"))["units"].min() or 0))  # type: ignore[arg-type]
    classes = marked.with_row_index("row").group_by(names).agg(size.alias("units"), "row").with_row_index("class")
    members = classes.select("class", "row").explode("row")
    risk = sensitive_risk(members["class"], protected.values.gather(members["row"]), protected.values)
    return TableRisk(
        k=int(classes["units"].min() or 0),  # type: ignore[arg-type]
        l=int(risk.diversity.min()),
        t=float(risk.distance.max()) if protected.has_order else None,
    )


def _refuse_broken(risk: TableRisk, k: int, l: int | None, t: float | None) -> None:  # noqa: E741
    """Nothing leaves whose labels do not keep what was asked."""
    broken = [f"k = {risk.k}, asked {k}"] if risk.k < k else []
    broken += [f"l = {risk.l}, asked {l}"] if l is not None and (risk.l or 0) < l else []
    broken += [f"t = {risk.t}, asked {t}"] if t is not None and (risk.t is None or risk.t > t + _ROUNDING) else []
    if broken:
        message = f"the finished labels break {'; '.join(broken)}; nothing is handed back: report this as a fault"
        raise PrivacyError(message)


def _as_pandas(labels: pl.DataFrame, frame: Any) -> Any:
    """Labels under the index of the frame that was given."""
    return labels.to_pandas().set_axis(frame.index, axis=0)
