"""Every reader of bookings is given exact rows, or labels where the settings ask for them; lineage follows."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.daily import DayInputs, Reads, WholeInputs
from assets.common.freshness import InputLedger, Recipe
from assets.common.workspace import Workspace
from assets.privacy.feature_rows import LABELS, booking_days, booking_reads, booking_rows
from assets.privacy.publication import pseudonymise, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.privacy.stays import as_labels, stays_of
from pipelines.workspace import build_workspace
from resources.errors import ContractError, SettingsError
from resources.input_record import InputRecord
from resources.settings import CoreSettings, Settings
from tests.unit.privacy.builders import DAY, KEY, booking, bookings

DAYS = [DAY, DAY + timedelta(days=1)]
RAW = bookings([booking(n, nights=1 + n % 3, delivery_day=DAYS[n // 8]) for n in range(11)])
NAMES = pseudonymise(RAW, PrivacySettings(), KEY)
STAYS, PUBLISHED = stays_of(RAW, NAMES), publish_bookings(RAW, NAMES, PrivacySettings()).published


def world(home: Path, features_from: str) -> Workspace:
    core = CoreSettings(source="demo", history_start=DAY)
    made = build_workspace(Settings(home=home, core=core, sections={"privacy": {"features_from": features_from}}))
    for asset, frame in (("stays", STAYS), (LABELS.asset, PUBLISHED)):
        for day in DAYS:
            rows = frame.filter(pl.col("delivery_day") == day)
            record = InputRecord(asset=asset, partition=str(day), rows_out=rows.height)
            made.lake.promote(made.lake.stage(made.contracts[asset], day, rows, record))
    return made


def by_booking(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("delivery_day", "booking_id")


@pytest.mark.parametrize(("features_from", "expected"), [("stays", as_labels(STAYS)), ("labels", PUBLISHED)])
def test_one_branch_serves_days_and_whole_histories(tmp_path: Path, features_from: str, expected: pl.DataFrame) -> None:
    workspace = world(tmp_path, features_from)
    daily = DayInputs(workspace, booking_reads(1), [DAYS[1]])
    whole = WholeInputs(workspace, booking_reads(), "toy", DAYS[1])
    for inputs in (daily, whole):
        assert booking_days(inputs) == DAYS
        assert by_booking(booking_rows(inputs)).equals(by_booking(expected))
        few = booking_rows(inputs, ("booking_id", "nights_to", "delivery_day"), DAYS[:1])
        assert few.columns == ["booking_id", "nights_to", "delivery_day"]
        assert set(few["delivery_day"]) == {DAYS[0]}
    assert {expected.height} == ({11} if features_from == "stays" else {8}), "withheld rows are in exact features"


@pytest.mark.parametrize(("features_from", "other"), [("stays", LABELS.asset), ("labels", "stays")])
def test_the_other_table_is_neither_read_nor_waited_for(tmp_path: Path, features_from: str, other: str) -> None:
    workspace = world(tmp_path, features_from)
    with pytest.raises(ContractError, match="no look-back"):
        DayInputs(workspace, booking_reads(1), [DAYS[1]]).part(other, [DAYS[1]])
    reads: list[Reads] = [*booking_reads(1)]
    before = InputLedger(workspace, Recipe(asset="toy", group="toy", reads=reads)).record_for(DAYS[1])
    workspace.lake.path(other, DAYS[1]).unlink()  # type: ignore[attr-defined]
    workspace.lake.look_afresh()
    for look_back in (1, None):
        ledger = InputLedger(workspace, Recipe(asset="toy", group="toy", reads=[*booking_reads(look_back)]))
        assert ledger.pending_reasons(DAYS[1]) == []
        assert ledger.has_own_delivery(DAYS[1])
    after = InputLedger(workspace, Recipe(asset="toy", group="toy", reads=reads)).record_for(DAYS[1])
    assert after.same_inputs(before)


def test_another_choice_makes_what_reads_bookings_stale(tmp_path: Path) -> None:
    recipe = Recipe(asset="toy", group="toy", reads=[*booking_reads(1)])
    worlds = (world(tmp_path / name, name) for name in ("stays", "labels"))
    exact, labels = (InputLedger(made, recipe).record_for(DAYS[1]) for made in worlds)
    assert not exact.same_inputs(labels)


def test_an_unknown_choice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="features_from"):
        world(tmp_path, "midpoints")
