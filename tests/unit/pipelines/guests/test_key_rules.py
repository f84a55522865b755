"""Keys that hold more than one guest may are nobody's, whether or not the source can still be read."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from assets.raw.contract import RAW_COUNTS
from pipelines.guests.key_rules import caps_of, unfit_keys, words_of
from resources.errors import SourceError
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream
from resources.sources.keys import masked_key
from tests.unit.raw.builders import DAY, booking, delivery

BEFORE = DAY - timedelta(days=1)


@dataclass
class Home:
    """As much of a workspace as the rules ask for."""

    settings: Settings
    told: str | None
    delivered: dict[date, list[dict[str, str | None]]]
    is_readable: bool = True
    history_start: date = BEFORE
    contracts: dict[str, Any] = field(default_factory=lambda: {"raw_counts": RAW_COUNTS})
    asked: list[date] = field(default_factory=list)

    @property
    def lake(self) -> "Home":
        return self

    @property
    def source(self) -> "Home":
        return self

    def days(self, _asset: str) -> list[date]:
        return [DAY]

    def read_days(self, contract: Any, _days: list[date], columns: list[str]) -> pl.DataFrame:
        counts = [{"delivery_day": DAY, "stream": "bookings", "unfit_key_rows": 4 if self.told else 0,
                   "unfit_keys": self.told}]  # fmt: skip
        return pl.DataFrame(counts, schema={name: contract.schema[name] for name in columns})

    def rows(self, stream: Stream, days: list[date]) -> pl.DataFrame:
        self.asked = days
        if not self.is_readable:
            message = "gone"
            raise SourceError(message)
        return pl.concat([delivery(stream, self.delivered.get(day, []), day) for day in days])


@pytest.fixture
def home(tmp_path: Any) -> Home:
    raw = {"guest_key_max_emails": 2, "placeholders": ["Laufkunde"]}
    settings = Settings(home=tmp_path, core=CoreSettings(source="demo"), sections={"raw": raw})
    rows = {
        BEFORE: [booking(guest_key="ag9", email="a@x.org"), booking(guest_key="K1", email="k@x.org")],
        DAY: [booking(guest_key="AG9 ", email=mail) for mail in ("b@x.org", "c@x.org")]
        + [booking(guest_key=word, email=f"{place}@x.org") for place, word in enumerate(["Laufkunde"] * 3)],
    }
    return Home(settings, f"guest_key {masked_key('AG9')}: 2 rows", rows)


def test_a_key_is_unfit_as_raw_counts_it(home: Home) -> None:
    assert unfit_keys(home) == {"AG9"}  # type: ignore[arg-type]
    assert "raw.guest_key_max_emails=2" in caps_of(home.settings)
    assert words_of(home.settings).mean("LAUFKUNDE")


def test_the_source_is_asked_only_where_a_day_had_such_keys(home: Home) -> None:
    home.told = None
    assert unfit_keys(home, frozenset(["AG9"])) == frozenset()  # type: ignore[arg-type]
    assert home.asked == []


def test_without_the_source_an_asked_key_that_may_be_meant_is_unfit(home: Home) -> None:
    home.is_readable = False
    assert unfit_keys(home, frozenset(["AG9", "K100"])) == {"AG9"}  # type: ignore[arg-type]
