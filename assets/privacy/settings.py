"""Settings of the privacy room."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from resources.privacy_accounting import ACCOUNTINGS, Accounting, floor_loss, floor_nano
from resources.settings import refuse, setting

SECTION = "privacy"
QUASI_IDENTIFIERS = (
    "hotel", "country", "market_segment", "distribution_channel", "customer_type", "agent", "company",
    "repeated_guest", "arrival", "nights", "lead_time", "adults", "children",
)  # fmt: skip
KEY_COLUMNS = (
    "country", "agent", "company", "customer_type", "market_segment", "distribution_channel",
    "is_repeated_guest", "hotel", "deposit_type", "reserved_room_type", "meal", "adults", "children",
)  # fmt: skip
GUEST_KEY = "guest_key"  # names a guest, so it is no part of a market's key
BATCHES = ("day", "week", "month")
FROM_STAYS, FROM_LABELS = FEATURES_FROM = ("stays", "labels")


@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """How bookings and reviews are protected before they leave the restricted zone."""

    k: int = setting(5, "specification 6.2; usual in published comparisons", allowed="2 or more (5 is the default)")
    allow_k_1: bool = setting(False, "k = 1 publishes exact rows: only for measuring the price of privacy")
    batch: str = setting(
        "day",
        "specification 6.2: what is public is the batch; week and month come out on their last day",
        allowed="day, week, month",
    )
    is_exported: bool = setting(
        False,
        "whether released_bookings holds the k-anonymous rows. Their exact counts undo the noise of the releases over "
        "the same rows, so a group that publishes both promises k-anonymity and no differential privacy",
        only_for=("released_bookings",),
    )
    hotels_apart: bool = setting(
        False,
        "Labels that name one hotel. For groups of many hotels: without it labels name several, and each of their "
        "stays has the reviews of several to be compared with. It costs the rows of hotels with fewer than k "
        "guests in a batch.",
    )
    l_diversity: int | None = setting(None, "distinct bands of the rate in a class; specification 6.2: an option")
    t_closeness: float | None = setting(
        None, "ordered distance of a class's rates from its batch's; specification 6.2: an option"
    )
    rate_band_width: float = setting(
        25.0,
        "currency per night; ours: the public rates' quartiles lie about one band apart",
        allowed="above 0, at most 1000",
    )
    quasi_identifiers: tuple[str, ...] = setting(
        QUASI_IDENTIFIERS,
        "specification 6.2; a column left out gets no cuts of its own",
        allowed=(
            "one or more of hotel, country, market_segment, distribution_channel, customer_type, agent, company, "
            "repeated_guest, arrival, nights, lead_time, adults, children, each once"
        ),
    )
    key_columns: tuple[str, ...] = setting(
        (
            "country",
            "agent",
            "company",
            "customer_type",
            "market_segment",
            "distribution_channel",
            "is_repeated_guest",
        ),
        "paper 001, pseudo-customer: what the bookings of a market share; specification 6.5",
        allowed=(
            "one or more of country, agent, company, customer_type, market_segment, distribution_channel, "
            "is_repeated_guest, hotel, deposit_type, reserved_room_type, meal, adults, children, each once"
        ),
    )
    features_from: str = setting(
        FROM_STAYS,
        "what links, features and models are made of: exact rows inside the restricted zone, or k-anonymous labels as "
        "in the papers; labels only to measure what they cost",
        allowed="stays, labels",
        only_for=("price_of_privacy",),
    )
    mask_staff_names: bool = setting(True, "a first name of an employee is personal data too")
    epsilon: float = setting(
        1.0, "specification 6.2: budget per calendar year of the data's business days", allowed="above 0, at most 10"
    )
    accounting: str = setting(
        "pure",
        '"pure": epsilon, Laplace noise; "zcdp": rho, Gaussian noise; a ledger keeps to one',
        allowed="pure or zcdp",
    )
    delta: float = setting(
        1e-6,
        "with zcdp the promise is (epsilon, delta); below one in the number of guests",
        allowed="above 0, at most 0.001",
    )
    epsilon_month_counts: float = setting(
        0.3, "allotments per year, of epsilon; with zcdp the same shares of rho", allowed="above 0"
    )
    epsilon_segment_sizes: float = setting(0.1, "counts of all guests bear more noise than means", allowed="above 0")
    epsilon_value_by_segment: float = setting(0.15, "an equal share of what the counts leave", allowed="above 0")
    epsilon_value_by_country: float = setting(0.15, "an equal share of what the counts leave", allowed="above 0")
    epsilon_cancellation_rates: float = setting(0.15, "an equal share of what the counts leave", allowed="above 0")
    epsilon_service_scores: float = setting(0.15, "an equal share of what the counts leave", allowed="above 0")
    guest_cap: int = setting(
        1, "bookings of one guest that count in a month: two would double the noise for few guests", allowed="1 or more"
    )
    guest_cap_year: int = setting(
        2,
        "bookings of one guest that count in a year's cancellation rates; most book once or twice",
        allowed="1 or more",
    )
    value_bands: tuple[int, ...] = setting(
        (1, 250, 500, 1000),
        "lower borders; fixed, because the data's quantiles would tell",
        allowed="1, then ascending borders, two or more apart, below the clamp",
    )
    value_clamp: int = setting(
        3000,
        "value of one guest in a year counts up to here; more would be noise for a few guests",
        allowed="1, then ascending borders, two or more apart, below the clamp",
    )
    release_countries: tuple[str, ...] = setting(
        (
            "PRT",
            "ESP",
            "FRA",
            "GBR",
            "DEU",
            "ITA",
            "NLD",
            "BEL",
            "IRL",
            "USA",
            "BRA",
        ),
        "public list (neighbours and large markets), never read off the data",
    )
    budget_registry: Path | None = setting(
        None,
        "Folder that knows what other homes of this user have released over the same data; None: "
        "$XDG_STATE_HOME/stayworth",
        compare=False,
    )
    test_noise_seed: int | None = setting(None, "set in tests only: the output is then marked as not private")

    def __post_init__(self) -> None:
        if self.k < 1:
            raise refuse(SECTION, "k", self.k, "2 or more (5 is the default)")
        if self.k == 1 and not self.allow_k_1:
            raise refuse(SECTION, "k", self.k, "2 or more; k = 1 publishes exact rows and needs allow_k_1 = true")
        if self.batch not in BATCHES:
            raise refuse(SECTION, "batch", self.batch, ", ".join(BATCHES))
        if self.features_from not in FEATURES_FROM:
            raise refuse(SECTION, "features_from", self.features_from, ", ".join(FEATURES_FROM))
        self._check_rate_limits()
        self._check_columns("quasi_identifiers", self.quasi_identifiers, QUASI_IDENTIFIERS)
        if GUEST_KEY in self.key_columns:
            advice = 'columns of a market; guests are told apart by customers.unit = "auto" (the default) or "guest"'
            raise refuse(SECTION, "key_columns", self.key_columns, advice)
        self._check_columns("key_columns", self.key_columns, KEY_COLUMNS)
        if not 0.0 < self.epsilon <= 10.0:
            raise refuse(SECTION, "epsilon", self.epsilon, "above 0, at most 10")
        self._check_releases()

    @property
    def budget(self) -> Accounting:
        """The budget per year and the unit in which it is spent."""
        return Accounting(name=self.accounting, epsilon=self.epsilon, delta=self.delta)

    @property
    def allotments(self) -> dict[str, float]:
        """Loss per family of releases and year, in the unit of the accounting, in whole billionths."""
        names = ("segment_sizes", "value_by_segment", "value_by_country", "cancellation_rates", "service_scores")
        shares = {"bookings_by_month": self.epsilon_month_counts}
        shares |= {name: getattr(self, f"epsilon_{name}") for name in names}
        return {family: floor_loss(self.budget.loss_of(share)) for family, share in shares.items()}

    def _check_releases(self) -> None:
        if self.accounting not in ACCOUNTINGS:
            raise refuse(SECTION, "accounting", self.accounting, " or ".join(ACCOUNTINGS))
        if not 0.0 < self.delta <= 1e-3:
            raise refuse(SECTION, "delta", self.delta, "above 0, at most 0.001")
        for family, share in self.allotments.items():
            if share <= 0.0:
                raise refuse(SECTION, f"allotment of {family}", share, "above 0")
        if sum(map(floor_nano, self.allotments.values())) > floor_nano(self.budget.budget):
            raise refuse(SECTION, "epsilon_*", self.allotments, f"allotments that add up to {self.epsilon} at most")
        for name in ("guest_cap", "guest_cap_year"):
            if getattr(self, name) < 1:
                raise refuse(SECTION, name, getattr(self, name), "1 or more")
        borders = (*self.value_bands, self.value_clamp)
        if not self.value_bands or borders[0] != 1 or any(low + 1 >= high for low, high in pairwise(borders)):
            raise refuse(
                SECTION, "value_bands", borders, "1, then ascending borders, two or more apart, below the clamp"
            )
        if len(set(self.release_countries)) < len(self.release_countries):
            raise refuse(SECTION, "release_countries", self.release_countries, "each country once")

    def _check_rate_limits(self) -> None:
        if self.l_diversity is not None and self.l_diversity < 1:
            raise refuse(SECTION, "l_diversity", self.l_diversity, "1 or more")
        if self.t_closeness is not None and not 0.0 < self.t_closeness <= 1.0:
            raise refuse(SECTION, "t_closeness", self.t_closeness, "above 0, at most 1")
        if not 0.0 < self.rate_band_width <= 1000.0:
            raise refuse(SECTION, "rate_band_width", self.rate_band_width, "above 0, at most 1000")

    @staticmethod
    def _check_columns(name: str, value: tuple[str, ...], known: tuple[str, ...]) -> None:
        if not value or len(set(value)) < len(value) or not set(value) <= set(known):
            raise refuse(SECTION, name, value, f"one or more of {', '.join(known)}, each once")
