"""Settings of the reports (section ``reports``)."""

from dataclasses import dataclass

from resources.settings import refuse

_SECTION = "reports"


@dataclass(frozen=True, kw_only=True)
class ReportsSettings:
    """How much the editions show; nothing here changes a result."""

    lime_samples: int = 500  # a tenth of LIME's default: review texts have tens of words, not thousands
    lime_words: int = 10  # what fits one picture; paper 001 figure 7 shows about as many
    lime_min_words: int = 8  # shorter texts explain nothing
    shap_features: int = 14  # features drawn in the beeswarm
    shap_customers: int = 1_500  # dots per feature; more only make the file larger
    anomaly_examples: int = 30  # highest values shown of each anomaly part, internal edition only
    bootstrap_draws: int = (
        200  # resamples of the hold-out's customers; 95 % bounds move by a few per cent of their width
    )
    speed_texts: int = 256  # texts that the encoder's speed is measured on; a second at the slowest tier's speed
    attack_targets: int = 2_000  # guests attacked: 95 % bounds within 2.2 points; quick attacks a fifth of them
    attack_customers: int = 3_000  # customers in membership inference; half in quick
    attack_ks: tuple[int, ...] = (5, 25)  # k attacked beside the run's own: the default, and the largest we compare
    shapley_customers: int = 200  # customers explained; bounds of the mean influence within a few per cent of it
    shapley_background: int = 16  # rows that stand for "not known", each walked in two orders
    faithfulness_texts: int = 20  # texts of the deletion test of words; each costs lime_samples encodings
    faithfulness_draws: int = 10  # random parts taken away per customer and size
    segment_min_customers: int = 10  # customers (and never fewer than k) behind anything said of a guest segment
    segment_pages: int = 12  # guest segments with a page of their own, by revenue; the overview lists all
    at_risk_polarity: float = -0.2  # mean polarity below which a high-value customer's reviews count as negative (ours)
    ceiling_seeds: int = 25  # worlds per influence: in five groups, each ceiling learns from 20 others (SPEC 3.7)
    ceiling_groups: int = 5  # of worlds; a world's data-rich ceiling learns from the other groups
    ceiling_influences: tuple[float, ...] = (0.0, 0.5, 2.0)  # none, weak, strong: half and twice demo's own
    ceiling_guests: int = 3_000  # new guests a year in a world of the ceilings: half of demo's default, a minute each
    ceiling_days: int = 400  # history of such a world: two origins with targets of 99 days
    ceiling_draws: int = 16  # futures that the oracle averages over: chance keeps a sixteenth of what they differ by

    def __post_init__(self) -> None:
        for name in (
            "lime_samples",
            "lime_words",
            "lime_min_words",
            "shap_features",
            "shap_customers",
            "bootstrap_draws",
            "speed_texts",
            "attack_targets",
            "attack_customers",
            "shapley_customers",
            "shapley_background",
            "faithfulness_texts",
            "faithfulness_draws",
            "segment_pages",
            "ceiling_draws",
        ):
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        if not self.attack_ks or min(self.attack_ks) < 2:  # noqa: PLR2004
            raise refuse(_SECTION, "attack_ks", self.attack_ks, "one or more, each 2 or more")
        self._check_ceilings()
        if self.anomaly_examples < 0:
            raise refuse(_SECTION, "anomaly_examples", self.anomaly_examples, "0 or more")
        if self.segment_min_customers < 2:  # noqa: PLR2004
            raise refuse(_SECTION, "segment_min_customers", self.segment_min_customers, "2 or more")
        if not -1.0 <= self.at_risk_polarity <= 1.0:
            raise refuse(_SECTION, "at_risk_polarity", self.at_risk_polarity, "-1 to 1")

    def _check_ceilings(self) -> None:
        for name in ("ceiling_seeds", "ceiling_groups"):
            if getattr(self, name) < 2:  # noqa: PLR2004
                raise refuse(_SECTION, name, getattr(self, name), "2 or more")
        if len(self.ceiling_influences) != 3 or min(self.ceiling_influences) < 0:  # noqa: PLR2004
            raise refuse(
                _SECTION, "ceiling_influences", self.ceiling_influences, "three of 0 or more: none, weak, strong"
            )
        if self.ceiling_guests < 1 or self.ceiling_days < 1:
            raise refuse(_SECTION, "ceiling_guests", self.ceiling_guests, "1 or more guests and days")
