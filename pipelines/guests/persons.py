"""Which stored bookings are one guest's, and every reading by which they would be more than one person's. Pure.

A row with a guest key belongs to that key and to no other, whatever else it shares. A row without a key belongs to
the guest where it shares an e-mail address, phone or card number with the guest's rows, names no other person, and
nobody else has what is shared. Everything else that is shared is told and left where it is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from pipelines.guests.asking import Asked
from resources.identifiers import (
    each_once,
    is_same_name,
    masked,
    name_words,
    plain_card,
    plain_email,
    read_phones,
    row_id_scopes,
)
from resources.sources.keys import NO_WORDS, USUAL, Placeholders, key_expression, normalised_key

DIRECT = ("email", "phone", "card_number", "guest_key", "guest_name")
LINKING = ("email", "phone", "card_number")
WORDS = {"email": "e-mail address", "phone": "phone number", "card_number": "card number", "guest_key": "guest key",
         "guest_name": "name"}  # fmt: skip
_SHOWN = 8
_MOST_NAMES = 40  # distinct names compared with each other; so many are several people without comparing
_MAIL, _KEY, _CARD, _SCOPES = "=email", "=guest_key", "=card_number", "=scopes"


@dataclass
class Belonging:
    """What was found.

    Attributes:
        mine: the guest's rows, with ``how`` each was found.
        doubts: readings by which it would be more than one person.
        told: what others share with the guest and keep; identifiers masked.
        keys: guest keys whose rows are all among the guest's.
    """

    mine: pl.DataFrame
    doubts: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def with_forms(rows: pl.DataFrame, words: Placeholders = USUAL, unfit: Collection[str] = frozenset()) -> pl.DataFrame:
    """Rows with the one spelling of key, address and card, and the ids that cover them, beside what was delivered.

    Args:
        rows: ``row_id``, the columns of ``DIRECT``, and ``reservation``: the id that a quarantined row would have.
        words: that stand for "no key" in this source.
        unfit: keys that hold more than one guest may, and are nobody's.
    """
    key = key_expression(pl.col("guest_key"), words)
    ids = zip(rows["row_id"], rows["reservation"], strict=True)
    scopes = [[*row_id_scopes(row_id), *(row_id_scopes(number) if number else ())] for row_id, number in ids]
    return rows.with_columns(
        pl.when(~key.is_in(sorted(unfit))).then(key).alias(_KEY),
        each_once(rows["email"], plain_email).alias(_MAIL),
        each_once(rows["card_number"], plain_card).alias(_CARD),
        pl.Series(_SCOPES, scopes, dtype=pl.List(pl.String)),
    )


def belonging_to(rows: pl.DataFrame, asked: Asked) -> Belonging:
    """The rows of the guest that is asked for.

    Args:
        rows: see :func:`with_forms`.
        asked: what names the guest.
    """
    named = _named(rows, asked)
    keys = sorted(set(named[_KEY].drop_nulls()))
    same = pl.col(_KEY).is_in(keys).fill_null(value=False) & ~pl.col("row_id").is_in(named["row_id"].to_list())
    mine = (
        named
        if asked.is_only_named
        else pl.concat([named, rows.filter(same).with_columns(how=pl.lit("the same guest key"))])
    )
    doubts = _doubts(mine, asked)
    others = rows.join(mine.select("row_id"), on="row_id", how="anti", maintain_order="left")
    told: list[str] = []
    if not asked.is_only_named:
        mine, others, clashing = _with_keyless(mine, others)
        told += clashing
    shared = shared_with(mine, others)
    if shared and not (asked.guest_key or asked.is_only_named or asked.is_one_person):
        doubts += [
            f"{text}, which may be another person" for text in shared if not text.startswith(WORDS["guest_name"])
        ]
    left = set(others[_KEY].drop_nulls()) if asked.is_only_named else set()
    return Belonging(
        mine, doubts, [*told, *shared], [key for key in sorted(set(mine[_KEY].drop_nulls())) if key not in left]
    )


def _named(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Rows that carry what was given; where a key was given, no row of another key."""
    by_row = _is_covered(asked.rows)
    by_key = pl.col(_KEY) == asked.key if asked.key else pl.lit(value=False)
    by_mail = pl.col(_MAIL) == asked.address if asked.address else pl.lit(value=False)
    if asked.key:
        by_mail &= pl.col(_KEY).is_null()
    how = (
        pl.when(by_row.fill_null(value=False)).then(pl.lit("the row id"))
        .when(by_key.fill_null(value=False)).then(pl.lit("the guest key"))
        .when(by_mail.fill_null(value=False)).then(pl.lit("the e-mail address"))
    )  # fmt: skip
    return rows.with_columns(how=how).filter(pl.col("how").is_not_null())


