"""A ledger and the registry tell each other what they booked over the same rows of a year."""

import sqlite3

from resources.budget_registry import COLUMNS, Peers
from resources.budget_sums import note_promise, other_unit, promised, refuse_raised
from resources.errors import PrivacyError
from resources.privacy_accounting import Accounting
from resources.release_identity import ReleaseIdentity

INSERT = f"INSERT INTO releases ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
PAYLOAD = "SELECT payload FROM releases WHERE release_id = ?"


def exchange(connection: sqlite3.Connection, peers: Peers | None, accounting: Accounting) -> None:
    """Take over what others booked over the same rows of a year, and tell them what this ledger did.

    Args:
        connection: of the ledger, in a transaction.
        peers: of the year; None where nothing is shared.
        accounting: of the settings.

    Raises:
        SettingsError: the settings ask for more than the first release over this data promised.
        PrivacyError: the losses are booked in the other unit.
    """
    if peers is None:
        return
    refuse_raised(peers.promise(), accounting, "the first release over this data")
    for charge in peers.charges():
        before = connection.execute(PAYLOAD, (charge[0],)).fetchone()
        if before is None:
            refuse_other(connection, accounting)
            note_promise(connection, peers.promise() or accounting)
            connection.execute(INSERT, charge)
            connection.execute("INSERT OR IGNORE INTO taken_over VALUES (?)", (charge[0],))
        elif before[0] is None and charge[-1] is not None:
            connection.execute("UPDATE releases SET payload = ? WHERE release_id = ?", (charge[-1], charge[0]))
    own = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM releases WHERE budget_period = ? ORDER BY sequence",
        (peers.year,),
    ).fetchall()
    for charge in own:
        peers.add(charge, promised(connection) or accounting)
    connection.executemany("INSERT OR IGNORE INTO told VALUES (?)", [(charge[0],) for charge in own])


def refuse_other(
    connection: sqlite3.Connection, accounting: Accounting, identity: ReleaseIdentity | None = None
) -> None:
    """Raise when the ledger books in another accounting than the one asked for."""
    if identity is not None and identity.accounting != accounting.name:
        message = f"{identity.query} is drawn under {identity.accounting} accounting, its ledger is {accounting.name}"
        raise PrivacyError(message)
    booked = connection.execute("SELECT name, delta FROM accounting").fetchone()
    if booked is not None and booked[0] != accounting.name:
        raise PrivacyError(other_unit(booked[0], accounting.name))
