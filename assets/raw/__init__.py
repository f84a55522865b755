"""Raw room: what was delivered, row by row, and which of it is sound?

Inputs: the source's exchange format (text columns of the two public data sets plus lineage), by delivery day.

Grain: ``raw_bookings`` one sound booking row; ``raw_reviews`` one sound review row; ``quarantine`` one problem of
one damaged row; ``raw_counts`` one stream, policy and day.

Method: every cell is parsed and validated at once as a pair of Polars expressions, its value and the reason for
refusing it (``cells``). A row with any reason goes to quarantine with all its reasons, its file, row and text.
Sound rows get an id that does not depend on other days (``identity``): the source's key, or a content hash plus
an ordinal among identical rows. Delivered rows = sound rows + quarantined rows, checked. Then the row policy acts
(``composition``): ``ours`` keeps repeats and gaps, ``paper`` drops both, and both are counted.

Not here: hashing, masking and publication (``privacy``), cleaning of text and parsing of tags (``reviews``),
where rows come from (``resources.sources``).
"""

READS_ZONES = (
    "restricted",
    "internal",
)  # of the tables that the room's assets read; tested
