"""The documented start of polarity: a small lexicon of hotel reviews, with negation and degree.

Compiled for this project; it only has to carry the days before the first fitted polarity record.
"""

import math
from collections.abc import Sequence

from assets.reviews.words import NEGATIONS

_STRONG_GOOD = """
    amazing awesome beautiful brilliant delicious delightful excellent exceptional fabulous fantastic faultless
    flawless gorgeous immaculate incredible loved lovely luxurious outstanding perfect spotless stunning superb
    terrific wonderful unforgettable best
"""
_GOOD = """
    accommodating attentive bright central charming cheerful clean comfortable comfy convenient cosy courteous cozy
    easy efficient elegant enjoyable enjoyed fast fresh friendly fun generous glad good great happy helpful ideal
    impressed kind like liked love modern nice pleasant pleased polite professional prompt quick quiet recommend
    relaxing safe smiling smooth spacious stylish tasty thank thoughtful tidy warm welcome welcoming well worth
    upgrade upgraded charm happily joy patient plus treat
"""
_BAD = """
    bad basic bland boring broken busy cheap cold complain complained complaint confusing cracked cramped crowded
    dark dated delay delayed difficult dim disappointed disappointing dull dusty excessive expensive faulty hard
    hot inconvenient issue issues lack lacked lacking late leak leaking limited loud missing mistake noise noisy
    odd old outdated overpriced peeling poor poorly pricey problem problems scruffy shabby slow small smell smelly
    smelt stained stains stuffy thin tiny tired uncomfortable unfortunately unhelpful unfriendly unpleasant weak
    worn wrong queue shame blamed charged damp draughty forgotten freezing lecture minus noisily regrettably sad sadly
    shut stained useless waited worse
"""
_STRONG_BAD = """
    appalling atrocious avoid awful bedbugs cockroach dangerous dirty disgrace disgraceful disgusting dreadful
    filthy horrendous horrible horrid ignored infested insulting mould mouldy nightmare pathetic rude ruined scam
    shocking terrible unacceptable unsafe useless worst
"""
_VALUES: dict[str, float] = {
    **dict.fromkeys(_STRONG_GOOD.split(), 2.0),
    **dict.fromkeys(_GOOD.split(), 1.0),
    **dict.fromkeys(_BAD.split(), -1.0),
    **dict.fromkeys(_STRONG_BAD.split(), -2.0),
}
_DEGREES: dict[str, float] = dict.fromkeys("very really so extremely absolutely incredibly super too".split(), 1.5)  # noqa: SIM905
_NEGATED = NEGATIONS | {"t", "isn", "wasn", "don", "didn", "couldn", "isn't", "wasn't", "don't", "didn't", "couldn't"}
_REACH = 3  # words that a negation reaches: "not a very good room"
_DAMPING = -0.7  # "not good" is less bad than "bad"
_SOFTENING = 1.0  # pulls texts with one opinion word towards the middle


def lexicon_polarity(words: Sequence[str]) -> float:
    """Polarity in (-1, 1) of lower-case words; 0 without an opinion word."""
    total = 0.0
    weight = 0.0
    for place, word in enumerate(words):
        value = _VALUES.get(word)
        if value is None:
            continue
        if place and words[place - 1] in _DEGREES:
            value *= _DEGREES[words[place - 1]]
        if any(earlier in _NEGATED for earlier in words[max(0, place - _REACH) : place]):
            value *= _DAMPING
        total += value
        weight += abs(value)
    return math.copysign(min(abs(total) / (weight + _SOFTENING), 1.0), total) if weight else 0.0
