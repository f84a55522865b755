"""Words of a text, and the English function words: shared by cleaning, language, polarity and duplication."""

import re

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
WORD_PATTERN = r"[\p{L}]+(?:['’][\p{L}]+)*|[0-9]+"  # the same for Polars, whose regular expressions differ

# Pronouns, articles, auxiliaries, prepositions, conjunctions; with the split contractions ("don t") of
# publishers that strip punctuation. "no", "not" and the like are absent: they carry polarity.
STOP_WORDS = frozenset(
    """
    a about above after again all am an and any are as at be because been before being below between both but by
    can could did do does doing down during each few for from further had has have having he her here hers herself
    him himself his how i if in into is it its itself just me more most my myself now of off on once only or other
    our ours ourselves out over own same she should so some such than that the their theirs them themselves then
    there these they this those through to too under until up us very was we were what when where which while who
    whom why will with would you your yours yourself yourselves
    d ll m re s t ve don didn doesn wasn weren isn couldn wouldn hadn hasn haven
    """.split()  # noqa: SIM905 - a list of two hundred quoted words is harder to read
)
NEGATIONS = frozenset("no not never none nothing nor neither without hardly cannot nobody nowhere".split())  # noqa: SIM905

# Words that reviews of one or two words consist of, beside function words: enough to call them English.
HOTEL_WORDS = frozenset(
    """
    air amazing area awesome bad bar bath bathroom beautiful bed bedroom beds breakfast brilliant building check
    cheap city clean close cold comfortable comfy complaints convenient cosy customer decor dirty everything
    excellent expensive experience facilities fantastic food free friendly furniture good great gym helpful hotel
    hot internet kind large lift location loved lovely lunch manager metro modern money nice noise noisy old parking
    perfect place pool poor price pricey quality quiet reception restaurant room rooms service shower size sleep slow
    small smell staff station stay street superb tea tired toilet underground value view views walls water well
    wifi window wonderful worst
    """.split()  # noqa: SIM905
)
ENGLISH_HINTS = STOP_WORDS - frozenset("a am an as at do d he i in is m me on s so t was".split())  # noqa: SIM905


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers of a text, in order."""
    return WORD.findall(text.lower())


def distinct_words(text: str) -> int:
    """How many different words a text has."""
    return len(set(words_of(text)))