def _is_covered(ids: Collection[str]) -> pl.Expr:
    """Rows whose id, room or reservation is among the ids."""
    return pl.col(_SCOPES).list.eval(pl.element().is_in(sorted(ids))).list.any()


def _doubts(mine: pl.DataFrame, asked: Asked) -> list[str]:
    """Readings by which the rows are several people's."""
    if asked.is_one_person:
        return []
    keys, mails = (sorted(set(mine[name].drop_nulls())) for name in (_KEY, _MAIL))
    spelled = {name_words(name): name for name in sorted(mine["guest_name"].drop_nulls().unique())}
    names = sorted(name for name in spelled if name)
    clash = names_clash(names)
    doubts: list[str] = []
    if len(keys) > 1:
        doubts.append(f"{len(keys)} guest keys: {_listed(mine, _KEY, keys)}")
    is_known_by_name = bool(names) and not clash and mine.filter(pl.col("guest_name").is_null()).is_empty()
    if len(mails) > 1 and not (asked.guest_key and is_known_by_name):
        doubts.append(f"{len(mails)} e-mail addresses: {_listed(mine, _MAIL, mails)}")
    if clash:
        doubts.append(f"{len(names)} names: {', '.join(masked(spelled[name]) for name in names[:_SHOWN])}")
    return doubts


def names_clash(names: Sequence[Sequence[str]]) -> bool:
    """Whether any two of the names can't be one person's by case, accents, order, titles and initials alone."""
    return len(names) > _MOST_NAMES or any(not is_same_name(one, other) for one, other in combinations(names, 2))


def _listed(rows: pl.DataFrame, column: str, values: Sequence[str]) -> str:
    counts = dict(rows.group_by(column).len().iter_rows())
    shown = [f"{masked(value)} ({counts[value]} rows)" for value in values[:_SHOWN]]
    return ", ".join(shown + ([f"and {len(values) - _SHOWN} more"] if len(values) > _SHOWN else []))


