"""Bad input through the real rooms: source files of a small group whose every hotel is one odd case."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.inputs import WholeInputs, days_between
from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.customers.assets import customers
from assets.privacy.pseudonyms import hash_column
from pipelines.rooms import room_modules
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from resources.sources.base import (
    BOOKING_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REVIEW_COLUMNS,
    Stream,
)
from resources.sources.public import PublicSource

START, END = date(2024, 1, 1), date(2024, 1, 14)
DAYS = days_between(START, END)
ARRIVAL, LEFT, POSTED = date(2024, 1, 5), date(2024, 1, 8), date(2024, 1, 10)
# hotel, name in the group's list, city, country, street line that ends a reviewed address
HOTELS = {
    "accents": ("Hôtel Étoile d’Été", "Paris", "FRA", "1 Rue A 75001 Paris France"),
    "stroke": ("Søhus Łódź", "Copenhagen", "DNK", "1 Gade 1050 Copenhagen Denmark"),
    "japanese": ("東京グランドホテル", "Tokyo", "JPN", "1 Chome, Tokyo Japan"),
    "greek": ("Ξενοδοχείο Ακρόπολις", "Athens", "GRC", "1 Odos 10558 Athens Greece"),
    "arabic": ("فندق النيل", "Cairo", "EGY", "1 Corniche, Cairo Egypt"),
    "renamed": ("Hyatt Riverside", "Vienna", "AUT", "1 Ring 1010 Vienna Austria"),
    "twin_a": ("Grand Plaza", "London", "GBR", "1 High Street London United Kingdom"),
    "twin_b": ("Grand Plaza", "London", "GBR", "2 High Street London United Kingdom"),
    "namesake_rome": ("Grand Central", "Rome", "ITA", "1 Via A 00100 Rome Italy"),
    "namesake_milan": ("Grand Central", "Milan", "ITA", "1 Via B 20100 Milan Italy"),
    "early": ("Early Bird House", "Lisbon", "PRT", "1 Rua A 1000 Lisbon Portugal"),
    "open_end": ("Open End House", "Porto", "PRT", "1 Rua B 4000 Porto Portugal"),
    "bare": ("Nothing Known House", "Madrid", "ESP", "1 Calle A 28001 Madrid Spain"),
    "codes": ("Border House", "Zurich", "CHE", "1 Gasse 8001 Zurich Switzerland"),
}
REVIEWED_AS = {  # another spelling than the group's own
    "accents": "HOTEL ETOILE D'ETE",
    "stroke": "Sohus Lodz Hotel",
    "japanese": "東京ｸﾞﾗﾝﾄﾞﾎﾃﾙ",
    "greek": "ΞΕΝΟΔΟΧΕΊΟ ΑΚΡΌΠΟΛΙΣ",
    "renamed": "HILTON Riverside, Ltd.",
}
GUESTS = ("Zoë Ñandú-Müller", "李小龍", "Владимир Ильич")


class NamedGroup(PublicSource):
    """The published formats, with hotels whose names are known and deliveries that go on without rows."""

    def is_delivered(self, stream: Stream, day: date) -> bool:
        return START <= day <= END

    def hotels(self) -> pl.DataFrame:
        rows = [(key, *place[:3], "hotel", True) for key, place in HOTELS.items()]
        return pl.DataFrame(rows, schema=super().hotels().schema, orient="row")


def booking(name: str, hotel: str, arrival: date = ARRIVAL, nights: int = 3, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(BOOKING_COLUMNS, "0") | {
        "reservation_id": name, "guest_key": name, "guest_name": "A Guest", "email": "", "phone": "", "card_number": "",
        "hotel": hotel, "arrival_date_year": arrival.year, "arrival_date_month": f"{arrival:%B}",
        "arrival_date_day_of_month": arrival.day, "stays_in_week_nights": nights, "adults": 2, "meal": "BB",
        "country": "DEU", "market_segment": "Online TA", "distribution_channel": "TA/TO", "reserved_room_type": "A",
        "assigned_room_type": "A", "deposit_type": "No Deposit", "agent": "9", "company": "NULL",
        "customer_type": "Transient", "adr": "100", "reservation_status": "Check-Out",
        "reservation_status_date": str(arrival + timedelta(days=nights)),
    }  # fmt: skip
    return row | changes


def review(name: str, hotel: str, posted: date = POSTED, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(REVIEW_COLUMNS, "0") | {
        "review_key": name, "Review_Title": "", "Posted_At": "", "Hotel_Name": REVIEWED_AS.get(hotel, HOTELS[hotel][0]),
        "Hotel_Address": HOTELS[hotel][3], "Review_Date": f"{posted.month}/{posted.day}/{posted.year}",
        "Average_Score": "8.1", "Reviewer_Nationality": " Germany ", "Reviewer_Score": "8.0",
        "Positive_Review": f" The staff of the {hotel} house were kind and we slept very well ",
        "Negative_Review": "No Negative", "Tags": "[' Leisure trip ', ' Couple ', ' Stayed 3 nights ']",
    }  # fmt: skip
    return row | changes


NOTHING = dict.fromkeys(("country", "agent", "company", "meal", "market_segment", "distribution_channel"), "NULL")
OPEN_ENDS = {
    "nights missing": {"stays_in_week_nights": ""},
    "nights negative": {"stays_in_week_nights": "-2"},
    "arrival missing": {"arrival_date_year": "NULL"},
    "no such day": {"arrival_date_month": "February", "arrival_date_day_of_month": "31"},
    "left before it came": {"reservation_status_date": "2024-01-03"},
    "end missing": {"reservation_status_date": ""},
}
PAIRED = ("accents", "stroke", "japanese", "greek", "arabic", "renamed")
BOOKINGS = [
    *(booking(name, name) for name in (*PAIRED, "twin_a", "twin_b", "namesake_rome", "namesake_milan")),
    *(booking(name, "open_end", **changes) for name, changes in OPEN_ENDS.items()),
    booking("nights zero", "open_end", LEFT, 0),
    booking("early", "early", date(2024, 1, 6)),
    booking("bare", "bare", adults="2", children="NA", guest_key="", guest_name="", **NOTHING),
    booking("kosovo", "codes", country="XKX"),
    booking("no such code", "codes", country="ZZZ"),
    *(booking(name, "codes", guest_name=name) for name in GUESTS),
]
REVIEWS = [
    *(review(name, name) for name in (*PAIRED, "twin_a", "namesake_rome", "open_end")),
    review("early", "early", date(2024, 1, 4)),
    review("before all", "early", START),
    review("bare", "bare", Reviewer_Nationality=" ", Tags="[]", Average_Score="", Total_Number_of_Reviews=""),
    review("kosovo", "codes", Reviewer_Nationality=" Kosovo "),
    review("atlantis", "codes", Reviewer_Nationality=" Atlantis ", Tags=""),
    review("signed", "codes", Positive_Review=f"Lovely stay with good beds, thanks to all. {GUESTS[0]}", Tags="['?'"),
]


def write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def build(
    home: Path, encoder_home: Path, bookings: Sequence[dict[str, Any]],
    reviewed: Sequence[dict[str, Any]] = REVIEWS, **sections: dict[str, Any],
) -> Workspace:  # fmt: skip
    data = home / "data"
    data.mkdir(parents=True)
    (home / "encoders").symlink_to(encoder_home / "encoders")
    write(data / "hotel_bookings.csv", (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS), bookings)
    write(data / "Hotel_Reviews.csv", (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS), reviewed)
    core = CoreSettings(source="public", data=data, history_start=START, history_end=END, fit_every_days=60)
    sections = {"raw": {"extra_country_codes": ["XKX"]}, **sections}
    return build_workspace(Settings(home=home, core=core, sections=sections), source=NamedGroup(data))


def run(world: Workspace, *tables: str) -> None:
    """The daily stages in flow order (all, or those named); no day may fail a check."""
    for item in declared_in(room_modules(), DailyAsset):
        if item.name in tables or (not tables and item.name != "customer_scores"):
            report = produce_days(world, item.spec, DAYS)
            assert not report.failed, (item.name, report.outcomes)
            assert list(report.promoted) == DAYS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Workspace:
    """Exact labels (k = 1), so that each case is seen by itself."""
    reviews = {"hotel_aliases": ["Hilton Riverside=>Hyatt Riverside"]}
    privacy, alignment = {"k": 1, "allow_k_1": True}, {"window_days": 5}
    home = tmp_path_factory.mktemp("bad")
    built = build(home, encoder_home, BOOKINGS, reviews=reviews, privacy=privacy, alignment=alignment)
    run(built)
    return built


def table(world: Workspace, name: str) -> pl.DataFrame:
    return world.lake.read_days(world.contracts[name], DAYS)


def case_of(prefix: str) -> pl.Expr:
    """The case that a row id names; keys are stored in capitals."""
    return pl.col("row_id").str.strip_prefix(prefix).str.to_lowercase()


def names_of(world: Workspace) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``booking``/``booking_id`` and ``review``/``review_id``: the names given above beside the published ids."""
    ids = table(world, "pseudonyms").select("booking_id", booking=case_of("reservation:"))
    raw = table(world, "raw_reviews")
    hashed = hash_column(raw["row_id"], "review", world.key)
    return ids, raw.select(review=case_of("review:"), review_id=hashed)


