"""How delivered files are read (section ``files``): the order of day and month, the zone, and how much is too much."""

from dataclasses import dataclass, field

from resources.settings import CoreSettings, Settings, refuse, setting

SECTION = "files"
AUTO, MONTH_FIRST, DAY_FIRST, YEAR_FIRST = "auto", "mdy", "dmy", "ymd"
DATE_ORDERS = (AUTO, MONTH_FIRST, DAY_FIRST, YEAR_FIRST)
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """How the files of the sources `public` and `deliveries` are read, and what is refused before it fills memory."""

    date_order: str = setting(
        "auto",
        "How 3/7/2016 is meant: auto infers it from the whole column and refuses a column that leaves it open",
        allowed="auto, mdy, dmy, ymd",
    )
    max_unpacked_mb: int = setting(
        2048, "of one file once it is unpacked; the published reviews take 240", allowed="1 or more"
    )
    max_line_mb: int = setting(16, "of one line, and of one cell of a Parquet file", allowed="1 or more")
    max_rows: int = setting(
        5_000_000, "of one file, blank lines included; the published reviews have 515,738", allowed="1 or more"
    )

    def __post_init__(self) -> None:
        if self.date_order not in DATE_ORDERS:
            raise refuse(SECTION, "date_order", self.date_order, ", ".join(DATE_ORDERS))
        for name in ("max_unpacked_mb", "max_line_mb", "max_rows"):
            if getattr(self, name) < 1:
                raise refuse(SECTION, name, getattr(self, name), "1 or more")

    @property
    def max_bytes(self) -> int:
        """Most bytes of an unpacked file."""
        return self.max_unpacked_mb * _MEGABYTE

    @property
    def max_line_bytes(self) -> int:
        """Most bytes of a line."""
        return self.max_line_mb * _MEGABYTE


@dataclass(frozen=True, kw_only=True)
class FileRules:
    """The settings of files and the business time zone, in which points in time become days."""

    settings: FileSettings = field(default_factory=FileSettings)
    time_zone: str = CoreSettings.time_zone

    @classmethod
    def of(cls, settings: Settings) -> "FileRules":
        """The rules that the settings describe."""
        return cls(settings=settings.room(SECTION, FileSettings), time_zone=settings.core.time_zone)


USUAL_RULES = FileRules()
