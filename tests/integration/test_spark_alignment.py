"""The alignment on Spark (local mode) gives the rows that one process gives."""

import shutil
import sys
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets.alignment import assets as alignment
from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.distribution import build_candidates_in_groups, decide_in_groups
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.settings import AlignmentSettings
from assets.privacy.publication import pseudonymise, publish_bookings, publish_reviews
from assets.privacy.settings import PrivacySettings
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from assets.reviews.cleaning import clean
from assets.reviews.settings import ReviewSettings
from resources.engines import GROUP
from resources.errors import ContractError, SettingsError
from resources.secret_keys import SecretKey
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from resources.spark import SparkEngine, spark_engine
from tests.end_to_end.test_month import backfill, differences
from tests.end_to_end.worlds import START, data_bytes, demo_workspace

pytest.importorskip("pyspark", reason="the extra stayworth[spark] is not installed")
_KEY = SecretKey(b"a key of tests, not a secret, 32 bytes!")
_NO_JAVA = "Java 17 or newer is not installed (Debian: apt-get install openjdk-17-jre-headless)"
needs_java = pytest.mark.skipif(shutil.which("java") is None, reason=_NO_JAVA)


def sides(demo: DemoSettings) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, list[date]]:
    """Published bookings, clean reviews, hotels and days of a demo world."""
    source, privacy = DemoSource(demo), PrivacySettings()
    days = [demo.start + timedelta(days=index) for index in range(demo.days)]
    bookings = parse_bookings(source.rows(Stream.BOOKINGS, days), RawSettings()).rows
    published = publish_bookings(bookings, pseudonymise(bookings, privacy, _KEY), privacy).published
    reviews = publish_reviews(parse_reviews(source.rows(Stream.REVIEWS, days)).rows, privacy, _KEY)
    return published, clean(reviews, ReviewSettings())[0], source.hotels(), days


def weights_of(days: list[date], room: AlignmentSettings) -> dict[date, MatchWeights]:
    """Two records, the second in force from the middle."""
    one, other = assumed_weights(room), assumed_weights(AlignmentSettings(coverage=0.9, review_rate=0.4))
    return {day: one if place < len(days) // 2 else other for place, day in enumerate(days)}


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize(("named", "length"), [(True, 40), (False, 25)], ids=["named hotels", "hidden hotels"])
def test_candidates_and_pairs_are_equal(named: bool, length: int) -> None:
    demo = DemoSettings(seed=101, guests=2_500, days=length, hotels=4, named_hotels=named)
    bookings, reviews, hotels, days = sides(demo)
    room = AlignmentSettings(window_days=10, max_candidates=4).for_labels()
    read = (bookings, reviews, hotels, days, room)
    local = build_candidates(*read)
    ask = (bookings, local.frame, BOOKING_REVIEW_PAIRS.empty(), days, weights_of(days, room).__getitem__, room)
    pairs = decide(*ask)
    assert local.frame.height > 200
    assert pairs.filter("is_assigned").height > 10

    with spark_engine("local[2]") as engine:
        shared = build_candidates_in_groups(*read, engine, 7)
        shared_pairs = decide_in_groups(*ask, engine)
    assert_frame_equal(shared.frame, local.frame)
    assert_frame_equal(shared.blocked, local.blocked)
    assert_frame_equal(shared_pairs, pairs)


@needs_java
@pytest.mark.slow
def test_one_setting_moves_the_daily_tables_to_spark(
    tmp_path: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored bytes are equal, records of inputs included: days made by one engine are still good under the other."""
    days = [START + timedelta(days=index) for index in range(9)]
    home = {"encoder_home": encoder_home, "days": len(days)}
    local = demo_workspace(tmp_path / "local", **home, demo={"guests": 1_500})
    assert backfill(local, days[0], days[-1])
    expected = data_bytes(local)

    shutil.copytree(tmp_path / "local", tmp_path / "spark", symlinks=True)
    spark = demo_workspace(tmp_path / "spark", **home, demo={"guests": 1_500}, alignment={"engine": "spark"})
    removed = [name for name in expected if "match_candidates" in name or "booking_review_pairs" in name]
    assert len(removed) == 2 * len(days)
    for name in removed:
        (spark.lake.root / name).unlink()
    masters: list[str] = []

    def noted(master: str) -> AbstractContextManager[SparkEngine]:
        masters.append(master)
        return spark_engine(master)

    monkeypatch.setattr(alignment, "spark_engine", noted)
    assert backfill(spark, days[0], days[-1])
    assert set(masters) == {"local[2]"}
    assert len(masters) >= 2
    assert differences(data_bytes(spark), expected) == []


@needs_java
@pytest.mark.slow
def test_values_travel_unchanged_and_workers_run_this_python() -> None:
    left = pl.DataFrame(
        {
            GROUP: ["a", "a", "b"], "text": ["é|?", None, ""], "share": [0.1, None, -0.0], "is_in": [True, None, False],
            "day": [date(2024, 2, 29), None, date(1969, 12, 31)], "n": pl.Series([1, None, -3], dtype=pl.Int32),
        }
    )  # fmt: skip
    right = pl.DataFrame({GROUP: ["a", "c"], "big": [2**60, -1]})

    def echo(group: str, one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
        python = f"{sys.executable} {group} {one.height} {other.height}"
        return one.with_columns(big=pl.lit(other["big"].sum()), python=pl.lit(python))

    schema = {**left.drop(GROUP).schema, "big": pl.Int64(), "python": pl.String()}
    with spark_engine("local[2]") as engine:
        assert engine.workers == 2
        echoed = engine.run_groups(left, right, echo, schema)
        empty = engine.run_groups(left.clear(), right.clear(), echo, schema)
        with pytest.raises(ContractError, match="which is not carried to Spark"):
            engine.run_groups(left.with_columns(pl.col("is_in").cast(pl.UInt8)), right, echo, schema)
    assert empty.equals(pl.DataFrame(schema=schema))
    order = ["python", "text"]
    assert echoed.select(left.drop(GROUP).columns).sort("text").equals(left.drop(GROUP).sort("text"))
    assert echoed.sort(order)["python"].unique().sort().to_list() == [
        f"{sys.executable} a 2 1", f"{sys.executable} b 1 0"
    ]  # fmt: skip
    assert set(echoed["big"]) == {2**60, 0}


def test_without_pyspark_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SettingsError, match=r"pip install 'stayworth\[spark\]'"), spark_engine("local[2]"):
        pass


# PySpark leaves the pipe to the Java that did not start to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark import SparkContext

    if SparkContext._gateway is not None:
        pytest.skip("Java already runs in this process")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(SettingsError, match="install Java 17 or newer"), spark_engine("local[2]"):
        pass
