"""Privacy: what may leave the restricted zone, and in which form?

Reads the raw bookings and reviews, which hold direct identifiers and exact values, and writes

- ``pseudonyms`` (restricted): keyed hashes of row and guest, the pseudo-customer id, realised revenue;
- ``stays`` (restricted): every booking row, exact, with hashes in the place of identifiers;
- ``masked_reviews`` (internal): review text with names, phones, e-mails, card and booking numbers masked;
- ``published_bookings`` (internal): one row per booking with generalised quasi-identifiers, k-anonymous
  within its batch (a delivery day, a week or a month);
- ``released_bookings`` (released): the same labels without any id;
- ``bookings_by_month`` (released): differentially private counts per closed month, booked in the budget ledger;
- ``guest_aggregates`` (released): differentially private figures per closed year: sizes of value segments, value by
  segment and country, cancellation rates, review scores, booked in the same ledger.

Grain: one row per booking or review, by delivery day. Method: HMAC-SHA-256 for pseudonyms, gain-driven
multidimensional partitioning for k-anonymity, OpenDP's discrete mechanisms (Laplace or Gaussian) for
released figures, pattern rules for text. Does not belong here: parsing and typing (``raw``), text cleaning
(``reviews``), customer features (``customers``).
"""

READS_ZONES = (
    "restricted",
    "internal",
    "released",
)  # of the tables that the room's assets read; tested
