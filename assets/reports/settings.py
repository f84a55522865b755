"""Settings of the reports (section ``reports``)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from assets.models.settings_measuring import MOVED_FROM_REPORTS
from assets.studies.settings import StudiesSettings
from resources.settings import refuse, setting

_SECTION = "reports"
_MOVED = {
    **MOVED_FROM_REPORTS,
    **{item.name: ("studies", item.name) for item in fields(StudiesSettings)},
    "speed_texts": ("embeddings", "speed_texts"),
    "at_risk_polarity": ("models", "at_risk_polarity"),
    "segment_min_customers": ("customers", "min_customers"),
}


@dataclass(frozen=True, kw_only=True)
class ReportsSettings:
    """How much the editions show; nothing here changes a result."""

    MOVED: ClassVar[Mapping[str, tuple[str, str]]] = _MOVED

    shap_features: int = setting(14, "features drawn in the pictures of their influence", allowed="1 or more")
    anomaly_examples: int = setting(
        30, "highest values shown of each anomaly part, internal edition only", allowed="0 or more"
    )
    segment_pages: int = setting(
        12, "guest segments with a page of their own, by revenue; the overview lists all", allowed="1 or more"
    )

    def __post_init__(self) -> None:
        for name in ("shap_features", "segment_pages"):
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        if self.anomaly_examples < 0:
            raise refuse(_SECTION, "anomaly_examples", self.anomaly_examples, "0 or more")
