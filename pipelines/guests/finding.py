"""Finds a guest in the restricted zone: their rows, every id that was made of them, and their words.

A guest is the rows that carry the given e-mail address, guest key or row id, every row with a guest key of these, and
rows without a key that are theirs by what they share (``persons.py``). A review is theirs when it was named by its
row id, when it carries their key or, without a key, the number of a reservation that is theirs alone, or when its text
carries one of their identifiers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from assets.common.workspace import Workspace
from assets.customers.monthly_views import VIEWS, view_ids
from assets.privacy.contract import MASKED_REVIEWS, PSEUDONYMS
from assets.privacy.pseudonyms import keyed_hash
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_REVIEWS
from assets.raw.exclusion import as_rows
from assets.raw.quarantined_fields import quarantined_fields
from assets.reviews.contract import CLEAN_REVIEWS
from pipelines.guests.asking import Asked
from pipelines.guests.guest import Guest, is_telling_key
from pipelines.guests.key_rules import caps_of, unfit_keys, words_of
from pipelines.guests.needles import Needle, holds
from pipelines.guests.persons import DIRECT, belonging_to, carries, reservations_of, with_forms
from pipelines.guests.writings import REVIEW_TEXTS, carry, covered, of_stays, written_by
from resources.errors import ContractError
from resources.identifiers import name_words, plain_row_id
from resources.secret_keys import load_tombstone_key
from resources.sources.base import Stream
from resources.sources.keys import Placeholders, normalised_key, placeholder_expression
from resources.tombstones import Tombstones

_ROWS = {"row_id": pl.String(), **dict.fromkeys(DIRECT, pl.String()), "reservation": pl.String()}
_SHORTEST_TEXT = 20  # characters; a shorter text stands in too many other reviews


@dataclass(frozen=True)
class Finding:
    """The guest, and what a person should know before anything is done.

    Attributes:
        guest: everything that leads to the guest.
        how: way in which rows were found -> how many.
        doubts: readings by which it would be more than one person; masked.
        told: what is shared with others and stays theirs; masked.
    """

    guest: Guest
    how: dict[str, int] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def find_guest(workspace: Workspace, asked: Asked) -> Guest:
    """The guest that is asked for, as the stored partitions know them; empty when nothing is held."""
    return find(workspace, asked).guest


def find(workspace: Workspace, asked: Asked) -> Finding:
    """The guest, how they were found, and every reading by which they would be several people.

    Raises:
        ContractError: the guest key stands for "no key" in this source, or holds more than one guest may.
    """
    words = words_of(workspace.settings)
    asked = asked.under(words)
    unfit = unfit_keys(workspace, frozenset([asked.key] if asked.key else []))
    if asked.key in unfit:
        message = (
            f"the guest key that was given holds more rows, e-mail addresses or names than one guest may "
            f"({caps_of(workspace.settings)}), so it is nobody's; name the guest by e-mail address or row id, or raise "
            "the setting if the key is one guest's after all"
        )
        raise ContractError(message)
    problems = _stored(workspace, QUARANTINE.asset, ["row_id", "stream", "column", "raw_text"])
    cut = quarantined_fields(problems)
    told = pl.concat([_stored_bookings(workspace), _quarantined_bookings(cut, words)])
    rows = with_forms(told.with_columns(_without_gaps(words)), words, unfit)
    belonging = belonging_to(rows, asked)
    mine = belonging.mine
    others = rows.join(mine.select("row_id"), on="row_id", how="anti")
    identifiers, plain = _identifiers(mine, others, belonging.keys)
    needles = [Needle(kind, value) for kind, values in identifiers.items() for value in values]
    reviews = _stored(workspace, RAW_REVIEWS.asset, ["row_id", "reservation_id", "guest_key", *REVIEW_TEXTS])
    keys = sorted({*belonging.keys, *([asked.key] if asked.key else ())})
    reservations = reservations_of(mine, others)
    written = written_by(reviews, asked, needles, by_stay=of_stays(reviews, keys, mine, reservations))
    unread, unclear = _unread(cut, asked, mine, needles)
    held = problems.filter(pl.col("row_id").is_in([*mine["row_id"], *unread]))
    stored = mine.filter(pl.col("table") == RAW_BOOKINGS.asset)
    spelled = sorted({*keys, *_spelled(stored, keys)})
    ids = _made_ids(workspace, asked, stored, others, spelled, written, reservations)
    guest = Guest(
        quarantined=sorted(set(held["row_id"])),
        quarantined_texts=sorted(set(held["raw_text"])),
        reservations=reservations,
        guest_keys=keys if mine.height or ids["row_ids"] or carry(written, keys).any() else [],
        emails=identifiers["email"],
        identifiers=identifiers,
        shared=[*belonging.told, *plain],
        **ids,
        **_words(workspace, reviews, written, ids["review_ids"]),
    )
    how = _how(mine, stored, ids["row_ids"], written, len(unread))
    return Finding(guest, how, belonging.doubts, [*belonging.told, *plain, *unclear])


def log_search(workspace: Workspace, asked: Asked, guest: Guest, event: str) -> None:
    """A line in the access log: somebody looked for a guest; the guest as a keyed reference only."""
    reference = Tombstones(load_tombstone_key(workspace.key)).mark("reference", asked.values()[0])
    facts = {"reference": reference, "bookings": len(guest.row_ids), "reviews": len(guest.review_row_ids)}
    workspace.lake.log_event(event, facts)


def _how(
    mine: pl.DataFrame, stored: pl.DataFrame, row_ids: list[str], written: pl.DataFrame, unread: int
) -> dict[str, int]:
    """Ways in which rows were found, with their numbers."""
    told = {f"rows by {way}": count for way, count in mine.group_by("how").len().sort("how").iter_rows()}
    by_hash = len(set(row_ids) - set(stored["row_id"]))
    told |= {"rows by the keyed hash of the guest key (their raw rows have left)": by_hash}
    told |= {f"reviews by {way}": count for way, count in written.group_by("how").len().sort("how").iter_rows()}
    told |= {"quarantined rows that can't be cut into fields, by a whole cell": unread}
    return {way: count for way, count in told.items() if count}


def _stored_bookings(workspace: Workspace) -> pl.DataFrame:
    rows = _stored(workspace, RAW_BOOKINGS.asset, ["row_id", *DIRECT])
    return rows.with_columns(reservation=pl.lit(None, pl.String()), table=pl.lit(RAW_BOOKINGS.asset))


def _quarantined_bookings(cut: pl.DataFrame, words: Placeholders) -> pl.DataFrame:
    """Damaged bookings whose fields are known; ``reservation`` is the id that each would have."""
    rows = cut.filter(pl.col("stream") == Stream.BOOKINGS.value)
    ids = as_rows(rows, words).select(row_id="problem", reservation="row_id")
    named = rows.filter("is_read").join(ids, on="row_id", how="left", maintain_order="left")
    return named.select("row_id", *DIRECT, "reservation", table=pl.lit(QUARANTINE.asset))


def _without_gaps(words: Placeholders) -> list[pl.Expr]:
    """Cells without the source's words for "none": damaged rows hold them as they were delivered."""
    names = [name for name in DIRECT if name != "guest_key"]
    return [pl.when(~placeholder_expression(pl.col(name), words)).then(pl.col(name)).alias(name) for name in names]


