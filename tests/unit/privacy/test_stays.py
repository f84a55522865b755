"""The exact history: every raw row, no identifier, and the shape of labels without their width."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings

from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import completed_stays
from assets.privacy.checks import validate_stays
from assets.privacy.contract import LABELLED_BOOKINGS, STAYS
from assets.privacy.publication import pseudonymise, publish_bookings
from assets.privacy.risk import LABEL_COLUMNS
from assets.privacy.settings import PrivacySettings
from assets.privacy.stays import as_labels, columns_behind, stays_of
from assets.raw.contract import RAW_BOOKINGS
from resources.errors import ContractError
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, streams

SETTINGS = PrivacySettings()


def history(raw: pl.DataFrame) -> pl.DataFrame:
    return stays_of(raw, pseudonymise(raw, SETTINGS, KEY))


@settings(max_examples=10, deadline=None)
@given(raw=streams())
def test_every_raw_row_is_there_with_its_values_and_without_its_names(raw: pl.DataFrame) -> None:
    stays = history(raw)
    assert dict(stays.schema) == STAYS.schema
    assert stays.height == raw.height
    exact = [name for name in RAW_BOOKINGS.names if name in STAYS.names]
    assert stays.select(exact).equals(raw.select(exact))
    assert not {"row_id", "guest_key", "guest_name", "email", "phone", "card_number"} & set(stays.columns)
    assert all(outcome.passed for outcome in validate_stays(stays))


def test_exact_columns_are_all_of_a_raw_booking_that_name_nobody() -> None:
    left_out = set(RAW_BOOKINGS.names) - set(STAYS.names)
    assert left_out == {*RAW_BOOKINGS.personal, "repeat_ordinal"}


def test_rows_of_the_labels_columns_types_and_order() -> None:
    raw = bookings([booking(n, guest_key=f"G{n}", agent="a|b", country=None if n else "FRA") for n in range(3)])
    labels = as_labels(history(raw))
    assert dict(labels.schema) == LABELLED_BOOKINGS.schema
    assert labels["booking_id"].to_list() == history(raw)["booking_id"].to_list()
    assert labels["country_levels"].to_list() == ["FRA", "?", "?"]
    assert labels["country_region"][0] == "FRA"
    assert labels["agent_levels"].unique().to_list() == ["a/b"], "one level, whatever its text"
    assert labels["repeated_guest_levels"].unique().to_list() == ["0"]
    assert labels.select("class_size", "k").unique().rows() == [(1, 1)]
    assert labels.select("l_diversity", "rate_from").null_count().row(0) == (3, 3)


@settings(max_examples=10, deadline=None)
@given(raw=streams())
def test_exact_rows_lie_within_their_published_labels(raw: pl.DataFrame) -> None:
    """What is published of a row holds the row: the same columns, each label around the exact value."""
    names = pseudonymise(raw, SETTINGS, KEY)
    chosen = PrivacySettings(k=2)
    published = publish_bookings(raw, names, chosen).published
    exact = as_labels(stays_of(raw, names)).join(
        published, on=["booking_id", "delivery_day"], suffix="_label", maintain_order="left"
    )
    assert exact.height == published.height
    for name in LABEL_COLUMNS:
        label = pl.col(f"{name}_label")
        if name.endswith("_levels"):
            inside = label.str.split("|").list.contains(pl.col(name))
        elif name.endswith("_from"):
            inside = pl.col(name) >= label
        elif name.endswith("_to"):
            inside = pl.col(name) <= label
        else:
            continue
        assert exact.select(inside.all()).item() is not False, name
    for name in ("is_completed", "reservation_status", "realised_revenue", "meal", "special_requests"):
        assert exact[name].equals(exact[f"{name}_label"]), name


def test_the_end_of_a_stay_is_exact_where_arrival_and_nights_say_so() -> None:
    late = booking(1, nights=3, delivery_day=DAY, arrival_day=DAY - timedelta(days=9))
    lost = booking(2, reservation_status="No-Show", is_canceled=True, arrival_day=DAY)
    labels = as_labels(history(bookings([booking(0), late, lost])))
    assert labels["class_id"].str.contains("-stay-").to_list() == [True, False, False]
    assert labels["class_id"].str.starts_with(str(DAY)).all()
    assert labels["reservation_status"].to_list() == ["Check-Out", "Check-Out", "Canceled"]
    ends = completed_stays(labels, AlignmentSettings()).select("end_from", "stay_end")
    assert set(ends.rows()) == {(DAY, DAY), (DAY - timedelta(days=6),) * 2}


def test_few_columns_need_few_columns() -> None:
    stays = history(bookings([booking(0), booking(1)]))
    wanted = ("lead_time_to", "country_region", "booking_id", "is_completed")
    behind = columns_behind(wanted)
    assert behind == ("booking_id", "reservation_status", "lead_time_days", "country")
    assert as_labels(stays.select(behind), wanted).equals(as_labels(stays).select(wanted))
    assert as_labels(stays.clear()).is_empty()
    assert as_labels(stays.clear()).schema == as_labels(stays).schema


def test_bookings_and_pseudonyms_that_do_not_meet_are_refused() -> None:
    raw = bookings([booking(0), booking(1)])
    names = pseudonymise(raw, SETTINGS, KEY)
    with pytest.raises(ContractError, match="2 bookings meet 1 of 1 pseudonyms"):
        stays_of(raw, names.head(1))
    with pytest.raises(ContractError, match="1 bookings meet 1 of 2 pseudonyms"):
        stays_of(raw.head(1), names)


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        ({"email": "a@b.pt"}, "no_direct_identifier_is_carried"),
        ({"row_id": "reservation:1"}, "no_direct_identifier_is_carried"),
        ({"realised_revenue": 1}, "revenue_follows_from_rate_and_nights"),
        ({"guest_hash": "G1"}, "hashes_are_well_formed"),
        ({"booking_id": "a" * 32}, "booking_ids_are_unique_within_a_day"),
    ],
)
def test_each_check_sees_its_fault(broken: dict[str, object], check: str) -> None:
    stays = history(bookings([booking(0), booking(1)]))
    assert all(outcome.passed for outcome in validate_stays(stays))
    bad = stays.with_columns(**{name: pl.lit(value) for name, value in broken.items()})
    assert [outcome.name for outcome in validate_stays(bad) if not outcome.passed] == [check]
