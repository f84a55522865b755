import pytest

from assets.reviews.language import languages_of


def language(text: str) -> str:
    return languages_of([text], 0.12, 0.9)[0]


@pytest.mark.parametrize(
    "text",
    ["", "123", "Location", "Small room", "Bed comfy", "Aircon noisy", "Nothing", "All good", "Everything was great",
     "Room tired and shower broken", "The staff were friendly"],
)  # fmt: skip
def test_english_and_doubtful_texts_are_english(text: str) -> None:
    assert language(text) == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le petit déjeuner était excellent et le personnel très gentil", "fr"),
        ("La colazione era abbondante, la stanza un po' piccola ma pulita", "it"),
        ("Das Zimmer war sauber und das Personal sehr freundlich", "de"),
        ("O hotel é muito bom, o pequeno almoço excelente", "pt"),
        ("Отличный отель, рядом с метро", "ru"),
        ("Het personeel was vriendelijk en de kamer schoon", "nl"),
    ],
)
def test_other_languages_are_told(text: str, expected: str) -> None:
    assert language(text) == expected


def test_order_is_kept() -> None:
    texts = ["The room was clean", "Le petit déjeuner était excellent et le personnel très gentil", "Fine"]
    assert languages_of(texts, 0.12, 0.9) == ["en", "fr", "en"]
    assert languages_of([], 0.12, 0.9) == []