def _identifiers(
    mine: pl.DataFrame, others: pl.DataFrame, keys: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Direct identifiers that are the guest's alone and can be searched for, and which can't, in words."""
    own: dict[str, list[str]] = {}
    for kind in ("email", "phone", "card_number", "guest_name"):
        values = sorted(set(mine[kind].drop_nulls()))
        alone = [value for value in values if not carries(others, kind, value).any()]
        own[kind] = [value for value in alone if kind != "guest_name" or len(name_words(value)) > 1]
    spelled = {*_spelled(mine, keys), *keys}
    own["guest_key"] = sorted(value for value in spelled if is_telling_key(value))
    plain = [
        "the guest key looks like an ordinary word or number: it is known by field, and texts are not searched for it"
    ]
    return own, plain if set(spelled) - set(own["guest_key"]) else []


def _unread(
    cut: pl.DataFrame, asked: Asked, mine: pl.DataFrame, needles: Sequence[Needle]
) -> tuple[list[str], list[str]]:
    """Quarantined rows that are known by no field: those with a cell that is the guest's alone, and what stays unclear.

    A cell of a line without known columns is compared as a whole, and only with what can be nobody else's: a short
    key is also a number of adults.
    """
    rows = cut.filter(~pl.col("is_read") | (pl.col("stream") == Stream.REVIEWS.value))
    numbers = {plain_row_id(value) for value in (*mine["row_id"], *asked.row_ids)}
    keys = {value for value in (*mine["=guest_key"].drop_nulls(), asked.key) if value and not is_telling_key(value)}
    unread: list[str] = []
    unclear = 0
    known = ("review_key", "reservation_id", "cells", "is_read")
    for row_id, review_key, reservation, cells, is_read in rows.select("row_id", *known).iter_rows():
        named = (row_id, review_key and f"review:{review_key}", reservation and f"reservation:{reservation}")
        is_named = any(name and plain_row_id(name) in numbers for name in named)
        if is_named or any(holds(cell, needle) for cell in cells for needle in needles if needle.kind != "guest_name"):
            unread.append(row_id)
        elif not is_read and keys & {normalised_key(cell, asked.words) for cell in cells}:
            unclear += 1
    what = (
        f"{unclear} quarantined rows that can't be cut into fields have a cell like the guest key, and stay: look them "
        "up (stayworth quarantine), and name those that are the guest's by --row-id <file>:<row>"
    )
    return unread, [what] if unclear else []


def _spelled(rows: pl.DataFrame, keys: Sequence[str]) -> set[str]:
    """The keys as the rows spell them: homes of earlier versions hold other spellings, and words for "no key"."""
    return set(rows.filter(pl.col("=guest_key").is_in(list(keys)))["guest_key"])


def _made_ids(
    workspace: Workspace,
    asked: Asked,
    mine: pl.DataFrame,
    others: pl.DataFrame,
    keys: Sequence[str],
    written: pl.DataFrame,
    reservations: Sequence[str],
) -> dict[str, list[str]]:
    """Ids made of the guest's rows, those under earlier keys of the hashes included; none of a row of others."""
    columns = ["row_id", "booking_id", "guest_hash", "pseudo_customer_id"]
    pseudonyms = _stored(workspace, PSEUDONYMS.asset, columns)
    hashes = _plain(keyed_hash(keys, "guest", workspace.key))
    asked_ids = covered(pseudonyms["row_id"], asked)
    named = pl.col("row_id").is_in([*mine["row_id"], *asked_ids]) | pl.col("guest_hash").is_in(hashes)
    named = named.fill_null(value=False) & ~pl.col("row_id").is_in(others["row_id"].to_list())
    own, rest = pseudonyms.filter(named), pseudonyms.filter(~named)
    row_ids = sorted({*mine["row_id"], *own["row_id"]})
    review_rows = sorted(set(written["row_id"]))
    markets = set(own["pseudo_customer_id"])
    shared = markets & set(rest["pseudo_customer_id"])
    theirs, others_hashes = {*hashes, *own["guest_hash"].drop_nulls()}, set(rest["guest_hash"].drop_nulls())
    own_hashes = theirs - others_hashes
    own_customers = sorted((markets - shared) | own_hashes)
    shared_customers = sorted(shared | (theirs & others_hashes))
    # A reservation's own name is what reviews of it are linked by.
    named_ids = _plain(keyed_hash([*row_ids, *reservations], "booking", workspace.key))
    return {
        "row_ids": row_ids,
        "review_row_ids": review_rows,
        "booking_ids": sorted({*named_ids, *own["booking_id"]}),
        "guest_hashes": sorted(own_hashes),
        "review_ids": sorted(_plain(keyed_hash(review_rows, "review", workspace.key))),
        # A customer is a market or, where the row has a key, the guest (assets/customers/units.py).
        "own_customers": own_customers,
        "shared_customers": shared_customers,
        "own_view_ids": _view_ids(workspace, own_customers),
        "shared_view_ids": _view_ids(workspace, shared_customers),
    }


def _view_ids(workspace: Workspace, customers: list[str]) -> list[str]:
    """Ids of pseudo-customers in the months that are stored of each view."""
    named = pl.Series(customers, dtype=pl.String())
    return [
        name
        for view in VIEWS
        if workspace.lake.exists(view, None)
        for month in workspace.lake.read(workspace.contracts[view])["month"].unique().sort()
        for name in view_ids(named, view, month, workspace.key)
    ]


def _words(
    workspace: Workspace, reviews: pl.DataFrame, written: pl.DataFrame, review_ids: list[str]
) -> dict[str, list[str]]:
    """Texts of the guest's reviews in each stage; those that stand in another review too can prove nothing."""
    texts = {text for name in REVIEW_TEXTS for text in written[name].drop_nulls()}
    contents: set[str] = set()
    rest = [reviews.join(written.select("row_id"), on="row_id", how="anti")]
    for asset in (MASKED_REVIEWS.asset, CLEAN_REVIEWS.asset):
        columns = ["review_id", *REVIEW_TEXTS, *(["text"] if asset == CLEAN_REVIEWS.asset else [])]
        stage = _stored(workspace, asset, columns)
        is_mine = pl.col("review_id").is_in(review_ids)
        texts |= {text for name in columns[1:] for text in stage.filter(is_mine)[name].drop_nulls()}
        if "text" in columns:
            contents |= set(stage.filter(is_mine)["text"])
        rest.append(stage.filter(~is_mine))
    long = sorted(text for text in texts if len(text) >= _SHORTEST_TEXT)
    alone = [text for text in long if not any(_stands_in(frame, text) for frame in rest)]
    return {"texts": alone, "contents": sorted(contents)}


def _stands_in(frame: pl.DataFrame, text: str) -> bool:
    names = [name for name in (*REVIEW_TEXTS, "text") if name in frame.columns]
    return any(bool(frame[name].str.contains(text, literal=True).any()) for name in names)


def _stored(workspace: Workspace, asset: str, columns: list[str]) -> pl.DataFrame:
    lake = workspace.lake
    days = lake.days(asset)
    if not days:
        return workspace.contracts[asset].empty().select(columns)
    return pl.concat([lake.rows(asset, day, columns) for day in days]).select(columns)


def _plain(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value is not None]
