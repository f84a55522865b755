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
    shapley_customers: int = 200  # customers explained; bounds of the mean influence within a few per cent of it
    shapley_background: int = 16  # rows that stand for "not known", each walked in two orders
    faithfulness_texts: int = 20  # texts of the deletion test of words; each costs lime_samples encodings
    faithfulness_draws: int = 10  # random parts taken away per customer and size
    segment_min_customers: int = 10  # customers (and never fewer than k) behind anything said of a guest segment
    segment_pages: int = 12  # guest segments with a page of their own, by revenue; the overview lists all
    at_risk_polarity: float = -0.2  # mean polarity below which a high-value customer's reviews count as negative (ours)

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
        if self.segment_min_customers < 2:  # noqa: PLR2004
            raise refuse(_SECTION, "segment_min_customers", self.segment_min_customers, "2 or more")
        if not -1.0 <= self.at_risk_polarity <= 1.0:
            raise refuse(_SECTION, "at_risk_polarity", self.at_risk_polarity, "-1 to 1")