def _with_keyless(mine: pl.DataFrame, others: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """The guest's rows with those without a key that are theirs by what they share, until no more are found."""
    told: list[str] = []
    while mine.height:
        links = {name: linked(mine, others, name) for name in LINKING}
        is_near = pl.Series([False] * others.height, dtype=pl.Boolean)
        for hit in links.values():
            is_near |= hit
        by_number, is_sure = _same_reservation(mine, others)
        is_near |= by_number
        is_free = others[_KEY].is_null() & is_near
        fits = is_free & _fits(mine, others)
        strangers = others.filter(is_near & ~fits)
        is_hers = fits & _is_uncontested(others, strangers, links, is_sure)
        told = _left_told(others.filter(is_free & ~is_hers).height)
        if not is_hers.any():
            break
        taken = others.filter(is_hers).with_columns(
            how=pl.lit("no guest key, and the same address, phone, card or reservation")
        )
        mine, others = pl.concat([mine, taken.select(mine.columns)]), others.filter(~is_hers)
    return mine, others, told


def _left_told(count: int) -> list[str]:
    what = "row without a guest key shares" if count == 1 else "rows without a guest key share"
    return (
        [f"{count} {what} an identifier with the guest, and may be somebody else's: left where they are"]
        if count
        else []
    )


def linked(mine: pl.DataFrame, others: pl.DataFrame, name: str) -> pl.Series:
    """Which of the other rows carry one of the guest's values of a kind, in any spelling."""
    if name == "phone":
        return same_phone(others["phone"], mine["phone"].drop_nulls().unique())
    form = f"={name}"
    return others[form].is_in(mine[form].drop_nulls().unique().to_list()).fill_null(value=False)


def same_phone(column: pl.Series, phones: Iterable[str]) -> pl.Series:
    """Cells that hold one of the numbers; only those that end alike are read."""
    wanted = [phone for text in phones for phone in read_phones(text)]
    if not wanted:
        return pl.Series([False] * len(column), dtype=pl.Boolean)
    digits = column.str.normalize("NFKC").str.replace_all(r"[^\p{Nd}]", "")
    near = digits.str.contains_any(sorted({phone.tail for phone in wanted})) | digits.str.contains(r"[^0-9]")
    texts = column.filter(near.fill_null(value=False)).unique()
    same = [text for text in texts if any(one.is_same(other) for one in read_phones(text) for other in wanted)]
    return column.is_in(same).fill_null(value=False)


def _same_reservation(mine: pl.DataFrame, others: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Rows under the number of one of the guest's reservations, and quarantined ones of a room that nobody else has.

    A stored room without anything that names its guest stays: two hotels may count alike.
    """
    is_bad = others["reservation"].is_not_null()
    hers, rivals = _ids(mine), _ids(others.filter(~is_bad))
    near = others.select(_is_covered(hers)).to_series().fill_null(value=False)
    sure = others.select(_is_covered(hers - rivals)).to_series().fill_null(value=False)
    return near, sure & is_bad


def reservations_of(mine: pl.DataFrame, others: pl.DataFrame) -> list[str]:
    """Reservations whose rooms are all the guest's."""
    numbers = {scopes[0] for scopes in mine.filter(pl.col("reservation").is_null())[_SCOPES]}
    return sorted(numbers & _ids(mine) - _ids(others))


def _ids(rows: pl.DataFrame) -> set[str]:
    scopes = rows[_SCOPES].explode().drop_nulls().unique()
    return set(scopes.filter(scopes.str.starts_with("reservation:")))


def _fits(mine: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """Rows whose address and name say nobody else: none is given, or the guest's."""
    mails = mine[_MAIL].drop_nulls().unique().to_list()
    names = [name_words(name) for name in mine["guest_name"].drop_nulls().unique()]
    texts = others["guest_name"].drop_nulls().unique()
    strange = [text for text in texts if not all(is_same_name(name_words(text), name) for name in names)]
    is_mail = others[_MAIL].is_null() | others[_MAIL].is_in(mails).fill_null(value=False)
    return is_mail & ~others["guest_name"].is_in(strange).fill_null(value=False)


def _is_uncontested(
    others: pl.DataFrame, strangers: pl.DataFrame, links: dict[str, pl.Series], by_number: pl.Series
) -> pl.Series:
    """Rows linked by something that no stranger has."""
    sure = by_number.clone()
    for name, hit in links.items():
        sure |= hit & ~linked(strangers, others, name)
    return sure


def shared_with(mine: pl.DataFrame, others: pl.DataFrame) -> list[str]:
    """What the guest's rows share with the rows of others, by value, masked."""
    shared: list[str] = []
    for name in DIRECT:
        for value in sorted(set(mine[name].drop_nulls())):
            rows = others.filter(carries(others, name, value))
            if rows.height:
                shared.append(f"{WORDS[name]} {masked(value)} stands in {_whose(rows, name)} too")
    return list(dict.fromkeys(shared))


def _whose(rows: pl.DataFrame, name: str) -> str:
    keys = rows[_KEY].drop_nulls().n_unique()
    count = "1 row" if rows.height == 1 else f"{rows.height} rows"
    if name == "guest_key":
        return f"{count} that were not named"
    whose = "another guest key" if keys == 1 else f"{keys} other guest keys"
    return f"{count} of {whose if keys else 'others without a key'}"


def carries(rows: pl.DataFrame, name: str, value: str) -> pl.Series:
    """Rows whose cell of a kind is the value, in any spelling."""
    if name == "guest_key":
        return (rows[_KEY] == normalised_key(value, NO_WORDS)).fill_null(value=False)
    cells = {"row_id": "", **dict.fromkeys(DIRECT), "reservation": None, name: value}
    one = with_forms(pl.DataFrame([cells], schema=dict.fromkeys(cells, pl.String())))
    if name == "guest_name":
        words = name_words(value)
        same = [text for text in rows[name].drop_nulls().unique() if words and name_words(text) == words]
        return rows[name].is_in(same).fill_null(value=False)
    return linked(one, rows, name)
