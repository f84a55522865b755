"""Settings of the raw room."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assets.raw.cells import Gaps
from resources.settings import refuse, setting
from resources.sources.keys import PLACEHOLDERS, Placeholders

POLICIES = ("ours", "paper")
_MOST_LOOK_BACK_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class RawSettings:
    """What counts as a sound row, and which sound rows go on."""

    policy: str = setting(
        "ours",
        "specification 6.1: identical group bookings are real, so `ours` keeps repeats and gaps; `paper` drops both "
        "(001, Table 1).",
        allowed="ours, paper",
    )
    max_rate: float = setting(
        5000.0,
        "The one absurd public rate is 5,400 for a cancelled night; the next one is 510, so any bound between is "
        "alike.",
        allowed="a number above 0",
    )
    max_nights: int = setting(
        365, "longest public stay: 69 nights; above a year the dates are mistyped", allowed="a number above 0"
    )
    max_lead_time_days: int = setting(3650, "longest public lead time: 737 days", allowed="a number above 0")
    max_guests: int = setting(100, "largest public party: 55 adults", allowed="a number above 0")
    country_aliases: tuple[str, ...] = setting(
        ("CN:CAN", "TMP:TLS"),
        "Codes that the public data uses beside ISO 3166-1 alpha-3, `delivered:meant`. CN is Canada: CAN never "
        "occurs in 119,390 rows, CHN does (999), and the 1,279 CN stays look Irish or American rather than Chinese "
        "(56 % at the resort against 13 % for CHN). TMP is the code of East Timor up to 2002.",
        allowed="pairs such as CN:CAN, separated by commas",
    )
    extra_country_codes: tuple[str, ...] = setting(
        (),
        "user-assigned codes to accept as they are, such as XKX for Kosovo",
        allowed="codes of three capital letters, separated by commas",
    )
    repeat_look_back_days: int = setting(
        31,
        "How far back a day looks for rows of the same key: a row that says the same again is set aside as a "
        "repeat. Ours: a month's batch sent twice is found. A repeat from further back counts as a correction that "
        "changes nothing.",
        allowed="0 (no look-back) to 366 days",
    )
    placeholders: tuple[str, ...] = setting(
        (),
        "Words that stand for a gap in keys, categories and numbers, beside those of resources/sources/keys.py, in "
        "any letter case; for a source that writes `Laufkunde` or `9999` where it knows nobody.",
    )
    values: tuple[str, ...] = setting(
        (
            "meal:Undefined",
            "market_segment:Undefined",
            "distribution_channel:Undefined",
        ),
        "Words of that list which are values after all, `column:word` (`*:word` in every column). The publishers "
        "use Undefined as a level of these three. A house that counts walking in as a way of booking adds "
        "market_segment:Walk-in and the like.",
        allowed="pairs such as meal:None or *:Walk-in, separated by commas",
    )
    guest_key_max_rows: int = setting(
        50,
        "What one guest key may plausibly hold; beyond it the key is that of an agency, a test guest, or a word "
        'for "nobody", and its rows have no guest key. Rows are counted by day; e-mails and names over '
        "repeat_look_back_days too. Ours: a person has a few addresses and spellings, and no fifty rooms a day.",
        allowed="1 or more",
    )
    guest_key_max_emails: int = setting(5, "see `guest_key_max_rows`", allowed="1 or more")
    guest_key_max_names: int = setting(5, "see `guest_key_max_rows`", allowed="1 or more")
    reservation_max_rows: int = setting(
        60,
        "Likewise of a reservation number (with its room) and a review key, over repeat_look_back_days and the "
        "day: beyond it a row is named by its content, so that none takes the place of another.",
        allowed="1 or more",
    )
    review_key_max_rows: int = setting(5, "see `reservation_max_rows`", allowed="1 or more")
    paper_booking_columns: tuple[str, ...] = setting(
        ("children", "country"),
        "Columns whose gaps count as missing values under `paper`. Agent and company are not among them: for these "
        'the publishers state that NULL means "not applicable" (Data in Brief 22, 2019), not unknown.',
    )
    paper_review_columns: tuple[str, ...] = setting(("reviewer_country_name",), "and reviews with neither text field")

    def __post_init__(self) -> None:
        section = "raw"
        if self.policy not in POLICIES:
            raise refuse(section, "policy", self.policy, ", ".join(POLICIES))
        for name in ("max_rate", "max_nights", "max_lead_time_days", "max_guests"):
            if not getattr(self, name) > 0:
                raise refuse(section, name, getattr(self, name), "a number above 0")
        if not 0 <= self.repeat_look_back_days <= _MOST_LOOK_BACK_DAYS:
            allowed = f"0 (no look-back) to {_MOST_LOOK_BACK_DAYS} days"
            raise refuse(section, "repeat_look_back_days", self.repeat_look_back_days, allowed)
        self._refuse_odd_keys()
        for alias in self.country_aliases:
            if not re.fullmatch(r"[A-Z]{2,3}:[A-Z]{3}", alias):
                raise refuse(section, "country_aliases", alias, "pairs such as CN:CAN, separated by commas")
        for code in self.extra_country_codes:
            if not re.fullmatch(r"[A-Z]{3}", code):
                raise refuse(
                    section, "extra_country_codes", code, "codes of three capital letters, separated by commas"
                )

    def _refuse_odd_keys(self) -> None:
        section = "raw"
        names = ("guest_key_max_rows", "guest_key_max_emails", "guest_key_max_names")
        for name in (*names, "reservation_max_rows", "review_key_max_rows"):
            if getattr(self, name) < 1:
                raise refuse(section, name, getattr(self, name), "1 or more")
        for word in self.placeholders:
            if not word.strip():
                raise refuse(section, "placeholders", word, "words, separated by commas")
        for value in self.values:
            if not all(part.strip() for part in value.partition(":")):
                raise refuse(section, "values", value, "pairs such as meal:None or *:Walk-in, separated by commas")

    @property
    def words(self) -> Placeholders:
        """Every word that stands for a gap where nothing else is said."""
        return Placeholders.of([*PLACEHOLDERS, *self.placeholders]).without(self._values_of("*"))

    def gaps(self, coded: Iterable[str]) -> Gaps:
        """What stands for a gap, by column.

        Args:
            coded: delivered columns of keys and codes.
        """
        words = self.words
        own = {value.partition(":")[0].strip() for value in self.values} - {"*"}
        of_column = {column: words.without(self._values_of(column)) for column in sorted(own)}
        return Gaps(words=words, of_column=of_column, coded=frozenset(coded))

    def _values_of(self, column: str) -> list[str]:
        parts = (value.partition(":") for value in self.values)
        return [word.strip() for name, _, word in parts if name.strip() == column]
