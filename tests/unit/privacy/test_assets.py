"""The thin shell around the room's verbs, on a small delivery."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from assets.common.daily import DayInputs, Produced, WholeInputs, WholeProduced
from assets.common.whole import WholeAsset
from assets.privacy import assets as room
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels
from assets.privacy.settings import PrivacySettings
from resources.privacy_budget import BudgetLedger
from resources.settings import Settings
from resources.tombstones import Tombstones
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, reviews

DAYS = [DAY, DAY + timedelta(days=1)]
RAW = bookings([booking(n, delivery_day=DAYS[n // 6]) for n in range(8)])


def day_inputs(home: Path, frames: dict[str, pl.DataFrame], **section: Any) -> DayInputs:
    settings = Settings(home=home, sections={"privacy": section})
    tombstones = SimpleNamespace(load=lambda: Tombstones(KEY))
    workspace: Any = SimpleNamespace(settings=settings, key=KEY, resource={"tombstones": tombstones}.__getitem__)
    asked = DayInputs(workspace, (), DAYS)
    asked._frames.update(frames)
    object.__setattr__(asked, "reads", tuple(room.Reads(name) for name in frames))
    return asked


def rows_by_day(frame: pl.DataFrame | None) -> dict[date, int]:
    return {} if frame is None else dict(frame.group_by("delivery_day").len().rows())


def verb(asset: Any, asked: DayInputs) -> Produced:
    return asset.spec.verb(asked)


def test_every_booking_is_published_or_set_aside(tmp_path: Path) -> None:
    named = verb(room.pseudonyms, day_inputs(tmp_path, {"raw_bookings": RAW}))
    assert rows_by_day(named.frame) == {DAYS[0]: 6, DAYS[1]: 2}
    given = day_inputs(tmp_path, {"raw_bookings": RAW, "pseudonyms": named.frame})
    labelled = verb(room.labelled_bookings, given)
    assert rows_by_day(labelled.frame) == {DAYS[0]: 6}
    assert rows_by_day(labelled.set_aside) == {DAYS[1]: 2}
    assert labelled.metadata["withheld"] == 2
    published = verb(room.published_bookings, day_inputs(tmp_path, {"labelled_bookings": labelled.frame}))
    assert rows_by_day(published.frame) == {DAYS[0]: 6}


def test_nothing_is_exported_unless_a_group_asks(tmp_path: Path) -> None:
    chosen = PrivacySettings()
    shown = publish_labels(publish_bookings(RAW, pseudonymise(RAW, chosen, KEY), chosen).published)
    kept = verb(room.released_bookings, day_inputs(tmp_path, {"published_bookings": shown}))
    assert (kept.frame.height, kept.rows_in) == (0, {})
    asked = day_inputs(tmp_path, {"published_bookings": shown}, is_exported=True)
    released = verb(room.released_bookings, asked)
    assert (released.frame.height, released.rows_in) == (6, None)
    assert "mean_revenue" not in released.frame.columns


def test_settings_act(tmp_path: Path) -> None:
    named = verb(room.pseudonyms, day_inputs(tmp_path, {"raw_bookings": RAW}))
    given = day_inputs(tmp_path, {"raw_bookings": RAW, "pseudonyms": named.frame}, k=2)
    published = verb(room.labelled_bookings, given)
    assert published.frame["k"].unique().to_list() == [2]
    assert published.frame.height == 8


def test_reviews_are_masked_and_counted(tmp_path: Path) -> None:
    frames = {"raw_reviews": reviews(["My name is Ann Lee, a@b.pt", "fine"])}
    masked = verb(room.masked_reviews, day_inputs(tmp_path, frames))
    assert masked.metadata["masked_names"] == masked.metadata["masked_emails"] == 1
    assert masked.frame.height == 2


def test_daily_assets_declare_what_they_conserve() -> None:
    conserved = {
        room.pseudonyms: "raw_bookings",
        room.masked_reviews: "raw_reviews",
        room.stays: "raw_bookings",
        room.labelled_bookings: "raw_bookings",
        room.published_bookings: "labelled_bookings",
        room.released_bookings: "published_bookings",
    }
    for asset, source in conserved.items():
        assert asset.spec.conserves == source
        assert source in [item.asset for item in asset.spec.reads]
        assert asset.declaration.description


def whole_inputs(home: Path, asset: WholeAsset, days: list[date], hotels: pl.DataFrame, **frames: pl.DataFrame) -> Any:
    """Inputs of a table over ``days``, from a lake that holds the given frames."""

    def read_days(contract: str, asked: list[date], columns: list[str], _where: None) -> pl.DataFrame:
        return frames[contract].filter(pl.col("delivery_day").is_in(asked)).select(columns)

    workspace: Any = SimpleNamespace(
        settings=Settings(home=home, sections={"privacy": {"test_noise_seed": 3}}),
        source=SimpleNamespace(hotels=lambda: hotels),
        resource=lambda name: {"ledger": BudgetLedger.at(home)}[name],
        lake=SimpleNamespace(days=lambda asset: days, removed_days=lambda asset: [], read_days=read_days),
        contracts={name: name for name in frames},
        history_start=days[0],
    )
    return WholeInputs(workspace, asset.reads, asset.contract.asset, days[-1])


def test_counts_of_closed_months_go_through_the_ledger(tmp_path: Path) -> None:
    days = [date(2016, 3, 1) + timedelta(days=index) for index in range(33)]
    named = verb(room.pseudonyms, day_inputs(tmp_path, {"raw_bookings": RAW})).frame
    hotels = pl.DataFrame({"hotel": ["Resort Hotel", "City Hotel"]})
    declared: WholeAsset = room.bookings_by_month
    asked = whole_inputs(tmp_path, declared, days, hotels, raw_bookings=RAW, pseudonyms=named)
    made = declared.verb(asked)
    assert isinstance(made, WholeProduced)
    assert made.frame.select("month", "hotel").rows() == [("2016-03", "City Hotel"), ("2016-03", "Resort Hotel")]
    assert {name: made.metadata[name] for name in ("months", "refused", "epsilon_spent_2016")} == {
        "months": 1, "refused": 0, "epsilon_spent_2016": 0.3,
    }  # fmt: skip
    assert "epsilon_left" in made.metadata["budget_md"]
    assert "bookings_by_month" in made.metadata["releases_md"]
    assert declared.verb(asked).frame.equals(made.frame)  # type: ignore[union-attr]


def test_figures_of_closed_years_go_through_the_ledger(tmp_path: Path) -> None:
    days = [date(2016, 1, 1) + timedelta(days=index) for index in range(370)]
    named = verb(room.pseudonyms, day_inputs(tmp_path, {"raw_bookings": RAW})).frame
    hotels = pl.DataFrame({"hotel": ["City Hotel"], "hotel_name": ["Hotel"]})
    declared: WholeAsset = room.guest_aggregates
    frames = {"raw_bookings": RAW, "pseudonyms": named, "raw_reviews": reviews(["fine", "good"])}
    asked = whole_inputs(tmp_path, declared, days, hotels, **frames)
    made = declared.verb(asked)
    assert isinstance(made, WholeProduced)
    assert made.frame["family"].n_unique() == 5
    assert made.frame["period"].unique().to_list() == ["2016"]
    assert made.metadata["epsilon_spent_2016"] == 0.7
    assert (made.metadata["releases"], made.metadata["refused"]) == (5, 0)
    assert declared.verb(asked).frame.equals(made.frame)  # type: ignore[union-attr]
