"""The inbox: days by file name, empty and missing days, late, replaced and damaged files; the demo's delivery log."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.partitions import business_days, history
from resources.errors import SettingsError, SourceError
from resources.settings import CoreSettings, Settings
from resources.sources.base import BOOKING_COLUMNS, Stream
from resources.sources.deliveries import DeliveriesSource
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import LOG_FILE, FileShares, arrivals, deliver
from resources.sources.registry import build_source

DAYS = [date(2024, 1, 1) + timedelta(days=index) for index in range(20)]
WORLD = DemoSource(DemoSettings(days=len(DAYS), guests=400, hotels=2))


def inbox(folder: Path, **shares: float) -> DeliveriesSource:
    deliver(folder, WORLD, arrivals(WORLD, DAYS, FileShares(**shares)), date(2025, 1, 1))
    return DeliveriesSource(folder)


def test_rows_come_as_the_demo_has_them(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    assert source.streams == frozenset(Stream)
    assert (source.first_day, source.last_day) == (DAYS[0], DAYS[-1])
    for stream in Stream:
        ours, theirs = source.rows(stream, DAYS), WORLD.rows(stream, DAYS)
        plain = pl.all().exclude("_source_file", "_source_row").fill_null("")
        texts = [frame.with_columns(pl.col("_delivery_day").cast(pl.String)).select(plain) for frame in (ours, theirs)]
        assert texts[0].select(sorted(texts[0].columns)).equals(texts[1].select(sorted(texts[1].columns)))
    assert source.hotels().equals(WORLD.hotels())


def test_an_empty_file_is_a_delivery_and_no_file_is_none(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    path = tmp_path / f"bookings-{DAYS[3]}.csv"
    path.write_text(",".join(BOOKING_COLUMNS) + "\n", "utf-8")
    (tmp_path / f"bookings-{DAYS[4]}.csv").unlink()
    assert source.is_delivered(Stream.BOOKINGS, DAYS[3])
    assert source.rows(Stream.BOOKINGS, [DAYS[3]]).is_empty()
    assert not source.is_delivered(Stream.BOOKINGS, DAYS[4])
    marks = source.fingerprint(Stream.BOOKINGS, DAYS[2:5])
    assert len(set(marks.values())) == 3


def test_a_file_of_another_kind_with_the_same_rows_is_the_same_delivery(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    before = source.fingerprint(Stream.REVIEWS, DAYS)
    path = tmp_path / f"reviews-{DAYS[5]}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    path.unlink()
    frame.with_columns(pl.all().fill_null("")).write_parquet(tmp_path / f"reviews-{DAYS[5]}.parquet")
    assert source.fingerprint(Stream.REVIEWS, DAYS) == before


def test_a_damaged_file_is_not_delivered_and_is_named(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    good = source.fingerprint(Stream.BOOKINGS, DAYS[:2])
    (tmp_path / f"bookings-{DAYS[0]}.csv").write_text("hotel;adr\nx;1\n", "utf-8")
    assert not source.is_delivered(Stream.BOOKINGS, DAYS[0])
    assert "wrong delimiter" in source.missing_streams[f"bookings of {DAYS[0]}"]
    assert source.rows(Stream.BOOKINGS, DAYS[:2])["_delivery_day"].unique().to_list() == [DAYS[1]]
    assert source.fingerprint(Stream.BOOKINGS, DAYS[:2])[DAYS[1]] == good[DAYS[1]]


def test_half_written_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    for name in ("bookings-2024-02-01.csv.part", "bookings-2024-02-30.csv", "notes.csv"):
        (tmp_path / name).write_text("x", "utf-8")
    assert source.last_day == DAYS[-1]


def test_what_cannot_be_read_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        DeliveriesSource(tmp_path / "nowhere")
    empty = DeliveriesSource(tmp_path)
    assert set(empty.missing_streams) == {"bookings", "reviews"}
    with pytest.raises(SourceError, match=r"bookings-<YYYY-MM-DD>\.csv"):
        _ = empty.first_day
    with pytest.raises(SourceError, match=r"hotels\.csv"):
        empty.hotels()


def test_settings_need_a_folder_and_the_start_is_asked_of_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="data"):
        CoreSettings(source="deliveries", history_start=DAYS[0])
    inbox(tmp_path)
    asked = Settings(home=tmp_path, core=CoreSettings(source="deliveries", data=tmp_path))
    assert history(asked)[0] == DAYS[0], "the first day with a file"
    settings = Settings(home=tmp_path, core=CoreSettings(source="deliveries", data=tmp_path, history_start=DAYS[0]))
    assert isinstance(build_source(settings), DeliveriesSource)
    first, last = history(settings)
    assert first == DAYS[0]
    assert business_days(settings).end is None, "it goes on delivering"
    assert last >= first


def test_the_log_tells_what_arrived_when_and_a_second_call_adds_what_came_since(tmp_path: Path) -> None:
    shares = FileShares(late=0.2, missing=0.1, repeated=0.2, corrected=0.2)
    found = arrivals(WORLD, DAYS, shares)
    assert {item.kind for item in found} == {"on time", "late", "repeated", "corrected"}
    first = deliver(tmp_path / "a", WORLD, found, DAYS[9])
    then = deliver(tmp_path / "a", WORLD, found, DAYS[-1] + timedelta(days=30))
    assert deliver(tmp_path / "a", WORLD, found, DAYS[-1] + timedelta(days=30)) == []
    assert [*first, *then] == found
    log = pl.read_csv(tmp_path / "a" / LOG_FILE)
    assert log["arrived_on"].to_list() == [str(item.arrived_on) for item in found]
    deliver(tmp_path / "b", WORLD, found, date(2025, 1, 1))
    for stream in Stream:
        marks = [DeliveriesSource(tmp_path / name).fingerprint(stream, DAYS) for name in ("a", "b")]
        assert marks[0] == marks[1]
    corrected = next(item for item in found if item.kind == "corrected")
    early = next(item for item in found if (item.stream, item.day) == (corrected.stream, corrected.day))
    assert early.rows.height <= corrected.rows.height


def test_shares_of_files_must_make_sense() -> None:
    with pytest.raises(SettingsError, match="sum to 1 or less"):
        FileShares(late=0.7, missing=0.4)


@pytest.mark.parametrize("stream", list(Stream))
def test_late_repeated_and_corrected_rows_of_the_demo_world(stream: Stream) -> None:
    key = {"bookings": "reservation_id", "reviews": "review_key"}[stream]
    shares = {"late_share": 0.2, "repeated_share": 0.1, "corrected_share": 0.1}
    odd = DemoSource(DemoSettings(days=len(DAYS), guests=2_000, hotels=2, **shares))
    plain = DemoSource(DemoSettings(days=len(DAYS), guests=2_000, hotels=2))
    rows, own = odd.rows(stream, DAYS), plain.rows(stream, DAYS)
    assert pl.concat([odd.rows(stream, [day]) for day in DAYS]).equals(rows), "a day is a function of the day alone"
    days = own.select(key, own_day="_delivery_day")
    came = rows.join(days, on=key)
    first = came.sort("_delivery_day").unique(key, keep="first", maintain_order=True)
    late = first.filter(pl.col("_delivery_day") > pl.col("own_day"))
    assert 0.1 < late.height / first.height < 0.3
    assert came.filter(pl.col("_delivery_day") < pl.col("own_day")).is_empty()
    assert not rows.select(key, "_delivery_day").is_duplicated().any(), "a key comes once a day at most"
    content = pl.all().exclude("_delivery_day", "_source_file", "_source_row", "own_day")
    versions = came.group_by(key).agg(pl.len(), pl.struct(content).n_unique().alias("contents"))
    assert versions["len"].max() == 2
    assert set(versions.filter(pl.col("len") == 2)["contents"]) == {1, 2}
