"""Language of a review, fast for English and cautious with short texts.

A text with enough English function words is English without asking further. The others go to py3langid,
restricted to European languages; another language is believed only when it is certain and the text does
not consist of everyday English hotel words ("Small room", "Location").
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from assets.reviews.words import ENGLISH_HINTS, HOTEL_WORDS, words_of

ENGLISH = "en"
LANGUAGES = (
    "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "nl", "no",
    "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk",
)  # fmt: skip
_FEW_WORDS = 4  # below, only a script or words that no English text has tell the language
_SURE_WHEN_SHORT = 0.97
_MAX_CHARACTERS = 600  # the first sentences settle it


def languages_of(texts: Sequence[str], english_share: float, certainty: float) -> list[str]:
    """ISO 639-1 code per text, ``en`` in case of doubt.

    Args:
        texts: (n,) cleaned texts.
        english_share: share of English function words from which a text is English at once.
        certainty: probability from which another language is believed.
    """
    return [_language(text, english_share, certainty) for text in texts]


def _language(text: str, english_share: float, certainty: float) -> str:
    words = words_of(text[:_MAX_CHARACTERS])
    if not words:
        return ENGLISH
    hints = sum(word in ENGLISH_HINTS for word in words)
    known = sum(word in HOTEL_WORDS for word in words)
    if hints >= english_share * len(words) or 2 * (hints + known) >= len(words):
        return ENGLISH
    language, probability = _identifier().classify(text[:_MAX_CHARACTERS])
    needed = certainty if len(words) >= _FEW_WORDS else max(certainty, _SURE_WHEN_SHORT)
    return language if probability >= needed else ENGLISH


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
