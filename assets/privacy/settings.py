"""Settings of the privacy room."""

from dataclasses import dataclass

from resources.settings import refuse

SECTION = "privacy"
QUASI_IDENTIFIERS = (
    "hotel", "country", "market_segment", "distribution_channel", "customer_type", "agent", "company",
    "repeated_guest", "arrival", "nights", "lead_time", "adults", "children",
)  # fmt: skip
KEY_COLUMNS = (
    "country", "agent", "company", "customer_type", "market_segment", "distribution_channel",
    "is_repeated_guest", "hotel", "deposit_type", "reserved_room_type", "meal", "adults", "children", "guest_key",
)  # fmt: skip
BATCHES = ("day", "week", "month")


@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """How bookings and reviews are protected before they leave the restricted zone."""

    k: int = 5  # SPEC 3.2; the value of the peers' tables
    allow_k_1: bool = False  # k = 1 publishes exact rows: only for measuring the price of privacy
    batch: str = "day"  # SPEC 3.2: what is public is the batch; week and month are library functions
    quasi_identifiers: tuple[str, ...] = QUASI_IDENTIFIERS  # SPEC 3.2; a column left out gets no cuts of its own
    key_columns: tuple[str, ...] = (  # paper 001, pseudo-customer; SPEC 3.5
        "country", "agent", "company", "customer_type", "market_segment", "distribution_channel",
        "is_repeated_guest",
    )  # fmt: skip
    mask_staff_names: bool = True  # a first name of an employee is personal data too
    epsilon: float = 1.0  # SPEC 3.2: budget per calendar year of the data's business days
    epsilon_month_counts: float = 0.6  # allotment of bookings_by_month per year; 0.4 is left for other releases
    guest_cap: int = 1  # bookings of one guest that count in a month: two would double the noise for few guests
    test_noise_seed: int | None = None  # set in tests only: the output is then marked as not private

    def __post_init__(self) -> None:
        if self.k < 1:
            raise refuse(SECTION, "k", self.k, "2 or more (5 is the default)")
        if self.k == 1 and not self.allow_k_1:
            raise refuse(SECTION, "k", self.k, "2 or more; k = 1 publishes exact rows and needs allow_k_1 = true")
        if self.batch != "day":
            allowed = "day; week and month exist as assets.privacy.generalisation.batch_key, for comparing the loss"
            raise refuse(SECTION, "batch", self.batch, allowed)
        self._check_columns("quasi_identifiers", self.quasi_identifiers, QUASI_IDENTIFIERS)
        self._check_columns("key_columns", self.key_columns, KEY_COLUMNS)
        if not 0.0 < self.epsilon <= 10.0:  # noqa: PLR2004
            raise refuse(SECTION, "epsilon", self.epsilon, "above 0, at most 10")
        if not 0.0 < self.epsilon_month_counts <= self.epsilon:
            raise refuse(SECTION, "epsilon_month_counts", self.epsilon_month_counts, "above 0, at most epsilon")
        if self.guest_cap < 1:
            raise refuse(SECTION, "guest_cap", self.guest_cap, "1 or more")

    @staticmethod
    def _check_columns(name: str, value: tuple[str, ...], known: tuple[str, ...]) -> None:
        if not value or len(set(value)) < len(value) or not set(value) <= set(known):
            raise refuse(SECTION, name, value, f"one or more of {', '.join(known)}, each once")
