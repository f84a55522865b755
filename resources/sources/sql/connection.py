"""Connections to PostgreSQL: one consistent snapshot, retries with back-off, and no secret in any message."""

import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from resources.errors import SettingsError, SourceError
from resources.secret_keys import DSN_VARIABLE, SecretText
from resources.sources.sql.settings import SqlSettings

if TYPE_CHECKING:
    import psycopg

Result = TypeVar("Result")
# Refusals that asking again can't change; PostgreSQL sends no code while a connection is being made.
_FINAL = ("authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry")


def driver() -> Any:
    """The module ``psycopg``, imported on demand: other sources run without it.

    Raises:
        SourceError: it is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        message = f"source sql needs psycopg 3, which can't be imported ({error}); install the extra: stayworth[sql]"
        raise SourceError(message) from error
    return psycopg


def connect(secret: SecretText, settings: SqlSettings) -> "psycopg.Connection[Any]":
    """A new connection with the schema as its search path; statements commit by themselves.

    Raises:
        SettingsError: the connection string can't be parsed.
        SourceError: the driver is missing.
        psycopg.Error: as the server or the network says.
    """
    module = driver()
    try:
        given = module.conninfo.conninfo_to_dict(secret.text)
    except module.ProgrammingError:
        # The driver's message quotes the string, password included: neither it nor its cause is passed on.
        message = f"{DSN_VARIABLE} can't be parsed; write postgresql://user:password@host:5432/database"
        raise SettingsError(message) from None
    given |= {
        "connect_timeout": settings.connect_timeout_seconds,
        "application_name": "stayworth",
        "client_encoding": "utf8",
    }
    connection = module.connect(**given, autocommit=True)
    connection.execute("SELECT set_config('search_path', %s, false)", (settings.schema,))
    return connection


def told(error: Exception, secret: SecretText) -> str:
    """The first line of a driver's message, with the connection string and the password taken out."""
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    module = driver()
    password = module.conninfo.conninfo_to_dict(secret.text).get("password")
    for word in (secret.text, password):
        if word:
            text = text.replace(str(word), "***")
    return text


class Snapshot:
    """One read-only ``REPEATABLE READ`` transaction, opened at the first read and kept for the object's life.

    Everything read through one transaction shows the database at one instant. When the connection drops, a new one
    is made with back-off and the read is repeated from its start; ``on_open`` then has to make sure that the new
    instant shows the same data.

    Args:
        secret: how to reach the database.
        settings: patience and schema.
        on_open: called with each new connection, inside its transaction.
        sleep: waits the given seconds (tests count instead).
    """

    def __init__(
        self,
        secret: SecretText,
        settings: SqlSettings,
        on_open: Callable[["psycopg.Connection[Any]"], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._secret = secret
        self._settings = settings
        self._on_open = on_open
        self._sleep = sleep
        self._held: list[psycopg.Connection[Any]] = []  # none or one
        weakref.finalize(self, _close_all, self._held)  # also at the end of the process

    def read(self, work: Callable[["psycopg.Connection[Any]"], Result]) -> Result:
        """What ``work`` gives for the open connection; repeated after a lost connection.

        Raises:
            SourceError: the database stays out of reach, or refuses the query.
        """
        module = driver()
        for attempt in range(self._settings.retries + 1):
            try:
                return work(self._opened())
            except (module.OperationalError, module.InterfaceError) as error:
                self.close()
                reason = told(error, self._secret)
                if attempt == self._settings.retries or any(word in reason for word in _FINAL):
                    outcome = f"the database can't be read after {attempt + 1} attempts: {reason}"
                    message = f"{outcome}; see docs/operate/sql.md"
                    raise SourceError(message) from None
                self._sleep(self._settings.wait_seconds(attempt))
            except module.Error as error:
                self.close()
                schema = self._settings.schema
                message = (
                    f"the database refuses the query on schema {schema!r}: {told(error, self._secret)}; make the "
                    "tables with `stayworth load-sql` or resources/sources/sql/schema.sql, and grant SELECT on them"
                )
                raise SourceError(message) from None
        raise AssertionError  # the loop returns or raises

    def close(self) -> None:
        """Give the connection back; the next read makes a new one."""
        _close_all(self._held)

    def _opened(self) -> "psycopg.Connection[Any]":
        if not self._held:
            connection = connect(self._secret, self._settings)
            try:
                connection.autocommit = False
                connection.isolation_level = driver().IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                self._on_open(connection)
            except BaseException:
                connection.close()
                raise
            self._held.append(connection)
        return self._held[0]


def _close_all(connections: "list[psycopg.Connection[Any]]") -> None:
    while connections:
        connections.pop().close()
