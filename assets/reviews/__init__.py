"""Room ``reviews``: which reviews say what a real guest experienced?

Question: of every delivered review, is it English, new, and believable; what does it say and how positively?
Inputs: ``masked_reviews`` (direct identifiers are masked before this room reads anything).
Grain: one row per review, in the partition of its delivery day.

Method: text is normalised and parsed (``clean_reviews``); three independent signs of irregularity are
measured (``review_anomaly_parts``): contradiction between title or score and text, nearness to an earlier
text, and surprise at the number of posts; they are scaled with fitted bounds and added up with pinned
weights (``review_anomalies``). An excluded review stays stored; what reads text gives it weight zero.

Does not belong here: masking (``privacy``), pairing with bookings (``alignment``), embeddings for models
(``embeddings``), choosing weights and threshold (``models``).
"""

READS_ZONES = ("internal",)  # of the tables that the room's assets read; tested
