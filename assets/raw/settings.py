"""Settings of the raw room."""

import re
from dataclasses import dataclass

from resources.settings import refuse

POLICIES = ("ours", "paper")
_MOST_LOOK_BACK_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class RawSettings:
    """What counts as a sound row, and which sound rows go on."""

    # SPEC 3.1: identical group bookings are real, so `ours` keeps repeats and gaps; `paper` drops both (001, Table 1).
    policy: str = "ours"
    # The one absurd public rate is 5,400 for a cancelled night; the next one is 510, so any bound between is alike.
    max_rate: float = 5000.0
    max_nights: int = 365  # longest public stay: 69 nights; above a year the dates are mistyped
    max_lead_time_days: int = 3650  # longest public lead time: 737 days
    max_guests: int = 100  # largest public party: 55 adults
    # Codes that the public data uses beside ISO 3166-1 alpha-3, `delivered:meant`. CN is Canada: CAN never occurs
    # in 119,390 rows, CHN does (999), and the 1,279 CN stays look Irish or American rather than Chinese (56 % at
    # the resort against 13 % for CHN). TMP is the code of East Timor up to 2002.
    country_aliases: tuple[str, ...] = ("CN:CAN", "TMP:TLS")
    extra_country_codes: tuple[str, ...] = ()  # user-assigned codes to accept as they are, such as XKX for Kosovo
    # How far back a day looks for rows of the same key: a row that says the same again is set aside as a repeat. Ours:
    # a month's batch sent twice is found. A repeat from further back counts as a correction that changes nothing.
    repeat_look_back_days: int = 31
    # Columns whose gaps count as missing values under `paper`. Agent and company are not among them: for these the
    # publishers state that NULL means "not applicable" (Data in Brief 22, 2019), not unknown.
    paper_booking_columns: tuple[str, ...] = ("children", "country")
    paper_review_columns: tuple[str, ...] = ("reviewer_country_name",)  # and reviews with neither text field

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
        for alias in self.country_aliases:
            if not re.fullmatch(r"[A-Z]{2,3}:[A-Z]{3}", alias):
                raise refuse(section, "country_aliases", alias, "pairs such as CN:CAN, separated by commas")
        for code in self.extra_country_codes:
            if not re.fullmatch(r"[A-Z]{3}", code):
                raise refuse(
                    section, "extra_country_codes", code, "codes of three capital letters, separated by commas"
                )
