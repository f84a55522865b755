"""The record of inputs that travels inside every stored partition."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, kw_only=True)
class InputRecord:
    """What one stored partition was made from. Holds nothing that differs between two equal runs.

    Attributes:
        asset: the table.
        partition: ISO day, or "all".
        inputs: upstream asset -> digest of the partitions read, in day order.
        records: fitted record -> version in force ("start" before the first cut-off).
        settings: digest of the settings that were read.
        code_version: of the asset.
        rows_in: rows of the conserved upstream table, where there is one.
        rows_out: rows stored.
        set_aside: reason -> rows left out.
        pending: why the partition is not final; empty when it is.
    """

    asset: str
    partition: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    code_version: str = ""
    rows_in: int | None = None
    rows_out: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    pending: Sequence[str] = ()

    @property
    def is_pending(self) -> bool:
        """Whether something it reads was missing, failed or itself pending."""
        return bool(self.pending)

    def same_inputs(self, other: "InputRecord | None") -> bool:
        """Whether another record was made from the same inputs, settings, code and fits."""
        return other is not None and all(
            getattr(self, name) == getattr(other, name)
            for name in ("asset", "partition", "inputs", "records", "settings", "code_version")
        )

    def to_json(self) -> str:
        """Canonical text (sorted keys)."""
        return json.dumps({**asdict(self), "pending": list(self.pending)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "InputRecord":
        """Inverse of :meth:`to_json`."""
        return cls(**json.loads(text))
