"""Is there anything to learn? Whether the candidates hold matches at all, whatever the priors.

Without true links the free likelihood drifts to nonsense. With ``u`` known, the mean Bayes factor of a review over all
its rivals has expectation 1 when no rival is its stay. So "a share ``coverage`` of the reviews has its stay here"
against "none has" is a likelihood ratio of mean 1 under the latter: it exceeds 2^b with probability 2^-b at most
(Markov), with few reviews as with many, and single huge factors can't make the case.
"""

import numpy as np

from assets.alignment.field_factors import level_factor
from assets.alignment.match_probability import FIELDS, MatchWeights
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_evidence import Evidence, bayes_factors

_MIN_FREE_COVERAGE = 0.05  # a free fit that drops below it has found no matches (ours)
_TRIM = 20.0  # of the mean factor that is shown: a few huge ones say little about it


def is_told_from_chance(notes: dict[str, float], settings: AlignmentSettings) -> bool:
    """Whether the figures of :func:`identification` say that matches can be told from chance."""
    return notes["evidence_bits"] >= settings.identification_bits and notes["free_coverage"] >= _MIN_FREE_COVERAGE


def identification(evidence: Evidence, start: MatchWeights, free_coverage: float) -> dict[str, float]:
    """Figures behind the verdict.

    Args:
        evidence: candidate pairs.
        start: the documented start, and u.
        free_coverage: share of the reviews that a fit without priors finds a stay for.

    Returns:
        ``reviews``, ``evidence_bits`` (log2 of the likelihood ratio), ``mean_bayes_factor`` per review and its ``z``
        against 1 (to be shown), ``free_coverage``.
    """
    kept = {name: start.fields[name].kept for name in FIELDS}
    factor = evidence.spread * bayes_factors(evidence, kept, {})
    # Days of many departures are followed by days of many posts, and no name may be of the ladder's common grade: these
    # two are held against the mean of the pairs themselves, else strangers would look like matches.
    factor *= evidence.centred(level_factor(evidence.levels["time"], start.levels["time"]), by_room=False)
    ladder = evidence.rooms.factor(evidence.rooms.ladder(start.room_grade_share))
    factor *= evidence.centred(ladder, by_room=True)
    per_review = evidence.per_review(factor) + evidence.blocked(kept)
    coverage = start.coverage[evidence.identity]
    bits = float(np.log2(1.0 - coverage + coverage * per_review).sum())
    trimmed = np.minimum(per_review, _TRIM)
    error = float(trimmed.std(ddof=1)) / np.sqrt(evidence.reviews) if evidence.reviews > 1 else np.inf
    centre = float(trimmed.mean()) if evidence.reviews else 1.0
    return {
        "reviews": float(evidence.reviews),
        "evidence_bits": round(bits, 6),
        "mean_bayes_factor": round(centre, 6),
        "z": round(float((centre - 1.0) / error), 6) if error > 0 else 0.0,
        "free_coverage": round(free_coverage, 6),
    }
