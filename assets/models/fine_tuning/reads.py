"""The stored tables that fine-tuning learns from."""

from assets.alignment.link_rows import LINK_READS
from assets.common.inputs import Reads
from assets.embeddings.contract import REVIEW_EMBEDDINGS
from assets.models.contract import EXAMPLES, MODEL_TUNING
from assets.privacy.feature_rows import booking_reads
from assets.reviews.contract import CLEAN_REVIEWS, REVIEW_ANOMALIES, REVIEW_ANOMALY_PARTS

# What a review brings, its text last.
HISTORY = tuple(
    contract.asset for contract in (REVIEW_EMBEDDINGS, REVIEW_ANOMALIES, REVIEW_ANOMALY_PARTS, CLEAN_REVIEWS)
)
READS = (
    *booking_reads(),
    *LINK_READS,
    *(Reads(name, None) for name in HISTORY),
    Reads(EXAMPLES.asset, None),
    Reads(MODEL_TUNING.asset, is_optional=True),
)
