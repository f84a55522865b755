"""Reports: what was found, how sure we are of it, and what must not be read into it.

Question: what are the guests worth, why, how well can it be forecast, and at what price in privacy?

Inputs: the tables of the earlier rooms, all from the internal and released zones; nothing restricted.

Grain: one HTML file per edition, and one ``results.json`` with every number that the editions print.

Method: frames become small block objects (tables, pictures, sentences), each with a note of what it
discloses; an edition is the list of blocks that its readers may see. Sentences under pictures are computed
from the same numbers as the pictures. What a profile did not compute is listed, never invented.

Does not belong here: fitting, scoring, or any statistic that another room stores.
"""

READS_ZONES = (
    "internal",
    "released",
)  # of the tables that the room's assets read; tested
