"""The ledger of differentially private releases: what was released, what it cost, what is left.

One SQLite file in the restricted zone. A release is named by (query, closed period, unit, loss, schema
version): it is charged before its noise is drawn, stored, and served again for free. Charging runs inside
``BEGIN IMMEDIATE``, so two processes can't both take the last of the budget.

A ledger books in one unit for good: epsilon (pure) or rho (zero-concentrated). The first charge decides; the
other accounting is refused from then on, because the two don't add up.

What a crash leaves behind is safe: between charge and draw nothing was published, so the next call draws
for the charge already made; between draw and store the drawn value was never handed out and is forgotten.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from resources.budget_exchange import INSERT, PAYLOAD, exchange, refuse_other
from resources.budget_file import LedgerFile, Partitions, refuse_released, refuse_restored
from resources.budget_registry import Peers, SharedBudget
from resources.budget_sums import note_promise, promised, refuse_overspent, refuse_raised, spent_of
from resources.errors import SettingsError
from resources.privacy_accounting import NANO, PURE, Accounting, ceil_nano, charged_nano, floor_nano
from resources.release_identity import Release, ReleaseIdentity

__all__ = ["BudgetLedger", "Release", "ReleaseIdentity"]

FILE_NAME = "privacy_budget.sqlite3"
MARKER_NAME = "privacy_budget.marker.json"
_IDENTITY = "query, period, unit, schema_version, loss_nano, is_private"


class BudgetLedger:
    """The ledger over one file.

    Args:
        path: the SQLite file; made at the first use.
        accounting: the budget per period and the unit of loss.
        allotments: loss per query and period that is kept for it; other queries share the rest.
        marker: small file outside the restricted zone that remembers that a ledger exists.
        evidence: files or folders that only a release can have made; their presence without a ledger means
            that the ledger was lost.

    Raises:
        SettingsError: the budget or the allotments make no sense.
        PrivacyError: the ledger was lost, replaced or rolled back.
    """

    def __init__(
        self, path: Path, *, accounting: Accounting | None = None, allotments: Mapping[str, float] | None = None,
        marker: Path, evidence: tuple[Path, ...] = (),
    ) -> None:  # fmt: skip
        self.accounting = accounting or Accounting()
        shares, budget = dict(allotments or {}), self.accounting.budget
        self._budget = floor_nano(budget)
        self._allotments = {query: ceil_nano(share) for query, share in shares.items()}
        if self._budget <= 0 or any(share <= 0 for share in self._allotments.values()):
            message = f"budget {budget} and allotments {shares} must be above 0 (a billionth is the smallest)"
            raise SettingsError(message)
        if sum(self._allotments.values()) > self._budget:
            message = f"allotments {shares} add up to more than the budget {budget}; lower one of them"
            raise SettingsError(message)
        self._file = LedgerFile(path, marker, evidence)
        self._shared: SharedBudget | None = None

    @classmethod
    def at(
        cls, home: Path, restricted_root: Path | None = None, stored: Partitions | None = None, *,
        charged: Sequence[str] = (),
    ) -> "BudgetLedger":  # fmt: skip
        """The ledger of a home folder, with the default budget in the unit it books; :meth:`under` sets another.

        Args:
            home: the pipeline's home; the file lies in its restricted zone, the marker beside the zones.
            restricted_root: the restricted zone, where it lies elsewhere.
            stored: what is stored of a table, where the lake lies in an object store.
            charged: released tables that only the ledger can fill: rows of theirs without it mean that it was lost.

        Raises:
            PrivacyError: the ledger was lost, replaced or rolled back.
        """
        restricted = restricted_root or home / "lake" / "restricted"
        refuse_released(restricted / FILE_NAME, charged, stored)
        evidence = tuple(home / "lake" / "released" / table for table in charged)
        return cls(restricted / FILE_NAME, marker=home / "lake" / MARKER_NAME, evidence=evidence).as_booked()

    def under(self, accounting: Accounting, allotments: Mapping[str, float] | None = None) -> "BudgetLedger":
        """The same ledger under another budget per period and other allotments.

        Raises:
            SettingsError: they make no sense, or ask for more than the first charge promised.
            PrivacyError: the ledger books in the other accounting.
        """
        path, marker = self._file.path, self._file.marker
        ledger = BudgetLedger(path, accounting=accounting, allotments=allotments, marker=marker)
        with ledger._file.connection() as connection:
            refuse_other(connection, accounting)
            refuse_raised(promised(connection), accounting, "this ledger")
        ledger._shared = self._shared
        return ledger

    def over(self, shared: SharedBudget | None) -> "BudgetLedger":
        """The same ledger over data that other homes may have released too; what it booked before is told to them.

        Args:
            shared: the registry and marks of the data; None for simulated guests, whom no release can harm.

        Raises:
            PrivacyError: the registry can't be used.
        """
        self._shared = shared
        with self._file.connection() as connection:
            years = connection.execute(
                "SELECT DISTINCT budget_period FROM releases WHERE release_id NOT IN (SELECT release_id FROM told)"
            ).fetchall()
        for (year,) in years if shared is not None else ():
            with self._file.transaction() as connection, self._peers(year) as peers:
                exchange(connection, peers, self.accounting)
        self._file.remember()
        return self

    def refuse_restored(self, shown: Mapping[str, Collection[str]]) -> None:
        """Raise when released tables show releases that the ledger has no charge for.

        Args:
            shown: released table -> ids of the releases that its rows name.

        Raises:
            PrivacyError: the ledger was restored from before a charge.
        """
        refuse_restored(self._file.path, self.releases()["release_id"].to_list(), shown)

    def taken_over(self) -> int:
        """Number of releases that other homes made over the same data, or this one before its ledger was restored."""
        with self._file.connection() as connection:
            return connection.execute("SELECT COUNT(*) FROM taken_over").fetchone()[0]

    def as_booked(self) -> "BudgetLedger":
        """The same ledger in the accounting that it books in, under the same promised epsilon; for reading."""
        with self._file.connection() as connection:
            booked = connection.execute("SELECT name, delta FROM accounting").fetchone()
            promise = promised(connection)
        if promise is not None and promise != self.accounting:
            return self.under(promise)
        if booked is None or booked[0] == self.accounting.name:
            return self
        delta = booked[1] or self.accounting.delta
        return self.under(Accounting(name=booked[0], epsilon=self.accounting.epsilon, delta=delta))

    def release(
        self, identity: ReleaseIdentity, draw: Callable[[], Mapping[str, Any]], *, disjoint_group: str | None = None
    ) -> Release:
        """The stored release, charged and drawn at its first call.

        Args:
            identity: names the release.
            draw: draws the noise and gives a JSON-able payload; called only after the charge is stored.
            disjoint_group: name of a set of releases of this budget period whose parts share no unit (each
                booking counts in one month only): they compose in parallel and cost their largest loss.
                None: the loss adds up.

        Raises:
            PrivacyError: the budget or the query's allotment does not cover it, or the ledger books in the other
                accounting. Nothing is charged then; :meth:`last` still serves what was released before.
        """
        stored = self._charge(identity, disjoint_group)
        if stored is None:
            stored = self._store(identity, json.dumps(draw(), sort_keys=True))
        return Release(identity, json.loads(stored))

    def last(
        self, query: str, unit: str | None = None, *, period: str | None = None, is_private: bool | None = None
    ) -> Release | None:
        """The newest release of the query in its latest period (or the period given), or None.

        Args:
            query: family of releases.
            unit: only releases with this unit.
            period: only releases of this period.
            is_private: only private releases, or only those of a test seed.
        """
        asked = {"query": query, "unit": unit, "period": period, "is_private": is_private}
        given = {name: value for name, value in asked.items() if value is not None}
        clause = " AND ".join(f"{name} = ?" for name in given)
        with self._file.connection() as connection:
            row = connection.execute(
                f"SELECT {_IDENTITY}, payload FROM releases WHERE {clause} AND payload IS NOT NULL "
                "ORDER BY period DESC, sequence DESC LIMIT 1",
                tuple(given.values()),
            ).fetchone()
        if row is None:
            return None
        names = ("query", "period", "unit", "schema_version")
        identity = ReleaseIdentity(
            **dict(zip(names, row, strict=False)), loss=row[4] / NANO, is_private=bool(row[5]),
            accounting=self.accounting.name,
        )  # fmt: skip
        return Release(identity, json.loads(row[-1]))

    def releases(self) -> pl.DataFrame:
        """One row per release, by period and order of charging: query, unit, loss, whether it was drawn."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT budget_period, query, period, unit, loss_nano, disjoint_group, is_private, "
                "payload IS NOT NULL, release_id FROM releases ORDER BY budget_period, query, period, sequence"
            ).fetchall()
        schema = {
            "budget_period": pl.String, "query": pl.String, "period": pl.String, "unit": pl.String, "loss": pl.Int64,
            "disjoint_group": pl.String, "is_private": pl.Boolean, "is_drawn": pl.Boolean, "release_id": pl.String,
        }  # fmt: skip
        rows = [(*row[:6], bool(row[6]), bool(row[7]), row[8]) for row in rows]
        return pl.DataFrame(rows, schema=schema, orient="row").with_columns(loss=pl.col("loss") / NANO)

    def spent(self, budget_period: str, query: str | None = None) -> float:
        """Loss spent in a calendar year, by all queries or by one."""
        with self._file.connection() as connection:
            return spent_of(connection, budget_period, (query,) if query else None) / NANO

    def report(self) -> pl.DataFrame:
        """One row per budget period, ascending: releases, budget, spent, left and spent so far.

        Under pure accounting the columns are ``epsilon_*``. Under zCDP ``rho_*`` are what is booked, and
        ``epsilon_*`` what it amounts to at delta. ``*_spent_so_far`` is the sum over this and all earlier periods:
        what a unit that is present in all of them can lose.
        """
        with self._file.connection() as connection:
            periods = connection.execute(
                "SELECT budget_period, COUNT(*) FROM releases GROUP BY budget_period ORDER BY budget_period"
            ).fetchall()
            spent = [spent_of(connection, period) for period, _ in periods]
        rows: list[dict[str, Any]] = []
        for (period, count), cost, so_far in zip(periods, spent, accumulate(spent), strict=True):
            booked = {"budget": self._budget, "spent": cost, "left": max(self._budget - cost, 0)}
            rows.append({"budget_period": period, "releases": count, **self._figures(booked, so_far)})
        columns = self._figures(dict.fromkeys(("budget", "spent", "left"), 0), 0)
        schema = {"budget_period": pl.String, "releases": pl.Int64, **dict.fromkeys(columns, pl.Float64)}
        return pl.DataFrame(rows, schema=schema)

    def _figures(self, booked: Mapping[str, int], so_far: int) -> dict[str, float]:
        losses = {name: value / NANO for name, value in {**booked, "spent_so_far": so_far}.items()}
        if self.accounting.name == PURE:
            return {f"epsilon_{name}": value for name, value in losses.items()}
        epsilons = {name: self.accounting.epsilon_of(losses[name]) for name in ("budget", "spent", "spent_so_far")}
        epsilons["left"] = max(epsilons["budget"] - epsilons["spent"], 0.0)
        return {f"epsilon_{name}": epsilons[name] for name in losses} | {f"rho_{n}": v for n, v in losses.items()}

    def _charge(self, identity: ReleaseIdentity, disjoint_group: str | None) -> str | None:
        """Book the release once; the stored payload, or None while it is not drawn."""
        with self._file.connection() as connection:
            row = connection.execute(PAYLOAD, (identity.release_id,)).fetchone()
        if row is not None and row[0] is not None:
            return row[0]
        # The registry commits first: a charge that only it has is taken over later, and nothing was published for it.
        with self._file.transaction() as connection, self._peers(identity.budget_period) as peers:
            exchange(connection, peers, self.accounting)
            row = connection.execute(PAYLOAD, (identity.release_id,)).fetchone()
            if row is None:
                self._book(connection, identity, disjoint_group)
                exchange(connection, peers, self.accounting)
        self._file.remember()
        return row[0] if row else None

    def _book(self, connection: sqlite3.Connection, identity: ReleaseIdentity, disjoint_group: str | None) -> None:
        refuse_other(connection, self.accounting, identity)
        refuse_raised(promised(connection), self.accounting, "this ledger")
        note_promise(connection, self.accounting)
        charge = (
            identity.release_id, identity.budget_period, identity.query, identity.period, identity.unit,
            charged_nano(identity.loss), identity.schema_version, int(identity.is_private), disjoint_group, None,
        )  # fmt: skip
        connection.execute(INSERT, charge)
        refuse_overspent(connection, identity, self.accounting, self._budget, self._allotments)

    @contextmanager
    def _peers(self, year: str) -> Iterator[Peers | None]:
        if self._shared is None:
            yield None
            return
        with self._shared.peers(year) as peers:
            yield peers

    def _store(self, identity: ReleaseIdentity, payload: str) -> str:
        """Keep the drawn payload unless another process was first; the one that is stored."""
        with self._file.transaction() as connection, self._peers(identity.budget_period) as peers:
            kept = peers.draw(identity.release_id, payload) if peers is not None else payload
            values = (kept, identity.release_id)
            connection.execute("UPDATE releases SET payload = ? WHERE release_id = ? AND payload IS NULL", values)
            return connection.execute(PAYLOAD, (identity.release_id,)).fetchone()[0]
