"""Reviews that say which stay they are about: believed where all fits, refused with the reason otherwise."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from assets.alignment.checks_links import FEWEST_NAMED, validate_verified_links
from assets.alignment.contract import REFUSALS, VERIFIED_LINKS
from assets.alignment.findings import link_figures
from assets.alignment.verified_links import (
    LATEST_DAYS,
    LINKED_REVIEW_COLUMNS,
    LINKED_STAY_COLUMNS,
    links_of_days,
    reviews_with_claims,
    stays_with_names,
)
from assets.common.versions import latest_versions
from assets.privacy.publication import pseudonymise, publish_reviews
from assets.privacy.review_claims import claims_of
from assets.privacy.settings import PrivacySettings
from assets.privacy.stays import stays_of
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from assets.studies.truth import review_ids, true_links
from resources.secret_keys import SecretKey
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource

KEY = SecretKey(b"a key for tests, 32 bytes long!!")
END = date(2024, 3, 10)
HOTELS = pl.DataFrame(
    {
        "hotel": ["Alpha", "Beta", "Hidden"], "hotel_name": ["Alpha Inn", "Beta Inn", None],
        "city": ["Porto", "Porto", None], "country": ["PRT", "PRT", None], "descriptor": ["", "", ""],
        "is_city": [True, True, True],
    }
)  # fmt: skip
_STAY = {
    "booking_id": "b1", "claimed_id": "n1", "row_id": "reservation:1", "guest_hash": "g1", "hotel": "Alpha",
    "reservation_status": "Check-Out", "arrival_day": END - timedelta(days=2), "end_day": END, "delivery_day": END,
}  # fmt: skip
_REVIEW = {
    "review_id": "r1", "claimed_id": "n1", "guest_hash": None, "hotel_name": "Alpha Inn", "hotel_city": "Porto",
    "hotel_country": "PRT", "posted_day": END + timedelta(days=1), "posted_at": None,
    "delivery_day": END + timedelta(days=1),
}  # fmt: skip
_TYPES = {"posted_at": pl.Datetime("us"), "guest_hash": pl.String, "claimed_id": pl.String}


def stay(**changes: Any) -> dict[str, Any]:
    told = {**_STAY, **changes}
    if "end_day" in changes and "delivery_day" not in changes:
        told["delivery_day"] = changes["end_day"]
    return told


def review(day: int = 1, **changes: Any) -> dict[str, Any]:
    when = END + timedelta(days=day)
    return {**_REVIEW, "posted_day": when, "delivery_day": when, **changes}


def told(
    reviews: list[dict[str, Any]], stays: list[dict[str, Any]], *, days: list[date] | None = None
) -> list[tuple[Any, ...]]:
    """Day of the telling (from the end of the stay), review, stay, reason."""
    left = pl.DataFrame(reviews, schema_overrides=_TYPES)
    right = pl.DataFrame(stays, schema_overrides=_TYPES, schema=list(_STAY))
    asked = days or sorted({*left["delivery_day"], *right["delivery_day"]})
    links = links_of_days(left, right, HOTELS, asked)
    assert all(outcome.passed for outcome in validate_verified_links(links) if outcome.is_blocking)
    return [
        ((row["delivery_day"] - END).days, row["review_id"], row["booking_id"], row["reason"])
        for row in links.iter_rows(named=True)
    ]


def test_a_number_that_fits_in_everything_is_a_link() -> None:
    assert told([review()], [stay()]) == [(1, "r1", "b1", None)]
    links = links_of_days(pl.DataFrame([review(3)], schema_overrides=_TYPES), pl.DataFrame([stay()]), HOTELS,
                          [END + timedelta(days=3)])  # fmt: skip
    assert links.select("said", "gap_days").row(0) == ("number", 3)


@pytest.mark.parametrize(
    ("reason", "said", "there"),
    [
        ("unknown", {"claimed_id": "n9"}, {}),
        ("other_hotel", {"hotel_name": "Beta Inn"}, {}),
        ("other_hotel", {"hotel_name": "Nobody's House", "hotel_city": "Oslo"}, {}),
        ("not_completed", {}, {"reservation_status": "Canceled"}),
        ("not_completed", {}, {"reservation_status": "No-Show"}),
        ("other_guest", {"guest_hash": "g2"}, {}),
        ("not_ended", {"posted_day": END - timedelta(days=1)}, {}),
        ("too_late", {"posted_day": END + timedelta(days=LATEST_DAYS + 1)}, {}),
        ("unknown", {"claimed_id": None, "guest_hash": "g9"}, {}),
        ("other_hotel", {"claimed_id": None, "guest_hash": "g1", "hotel_name": "Beta Inn"}, {}),
        ("not_completed", {"claimed_id": None, "guest_hash": "g1"}, {"reservation_status": "Canceled"}),
        ("not_ended", {"claimed_id": None, "guest_hash": "g1", "posted_day": END - timedelta(days=1)}, {}),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(reason: str, said: dict[str, Any], there: dict[str, Any]) -> None:
    assert told([review(**said)], [stay(**there)]) == [(1, "r1", None, reason)]


def test_a_post_on_the_day_of_the_end_and_on_the_last_day_fit() -> None:
    for gap in (0, LATEST_DAYS):
        assert told([review(gap)], [stay()]) == [(gap, "r1", "b1", None)]


def test_a_hotel_whose_name_is_hidden_holds_nothing_against_the_number() -> None:
    assert told([review(hotel_name="Any House")], [stay(hotel="Hidden")]) == [(1, "r1", "b1", None)]


def test_of_two_reviews_with_one_number_the_earlier_one_gets_the_stay() -> None:
    two = [review(2, review_id="r2"), review(1)]
    assert told(two, [stay()]) == [(1, "r1", "b1", None), (2, "r2", None, "second_review")]
    noon = datetime(2024, 3, 11, 12)  # noqa: DTZ001
    same_day = [review(1, review_id="r0", posted_at=noon.replace(hour=15)), review(1, posted_at=noon)]
    assert told(same_day, [stay()]) == [(1, "r0", None, "second_review"), (1, "r1", "b1", None)]


def test_a_number_and_a_key_for_one_stay_are_two_reviews_of_it() -> None:
    two = [review(1), review(4, review_id="r2", claimed_id=None, guest_hash="g1")]
    assert told(two, [stay()]) == [(1, "r1", "b1", None), (4, "r2", None, "second_review")]


def test_a_corrected_number_leads_elsewhere_and_frees_the_stay() -> None:
    stays = [stay(), stay(booking_id="b2", claimed_id="n2", guest_hash="g2")]
    reviews = [review(1), review(2, review_id="r2"), review(5, posted_day=END + timedelta(days=1), claimed_id="n2")]
    assert told(reviews, stays) == [
        (1, "r1", "b1", None), (2, "r2", None, "second_review"), (5, "r1", "b2", None), (5, "r2", "b1", None),
    ]  # fmt: skip


def test_a_corrected_key_of_the_guest_is_believed_as_it_came_last() -> None:
    reviews = [review(1, guest_hash="g1"), review(3, posted_day=END + timedelta(days=1), guest_hash="g2")]
    assert told(reviews, [stay()]) == [(1, "r1", "b1", None), (3, "r1", None, "other_guest")]
    booked_again = stay(guest_hash="g2", delivery_day=END + timedelta(days=4))
    assert told([review(1, guest_hash="g1")], [stay(), booked_again]) == [
        (1, "r1", "b1", None), (4, "r1", None, "other_guest"),
    ]  # fmt: skip
    by_key = [review(1, claimed_id=None, guest_hash="g1")]
    assert told(by_key, [stay(), booked_again]) == [(1, "r1", "b1", None), (4, "r1", None, "unknown")]


def test_a_number_that_is_taken_back_is_told() -> None:
    reviews = [review(1), review(6, posted_day=END + timedelta(days=1), claimed_id=None)]
    assert told(reviews, [stay()]) == [(1, "r1", "b1", None), (6, "r1", None, "withdrawn")]


def test_a_stay_that_comes_late_or_is_cancelled_afterwards_decides_anew_on_its_day() -> None:
    late = [stay(delivery_day=END + timedelta(days=7))]
    assert told([review(1)], late) == [(1, "r1", None, "unknown"), (7, "r1", "b1", None)]
    gone = [stay(), stay(reservation_status="Canceled", delivery_day=END + timedelta(days=9))]
    assert told([review(1)], gone) == [(1, "r1", "b1", None), (9, "r1", None, "not_completed")]
    same = [stay(), stay(delivery_day=END + timedelta(days=9))]
    assert told([review(1)], same) == [(1, "r1", "b1", None)], "a correction that changes nothing here tells nothing"


def test_two_guests_in_one_reservation_need_the_key() -> None:
    rooms = [stay(row_id="reservation:1:room:1"),
             stay(booking_id="b2", row_id="reservation:1:room:2", guest_hash="g2")]  # fmt: skip
    assert told([review(1)], rooms) == [(1, "r1", None, "several_guests")]
    assert told([review(1, guest_hash="g2")], rooms) == [(1, "r1", "b2", None)]


def test_rooms_of_one_guest_are_one_stay_whose_last_room_counts() -> None:
    rooms = [stay(row_id="reservation:1:room:1"), stay(booking_id="b2", row_id="reservation:1:room:2")]
    assert told([review(1)], rooms) == [(1, "r1", "b1", None)]
    longer = stay(booking_id="b2", row_id="reservation:1:room:2", end_day=END + timedelta(days=1))
    assert told([review(2)], [stay(), longer]) == [(2, "r1", "b2", None)]
    assert told([review(0)], [stay(), longer])[0] == (0, "r1", "b1", None), "the other room is still in the house"


def test_a_key_that_fits_two_stays_names_none_and_rooms_of_one_stay_are_one() -> None:
    by_key = [review(1, claimed_id=None, guest_hash="g1")]
    earlier = stay(booking_id="b0", claimed_id="n0", row_id="reservation:0", end_day=END - timedelta(days=20))
    assert told(by_key, [earlier, stay()], days=[END + timedelta(days=1)]) == [(1, "r1", None, "several_stays")]
    second = stay(booking_id="b0", claimed_id="n0", row_id="reservation:0")
    assert told(by_key, [second, stay()], days=[END + timedelta(days=1)]) == [(1, "r1", "b0", None)]


def test_a_guest_with_a_thousand_stays_is_no_trouble() -> None:
    stays = [
        stay(booking_id=f"b{number}", claimed_id=f"n{number}", row_id=f"reservation:{number}")
        for number in range(1_000)
    ]
    reviews = [review(1, claimed_id="n500"), review(1, review_id="r2", claimed_id=None, guest_hash="g1")]
    outcomes = told(reviews, stays, days=[END + timedelta(days=1)])
    assert outcomes[0] == (1, "r1", "b500", None)


def test_days_do_not_depend_on_what_else_is_asked() -> None:
    reviews = [review(1), review(2, review_id="r2"), review(5, posted_day=END + timedelta(days=1), claimed_id="n2")]
    stays = [stay(), stay(booking_id="b2", claimed_id="n2", guest_hash="g2", delivery_day=END + timedelta(days=6))]
    days = [END + timedelta(days=number) for number in range(8)]
    together = told(reviews, stays, days=days)
    assert together == [row for day in days for row in told(reviews, stays, days=[day])]
    assert (6, "r1", "b2", None) in together


@pytest.fixture(scope="module")
def world() -> tuple[DemoSource, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Source, links of its whole history, masked reviews, claims."""
    settings = DemoSettings(guests=1_500, days=160, late_share=0.03, corrected_share=0.03)
    source = DemoSource(settings)
    days = [source.first_day + timedelta(days=number) for number in range(settings.days)]
    bookings = parse_bookings(source.rows(Stream.BOOKINGS, days), RawSettings()).rows
    reviews = parse_reviews(source.rows(Stream.REVIEWS, days)).rows
    names = pseudonymise(bookings, PrivacySettings(), KEY)
    masked, claims = publish_reviews(reviews, PrivacySettings(), KEY), claims_of(reviews, KEY)
    left = reviews_with_claims(claims, masked.select(LINKED_REVIEW_COLUMNS), ())
    right = stays_with_names(
        stays_of(bookings, names).select(LINKED_STAY_COLUMNS), names.select("row_id", "booking_id", "delivery_day"), KEY
    )
    return source, links_of_days(left, right, source.hotels(), days), masked, claims


