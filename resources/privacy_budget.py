"""The ledger of differentially private releases: what was released, what it cost, what is left.

One SQLite file in the restricted zone. A release is named by (query, closed period, unit, epsilon, schema
version): it is charged before its noise is drawn, stored, and served again for free. Charging runs inside
``BEGIN IMMEDIATE``, so two processes can't both take the last of the budget.

What a crash leaves behind is safe: between charge and draw nothing was published, so the next call draws
for the charge already made; between draw and store the drawn value was never handed out and is forgotten.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from resources.budget_file import LedgerFile
from resources.errors import PrivacyError, SettingsError

FILE_NAME = "privacy_budget.sqlite3"
MARKER_NAME = "privacy_budget.marker.json"
_NANO = 10**9  # epsilon is booked in billionths, rounded up: sums are exact
_PAYLOAD = "SELECT payload FROM releases WHERE release_id = ?"


@dataclass(frozen=True, kw_only=True)
class ReleaseIdentity:
    """What makes two releases the same release.

    Attributes:
        query: family and question (``bookings_by_month``); allotments go by it.
        period: closed period of business days, starting with its year (``2016-03``).
        unit: whose presence the noise hides (``guest``, ``booking``).
        epsilon: privacy loss of the release for one unit.
        schema_version: of the query; a changed query is a new release.
        is_private: False when a test seed makes the noise; such a release never stands in for a private one.
    """

    query: str
    period: str
    unit: str
    epsilon: float
    schema_version: str
    is_private: bool = True

    @property
    def budget_period(self) -> str:
        """Calendar year of the data's business days."""
        return self.period[:4]

    @property
    def release_id(self) -> str:
        """Content hash: the release's name in the ledger and in the released table."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Release:
    """A release as stored: its identity and what was drawn for it."""

    identity: ReleaseIdentity
    payload: Mapping[str, Any]


class BudgetLedger:
    """The ledger over one file.

    Args:
        path: the SQLite file; made at the first use.
        budget: epsilon per budget period.
        allotments: epsilon per query and period that is kept for it; other queries share the rest.
        marker: small file outside the restricted zone that remembers that a ledger exists.
        evidence: files or folders that only a release can have made; their presence without a ledger means
            that the ledger was lost.

    Raises:
        SettingsError: the budget or the allotments make no sense.
        PrivacyError: the ledger was lost, replaced or rolled back.
    """

    def __init__(
        self, path: Path, *, budget: float = 1.0, allotments: Mapping[str, float] | None = None, marker: Path,
        evidence: tuple[Path, ...] = (),
    ) -> None:  # fmt: skip
        self._budget = _nano(budget)
        self._allotments = {query: _nano(share) for query, share in (allotments or {}).items()}
        if self._budget <= 0 or any(share <= 0 for share in self._allotments.values()):
            message = f"budget {budget} and allotments {dict(allotments or {})} must be above 0"
            raise SettingsError(message)
        if sum(self._allotments.values()) > self._budget:
            message = f"allotments {dict(allotments or {})} add up to more than the budget {budget}; lower one of them"
            raise SettingsError(message)
        self._file = LedgerFile(path, marker, evidence)

    @classmethod
    def at(cls, home: Path, restricted_root: Path | None = None) -> "BudgetLedger":
        """The ledger of a home folder, with the default budget; :meth:`under` sets another.

        Args:
            home: the pipeline's home; the file lies in its restricted zone, the marker beside the zones.
            restricted_root: the restricted zone, where it lies elsewhere.

        Raises:
            PrivacyError: the ledger was lost, replaced or rolled back.
        """
        restricted = restricted_root or home / "lake" / "restricted"
        released = home / "lake" / "released" / "bookings_by_month"  # the table that only the ledger can fill
        return cls(restricted / FILE_NAME, marker=home / "lake" / MARKER_NAME, evidence=(released,))

    def under(self, budget: float, allotments: Mapping[str, float] | None = None) -> "BudgetLedger":
        """The same ledger under another budget per period and other allotments.

        Raises:
            SettingsError: they make no sense.
        """
        return BudgetLedger(self._file.path, budget=budget, allotments=allotments, marker=self._file.marker)

    def release(
        self, identity: ReleaseIdentity, draw: Callable[[], Mapping[str, Any]], *, disjoint_group: str | None = None
    ) -> Release:
        """The stored release, charged and drawn at its first call.

        Args:
            identity: names the release.
            draw: draws the noise and gives a JSON-able payload; called only after the charge is stored.
            disjoint_group: name of a set of releases of this budget period whose parts share no unit (each
                booking counts in one month only): they compose in parallel and cost their largest epsilon.
                None: the epsilon adds up.

        Raises:
            PrivacyError: the budget or the query's allotment does not cover it. Nothing is charged then;
                :meth:`last` still serves what was released before.
        """
        stored = self._charge(identity, disjoint_group)
        if stored is None:
            stored = self._store(identity, json.dumps(draw(), sort_keys=True))
        return Release(identity, json.loads(stored))

    def last(self, query: str, unit: str | None = None) -> Release | None:
        """The release of the query with the latest period, or None."""
        clause, values = ("AND unit = ?", (query, unit)) if unit else ("", (query,))
        with self._file.connection() as connection:
            row = connection.execute(
                "SELECT query, period, unit, epsilon_nano, schema_version, is_private, payload FROM releases "  # noqa: S608
                f"WHERE query = ? {clause} AND payload IS NOT NULL ORDER BY period DESC, sequence DESC LIMIT 1",
                values,
            ).fetchone()
        if row is None:
            return None
        identity = ReleaseIdentity(
            query=row[0], period=row[1], unit=row[2], epsilon=row[3] / _NANO, schema_version=row[4],
            is_private=bool(row[5]),
        )  # fmt: skip
        return Release(identity, json.loads(row[6]))

    def spent(self, budget_period: str, query: str | None = None) -> float:
        """Epsilon spent in a calendar year, by all queries or by one."""
        with self._file.connection() as connection:
            return _spent(connection, budget_period, (query,) if query else None) / _NANO

    def report(self) -> pl.DataFrame:
        """One row per budget period, ascending: releases, epsilon of the budget, spent and left.

        ``epsilon_spent_so_far`` is the sum over this and all earlier periods: what a unit that is present in
        all of them can lose.
        """
        with self._file.connection() as connection:
            periods = connection.execute(
                "SELECT budget_period, COUNT(*) FROM releases GROUP BY budget_period ORDER BY budget_period"
            ).fetchall()
            spent = [_spent(connection, period) for period, _ in periods]
        rows = [
            (period, count, self._budget / _NANO, cost / _NANO, max(self._budget - cost, 0) / _NANO)
            for (period, count), cost in zip(periods, spent, strict=True)
        ]
        schema = {
            "budget_period": pl.String, "releases": pl.Int64, "epsilon_budget": pl.Float64, "epsilon_spent": pl.Float64,
            "epsilon_left": pl.Float64,
        }  # fmt: skip
        report = pl.DataFrame(rows, schema=schema, orient="row")
        return report.with_columns(epsilon_spent_so_far=pl.col("epsilon_spent").cum_sum())

    def _charge(self, identity: ReleaseIdentity, disjoint_group: str | None) -> str | None:
        """Book the release once; the stored payload, or None while it is not drawn."""
        with self._file.transaction() as connection:
            row = connection.execute(_PAYLOAD, (identity.release_id,)).fetchone()
            if row is not None:
                return row[0]
            connection.execute(
                "INSERT INTO releases (release_id, budget_period, query, period, unit, epsilon_nano, schema_version, "
                "is_private, disjoint_group) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    identity.release_id, identity.budget_period, identity.query, identity.period, identity.unit,
                    _charged_nano(identity), identity.schema_version, int(identity.is_private), disjoint_group,
                ),
            )  # fmt: skip
            self._refuse_overspent(connection, identity)
        self._file.remember()
        return None

    def _refuse_overspent(self, connection: sqlite3.Connection, identity: ReleaseIdentity) -> None:
        """Raise when the charge just booked does not fit; the transaction is then rolled back."""
        year = identity.budget_period
        if identity.query in self._allotments:
            limit, queries = self._allotments[identity.query], (identity.query,)
        else:
            limit = self._budget - sum(self._allotments.values())
            queries = _queries(connection, year) - set(self._allotments)
        total = _spent(connection, year)
        family = _spent(connection, year, tuple(sorted(queries)))
        if family > limit or total > self._budget:
            message = (
                f"the privacy budget of {year} does not cover {identity.query} {identity.period} "
                f"(epsilon {identity.epsilon}): with it {family / _NANO:g} of {limit / _NANO:g} for this query and "
                f"{total / _NANO:g} of {self._budget / _NANO:g} in all; use the last release, or wait for the next year"
            )
            raise PrivacyError(message)

    def _store(self, identity: ReleaseIdentity, payload: str) -> str:
        """Keep the drawn payload unless another process was first; the one that is stored."""
        with self._file.transaction() as connection:
            values = (payload, identity.release_id)
            connection.execute("UPDATE releases SET payload = ? WHERE release_id = ? AND payload IS NULL", values)
            return connection.execute(_PAYLOAD, (identity.release_id,)).fetchone()[0]


def _nano(epsilon: float) -> int:
    return int((Decimal(repr(float(epsilon))) * _NANO).to_integral_value(ROUND_CEILING))


def _charged_nano(identity: ReleaseIdentity) -> int:
    charged = _nano(identity.epsilon)
    if charged <= 0:
        message = f"epsilon {identity.epsilon} of {identity.query} must be above 0"
        raise PrivacyError(message)
    return charged


def _queries(connection: sqlite3.Connection, year: str) -> set[str]:
    rows = connection.execute("SELECT DISTINCT query FROM releases WHERE budget_period = ?", (year,)).fetchall()
    return {row[0] for row in rows}


def _spent(connection: sqlite3.Connection, year: str, queries: tuple[str, ...] | None = None) -> int:
    """Billionths of epsilon: single releases add up, a disjoint group costs its largest."""
    rows = connection.execute(
        "SELECT query, release_id, unit, disjoint_group, epsilon_nano FROM releases WHERE budget_period = ?", (year,)
    ).fetchall()
    costs: dict[tuple[str, ...], int] = {}
    for query, release_id, unit, group, epsilon in rows:
        if queries is None or query in queries:
            part = (query, unit, "group", group) if group is not None else (query, unit, "single", release_id)
            costs[part] = max(costs.get(part, 0), epsilon)
    return sum(costs.values())
