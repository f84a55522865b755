"""A small world shared by the tests of the demo source."""

from datetime import timedelta

import polars as pl
import pytest

from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource, DemoTruth
from resources.sources.demo.statistics import compare_marginals

SMALL = DemoSettings(guests=2_500, days=400)


@pytest.fixture(scope="session")
def source() -> DemoSource:
    return DemoSource(SMALL)


@pytest.fixture(scope="session")
def bookings(source: DemoSource) -> pl.DataFrame:
    return source.rows(Stream.BOOKINGS, all_days(source))


@pytest.fixture(scope="session")
def reviews(source: DemoSource) -> pl.DataFrame:
    return source.rows(Stream.REVIEWS, all_days(source))


@pytest.fixture(scope="session")
def page(bookings: pl.DataFrame, reviews: pl.DataFrame) -> str:
    return compare_marginals(bookings, reviews, bookings, reviews)


@pytest.fixture(scope="session")
def truth(source: DemoSource) -> DemoTruth:
    return source.truth()


def all_days(source: DemoSource) -> list:
    return [source.first_day + timedelta(days=index) for index in range(source.settings.days)]
