"""Settings of the studies (section ``studies``)."""

from dataclasses import dataclass

from resources.settings import refuse, setting

_SECTION = "studies"


@dataclass(frozen=True, kw_only=True)
class StudiesSettings:
    """How much the studies try; the daily tables never depend on it."""

    attack_targets: int = setting(
        2_000, "guests attacked: 95 % bounds within 2.2 points; quick attacks a fifth of them", allowed="1 or more"
    )
    attack_customers: int = setting(3_000, "customers in membership inference; half in quick", allowed="1 or more")
    attack_ks: tuple[int, ...] = setting(
        (5, 25),
        "k attacked beside the run's own: the default, and the largest we compare",
        allowed="one or more, each 2 or more",
    )
    ceiling_seeds: int = setting(
        25,
        "worlds per influence: in five groups, each ceiling learns from 20 others (specification 6.8)",
        allowed="2 or more",
    )
    ceiling_groups: int = setting(
        5, "of worlds; a world's data-rich ceiling learns from the other groups", allowed="2 or more"
    )
    ceiling_influences: tuple[float, ...] = setting(
        (0.0, 0.5, 2.0),
        "none, weak, strong: half and twice demo's own",
        allowed="three of 0 or more: none, weak, strong",
    )
    ceiling_guests: int = setting(
        3_000,
        "new guests a year in a world of the ceilings: half of demo's default, a minute each",
        allowed="1 or more guests and days",
    )
    ceiling_days: int = setting(
        400, "history of such a world: two origins with targets of 99 days", allowed="1 or more guests and days"
    )
    ceiling_draws: int = setting(
        16,
        "futures that the oracle averages over: chance keeps a sixteenth of what they differ by",
        allowed="1 or more",
    )

    control_positive_worlds: int = setting(
        10, "worlds in which text decides: the quick profile makes the first", allowed="1 or more"
    )
    control_null_worlds: int = setting(
        20, "worlds in which it decides nothing: at 5 % one of them may claim a gain", allowed="1 or more"
    )
    control_guests: int = setting(
        3_000,
        "new guests a year in a world of the controls: a gain of .03 lies far outside chance",
        allowed="1 or more",
    )
    control_days: int = setting(
        400, "history of such a world: two origins with targets of 99 days, and a hold-out", allowed="1 or more"
    )

    def __post_init__(self) -> None:
        for name in ("control_positive_worlds", "control_null_worlds", "control_guests", "control_days"):
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        for name in ("attack_targets", "attack_customers", "ceiling_draws"):
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        if not self.attack_ks or min(self.attack_ks) < 2:
            raise refuse(_SECTION, "attack_ks", self.attack_ks, "one or more, each 2 or more")
        self._check_ceilings()

    def _check_ceilings(self) -> None:
        for name in ("ceiling_seeds", "ceiling_groups"):
            if getattr(self, name) < 2:
                raise refuse(_SECTION, name, getattr(self, name), "2 or more")
        if len(self.ceiling_influences) != 3 or min(self.ceiling_influences) < 0:
            raise refuse(
                _SECTION, "ceiling_influences", self.ceiling_influences, "three of 0 or more: none, weak, strong"
            )
        if self.ceiling_guests < 1 or self.ceiling_days < 1:
            raise refuse(_SECTION, "ceiling_guests", self.ceiling_guests, "1 or more guests and days")
