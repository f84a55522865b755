"""Pictures of scores in service in the report's style; the models room shows the same with its assets."""

from assets.models.serving import pictures
from assets.reports.telling.figure_style import styled

draw_back_test = styled(pictures.draw_back_test)
draw_drift = styled(pictures.draw_drift)
