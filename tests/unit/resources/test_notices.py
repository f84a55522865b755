"""Notices are read whole or not at all, and mark the days from theirs on."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from resources.errors import SourceError
from resources.notices import NoticedSource, read_notices, with_notices
from resources.sources.base import Stream
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource

FIRST = date(2024, 1, 1)


class Marks:
    """A source of fingerprints only."""

    hotel = "the source's own"

    def fingerprint(self, _stream: Stream, days: Sequence[date]) -> dict[date, str]:
        return dict.fromkeys(days, "mark")


def test_a_sound_file_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("kind,identifier,day\n opt-out ,b@x.org,2024-01-05\nConsent, a ,2024-01-02\n")
    assert read_notices(path).rows() == [("a", "consent", date(2024, 1, 2)), ("b@x.org", "opt-out", date(2024, 1, 5))]


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "identifier,kind,day\n,opt-out,2024-01-01\n", "identifier,kind,day\na,maybe,2024-01-01\n",
     "identifier,kind,day\na,opt-out,1 May\n"],
)  # fmt: skip
def test_a_notice_is_never_skipped(tmp_path: Path, text: str) -> None:
    path = tmp_path / "n.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match="notices"):
        read_notices(path)
    with pytest.raises(SourceError, match="can't be read"):
        read_notices(tmp_path / "none.csv")


def test_only_days_from_the_notice_on_have_another_mark(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("identifier,kind,day\na,opt-out,2024-01-02\n")
    source = with_notices(Marks(), path)  # type: ignore[arg-type]
    assert isinstance(source, NoticedSource)
    marks = source.fingerprint(Stream.BOOKINGS, [FIRST + timedelta(days=index) for index in range(3)])
    assert marks[FIRST] == "mark"
    assert marks[FIRST + timedelta(days=1)].startswith("mark~")
    assert source.hotel == "the source's own"
    plain = Marks()
    assert with_notices(plain, None) is plain  # type: ignore[arg-type]


def test_the_demo_world_gives_notices_in_the_set_share() -> None:
    none = DemoSource(DemoSettings(days=60, guests=2_000))
    assert none.own_notices().is_empty()
    half = DemoSource(DemoSettings(days=60, guests=2_000, opt_out_share=0.5)).own_notices()
    guests = none.rows(Stream.BOOKINGS, [FIRST + timedelta(days=index) for index in range(60)])["guest_key"].n_unique()
    out = half.filter(kind="opt-out")
    assert 0.4 * guests < out.height < 0.6 * guests
    assert 0.15 * out.height < half.filter(kind="consent").height < 0.35 * out.height
    assert half.equals(DemoSource(DemoSettings(days=60, guests=2_000, opt_out_share=0.5)).own_notices())
