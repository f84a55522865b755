"""The published union is k-anonymous, whatever arrives, and nothing is lost on the way."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.generalisation import generalise
from assets.privacy.loss import information_loss, spans_of
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels, release_bookings
from assets.privacy.risk import LABEL_COLUMNS, class_sizes
from assets.privacy.settings import PrivacySettings
from tests.public_files import BOOKINGS_FILE, public_folder
from tests.unit.privacy.builders import KEY, linked, streams

DATA = public_folder()
PUBLIC = DATA / BOOKINGS_FILE
NINE = (
    "country", "arrival", "nights", "lead_time", "adults", "children", "market_segment", "customer_type", "agent",
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(raw=streams(), k=st.integers(2, 6))
def test_every_released_class_holds_k_guests(raw: pl.DataFrame, k: int) -> None:
    chosen = PrivacySettings(k=k)
    names = pseudonymise(raw, chosen, KEY)
    publication = publish_bookings(raw, names, chosen)
    published = publication.published
    assert published.height + publication.withheld.height == raw.height
    guests = linked(raw).select("booking_id", unit=pl.coalesce("guest_hash", "booking_id"))
    units = published.join(guests, on="booking_id", how="left", maintain_order="left")["unit"]
    sizes = class_sizes(published, units)
    assert sizes.filter(pl.col("units") < k).is_empty()
    # Without the batch's day the classes only grow: the union is k-anonymous because each part is.
    union = published.with_columns(unit=units).group_by(LABEL_COLUMNS).agg(pl.col("unit").n_unique())
    assert union.filter(pl.col("unit") < k).is_empty()
    released = release_bookings(publish_labels(published))
    assert released.group_by("delivery_day", *LABEL_COLUMNS).len().filter(pl.col("len") < k).is_empty()


@pytest.fixture(scope="module")
def public_bookings() -> pl.DataFrame:
    from assets.raw.parse_bookings import parse_bookings
    from assets.raw.settings import RawSettings
    from resources.sources.base import Stream
    from resources.sources.public import PublicSource

    source = PublicSource(DATA)
    days = pl.date_range(source.first_day, source.last_day, eager=True).to_list()
    parsed = parse_bookings(source.rows(Stream.BOOKINGS, days), RawSettings())
    return linked(parsed.rows)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(not PUBLIC.is_file(), reason=f"no {PUBLIC}; set STAYWORTH_DATA to the published files")
@pytest.mark.parametrize(
    ("columns", "batch", "split", "ncp", "withheld"),
    [
        (NINE, "day", False, 0.031, 142),
        (NINE, "day", True, 0.035, 210),
        (NINE, "all", False, 0.0098, 0),
    ],
)
def test_loss_on_the_public_bookings(
    public_bookings: pl.DataFrame, columns: tuple[str, ...], batch: str, split: bool, ncp: float, withheld: int
) -> None:
    result = generalise(public_bookings, k=5, quasi_identifiers=columns, batch=batch, split_completed=split)
    spans = spans_of(public_bookings)
    report = information_loss(result.labels, spans, withheld=result.withheld.height, k=5, columns=columns)
    assert report.rows == public_bookings.height
    assert report.min_class_size >= 5
    assert report.withheld <= withheld
    assert report.ncp <= ncp
