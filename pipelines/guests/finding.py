"""Finds a guest in the restricted zone: their rows, every id that was made of them, and their words.

A guest is the rows that carry the given e-mail address, guest key or row id, and every row with a guest key of
these. A review is theirs when it was named by its row id, or when its text carries one of their identifiers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import polars as pl

from assets.common.workspace import Workspace
from assets.privacy.pseudonyms import keyed_hash
from pipelines.guests.needles import Needle, holds
from resources.errors import ContractError

DIRECT = ("email", "phone", "card_number", "guest_key", "guest_name")
REVIEW_TEXTS = ("title", "positive_text", "negative_text")
_SHORTEST_ID = 6  # characters; a shorter one stands for too many other things to be searched in running text
_SHORTEST_TEXT = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What names a guest; at least one of the three."""

    email: str | None = None
    guest_key: str | None = None
    row_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.email or self.guest_key or self.row_ids):
            message = "nobody is named; give --email, --guest-key or --row-id"
            raise ContractError(message)

    def values(self) -> list[str]:
        """The identifiers as they were given."""
        return [value for value in (self.email, self.guest_key, *self.row_ids) if value]


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Everything that leads to a guest. Plain lists, so that a journal can hold it.

    Attributes:
        row_ids: of bookings.
        review_row_ids: of reviews.
        quarantined: ``row_id`` of quarantined rows.
        quarantined_texts: their texts as delivered.
        guest_keys: of the bookings.
        emails: of the bookings.
        booking_ids: keyed hashes of ``row_ids``.
        guest_hashes: keyed hashes of ``guest_keys``.
        review_ids: keyed hashes of ``review_row_ids``.
        own_customers: pseudo-customers that hold no other guest's bookings.
        shared_customers: pseudo-customers that hold other guests' bookings too.
        identifiers: direct identifiers that nobody else's rows carry, by kind.
        shared: kinds of identifiers that other guests' rows carry too, and can therefore not be searched for.
        texts: the reviews' texts that no other review holds, as delivered, masked and cleaned.
        contents: whole texts of the reviews that were embedded.
    """

    row_ids: list[str] = field(default_factory=list)
    review_row_ids: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    quarantined_texts: list[str] = field(default_factory=list)
    guest_keys: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    booking_ids: list[str] = field(default_factory=list)
    guest_hashes: list[str] = field(default_factory=list)
    review_ids: list[str] = field(default_factory=list)
    own_customers: list[str] = field(default_factory=list)
    shared_customers: list[str] = field(default_factory=list)
    identifiers: dict[str, list[str]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)

    @property
    def is_nobody(self) -> bool:
        """Whether nothing at all is held."""
        return not (self.row_ids or self.review_row_ids or self.quarantined)

    def needles(self) -> list[Needle]:
        """What must be nowhere once the guest is erased."""
        ids = {
            "row id": [*self.row_ids, *self.review_row_ids],
            "booking id": self.booking_ids,
            "guest hash": self.guest_hashes,
            "review id": self.review_ids,
            "pseudo-customer id": self.own_customers,
            **self.identifiers,
        }
        found = [Needle(kind, value) for kind, values in ids.items() for value in values if len(value) >= _SHORTEST_ID]
        texts = [*self.texts, *(text for text in self.quarantined_texts if len(text) >= _SHORTEST_TEXT)]
        return [*found, *(Needle("text", text) for text in texts)]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Guest":
        """Inverse of :meth:`as_dict`."""
        return cls(**{item.name: told[item.name] for item in fields(cls)})


def find_guest(workspace: Workspace, asked: Asked) -> Guest:
    """The guest that is asked for, as the stored partitions know them; empty when nothing is held."""
    bookings = _stored(workspace, "raw_bookings", ["row_id", *DIRECT])
    mine = _of_guest(bookings, asked)
    others = bookings.join(mine.select("row_id"), on="row_id", how="anti")
    identifiers, shared = _identifiers(mine, others, asked)
    needles = [Needle(kind, value) for kind, values in identifiers.items() for value in values]
    reviews = _stored(workspace, "raw_reviews", ["row_id", *REVIEW_TEXTS])
    written = _written_by(reviews, asked, needles)
    quarantined = _stored(workspace, "quarantine", ["row_id", "raw_text"])
    rows = [Needle("row id", _bare(value)) for value in _plain([*mine["row_id"], *written["row_id"], *asked.row_ids])]
    held = quarantined.filter(_any_holds(quarantined["raw_text"], [*needles, *(n for n in rows if _is_long(n.text))]))
    keys = sorted(set(_plain([*mine["guest_key"], asked.guest_key])))
    ids = _made_ids(workspace, asked, mine, written, keys)
    return Guest(
        quarantined=sorted(set(held["row_id"])),
        quarantined_texts=sorted(set(held["raw_text"])),
        guest_keys=keys,
        emails=sorted(set(_plain([*mine["email"], asked.email]))),
        identifiers=identifiers,
        shared=shared,
        **ids,
        **_words(workspace, reviews, written, ids["review_ids"]),
    )


def _of_guest(bookings: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    named = pl.col("row_id").is_in(list(asked.row_ids))
    if asked.email:
        named |= pl.col("email").str.strip_chars().str.to_lowercase() == asked.email.strip().lower()
    if asked.guest_key:
        named |= pl.col("guest_key") == asked.guest_key
    found = bookings.filter(named.fill_null(value=False))
    keys = found["guest_key"].drop_nulls().unique().to_list()
    same = pl.col("guest_key").is_in(keys).fill_null(value=False)
    return bookings.filter(named.fill_null(value=False) | same)


def _identifiers(mine: pl.DataFrame, others: pl.DataFrame, asked: Asked) -> tuple[dict[str, list[str]], list[str]]:
    """Direct identifiers that are the guest's alone, and kinds of which others carry the same value."""
    own: dict[str, list[str]] = {}
    shared: set[str] = set()
    for kind in DIRECT:
        values = set(mine[kind].drop_nulls().unique())
        values |= {value for value in (getattr(asked, kind, None),) if value}
        theirs = set(others.filter(pl.col(kind).is_in(sorted(values)))[kind])
        if theirs:
            shared.add(kind)
        alone = {value for value in values - theirs if kind != "guest_name" or " " in value.strip()}
        compact = {value.replace(" ", "") for value in alone} if kind in ("phone", "card_number") else set()
        own[kind] = sorted(alone | compact)
    return own, sorted(shared)


