"""Everything that leads to one guest, and what of it must be nowhere once the guest is erased."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from pipelines.guests.needles import Needle

_SHORTEST_ID = 6  # characters; a shorter one stands for too many other things to be searched in running text
_SHORTEST_TEXT = 20
_TELLING_DIGITS = 9  # of a key of digits only; shorter ones look like days and amounts


def is_telling_key(key: str) -> bool:
    """Whether a guest key can be nothing else where it stands in a text: no short number, no word."""
    digits = sum(mark.isdecimal() for mark in key)
    if key.isdecimal():
        return digits >= _TELLING_DIGITS
    return len(key) >= _SHORTEST_ID and digits >= 3 or "@" in key


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Everything that leads to a guest. Plain lists, so that a journal can hold it.

    Attributes:
        row_ids: of bookings.
        review_row_ids: of reviews.
        quarantined: ``row_id`` of quarantined rows.
        quarantined_texts: their texts as delivered.
        reservations: ids of reservations whose rooms are all the guest's.
        guest_keys: whose rows are all the guest's.
        emails: that nobody else's rows carry.
        booking_ids: keyed hashes of ``row_ids``.
        guest_hashes: keyed hashes of ``guest_keys``.
        review_ids: keyed hashes of ``review_row_ids``.
        own_customers: customers that are the guest, and markets that hold no other guest's bookings.
        shared_customers: markets that hold other guests' bookings too.
        own_view_ids: ids of ``own_customers`` in the views by month.
        shared_view_ids: ids of ``shared_customers`` there.
        identifiers: direct identifiers that nobody else's rows carry and that can be searched for, by kind.
        shared: what others have too or what looks like an ordinary word, and is therefore not searched for; masked.
        texts: the reviews' texts that no other review holds, as delivered, masked and cleaned.
        contents: whole texts of the reviews that were embedded.
    """

    row_ids: list[str] = field(default_factory=list)
    review_row_ids: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    quarantined_texts: list[str] = field(default_factory=list)
    reservations: list[str] = field(default_factory=list)
    guest_keys: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    booking_ids: list[str] = field(default_factory=list)
    guest_hashes: list[str] = field(default_factory=list)
    review_ids: list[str] = field(default_factory=list)
    own_customers: list[str] = field(default_factory=list)
    shared_customers: list[str] = field(default_factory=list)
    own_view_ids: list[str] = field(default_factory=list)
    shared_view_ids: list[str] = field(default_factory=list)
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
            "pseudo-customer id": [*self.own_customers, *self.own_view_ids],
            **self.identifiers,
        }
        own = [Needle(kind, value) for kind, values in ids.items() for value in values if len(value) >= _SHORTEST_ID]
        texts = [*self.texts, *(text for text in self.quarantined_texts if len(text) >= _SHORTEST_TEXT)]
        return [*own, *(Needle("text", text) for text in texts)]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Guest":
        """Inverse of :meth:`as_dict`; what an earlier version did not write is empty."""
        return cls(**{item.name: told[item.name] for item in fields(cls) if item.name in told})
