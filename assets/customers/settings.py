"""Settings of the customers room."""

from dataclasses import dataclass
from datetime import date

from resources.settings import refuse, setting

SECTION = "customers"
SEGMENT_RULES = ("thirds", "25_50_25", "rfm")
AUTO, GUEST, MARKET = UNITS = ("auto", "guest", "market")


@dataclass(frozen=True, kw_only=True)
class CustomerSettings:
    """How value is cut into segments, how behaviour is smoothed, and at which days it is looked at."""

    unit: str = setting(
        AUTO,
        "whose value is counted. guest: the rows with one guest key, rows without a key are left out and counted. "
        "market: the rows that share privacy.key_columns, often many guests. auto: the guest where a row has a key, "
        "else its market; models are then of guests, and markets are only described",
        allowed="auto, guest, market",
    )
    segments: str = setting(
        "thirds",
        "paper 001, section 2.8 (low, mid, high); 25_50_25 is paper 000's; rfm is the trade's",
        allowed="thirds, 25_50_25, rfm",
    )
    block_days: int = setting(
        30,
        "ours: month-like blocks counted back from T, so that the newest one is always complete",
        allowed="1 or more",
    )
    smoothing: float = setting(
        0.3, "ours: alpha of exponential smoothing; the paper prints none", allowed="above 0, up to 1"
    )
    price_ridge: float = setting(
        0.05, "ours: added to the variance of log price, so that two quiet months decide nothing", allowed="above 0"
    )
    horizon_days: int = setting(180, "specification 6.5: H of the prospective target", allowed="1 or more")
    season_days: int = setting(
        180, "ours: the season looked for is the one that the default horizon covers", allowed="1 to 364"
    )
    cv_origins: tuple[date, ...] = setting(
        (), "empty: the documented days of the public data, else the rule of protocols.py"
    )
    holdout_origin: date | None = setting(None, "None: as for cv_origins")
    cv_step_days: int = setting(
        60, "ours: distance of the origins made by rule (their targets overlap, said so)", allowed="1 or more"
    )
    max_cv_origins: int = setting(4, "specification 6.5: four on the public data", allowed="1 or more")
    min_history_days: int = setting(
        90, "ours: rows that an origin made by rule must have behind it", allowed="1 or more"
    )
    min_customers: int = setting(
        10,
        "customers (and never fewer than k) behind anything said of a group of them; usual in official statistics",
        allowed="2 or more",
        only_for=("customer_statistics", "customers_findings"),
    )

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise refuse(SECTION, "unit", self.unit, ", ".join(UNITS))
        if self.segments not in SEGMENT_RULES:
            raise refuse(SECTION, "segments", self.segments, ", ".join(SEGMENT_RULES))
        if not 0.0 < self.smoothing <= 1.0:
            raise refuse(SECTION, "smoothing", self.smoothing, "above 0, up to 1")
        if self.price_ridge <= 0.0:
            raise refuse(SECTION, "price_ridge", self.price_ridge, "above 0")
        if not 1 <= self.season_days <= 364:
            raise refuse(SECTION, "season_days", self.season_days, "1 to 364")
        for name in ("block_days", "horizon_days", "cv_step_days", "max_cv_origins", "min_history_days"):
            if getattr(self, name) < 1:
                raise refuse(SECTION, name, getattr(self, name), "1 or more")
        if self.min_customers < 2:
            raise refuse(SECTION, "min_customers", self.min_customers, "2 or more")
        if bool(self.cv_origins) != (self.holdout_origin is not None):
            raise refuse(SECTION, "holdout_origin", self.holdout_origin, "given together with cv_origins")
