"""Arithmetic of the scale benchmark: share of linear, core-hours per million rows, what a cluster costs and saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# A day of these needs the day before, or all days up to a cut-off: they are not made faster by more nodes.
SERIAL = frozenset({"booking_review_pairs", "match_weights", "polarity_model", "anomaly_bounds"})
_HOUR = 3600.0
_MILLION = 1e6


@dataclass(frozen=True)
class ClusterCost:
    """One cluster against one node, by Amdahl's law. Hours of the wall, of paid cores; money where a price is given."""

    nodes: int
    hours: float
    hours_saved: float
    speed_up: float
    core_hours: float
    core_hours_more: float
    price: float | None
    price_more: float | None


def share_of_linear(base: tuple[float, float], larger: tuple[float, float]) -> float:
    """Time that growth in a straight line would take over the time that it took; 1 is linear, below 1 is worse.

    Args:
        base: rows and seconds of the smaller volume.
        larger: rows and seconds of the larger one.

    Example:
        >>> share_of_linear((100, 10.0), (1000, 200.0))
        0.5
    """
    return base[1] * larger[0] / base[0] / larger[1]


def core_hours_per_million(cpu_seconds: float, rows: int) -> float:
    """Core-hours that a million delivered rows take.

    Example:
        >>> core_hours_per_million(720.0, 100_000)
        2.0
    """
    return cpu_seconds / _HOUR / (rows / _MILLION)


def serial_share(seconds: Mapping[str, float], total: float) -> float:
    """Share of the time that nodes can't share: serial tables, and what lies outside of all tables.

    Args:
        seconds: by table.
        total: of the run, its orchestration included.

    Example:
        >>> serial_share({"clean_reviews": 6.0, "match_weights": 2.0}, 10.0)
        0.4
    """
    return 1.0 - sum(value for name, value in seconds.items() if name not in SERIAL) / total


def cluster_cost(hours: float, serial: float, nodes: int, cores: int, price: float | None = None) -> ClusterCost:
    """What ``nodes`` like the measured one cost and save; all of them are paid for until the last has ended.

    Args:
        hours: wall hours on one node.
        serial: share in [0, 1] that can't be spread.
        nodes: how many.
        cores: of each node.
        price: of a core-hour, in the currency of the one who pays it.

    Source:
        Amdahl (1967), doi:10.1145/1465482.1465560.
    """
    shared = hours * (serial + (1.0 - serial) / nodes)
    paid, alone = nodes * cores * shared, cores * hours
    return ClusterCost(
        nodes=nodes, hours=shared, hours_saved=hours - shared, speed_up=hours / shared, core_hours=paid,
        core_hours_more=paid - alone, price=None if price is None else paid * price,
        price_more=None if price is None else (paid - alone) * price,
    )  # fmt: skip


def ranges(first: date, days: int, rows: int, most_rows: int) -> list[tuple[date, date]]:
    """First and last day of each run: as few runs of equal length as keep each at about ``most_rows`` rows or fewer.

    Example:
        >>> [str(last) for _, last in ranges(date(2024, 1, 1), 10, 100, 60)]
        ['2024-01-05', '2024-01-10']
    """
    runs = min(days, max(1, -(-rows // most_rows)))
    cuts = [round(days * at / runs) for at in range(runs + 1)]
    return [(first + timedelta(days=a), first + timedelta(days=b - 1)) for a, b in zip(cuts, cuts[1:], strict=False)]
