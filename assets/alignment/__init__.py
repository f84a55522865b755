"""Which review was written about which stay, as far as anyone can tell without identifiers?

Inputs: ``stays`` (exact, restricted) and ``clean_reviews`` (parsed tags, masked text), and the source's list of hotels;
with ``privacy.features_from = "labels"`` the k-anonymous labels in the place of the stays; for reviews that say it
themselves ``review_claims``, ``stays`` and ``pseudonyms``.
Grain: ``match_candidates`` one row per stay and review that could belong together, stored on the later of the
days on which the two became readable; ``booking_review_pairs`` one row per decided stay and rank;
``verified_links`` one row per review that names its stay and day that tells it.
Method: identity and a time window give candidates; Fellegi–Sunter weights, learned by expectation
maximisation without labels and anchored by priors, say how much each agreement counts; a stay is decided once,
when its window closes, one-to-one with earlier decisions standing.
What does not belong: raw numbers and keys (the privacy room hashes them), and the anomaly filter (it acts where
text enters the examples table, so that an excluded review is not replaced by the next candidate).
"""

READS_ZONES = ("restricted", "internal")  # of the tables that the room's assets read; tested
