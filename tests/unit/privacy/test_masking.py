"""What is masked in review text, and what is left alone."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.masking import COUNT_COLUMNS, TEXT_COLUMNS, mask_reviews, mask_text
from tests.unit.privacy.builders import reviews

POSITIVES = [
    ("My name is Jane Doe and I loved it", "My name is [name] and I loved it"),
    ("We met Mr. Baker and Mrs O'Hara", "We met Mr. [name] and Mrs [name]"),
    ("Regards, John Smith", "Regards, [name]"),
    ("Great stay.\nKind regards\nMaria", "Great stay.\nKind regards\n[name]"),
    ("Kind regards from Patrícia Matos! We liked it", "Kind regards from [name]! We liked it"),
    ("Thanks, Bob K. Miller", "Thanks, [name]"),
    ("Special thanks to Sara at reception", "Special thanks to [name] at reception"),
    ("thanks to Courtney Michaela and I loved", "thanks to [name] and I loved"),
    ("Valentina and Atila at the front desk", "[name] and [name] at the front desk"),
    ("Dana the receptionist was great", "[name] the receptionist was great"),
    ("the receptionist Julia was kind", "the receptionist [name] was kind"),
    ("staff especially Bernard the Concierge", "staff especially [name] the Concierge"),
    ("Ask for Łukasz, who knows the city", "Ask for [name], who knows the city"),
    ("Written by Ana and Benoît. Nice", "Written by [name] and [name]. Nice"),
    ("mail me at j.smith+x@mail.co.uk please", "mail me at [email] please"),
    ("write to j.smith (at) mail dot com", "write to [email]"),
    ("call me on 07946 0958 11", "call me on [phone]"),
    ("my mobile is 912345678", "my mobile is [phone]"),
    ("reach us: +351 912 345 678.", "reach us: [phone]."),
    ("tel (020) 7946-0958", "tel [phone]"),
    ("phone 555-123-4567 now", "phone [phone] now"),
    ("paid with 4111 1111 1111 1111 there", "paid with [number] there"),
    ("booking number 1234567890", "booking number [number]"),
    ("Reservation AB12C34 was lost", "Reservation [number] was lost"),
    ("Booking ref: 0123456789", "Booking ref: [number]"),
    ("IBAN PT50 0002 0123 1234 5678 9015 4", "IBAN [number]"),
    ("it says 9876543210 on it", "it says [number] on it"),
]
NEGATIVES = [
    "room 101 for 2 nights, 10 minutes from the metro",
    "200 euros, 1 500 EUR, 1,250.50 or 150 000 won",
    "from 01 08 2017 to 05/08/2017, 12 05 2017 24 7",
    "reservation 2016 was fine, booking for 2 people",
    "Booking com and Thank you Hilton",
    "Staff at reception were kind and Breakfast in the restaurant was helpful",
    "thank you Spotless room with a view",
    "Lovely lady The manager was polite",
    "The concierge Very helpful",
    "Cheers",
    "Love London",
    "especially The Shard",
    "We called Reception at 7am",
    "My name was wrong on the list",
    "open from 9.00-17.00 on 24/12/2016",
    "",
]


@pytest.mark.parametrize(("text", "expected"), POSITIVES)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert mask_text(text).text == expected


@pytest.mark.parametrize("text", NEGATIVES)
def test_everyday_words_and_figures_stay(text: str) -> None:
    assert mask_text(text).text == text


def test_counts_by_kind() -> None:
    masked = mask_text("I am called Ann Lee, mail a@b.pt or b@c.pt, call me on 0912345678, card 4111111111111111")
    assert (masked.names, masked.emails, masked.phones, masked.numbers) == (1, 2, 1, 1)


def test_staff_names_can_be_kept() -> None:
    assert mask_text("thanks to Sara at reception", staff_names=False).text == "thanks to Sara at reception"
    assert mask_text("My name is Sara", staff_names=False).text == "My name is [name]"


@pytest.mark.parametrize(("text", "expected"), POSITIVES)
def test_masked_text_is_not_masked_again(text: str, expected: str) -> None:
    assert mask_text(expected).text == expected


WORDS = st.sampled_from(
    [
        *" ".join(text for text, _ in POSITIVES).split(),
        *" ".join(NEGATIVES).split(),
        "+44",
        "0",
        ".",
        "the",
        "Tom",
        "at",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=8))
def test_the_fast_way_misses_nothing_that_the_rules_find(texts: list[str]) -> None:
    masked = mask_reviews(reviews(list(texts)))
    assert masked["positive_text"].to_list() == [mask_text(text).text for text in texts]
    assert masked["masked_names"].to_list() == [mask_text(text).names for text in texts]


def test_nulls_stay_null_and_counts_add_over_columns() -> None:
    frame = reviews(["My name is Ann Lee", None], title="mail a@b.pt", negative_text=None)
    masked = mask_reviews(frame)
    assert masked["positive_text"].to_list() == ["My name is [name]", None]
    assert masked["negative_text"].to_list() == [None, None]
    assert masked["title"].to_list() == ["mail [email]"] * 2
    assert masked.select(COUNT_COLUMNS).rows() == [(1, 1, 0, 0), (0, 1, 0, 0)]
    assert all(masked.schema[name] == pl.Int32 for name in COUNT_COLUMNS)
    assert frame["positive_text"][0] == "My name is Ann Lee"


def test_no_reviews() -> None:
    masked = mask_reviews(reviews([]))
    assert masked.is_empty()
    assert set(TEXT_COLUMNS) | set(COUNT_COLUMNS) <= set(masked.columns)
