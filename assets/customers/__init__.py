"""The customers room: what has each pseudo-customer been worth, and how do they behave?

Inputs: ``stays``, the exact history under hashes, nothing else (no direct identifier).
Grain: one row per pseudo-customer, as of a day.
Method: CLV is the sum of realised revenue (paper 001, section 2.2); behaviour features (section 2.6) are computed
from rows delivered up to the day; two protocols say which window the features and which the target come from.
Does not belong here: making the pseudo-customer id (privacy room), text (models room joins it), training.
"""

READS_ZONES = ("restricted", "internal")  # of the tables that the room's assets read; tested
