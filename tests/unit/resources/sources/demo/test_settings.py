from datetime import date

import pytest

from resources.errors import SettingsError
from resources.settings import build_section
from resources.sources.demo import DemoSettings
from resources.sources.demo.settings import INFLUENCES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("days", 0),
        ("guests", 0),
        ("guests", 2_000_000),
        ("hotels", 0),
        ("hotels", 9),
        ("satisfaction_influence", -0.1),
        ("satisfaction_influence", float("nan")),
        ("influence", "strong"),
        ("review_share", 1.1),
        ("titled_share", -0.1),
        ("stock_phrase_share", float("nan")),
        ("contradictory_share", 0.6),
        ("near_duplicate_share", 2.0),
        ("guest_key_share", -1.0),
        ("start", date(9990, 1, 1)),
    ],
)
def test_senseless_settings_are_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=r"demo\.\w+ = .* is not allowed; allowed: "):
        DemoSettings(**{name: value})


def test_planted_shares_are_refused_in_sum():
    with pytest.raises(SettingsError, match="in sum"):
        DemoSettings(contradictory_share=0.2, near_duplicate_share=0.2, burst_share=0.2)


def test_settings_are_built_from_text():
    built = build_section("demo", DemoSettings, {"seed": "7", "start": "2023-05-01", "review_share": "0.5"})
    assert built == DemoSettings(seed=7, start=date(2023, 5, 1), review_share=0.5)


def test_the_last_day_counts_from_the_first():
    assert DemoSettings(days=1).last_day == DemoSettings().start


def test_named_worlds_have_strengths_of_their_own():
    usual, decisive, none = (DemoSettings(influence=name).strength for name in INFLUENCES)
    assert usual.satisfaction == 1.0
    assert DemoSettings(satisfaction_influence=0.5).strength.satisfaction == 0.5
    assert (decisive.satisfaction, decisive.price, decisive.gap, decisive.lasting_fit) == (2.0, 0.12, 0.5, 0.9)
    assert none.satisfaction == 0.0
    assert [DemoSettings(influence=name).told_share for name in INFLUENCES] == [0.5, 1.0, 0.5]
