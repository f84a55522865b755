"""Settings of the relational source (section ``sql``).

Where the database is and how to log in is no setting but a secret of the environment: ``STAYWORTH_SQL__DSN``, or
libpq's own ``PG*`` variables.
"""

import re
from dataclasses import dataclass
from datetime import date

from resources.settings import refuse, setting

SECTION = "sql"
_LONGEST_WAIT_SECONDS = 30.0
_MOST_RETRIES = 20


@dataclass(frozen=True, kw_only=True)
class SqlSettings:
    """Which tables are read, in what portions, and how patiently."""

    schema: str = setting(
        "stayworth",
        "schema with the tables of schema.sql; a home holds one schema",
        allowed="lower-case letters, digits and _, 63 characters or fewer",
    )
    history_start: date | None = setting(
        None, "first delivery day; None: the database is asked whenever definitions load"
    )
    chunk_rows: int = setting(
        20_000, "rows per fetch; about 15 MB of booking text in memory at a time", allowed="1 or more"
    )
    connect_timeout_seconds: int = setting(10, "libpq's own default is to wait for ever", allowed="1 or more")
    retries: int = setting(4, "with the wait below 0.5 + 1 + 2 + 4 s: rides out a server's restart", allowed="0 to 20")
    first_wait_seconds: float = setting(0.5, "doubles with each retry, up to 30 s", allowed="0 to 30")

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", self.schema):
            raise refuse(SECTION, "schema", self.schema, "lower-case letters, digits and _, 63 characters or fewer")
        if self.chunk_rows < 1:
            raise refuse(SECTION, "chunk_rows", self.chunk_rows, "1 or more")
        if self.connect_timeout_seconds < 1:
            raise refuse(SECTION, "connect_timeout_seconds", self.connect_timeout_seconds, "1 or more")
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise refuse(SECTION, "retries", self.retries, f"0 to {_MOST_RETRIES}")
        if not 0 <= self.first_wait_seconds <= _LONGEST_WAIT_SECONDS:
            raise refuse(SECTION, "first_wait_seconds", self.first_wait_seconds, f"0 to {_LONGEST_WAIT_SECONDS:g}")

    def wait_seconds(self, attempt: int) -> float:
        """Seconds to wait after the failed attempt number ``attempt`` (0: the first)."""
        return min(self.first_wait_seconds * 2**attempt, _LONGEST_WAIT_SECONDS)