def _written_by(reviews: pl.DataFrame, asked: Asked, needles: Sequence[Needle]) -> pl.DataFrame:
    named = pl.Series(reviews["row_id"].is_in(list(asked.row_ids)))
    searched = [needle for needle in needles if _is_long(needle.text)]
    for name in REVIEW_TEXTS:
        named |= _any_holds(reviews[name], searched)
    return reviews.filter(named)


def _made_ids(
    workspace: Workspace, asked: Asked, mine: pl.DataFrame, written: pl.DataFrame, keys: list[str]
) -> dict[str, list[str]]:
    """Ids made of the guest's rows, those under earlier keys of the hashes included."""
    columns = ["row_id", "booking_id", "guest_hash", "pseudo_customer_id"]
    pseudonyms = _stored(workspace, "pseudonyms", columns)
    hashes = _plain(keyed_hash(keys, "guest", workspace.key))
    named = pl.col("row_id").is_in([*mine["row_id"], *asked.row_ids]) | pl.col("guest_hash").is_in(hashes)
    found = pseudonyms.filter(named.fill_null(value=False))
    rest = pseudonyms.filter(~named.fill_null(value=False))
    row_ids = sorted({*mine["row_id"], *found["row_id"]})
    review_rows = sorted(set(written["row_id"]))
    customers = set(found["pseudo_customer_id"])
    shared = customers & set(rest["pseudo_customer_id"])
    return {
        "row_ids": row_ids,
        "review_row_ids": review_rows,
        "booking_ids": sorted({*_plain(keyed_hash(row_ids, "booking", workspace.key)), *found["booking_id"]}),
        "guest_hashes": sorted({*hashes, *found["guest_hash"].drop_nulls()}),
        "review_ids": sorted(_plain(keyed_hash(review_rows, "review", workspace.key))),
        "own_customers": sorted(customers - shared),
        "shared_customers": sorted(shared),
    }


def _words(
    workspace: Workspace, reviews: pl.DataFrame, written: pl.DataFrame, review_ids: list[str]
) -> dict[str, list[str]]:
    """Texts of the guest's reviews in each stage; those that stand in another review too can prove nothing."""
    texts = {text for name in REVIEW_TEXTS for text in written[name].drop_nulls()}
    contents: set[str] = set()
    rest = [reviews.join(written.select("row_id"), on="row_id", how="anti")]
    for asset in ("masked_reviews", "clean_reviews"):
        columns = ["review_id", *REVIEW_TEXTS, *(["text"] if asset == "clean_reviews" else [])]
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


def _any_holds(column: pl.Series, needles: Sequence[Needle]) -> pl.Series:
    """Which cells hold one of the needles as a word of its own."""
    if not needles:
        return pl.Series([False] * len(column), dtype=pl.Boolean)
    hit = column.str.to_lowercase().str.contains_any([needle.text.lower() for needle in needles]).fill_null(value=False)
    sure = [flag and any(holds(text, needle) for needle in needles) for text, flag in zip(column, hit, strict=True)]
    return pl.Series(sure, dtype=pl.Boolean)


def _is_long(text: str) -> bool:
    return len(text) >= _SHORTEST_ID


def _bare(row_id: str) -> str:
    """The source's own number in an id such as ``reservation:1234``."""
    return row_id.split(":", 1)[-1] if not row_id.startswith("row:") else row_id


def _plain(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value is not None]