def pairs(world: Workspace) -> pl.DataFrame:
    bookings, reviews = names_of(world)
    rows = table(world, "booking_review_pairs").join(bookings, on="booking_id")
    return rows.join(reviews, on="review_id", how="left")


def candidates(world: Workspace) -> pl.DataFrame:
    bookings, reviews = names_of(world)
    return table(world, "match_candidates").join(bookings, on="booking_id").join(reviews, on="review_id")


@pytest.mark.parametrize("case", PAIRED)
def test_another_spelling_script_or_former_brand_is_the_same_hotel(world: Workspace, case: str) -> None:
    assigned = pairs(world).filter(pl.col("is_assigned") & (pl.col("booking") == case))
    assert assigned["review"].to_list() == [case]
    rows = candidates(world).filter(pl.col("booking") == case)
    assert rows.select("review", "identity").rows() == [(case, "exact")], "no other hotel's review comes near"


def test_two_hotels_of_one_name_in_one_city_are_not_told_apart_by_name(world: Workspace) -> None:
    twins = pairs(world).filter(pl.col("booking").is_in(["twin_a", "twin_b"]))
    assert twins.height == 2, "both stays are decided"
    assert twins["review"].null_count() == 2
    assert "twin_a" not in candidates(world)["review"].to_list()


def test_namesakes_in_two_cities_are_told_apart_by_the_address(world: Workspace) -> None:
    rows = candidates(world).filter(pl.col("review") == "namesake_rome")
    assert rows.select("booking", "identity").rows() == [("namesake_rome", "exact")]


