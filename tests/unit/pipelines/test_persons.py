"""Whose rows are whose: never another person's, and never in silence."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.raw.settings import RawSettings
from pipelines.guests.asking import Asked
from pipelines.guests.persons import DIRECT, Belonging, belonging_to, with_forms
from resources.errors import ContractError

_SCHEMA = {"row_id": pl.String(), **dict.fromkeys(DIRECT, pl.String()), "reservation": pl.String()}
PHONE, CARD = "+351 912 345 678", "4000 0012 3456 7899"


def row(
    row_id: str, key: str | None = None, mail: str | None = None, name: str | None = None, **more: str
) -> dict[str, str | None]:
    return {"row_id": f"reservation:{row_id}", "guest_key": key, "email": mail, "guest_name": name, **more}


def look(rows: list[dict[str, str | None]], **asked: object) -> Belonging:
    frame = pl.DataFrame([{name: item.get(name) for name in _SCHEMA} for item in rows], schema=_SCHEMA)
    return belonging_to(with_forms(frame), Asked(**asked))  # type: ignore[arg-type]


def ids(found: Belonging) -> str:
    return "".join(sorted(value.removeprefix("reservation:") for value in found.mine["row_id"]))


TWO_WITH_ONE_MAIL = [
    row("A", "K1", "x@y.org", "Ana Luz"),
    row("B", "K2", "X@y.org", "Rui Luz"),
    row("C", "K1", None, "Ana Luz"),
]


def test_two_guests_with_one_address_are_refused_and_told_apart_by_the_key() -> None:
    refused = look(TWO_WITH_ONE_MAIL, email="x@Y.org")
    assert any("2 guest keys" in text for text in refused.doubts)
    assert not any("K1" in text or "x@y.org" in text for text in [*refused.doubts, *refused.told])
    exact = look(TWO_WITH_ONE_MAIL, guest_key=" k1 ")
    assert (ids(exact), exact.doubts, exact.keys) == ("AC", [], ["K1"])
    assert any("e-mail address" in text for text in exact.told)


def test_the_key_decides_where_an_address_is_given_with_it() -> None:
    exact = look(TWO_WITH_ONE_MAIL, guest_key="K1", email="x@y.org")
    assert (ids(exact), exact.doubts) == ("AC", [])


@pytest.mark.parametrize("shared", [{"phone": PHONE}, {"card_number": CARD}])
def test_a_family_with_one_phone_or_card(shared: dict[str, str]) -> None:
    other = {"phone": "0912/345.678", "card_number": "4000001234567899"}
    rows = [row("A", "K1", "a@y.org", "Ana Luz", **shared),
            row("B", "K2", "b@y.org", "Rui Luz", **{name: other[name] for name in shared}),
            row("C", None, None, None, **{name: other[name] for name in shared})]  # fmt: skip
    assert look(rows, email="a@y.org").doubts
    exact = look(rows, guest_key="K1")
    assert (ids(exact), exact.doubts) == ("A", [])
    assert any("left where they are" in text for text in exact.told), "a row without a key may be either's"
    assert ids(look(rows, email="a@y.org", is_only_named=True)) == "A"


def test_rows_without_a_key_that_share_are_taken_where_they_can_be_nobody_elses() -> None:
    rows = [
        row("A", "K1", "a@y.org", "Ana Luz", phone=PHONE),
        row("B", None, "A@Y.ORG"),
        row("C", phone="912345678"),
        row("D", None, None, "LUZ, ANA", phone="00351912345678"),
        row("E", None, "e@y.org", "Eva Mar"),
        row("F"),
    ]
    found = look(rows, guest_key="K1")
    assert (ids(found), found.doubts, found.told) == ("ABCD", [], [])


def test_a_row_without_a_key_that_names_another_is_left_and_makes_the_rest_unsure() -> None:
    rows = [
        row("A", "K1", "a@y.org", "Ana Luz", phone=PHONE),
        row("B", None, "b@y.org", "Rui Luz", phone=PHONE),
        row("C", None, phone=PHONE),
    ]
    assert ids(look(rows, guest_key="K1")) == "A"
    assert look(rows, email="a@y.org").doubts


def test_a_placeholder_key_is_no_guest() -> None:
    rows = [row(str(index), "NULL", f"u{index}@x.example") for index in range(6)]
    found = look(rows, email="u3@x.example")
    assert (ids(found), found.doubts, found.keys) == ("3", [], [])
    with pytest.raises(ContractError, match="no key"):
        look(rows, guest_key="n/a")


@pytest.mark.parametrize(
    ("rows", "is_doubted"),
    [([row("A", "K", "a@y.org"), row("B", "K", "b@y.org")], True),
     ([row("A", "K", "a@y.org", "Ana Luz"), row("B", "K", "b@y.org", "Rui Mar")], True),
     ([row("A", "K", None, "Ana Luz"), row("B", "K", None, "Rui Mar")], True),
     ([row("A", "K", "a@y.org", "Ana Luz"), row("B", "K", "b@y.org")], True),
     ([row("A", "K", "a@y.org", "Ana Luz"), row("B", "K", "b@y.org", "LUZ, Ana")], False),
     ([row("A", "K", "a@y.org", "Aná Luz"), row("B", "K", "A@y.org", "A. Luz")], False)],
)  # fmt: skip
def test_a_key_with_several_people_is_refused_even_when_it_is_given(
    rows: list[dict[str, str | None]], is_doubted: bool
) -> None:
    assert bool(look(rows, guest_key="K").doubts) is is_doubted
    assert look(rows, guest_key="K", is_one_person=True).doubts == []


def test_a_new_address_needs_the_key() -> None:
    rows = [row("A", "K", "a@y.org", "Ana Luz"), row("B", "K", "b@y.org", "Ana Luz")]
    assert look(rows, email="a@y.org").doubts
    assert ids(look(rows, guest_key="K")) == "AB"


def test_two_names_behind_one_address_without_keys() -> None:
    rows = [row("A", None, "x@y.org", "Ana Luz"), row("B", None, "x@y.org", "Rui Luz")]
    assert look(rows, email="x@y.org").doubts
    assert ids(look(rows, row_ids=("reservation:a",), is_only_named=True)) == "A"


def test_a_quarantined_row_of_the_guests_reservation_is_theirs() -> None:
    bad = {"row_id": "b.csv:3", "reservation": "reservation:A"}
    found = look(
        [row("A", "K1", "a@y.org"), bad, {"row_id": "b.csv:4", "reservation": "reservation:Z"}], guest_key="K1"
    )
    assert set(found.mine["row_id"]) == {"reservation:A", "b.csv:3"}


def test_a_number_takes_its_rooms_and_a_damaged_room_goes_where_it_can_be_nobody_elses() -> None:
    one = [row("R1:room:1", None, "a@y.org"), row("R1:room:2"), row("R1:ROOM:1", None, "z@y.org")]
    bad: list[dict[str, str | None]]
    bad = [{"row_id": f"b.csv:{place}", "reservation": f"reservation:{number}"}
           for place, number in enumerate(("R1", "R1:room:1", "R1:room:3"))]  # fmt: skip
    found = look([*one, *bad], row_ids=("reservation:r1",))
    assert set(found.mine["row_id"]) == {item["row_id"] for item in [*one[:2], *bad]}
    theirs = row("R1:room:2", None, "b@y.org")
    by_mail = look([one[0], theirs, *bad], email="a@y.org")
    assert set(by_mail.mine["row_id"]) == {"reservation:R1:room:1", "b.csv:1"}
    assert look([one[0], theirs], row_ids=("reservation:R1",)).doubts
    left = look(one, email="a@y.org")
    assert ids(left) == "R1:room:1"
    assert any("1 row without a guest key" in text for text in left.told), "a room that names nobody is told and stays"


def test_a_key_that_holds_too_much_joins_nobody() -> None:
    rows = [row("A", "AG", "a@y.org", "Ana Luz"), row("B", "ag ", "b@y.org", "Rui Mar"), row("C", "Z", "c@y.org")]
    frame = pl.DataFrame([{name: item.get(name) for name in _SCHEMA} for item in rows], schema=_SCHEMA)
    found = belonging_to(with_forms(frame, unfit={"AG"}), Asked(email="a@y.org"))
    assert (ids(found), found.doubts, found.keys) == ("A", [], [])


def test_words_for_no_key_are_those_of_the_source() -> None:
    words = RawSettings(placeholders=("Laufkunde",), values=("*:Guest",)).words
    with pytest.raises(ContractError, match=r"raw\.placeholders"):
        Asked(guest_key=" LAUFKUNDE", words=words)
    with pytest.raises(ContractError, match="no key"):
        Asked(guest_key="Laufkunde").under(words)
    assert Asked(guest_key="guest", words=words).key == "GUEST"
    rows = [row(str(place), key) for place, key in enumerate(("Laufkunde", "guest", "GUEST", "NULL"))]
    frame = pl.DataFrame([{name: item.get(name) for name in _SCHEMA} for item in rows], schema=_SCHEMA)
    assert ids(belonging_to(with_forms(frame, words), Asked(guest_key="Guest", words=words))) == "12"


@pytest.mark.parametrize("text", ["9999", "R1", ""])
def test_a_number_alone_is_no_row_id(text: str) -> None:
    with pytest.raises(ContractError, match="reservation:<number>"):
        Asked(email="a@y.org", row_ids=(text,))


_CELLS = st.sampled_from([None, "1", "2", "3"])


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=8), st.sampled_from(["1", "2", "3"]))
def test_no_row_of_another_key_is_ever_taken_by_a_key(cells: list[tuple[str | None, ...]], key: str) -> None:
    rows = [row(str(place), k and f"K{k}", m and f"m{m}@y.org", phone=p and f"91234567{p}")  # type: ignore[arg-type]
            for place, (k, m, p) in enumerate(cells)]  # fmt: skip
    found = look(rows, guest_key=f"K{key}")
    assert set(found.mine["guest_key"].drop_nulls()) <= {f"K{key}"}
    wanted = {item["row_id"] for item in rows if item["guest_key"] == f"K{key}"}
    assert wanted <= set(found.mine["row_id"])


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=8), st.sampled_from(["1", "2", "3"]))
def test_without_doubt_nothing_is_shared_with_another_key(cells: list[tuple[str | None, ...]], mail: str) -> None:
    rows = [row(str(place), k and f"K{k}", m and f"m{m}@y.org", phone=p and f"91234567{p}")  # type: ignore[arg-type]
            for place, (k, m, p) in enumerate(cells)]  # fmt: skip
    found = look(rows, email=f"m{mail}@y.org")
    if not found.doubts:
        assert found.mine["guest_key"].drop_nulls().n_unique() <= 1
        assert found.mine["email"].drop_nulls().n_unique() <= 1
        others = [item for item in rows if item["row_id"] not in set(found.mine["row_id"])]
        for name in ("email", "phone"):
            assert not set(found.mine[name].drop_nulls()) & {item.get(name) for item in others} - {None}
