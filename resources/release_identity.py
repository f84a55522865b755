"""What makes two releases the same release, and a release as the ledger stores it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from resources.privacy_accounting import PURE


@dataclass(frozen=True, kw_only=True)
class ReleaseIdentity:
    """What makes two releases the same release.

    Attributes:
        query: family and question (``bookings_by_month``); allotments go by it.
        period: closed period of business days, starting with its year (``2016-03``).
        unit: whose presence the noise hides (``guest``, ``booking``).
        loss: privacy loss of the release for one unit, in the unit of the accounting.
        schema_version: of the query; a changed query is a new release.
        is_private: False when a test seed makes the noise; such a release never stands in for a private one.
    """

    query: str
    period: str
    unit: str
    loss: float
    schema_version: str
    is_private: bool = True
    accounting: str = PURE

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
