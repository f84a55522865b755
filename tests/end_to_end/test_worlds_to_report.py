"""Small worlds of every source and shape, each up to both editions of a report that speaks of itself.

A few run in every test run; the others are slow. Here the tables are made one after the other in this process; the
command around it is tested in ``test_demo_run`` and below, once.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.common.workspace import Workspace
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream
from tests.end_to_end.chains import Rows, demo_rows, to_the_report, write_dump, write_inbox

B, R = Stream.BOOKINGS, Stream.REVIEWS
DAYS = 24
QUICK: dict[str, dict[str, Any]] = {  # the least that still trains every kind of model
    "models": {
        "models": ("same_as_past", "lightgbm", "gated_fusion"), "folds": 3, "max_epochs": 1, "bootstrap_draws": 50,
        "lime_samples": 50, "faithfulness_texts": 4, "shapley_customers": 20,
    },
    "studies": {"attack_targets": 50, "attack_ks": (5,), "attack_customers": 60},
    "embeddings": {"speed_texts": 10},
}  # fmt: skip
PERSONAL = ("guest_key", "guest_name", "email", "phone", "card_number")
NO_REVIEWS = "no reviews were delivered"
NO_BOOKINGS = "no bookings were delivered"


@cache
def base() -> tuple[Rows, pl.DataFrame, list[date]]:
    return demo_rows(DAYS)


@dataclass(frozen=True, kw_only=True)
class World:
    """A change of the base world: its rows, its hotels, its days, what the report must say and must not."""

    bookings: Callable[[pl.DataFrame], pl.DataFrame] | None = lambda rows: rows
    reviews: Callable[[pl.DataFrame], pl.DataFrame] | None = lambda rows: rows
    hotels: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows
    days: slice = field(default_factory=lambda: slice(None))
    says: tuple[str, ...] = ()

    def rows(self) -> tuple[Rows, pl.DataFrame, list[date]]:
        delivered, hotels, days = base()
        days = days[self.days]
        shown = {
            stream: change(delivered[stream].filter(pl.col("_delivery_day").is_in(days)))
            for stream, change in ((B, self.bookings), (R, self.reviews))
            if change is not None
        }
        return shown, self.hotels(hotels), days


def nothing(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.clear()


def nobody_shows_up(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(reservation_status=pl.lit("No-Show"), is_canceled=pl.lit("1"))


def of_status(status: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.filter(pl.col("reservation_status") == status)


def of_one_guest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(rows[name].drop_nulls()[0]).alias(name) for name in PERSONAL)


def without_guests(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in PERSONAL)


def first_hotel(rows: pl.DataFrame) -> pl.DataFrame:
    column = "hotel" if "hotel" in rows.columns else "Hotel_Name"
    return rows.filter(pl.col(column) == base()[1]["hotel"][0])


def without_names(hotels: pl.DataFrame) -> pl.DataFrame:
    return hotels.with_columns(hotel_name=pl.lit(None, dtype=pl.String))


IN_FILES = {
    "no_reviews": World(reviews=nothing, says=(NO_REVIEWS, "bookings and reviews of two hotels")),
    "no_bookings": World(bookings=nothing, says=(NO_BOOKINGS,)),
    "nothing_at_all": World(bookings=nothing, reviews=nothing, days=slice(0, 3), says=(NO_BOOKINGS, NO_REVIEWS)),
    "one_day": World(days=slice(12, 13), says=("one day, 13 January 2024",)),
    "one_hotel": World(
        bookings=first_hotel, reviews=first_hotel, hotels=lambda rows: rows[:1], says=("reviews of one hotel",)
    ),
    "only_cancellations": World(bookings=of_status("Canceled"), says=("no booking could be published",)),
    "only_no_shows": World(bookings=nobody_shows_up, says=("no published stay took place",)),
    "one_guest": World(bookings=of_one_guest),
    "one_booking": World(bookings=lambda rows: rows[:1], reviews=lambda rows: rows[:1], says=("could be published",)),
    "reviews_before_bookings": World(
        bookings=lambda rows: rows.filter(pl.col("_delivery_day") > date(2024, 1, 16)),
        reviews=lambda rows: rows.filter(pl.col("_delivery_day") < date(2024, 1, 8)),
    ),
    "no_guest_keys": World(bookings=without_guests, says=("the data does not say",)),
    "no_hotel_names": World(hotels=without_names, says=("The bookings name no hotel",)),
    "plain": World(says=("name the same hotels", "A customer is a guest")),
}  # fmt: skip
IN_DUMPS = {
    "plain": World(says=("in the form of the public data sets",)),
    "only_bookings": World(reviews=None, says=(NO_REVIEWS, "bookings of")),
    "only_reviews": World(bookings=None, says=(NO_BOOKINGS, "reviews of")),
    "one_day": World(days=slice(12, 13), says=("one day, 13 January 2024",)),
}
IN_DEMO: dict[str, dict[str, Any]] = {
    "corrected_late_and_repeated": {"late_share": 0.2, "repeated_share": 0.2, "corrected_share": 0.2},
    "one_day": {"days": 1},
    "one_guest_a_year": {"guests": 1},
    "without_names": {"named_hotels": False},
    "without_keys": {"guest_key_share": 0.0},
    "everybody_opted_out": {"opt_out_share": 1.0},
}
FAST = {"deliveries": {"no_reviews", "one_day"}, "public": {"only_reviews"}, "demo": {"corrected_late_and_repeated"}}


def cases(kind: str, worlds: Mapping[str, object]) -> list[Any]:
    return [pytest.param(name, marks=() if name in FAST[kind] else pytest.mark.slow) for name in worlds]


def home_of(folder: Path, encoder_home: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    for name in ("encoders", "cache"):
        (home / name).symlink_to(encoder_home / name)
    return home


def said(home: Path) -> dict[str, str]:
    """The words of both editions."""
    pages = {}
    for name in ("index", "shareable"):
        text = (home / "reports" / f"{name}.html").read_text("utf-8")
        pages[name] = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))
    return pages


def check_report(workspace: Workspace, days: list[date], says: tuple[str, ...]) -> None:
    assert to_the_report(workspace, days) == []
    pages = said(workspace.settings.home)
    for words in says:
        assert words in pages["index"], words
    assert "Portuguese" not in pages["index"] + pages["shareable"]
    results = json.loads((workspace.settings.home / "reports" / "results.json").read_text("utf-8"))
    assert all(reason.strip() for reason in results["not_run"].values())
    only_by_profile = {path for path, reason in results["not_run"].items() if "profile" in reason}
    assert all(path.startswith(("ablations", "alignment.windows")) for path in only_by_profile), only_by_profile


@pytest.mark.parametrize("name", cases("deliveries", IN_FILES))
def test_deliveries_reach_a_report(name: str, tmp_path: Path, encoder_home: Path) -> None:
    world = IN_FILES[name]
    rows, hotels, days = world.rows()
    write_inbox(tmp_path / "inbox", rows, hotels, days)
    core = CoreSettings(source="deliveries", data=tmp_path / "inbox", fit_every_days=7)
    workspace = build_workspace(Settings(home=home_of(tmp_path, encoder_home), core=core, sections=QUICK))
    assert workspace.history_start == days[0]
    check_report(workspace, days, world.says)


@pytest.mark.parametrize("name", cases("public", IN_DUMPS))
def test_dumps_reach_a_report(name: str, tmp_path: Path, encoder_home: Path) -> None:
    world = IN_DUMPS[name]
    rows, _, days = world.rows()
    write_dump(tmp_path / "data", rows)
    core = CoreSettings(source="public", data=tmp_path / "data", fit_every_days=7)
    workspace = build_workspace(Settings(home=home_of(tmp_path, encoder_home), core=core, sections=QUICK))
    assert (workspace.source.first_day, workspace.source.last_day) == (days[0], days[-1])
    check_report(workspace, days, world.says)


@pytest.mark.parametrize("name", cases("demo", IN_DEMO))
def test_simulated_worlds_reach_a_report(name: str, tmp_path: Path, encoder_home: Path) -> None:
    demo = {"days": DAYS, "guests": 700, "hotels": 2, **IN_DEMO[name]}
    sections = {**QUICK, "demo": demo}
    settings = Settings(home=home_of(tmp_path, encoder_home), core=CoreSettings(fit_every_days=7), sections=sections)
    workspace = build_workspace(settings)
    days = [workspace.source.first_day + timedelta(days=at) for at in range(demo["days"])]
    check_report(workspace, days, ("a simulated hotel group",))
