"""What is booked in a ledger, added up; and what it has promised with its first charge."""

import sqlite3
from collections.abc import Mapping

from resources.errors import PrivacyError, SettingsError
from resources.privacy_accounting import NANO, PURE, Accounting
from resources.release_identity import ReleaseIdentity

PERIOD = "calendar year"  # of the data's business days
_ROUNDING = 1e-12


def queries_of(connection: sqlite3.Connection, year: str) -> set[str]:
    """Families with a release in a year."""
    rows = connection.execute("SELECT DISTINCT query FROM releases WHERE budget_period = ?", (year,)).fetchall()
    return {row[0] for row in rows}


def spent_of(connection: sqlite3.Connection, year: str, queries: tuple[str, ...] | None = None) -> int:
    """Billionths of loss: single releases add up, a disjoint group costs its dearest period.

    Two releases of one period share their units, so within a group they still add up.
    """
    rows = connection.execute(
        "SELECT query, release_id, unit, disjoint_group, period, loss_nano FROM releases WHERE budget_period = ?",
        (year,),
    ).fetchall()
    costs: dict[tuple[str, ...], dict[str, int]] = {}
    for query, release_id, unit, group, period, loss in rows:
        if queries is None or query in queries:
            part = (query, unit, "group", group) if group is not None else (query, unit, "single", release_id)
            periods = costs.setdefault(part, {})
            periods[period] = periods.get(period, 0) + loss
    return sum(max(periods.values()) for periods in costs.values())


def promised(connection: sqlite3.Connection) -> Accounting | None:
    """What the ledger has promised; None before the first charge, or where an earlier version made it."""
    row = connection.execute("SELECT name, epsilon, delta FROM promise").fetchone()
    return Accounting(name=row[0], epsilon=row[1], delta=row[2]) if row else None


def note_promise(connection: sqlite3.Connection, accounting: Accounting) -> None:
    """Book unit, epsilon and period with the first charge; later ones change nothing."""
    connection.execute(
        "INSERT INTO accounting SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM accounting)",
        (accounting.name, None if accounting.name == PURE else accounting.delta),
    )
    connection.execute(
        "INSERT INTO promise SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM promise)",
        (accounting.name, accounting.epsilon, accounting.delta, PERIOD),
    )


def refuse_raised(promise: Accounting | None, asked: Accounting, where: str) -> None:
    """Raise when more is asked for than was promised with the first charge; less is fine.

    Args:
        promise: of the first charge; None where there is none.
        asked: by the settings.
        where: whose promise it is, for the message.

    Raises:
        SettingsError: epsilon or delta is larger than promised.
        PrivacyError: the losses are booked in the other unit.
    """
    if promise is None:
        return
    if promise.name != asked.name:
        raise PrivacyError(other_unit(promise.name, asked.name))
    for name, held, given in (("epsilon", promise.epsilon, asked.epsilon), ("delta", promise.delta, asked.delta)):
        is_used = name == "epsilon" or asked.name != PURE
        if is_used and given > held * (1 + _ROUNDING):
            message = (
                f"setting privacy.{name} = {given:g} is above the {held:g} per {PERIOD} that {where} promised with its "
                f"first charge; set privacy.{name} to {held:g} or less: what was promised to guests can't be taken back"
            )
            raise SettingsError(message)


def other_unit(booked: str, asked: str) -> str:
    """The message about a ledger that books in the other unit of loss."""
    return (
        f"the privacy budget ledger books {booked} losses, but the settings ask for {asked}: the two don't add up; set "
        f"privacy.accounting = {booked!r}, which stays as long as these guests' data is released"
    )


def refuse_overspent(
    connection: sqlite3.Connection,
    identity: ReleaseIdentity,
    accounting: Accounting,
    budget: int,
    allotments: Mapping[str, int],
) -> None:
    """Raise when the charge just booked does not fit; the transaction is then rolled back.

    Args:
        connection: of the ledger, with the charge in it.
        identity: of the release that was charged.
        accounting: unit of loss, for the message.
        budget: of a year, billionths of loss.
        allotments: billionths of loss by query, kept for it; other queries share the rest.

    Raises:
        PrivacyError: the year's budget or the query's allotment is exceeded.
    """
    year = identity.budget_period
    if identity.query in allotments:
        limit, queries = allotments[identity.query], (identity.query,)
    else:
        limit = budget - sum(allotments.values())
        queries = queries_of(connection, year) - set(allotments)
    total = spent_of(connection, year)
    family = spent_of(connection, year, tuple(sorted(queries)))
    if family > limit or total > budget:
        message = (
            f"the privacy budget of {year} does not cover {identity.query} {identity.period} "
            f"({accounting.unit} {identity.loss:g}): with it {family / NANO:g} of {limit / NANO:g} for this "
            f"query and {total / NANO:g} of {budget / NANO:g} in all; use the last release, or wait for the "
            "next year"
        )
        raise PrivacyError(message)
