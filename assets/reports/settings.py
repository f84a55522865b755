"""Settings of the reports (section ``reports``)."""

from dataclasses import dataclass

from resources.settings import refuse, setting

_SECTION = "reports"


@dataclass(frozen=True, kw_only=True)
class ReportsSettings:
    """How much the editions show; nothing here changes a result."""

    lime_samples: int = setting(
        500, "a tenth of LIME's default: review texts have tens of words, not thousands", allowed="1 or more"
    )
    lime_words: int = setting(10, "what fits one picture; paper 001 figure 7 shows about as many", allowed="1 or more")
    lime_min_words: int = setting(8, "shorter texts explain nothing", allowed="1 or more")
    shap_features: int = setting(14, "features drawn in the beeswarm", allowed="1 or more")
    shap_customers: int = setting(1_500, "dots per feature; more only make the file larger", allowed="1 or more")
    anomaly_examples: int = setting(
        30, "highest values shown of each anomaly part, internal edition only", allowed="0 or more"
    )
    bootstrap_draws: int = setting(
        200,
        "resamples of the hold-out's customers; 95 % bounds move by a few per cent of their width",
        allowed="1 or more",
    )
    shapley_customers: int = setting(
        200, "customers explained; bounds of the mean influence within a few per cent of it", allowed="1 or more"
    )
    shapley_background: int = setting(
        16, 'rows that stand for "not known", each walked in two orders', allowed="1 or more"
    )
    faithfulness_texts: int = setting(
        20, "texts of the deletion test of words; each costs lime_samples encodings", allowed="1 or more"
    )
    faithfulness_draws: int = setting(10, "random parts taken away per customer and size", allowed="1 or more")
    segment_min_customers: int = setting(
        10, "customers (and never fewer than k) behind anything said of a guest segment", allowed="2 or more"
    )
    segment_pages: int = setting(
        12, "guest segments with a page of their own, by revenue; the overview lists all", allowed="1 or more"
    )
    at_risk_polarity: float = setting(
        -0.2, "mean polarity below which a high-value customer's reviews count as negative (ours)", allowed="-1 to 1"
    )

    def __post_init__(self) -> None:
        for name in (
            "lime_samples",
            "lime_words",
            "lime_min_words",
            "shap_features",
            "shap_customers",
            "bootstrap_draws",
            "shapley_customers",
            "shapley_background",
            "faithfulness_texts",
            "faithfulness_draws",
            "segment_pages",
        ):
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        if self.anomaly_examples < 0:
            raise refuse(_SECTION, "anomaly_examples", self.anomaly_examples, "0 or more")
        if self.segment_min_customers < 2:
            raise refuse(_SECTION, "segment_min_customers", self.segment_min_customers, "2 or more")
        if not -1.0 <= self.at_risk_polarity <= 1.0:
            raise refuse(_SECTION, "at_risk_polarity", self.at_risk_polarity, "-1 to 1")