def test_reviews_before_any_stay_are_kept_and_paired_with_nothing(world: Workspace) -> None:
    kept = table(world, "clean_reviews").join(names_of(world)[1], on="review_id")["review"].to_list()
    assert {"early", "before all"} <= set(kept)
    assert table(world, "review_anomalies").join(names_of(world)[1], on="review_id").height == len(REVIEWS)
    decided = pairs(world).filter(pl.col("booking") == "early")
    assert decided.select("rank", "review").rows() == [(0, None)]


@pytest.mark.parametrize("case", OPEN_ENDS)
def test_stays_without_an_end_are_quarantined_with_the_reason(world: Workspace, case: str) -> None:
    problems = table(world, "quarantine").filter(pl.col("raw_text").str.contains(f",{case},", literal=True))
    columns = {
        "nights missing": "stays_in_week_nights", "nights negative": "stays_in_week_nights",
        "arrival missing": "arrival_date_year", "no such day": "arrival_date_day_of_month",
        "left before it came": "reservation_status_date", "end missing": "reservation_status_date",
    }  # fmt: skip
    assert problems["column"].to_list() == [columns[case]]
    assert case not in names_of(world)[0]["booking"].to_list()


def test_a_stay_of_no_nights_is_a_stay_worth_nothing(world: Workspace) -> None:
    row = table(world, "labelled_bookings").join(names_of(world)[0], on="booking_id")
    row = row.filter(pl.col("booking") == "nights zero")
    assert row.select("nights_from", "nights_to", "realised_revenue").rows() == [(0, 0, 0)]
    assert pairs(world).filter(pl.col("booking") == "nights zero").height == 1


def test_with_every_attribute_missing_time_alone_is_compared(world: Workspace) -> None:
    row = candidates(world).filter(pl.col("booking") == "bare").to_dicts()
    assert len(row) == 1
    agreements = ("country", "nights", "party", "purpose", "room")
    assert {name: row[0][f"{name}_agreement"] for name in agreements} == dict.fromkeys(agreements)
    assert row[0]["time_agreement"] > 0.5
    chosen = pairs(world).filter((pl.col("booking") == "bare") & pl.col("review").is_not_null()).to_dicts()[0]
    usual = pairs(world).filter((pl.col("booking") == "accents") & pl.col("is_assigned")).to_dicts()[0]
    assert chosen["match_probability"] < usual["match_probability"], "less is known, so less is believed"


