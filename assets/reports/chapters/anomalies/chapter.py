"""Does leaving out doubtful reviews help the forecast?"""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.anomalies.section import anomaly_filter_section

    return anomaly_filter_section(told)


CHAPTER = Chapter(order=110, reads=(Reads("anomaly_sensitivity", is_whole=True, is_optional=True),), build=build)
