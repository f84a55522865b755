"""How long rows are kept that have a period of their own (``core.raw_retention_days`` is that of raw rows)."""

from dataclasses import dataclass

from resources.settings import refuse, setting

SECTION = "retention"


@dataclass(frozen=True, kw_only=True)
class RetentionSettings:
    """Periods of `stayworth retain` beside that of raw rows, which is `core.raw_retention_days`."""

    stays_days: int | None = setting(
        None,
        "days of `stays`, the exact history under hashes, that are kept; never fewer than the linkage looks back; "
        "None: as of raw rows",
        allowed="1 or more",
    )

    def __post_init__(self) -> None:
        if self.stays_days is not None and self.stays_days < 1:
            raise refuse(SECTION, "stays_days", self.stays_days, "1 or more")