def test_on_the_simulated_group_every_link_is_true(world: tuple[Any, ...]) -> None:
    source, links, _, claims = world
    assert all(outcome.passed for outcome in validate_verified_links(links))
    last = latest_versions(links, "review_id")
    linked = last.filter(pl.col("reason").is_null())
    true = true_links(source.truth(), KEY).select("booking_id", "review_id")
    assert linked.join(true, on=["booking_id", "review_id"], how="anti").is_empty()
    assert linked["said"].value_counts().height == 2
    assert linked.height > 0.9 * claims["review_id"].n_unique()
    assert set(last["reason"].drop_nulls()) <= {"unknown", "several_stays", "not_ended"}


def test_the_share_of_reviews_that_are_linked(world: tuple[Any, ...]) -> None:
    _, links, masked, _ = world
    [verified] = link_figures(links, masked).values()
    assert verified["share"] == pytest.approx(verified["linked"] / masked["review_id"].n_unique())
    assert 0.35 < verified["share"] < 0.55
    assert sum(verified["reasons"].values()) == verified["refused"]
    assert link_figures(VERIFIED_LINKS.empty(), masked.clear()) == {
        "verified": {"share": 0.0, "linked": 0.0, "refused": 0.0}
    }


def test_an_invented_review_is_never_linked(world: tuple[Any, ...]) -> None:
    source, links, *_ = world
    fakes = source.truth().reviews.filter(pl.col("reservation_id").is_null())["review_key"]
    assert not links["review_id"].is_in(review_ids(fakes, KEY).implode()).any()


def rows(*changes: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "review_id": "r1",
        "booking_id": "b1",
        "said": "number",
        "reason": None,
        "gap_days": 1,
        "delivery_day": END,
    }
    return pl.DataFrame([{**plain, **change} for change in changes], schema=VERIFIED_LINKS.schema)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("verified_review_is_told_once", [{}, {"booking_id": "b2"}]),
        ("verified_link_or_reason", [{"booking_id": None}]),
        ("verified_link_or_reason", [{"reason": REFUSALS[0]}]),
        ("verified_stay_has_one_review", [{}, {"review_id": "r2"}]),
        ("verified_post_follows_its_stay", [{"gap_days": LATEST_DAYS + 1}]),
        ("verified_post_follows_its_stay", [{"gap_days": None}]),
        (
            "named_reviews_find_their_stay",
            [{"review_id": f"r{at}", "booking_id": None, "reason": "unknown"} for at in range(FEWEST_NAMED)],
        ),
    ],
)
def test_checks_turn_red(name: str, changes: list[dict[str, Any]]) -> None:
    assert name in {outcome.name for outcome in validate_verified_links(rows(*changes)) if not outcome.passed}
    assert all(outcome.passed for outcome in validate_verified_links(rows({})))
