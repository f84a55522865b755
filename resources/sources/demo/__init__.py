"""The simulated hotel group: rows for any day from its start onward, and a truth that only evaluation may read.

Question: what would the pipeline see from a group whose guests, experiences and links are all known?
Method: every draw is a keyed hash of (seed, table, attribute, entity, step), so a row depends on nothing
but its own entity: not on the days asked for, not on their order, not on the horizon of the simulation.
A guest is a sequence of stays; the service experienced drives text, score and return.
Inputs: :class:`DemoSettings` and the tables in ``tables/`` (aggregates of the public bookings, invented names,
vocabulary). What does not belong here: typing, validation, masking and anything else that a stage does.
"""

from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource
from resources.sources.demo.truth import DemoTruth

__all__ = ["DemoSettings", "DemoSource", "DemoTruth"]