def test_country_codes_outside_every_hierarchy(world: Workspace) -> None:
    published = table(world, "labelled_bookings").join(names_of(world)[0], on="booking_id")
    kosovo = published.filter(pl.col("booking") == "kosovo")
    assert kosovo.select("country_levels", "country_region").rows() == [("XKX", "Unknown")]
    problem = table(world, "quarantine").filter(pl.col("raw_text").str.contains(",ZZZ,", literal=True))
    assert problem["column"].to_list() == ["country"]
    countries = dict(
        table(world, "clean_reviews")
        .join(names_of(world)[1], on="review_id")
        .select("review", "reviewer_country")
        .rows()
    )
    assert countries["kosovo"] == "XKX"
    assert countries["atlantis"] is None
    agreed = candidates(world).filter((pl.col("review") == "kosovo") & (pl.col("booking") == "kosovo"))
    assert agreed["country_agreement"].to_list() == [1.0]


def test_names_of_guests_in_any_script_stay_restricted(world: Workspace) -> None:
    raw = table(world, "raw_bookings")
    assert set(GUESTS) <= set(raw["guest_name"].drop_nulls().to_list())
    for name in ("labelled_bookings", "booking_review_pairs"):
        text = table(world, name).select(pl.selectors.string()).write_csv()
        assert not [guest for guest in GUESTS if guest in text]


def test_every_delivered_row_is_somewhere(world: Workspace) -> None:
    quarantined = table(world, "quarantine")["row_id"].n_unique()
    assert table(world, "raw_bookings").height + quarantined == len(BOOKINGS)
    assert table(world, "clean_reviews").height == len(REVIEWS)
    worth = customers.verb(WholeInputs(world, customers.reads, "customers", END))
    frame = worth if isinstance(worth, pl.DataFrame) else worth.frame
    assert frame["bookings"].sum() == table(world, "raw_bookings").height
    assert frame["clv"].min() >= 0


def test_odd_codes_and_gaps_are_published_in_classes_of_k(tmp_path: Path, encoder_home: Path) -> None:
    countries = ("XKX", "ZZY", "NULL", "PRT", "JPN", "XKX", "NULL")
    rows = [booking(f"guest {n}", "codes", country=code) for n, code in enumerate(countries)]
    rows += [booking("nothing", "codes", children="NA", **NOTHING)]
    built = build(tmp_path, encoder_home, rows, raw={"extra_country_codes": ["XKX", "ZZY"]}, privacy={"k": 5})
    run(built, "raw_bookings", "pseudonyms", "labelled_bookings")
    published = table(built, "labelled_bookings")
    assert published.height == len(rows)
    assert published["class_size"].min() >= 5
    levels = {level for label in published["country_levels"] for level in label.split("|")}
    assert levels == {"XKX", "ZZY", "?", "PRT", "JPN"}, "an unplaced code is a level of its own"
    assert set(published["country_region"].to_list()) <= {"World", "Unknown", "PRT", "JPN"}


def test_a_gap_in_any_column_that_allows_one_refuses_no_day(tmp_path: Path) -> None:
    """Each column of a row alone, and all of them together, as far as the delivered columns go."""
    cells = (*OPTIONAL_BOOKING_COLUMNS, "children", "meal", "country", "market_segment", "distribution_channel",
             "agent", "company")  # fmt: skip
    texts = ("Hotel_Address", "Average_Score", "Total_Number_of_Reviews", "Reviewer_Nationality", "Positive_Review",
             "Negative_Review", "Tags", "Total_Number_of_Reviews_Reviewer_Has_Given", *OPTIONAL_REVIEW_COLUMNS,
             "days_since_review", "lat", "lng", "Additional_Number_of_Scoring")  # fmt: skip
    rows = [booking(f"without {name}", "codes", **{name: ""}) for name in cells]
    rows += [booking("without all", "codes", **dict.fromkeys(cells, ""))]
    said = {name: f" The rooms were quiet, and {name} was the word of the day " for name in texts}
    posts = [
        review(f"without {name}", "codes", **{"Positive_Review": said[name], "Negative_Review": said[name], name: ""})
        for name in texts
    ]
    posts += [review("without all", "codes", **dict.fromkeys(texts, ""))]
    privacy = {"k": 1, "allow_k_1": True}
    built = build(tmp_path, tmp_path, rows, posts, privacy=privacy, alignment={"window_days": 5})
    run(built, "raw_bookings", "raw_reviews", "quarantine", "pseudonyms", "masked_reviews", "clean_reviews",
        "labelled_bookings")  # fmt: skip
    assert table(built, "quarantine").is_empty()
    assert table(built, "labelled_bookings").height == len(rows)
    assert table(built, "masked_reviews").height == len(posts)
    assert built.lake.set_aside("clean_reviews", DAYS)["reason"].to_list() == ["no_text"]
    assert table(built, "clean_reviews").height == len(posts) - 1
