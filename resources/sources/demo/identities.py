"""Direct identifiers of the guests: names, e-mails, phones, cards. All invented."""

import unicodedata

import numpy as np

from resources.sources.demo.catalogue import country_codes, table
from resources.sources.demo.streams import Streams

_MAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.org")  # RFC 2606
_UNKNOWN_COUNTRY = {"name": "", "phone": "351", "names": "lusophone"}
_NUMBER_SPACE = 10**12
_RESERVATION_FACTOR = 179_424_673  # prime to 10, and small enough that no product passes 64 bits
_GUEST_FACTOR = 15_485_863
_REVIEW_FACTOR = 15_485_867


def reservation_ids(stay_numbers: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Twelve-digit reservation numbers, one to one with (stay, room)."""
    return (
        (stay_numbers.astype(np.uint64) * np.uint64(8) + room.astype(np.uint64))
        * np.uint64(_RESERVATION_FACTOR)
        % np.uint64(_NUMBER_SPACE)
    )


def guest_ids(guest_numbers: np.ndarray) -> np.ndarray:
    """Twelve-digit loyalty numbers, one to one with guests."""
    return guest_numbers.astype(np.uint64) * np.uint64(_GUEST_FACTOR) % np.uint64(_NUMBER_SPACE)


def review_ids(review_numbers: np.ndarray) -> np.ndarray:
    """Twelve-digit review numbers, one to one with posts."""
    return review_numbers.astype(np.uint64) * np.uint64(_REVIEW_FACTOR) % np.uint64(_NUMBER_SPACE)


def country_facts(index: int) -> dict[str, str]:
    """Name, telephone prefix and family of names of one country (index into ``country_codes()``)."""
    return table("countries").get(country_codes()[index], _UNKNOWN_COUNTRY)


class Identities:
    """Identifiers of guests, each a pure function of the guest."""

    def __init__(self, seed: int, numbers: np.ndarray, countries: np.ndarray) -> None:
        """Draw what the identifiers of these guests are made of.

        Args:
            seed: of the world.
            numbers: of the guests.
            countries: index into ``country_codes()`` per guest.
        """
        draws = Streams(seed, "identities")
        self._countries = countries
        self._first = draws.uniform("first name", numbers)
        self._last = draws.uniform("last name", numbers)
        self._mail = draws.bits("e-mail", numbers)
        self._phone = draws.bits("phone", numbers)
        self._card = draws.bits("card", numbers)

    def name(self, row: int) -> tuple[str, str]:
        """First and last name."""
        family = table("names")[country_facts(int(self._countries[row]))["names"]]
        first, last = family["first"], family["last"]
        return first[int(self._first[row] * len(first))], last[int(self._last[row] * len(last))]

    def email(self, row: int) -> str:
        """Address in a domain reserved for examples."""
        first, last = (_plain(part) for part in self.name(row))
        bits = int(self._mail[row])
        shapes = (f"{first}.{last}{bits % 97}", f"{first}{bits % 1000}", f"{first[0]}{last}{bits % 100}")
        return f"{shapes[bits // 7 % 3]}@{_MAIL_DOMAINS[bits // 1001 % len(_MAIL_DOMAINS)]}"

    def phone(self, row: int) -> str:
        """International number, with blanks."""
        digits = f"{int(self._phone[row]) % 10**9:09d}"
        prefix = country_facts(int(self._countries[row]))["phone"]
        return f"+{prefix} {digits[:3]} {digits[3:6]} {digits[6:]}"

    def card(self, row: int) -> str:
        """Sixteen digits that pass the Luhn test, in a range that no issuer uses."""
        body = f"400000{int(self._card[row]) % 10**9:09d}"
        doubled = [int(digit) * 2 if place % 2 == 0 else int(digit) for place, digit in enumerate(body)]
        return f"{body}{-sum(value - 9 if value > 9 else value for value in doubled) % 10}"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("ł", "l").lower())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())
