"""The guests' commands over an inbox of families, shared addresses, words for "no key" and damaged rows."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines import cli
from pipelines.guests.opt_outs import unmet_notices
from pipelines.running import failures_of, run_job
from pipelines.workspace import build_workspace
from resources.tombstones import TombstoneStore
from tests.unit.raw.builders import booking, csv_text, review

FIRST, LAST = date(2016, 7, 3), date(2016, 7, 4)
RAW = ["raw_bookings", "raw_reviews", "quarantine", "raw_counts", "pseudonyms", "masked_reviews"]
HOTELS = "hotel,hotel_name,city,country,descriptor,is_city\nCity Hotel,Casa Alfa,Lisbon,PRT,hotel,true\n"
_FIELDS = ("guest_key", "guest_name", "email", "phone", "card_number")
PEOPLE = {  # reservation: key, name, e-mail, phone, card
    "A1": ("K1", "Ana Luz", "luz@x.example", "+351 912 345 678", ""),
    "A2": ("K1 ", "LUZ, ANA", "LUZ@x.example", "912345678", ""),
    "B1": ("K2", "Rui Luz", "luz@x.example", "+351 912 345 679", ""),
    "C1": ("K3", "Fay Low", "fay@x.example", "+351 210 000 001", "4000001234567899"),
    "C2": ("K4", "Fred Low", "fred@x.example", "210/000.001", "4000 0012 3456 7899"),
    "D1": ("NULL", "", "u1@x.example", "", ""),
    "D2": ("null", "", "u2@x.example", "", ""),
    "D3": ("n/a", "", "u3@x.example", "", ""),
    "E1": ("2", "Eva Mar", "eva@x.example", "", ""),
    "F1": ("POOL", "Guy One", "g1@x.example", "", ""),
    "F2": ("POOL", "Guy Two", "g2@x.example", "", ""),
    "H1": ("K77007", "Lia Sol", "lia@x.example", "+351 930 111 222", ""),
    "H2": ("", "", "LIA@x.example", "", ""),
    "H3": ("", "Zoe Rio", "zoe@x.example", "930111222", ""),
    "I1": ("", "Ida Sol", "ida@x.example", "+49 170 1234567", ""),
    "I2": ("", "SOL Ida", "", "0170/1234567", ""),
}  # fmt: skip
PEOPLE |= {f"G{place}": ("AG9", f"Al No{place}", f"ag{place}@x.example", "", "") for place in range(7)}
PEOPLE |= {
    f"L{place}": (word, "", f"l{place}@x.example", "", "") for place, word in enumerate(("Laufkunde", "LAUFKUNDE "))
}
ROOMS = [  # number, room, rate, name, e-mail
    ("R1", "101", "80", "Ola Rio", "ola@x.example"), ("r1", "102", "80", "", ""), ("R1", "103", "90", "", ""),
    ("R1:room:101", "", "80", "Max Foe", "max@x.example"),
    ("S1", "", "70", "Sam Poe", "sam@x.example"), ("S1", "", "75", "", ""), ("S1", "", "79", "", ""),
    ("T1", "1", "60", "Tea Low", "tea@x.example"), ("T1", "2", "60", "Tom Low", "tom@x.example"),
]  # fmt: skip
DAMAGED = {"Q1": ("2", "", "", "", ""), "Q2": ("7", "", "", "", ""), "Q3": ("8", "", "ida@x.example", "", "")}


def bookings() -> str:
    rows = [booking(reservation_id=number, **dict(zip(_FIELDS, cells, strict=True)))
            for number, cells in PEOPLE.items()]  # fmt: skip
    rows += [booking(reservation_id=number, guest_key="", room_number=room, adr=rate, guest_name=name, email=mail)
             for number, room, rate, name, mail in ROOMS]  # fmt: skip
    rows += [booking(reservation_id="W100", guest_key=key, email=f"{key}@x.example") for key in ("KW1", "KW2")]
    rows += [booking(reservation_id=" r1", room_number=room, adr="bad") for room in ("", "102")]
    rows += [booking(reservation_id=number, adr="bad", **dict(zip(_FIELDS, cells, strict=True)))
             for number, cells in DAMAGED.items()]  # fmt: skip
    names = ("reservation_id", *_FIELDS, "room_number")
    return (
        csv_text([{**booking(), **dict.fromkeys(names, ""), **row} for row in rows])
        + "too,many,2,fields\nodd,line,Lia@x.example\n"
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    inbox = folder / "inbox"
    inbox.mkdir()
    (inbox / "hotels.csv").write_text(HOTELS)
    (inbox / f"bookings-{FIRST}.csv").write_text(bookings())
    (inbox / f"bookings-{LAST}.csv").write_text(csv_text([booking(reservation_id="Z1", email="", guest_key="")]))
    told = review(review_key="V1", Positive_Review="Write to LIA@X.example or 930 111 222", Review_Date="7/3/2016")
    for day in (FIRST, LAST):
        (inbox / f"reviews-{day}.csv").write_text(csv_text([{**told, "review_key": f"V{day.day}"}]))
    with pytest.MonkeyPatch.context() as patch:
        _environment(patch, folder / "home", inbox)
        run_raw()
    return folder


def _environment(patch: pytest.MonkeyPatch, home: Path, inbox: Path) -> None:
    patch.setenv("STAYWORTH_HOME", str(home))
    patch.setenv("STAYWORTH_CORE__SOURCE", "deliveries")
    patch.setenv("STAYWORTH_CORE__DATA", str(inbox))
    patch.setenv("STAYWORTH_RAW__PLACEHOLDERS", "Laufkunde")
    patch.setenv("STAYWORTH_CORE__HISTORY_START", str(FIRST))
    patch.setenv("STAYWORTH_CORE__HISTORY_END", str(LAST))


def run_raw(*, reuse: bool = True) -> None:
    result = run_job(build_workspace(), "backfill", FIRST, LAST, reuse=reuse, tables=RAW)
    assert result.success, failures_of(result)


Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    home = tmp_path / "home"
    shutil.copytree(stored / "home", home)
    configuration = home / "dagster" / "dagster.yaml"
    configuration.write_text(configuration.read_text().replace(str(stored / "home"), str(home)))
    _environment(monkeypatch, home, stored / "inbox")

    def call(*words: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        status = cli.main(words)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return call


def rows(table: str = "raw_bookings", column: str = "row_id") -> set[str]:
    lake = build_workspace().lake
    names = pl.concat([lake.rows(table, day, [column]) for day in lake.days(table)])[column]
    return {value.removeprefix("reservation:") for value in names}


def tombstones() -> Path:
    return TombstoneStore(build_workspace().lake, build_workspace().key).path


def test_two_guests_with_one_address(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--email", "Luz@X.example", "--yes")
    assert status == 1
    assert "2 guest keys" in told
    assert "luz@x.example" not in told.lower()
    assert rows() == before
    assert not tombstones().exists()
    status, told = command("erase", "--guest-key", "k1", "--yes")
    assert status == 0
    assert rows() == before - {"A1", "A2"}
    assert "e-mail address lu…@…" in told.replace("l…@", "lu…@").replace("x…", "…") or "e-mail address" in told
    run_raw(reuse=False)
    assert rows() == before - {"A1", "A2"}, "the other guest with that address comes in again, the erased one does not"


def test_a_family_with_one_phone_and_card(command: Command) -> None:
    before = rows()
    assert command("erase", "--email", "fay@x.example", "--yes")[0] == 1
    assert rows() == before
    status, told = command("erase", "--guest-key", "K3", "--yes")
    assert status == 0
    assert "phone number" in told
    assert "card number" in told
    assert rows() == before - {"C1"}


def test_a_word_for_no_key_is_nobody(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--guest-key", "NULL", "--yes")
    assert status == 2
    assert "no key" in told
    assert command("erase", "--email", "u2@x.example", "--yes")[0] == 0
    assert rows() == before - {"D2"}


def test_a_key_of_many_people_is_refused(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--guest-key", "pool", "--yes")
    assert status == 1
    assert "2 names" in told
    assert rows() == before
    assert command("erase", "--row-id", "reservation:F1", "--only-named", "--yes")[0] == 0
    assert rows() == before - {"F1"}
    run_raw(reuse=False)
    assert rows() == before - {"F1"}


def test_a_short_key_is_known_by_field(command: Command) -> None:
    before, damaged = rows(), rows("quarantine", "raw_text")
    status, told = command("erase", "--guest-key", "2", "--yes")
    assert status == 0
    assert "1 quarantined rows that can't be cut" in told
    assert rows() == before - {"E1"}
    left = rows("quarantine", "raw_text")
    assert damaged - left == {text for text in damaged if ",Q1,2," in text}
    assert command("erase", "--guest-key", "7", "--yes")[0] == 0, "a guest of whom only a damaged row is held"
    assert left - rows("quarantine", "raw_text") == {text for text in damaged if ",Q2,7," in text}
    run_raw(reuse=False)
    assert len(rows("quarantine", "raw_text")) == len(damaged) - 2


def test_rows_without_a_key_and_words_are_found_in_any_spelling(command: Command) -> None:
    before, damaged = rows(), rows("quarantine", "raw_text")
    status, told = command("erase", "--guest-key", "K77007", "--preview")
    assert status == 0
    assert "1 rows by no guest key" in told
    assert "2 reviews by an identifier in their text" in told
    assert (rows(), rows("quarantine", "raw_text")) == (before, damaged)
    assert not tombstones().exists()
    assert command("erase", "--guest-key", "K77007", "--yes")[0] == 0
    assert rows() == before - {"H1", "H2"}, "Zoe has the phone too: hers stays"
    assert rows("raw_reviews") == set()
    assert damaged - rows("quarantine", "raw_text") == {"odd,line,Lia@x.example"}


def test_a_guest_without_any_key(command: Command) -> None:
    before = rows()
    damaged = rows("quarantine", "raw_text")
    status, _ = command("erase", "--email", "-", "--yes", typed="IDA@x.example\n")
    assert status == 0
    assert rows() == before - {"I1", "I2"}
    assert {",Q3," in text for text in damaged - rows("quarantine", "raw_text")} == {True}, (
        "the damaged row of that address"
    )


def test_nobody_makes_no_tombstone(command: Command) -> None:
    for asked in (("--guest-key", "nobody9"), ("--email", "nobody@x.example"), ("--row-id", "reservation:9999")):
        status, told = command("erase", *asked, "--yes")
        assert status == 1
        assert "Nobody" in told
        assert "Kept, and why" not in told
        assert "Searched" in told
    assert not tombstones().exists()


def test_erased_twice(command: Command) -> None:
    assert command("erase", "--guest-key", "K4", "--yes")[0] == 0
    status, told = command("erase", "--guest-key", "k4", "--yes")
    assert status == 0
    assert "erased before" in told


def test_without_a_terminal_nothing_is_done(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--guest-key", "K4")
    assert status == 1
    assert "--yes" in told
    assert rows() == before


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "status"), [("yes\n", 0), ("y\n", 1), ("", 1), ("no\n", 1)])
def test_at_a_terminal_it_asks(command: Command, monkeypatch: pytest.MonkeyPatch, answer: str, status: int) -> None:
    before = rows()
    monkeypatch.setattr("pipelines.guests.commands.sys.stdin", Terminal(answer))
    assert cli.main(["erase", "--guest-key", "K4"]) == status
    assert (rows() == before) is (status == 1)


def test_identifiers_on_standard_input(command: Command) -> None:
    status, told = command("erase", "--stdin", "--preview", typed="guest-key: K4\n")
    assert status == 0
    assert "One person" in told
    assert command("erase", "--stdin", "--preview", typed="K4\nreservation:C2\n")[0] == 0
    assert command("erase", "--email", "-", "--preview", typed="")[0] == 2


def test_a_copy_holds_one_persons_rows(command: Command, tmp_path: Path) -> None:
    assert command("subject-access", "--email", "luz@x.example", "--to", str(tmp_path / "no"))[0] == 1
    assert not (tmp_path / "no").exists()
    assert command("subject-access", "--guest-key", "nobody9", "--to", str(tmp_path / "no"))[0] == 1
    assert command("subject-access", "--stdin", "--to", str(tmp_path / "copy"), typed="guest-key: k1\n")[0] == 0
    told = json.loads((tmp_path / "copy" / "raw_bookings.json").read_text())
    assert {item["row_id"] for item in told} == {"reservation:A1", "reservation:A2"}


def test_opt_outs_that_fit_nobody_are_told(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notices = tmp_path / "notices.csv"
    wanted = ["K1", "2.0", "FAY@x.example", "reservation:d1", "7"]
    lost = ["nobody", "A1", "NULL", "nobody@x.example", "reservation:999", "laufkunde", "ag9"]
    lines = [f"{name},opt-out,{FIRST}" for name in wanted + lost]
    lines += [f"gone@x.example,consent,{FIRST}", f"K4,consent,{FIRST}"]
    notices.write_text("\n".join(["identifier,kind,day", *lines, f"late,opt-out,{date(2030, 1, 1)}"]))
    monkeypatch.setenv("STAYWORTH_CORE__NOTICES", str(notices))
    run_raw()
    assert not rows() & {"A1", "A2", "E1", "C1", "D1"}
    assert {"B1", "C2", "D2"} <= rows()
    assert not any(",Q2,7," in text for text in rows("quarantine", "raw_text")), "nor in quarantine"
    assert {"L0", "L1", "G1"} <= rows(), "a word for no key and a key of many are nobody's"
    assert len(unmet_notices(build_workspace())) == len(lost) + 1
    status, told = command("status")
    assert status == 0
    assert told.count("fits nobody") == len(lost) + 1
    assert f"Warning: consent of {FIRST} (g…@….example) fits nobody" in told
    assert "raw.guest_key_max_emails=5" in told
    assert "not yet in force" in told
    assert told.count("late") == 0
    assert "write reservation:" in told
    assert not any(name in told for name in ("nobody@x.example", "999", "nobody "))


def test_an_opt_out_of_a_reservation_covers_its_rooms(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, damaged = rows(), rows("quarantine", "raw_text")
    notices = tmp_path / "notices.csv"
    [part] = [name for name in before if name.startswith("W100:part:")]
    told = [f"reservation: {number},opt-out,{FIRST}" for number in ("r1", "S1", "t1:room:2", part)]
    notices.write_text("\n".join(["identifier,kind,day", *told]))
    monkeypatch.setenv("STAYWORTH_CORE__NOTICES", str(notices))
    run_raw()
    assert before - rows() == {name for name in before if name.startswith(("R1:room", "S1"))} | {"T1:room:2", part}
    assert len(before - rows()) == 8
    assert "R1:ROOM:101" in rows(), "a number that looks like a room is another reservation"
    assert len(damaged - rows("quarantine", "raw_text")) == 2
    assert unmet_notices(build_workspace()) == []


def test_erasing_a_reservation_takes_its_rooms(command: Command) -> None:
    before, damaged = rows(), rows("quarantine", "raw_text")
    status, told = command("erase", "--row-id", "reservation:r1", "--yes")
    assert status == 0, told
    mine = {name for name in before if name.startswith("R1:room")}
    assert (len(mine), before - rows()) == (3, mine)
    assert len(damaged - rows("quarantine", "raw_text")) == 2
    assert command("erase", "--row-id", "reservation:s1", "--yes")[0] == 0
    mine |= {name for name in before if name.startswith("S1")}
    run_raw(reuse=False)
    assert (len(mine), before - rows()) == (6, mine), "they stay out"
    assert len(damaged - rows("quarantine", "raw_text")) == 2
    assert "erased before" in command("erase", "--row-id", "reservation:R1", "--yes")[1]


def test_one_room_can_be_named_and_a_reservation_of_two_people_is_refused(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--row-id", "reservation:T1", "--yes")
    assert status == 1
    assert "2 e-mail addresses" in told
    assert command("erase", "--row-id", "reservation:t1:room:2", "--yes")[0] == 0
    assert before - rows() == {"T1:room:2"}
    status, told = command("erase", "--row-id", "T1", "--yes")
    assert status == 2
    assert "reservation:<number>" in told


def test_one_of_two_guests_under_one_number(command: Command) -> None:
    before = rows()
    assert command("erase", "--row-id", "reservation:W100", "--yes")[0] == 1
    status, told = command("erase", "--guest-key", "KW1", "--yes")
    assert status == 0, told
    assert before - rows() == {"W100"}, "the id of the other room begins like this one, and stays"
    run_raw(reuse=False)
    assert before - rows() == {"W100"}


def test_a_key_that_holds_more_than_one_guest_may_is_nobodys(command: Command, tmp_path: Path) -> None:
    before = rows()
    for asked in (("erase", "--yes"), ("erase", "--preview"), ("subject-access", "--to", str(tmp_path / "copy"))):
        status, told = command(*asked, "--guest-key", " ag9")
        assert status == 2
        assert "raw.guest_key_max_emails=5" in told
    assert command("erase", "--email", "ag3@x.example", "--yes")[0] == 0
    assert before - rows() == {"G3"}


def test_a_look_for_a_key_that_nobody_has_says_so(command: Command) -> None:
    status, told = command("erase", "--guest-key", "nobody77", "--preview")
    assert status == 1
    assert "Nobody is known by what was given. Nothing was changed." in told


def test_a_sources_own_word_for_no_key_is_nobody(command: Command) -> None:
    before = rows()
    status, told = command("erase", "--guest-key", "laufkunde", "--yes")
    assert status == 2
    assert "raw.placeholders" in told
    assert command("erase", "--email", "l1@x.example", "--yes")[0] == 0
    assert before - rows() == {"L1"}


def test_parts_of_a_backfill_tell_nothing_and_its_end_does(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = tmp_path / "notices.csv"
    notices.write_text(f"identifier,kind,day\nnobody,opt-out,{FIRST}\n")
    monkeypatch.setenv("STAYWORTH_CORE__NOTICES", str(notices))
    monkeypatch.setattr("pipelines.terminal.stages.run_stage", lambda *_: True)
    asked = ("backfill", "--from", str(FIRST), "--to", str(LAST))
    assert command(*asked)[1].count("fits nobody") == 1
    assert command(*asked, "--as-part")[1].count("fits nobody") == 0
    started: list[list[str]] = []

    def start(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr("pipelines.backfilling.subprocess.run", start)
    status, told = command(*asked, "--runs", "2", "--at-once", "2")
    assert status == 0
    assert told.count("fits nobody") == 1
    assert ["--as-part" in words for words in started] == [True, True]
