"""Room ``embeddings``: every clean review as a vector for the models.

Question: what does a review say, as numbers a model can learn from?
Inputs: ``clean_reviews``. Grain: one row per review, in the partition of its delivery day.
Method: a sentence encoder chosen by tier (static table, all-MiniLM-L6-v2, or a model of the user's), unit
length; a daily run embeds only the day's new texts, each distinct text once.
``review_map`` lays all of them on the plane of their two main directions.
Does not belong here: encoders, devices and the cache (``resources``), the vectors in which duplication looks
texts up (``reviews``), pooling over a customer's reviews (``models``).
"""

READS_ZONES = ("internal",)  # of the tables that the room's assets read; tested
