"""docs/privacy says for every raw column what each zone carries, and quotes the defaults."""

from pathlib import Path

import pytest

from assets.privacy.settings import PrivacySettings
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS
from resources.contract import FrameContract
from resources.privacy_budget import FILE_NAME

PAGES = sorted((Path(__file__).parents[3] / "docs" / "privacy").glob("*.md"))
TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("contract", [RAW_BOOKINGS, RAW_REVIEWS])
def test_every_raw_column_has_its_row(contract: FrameContract) -> None:
    first_cells = " ".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("|"))
    assert [name for name in contract.names if f"`{name}`" not in first_cells] == []


def test_defaults_are_quoted_as_they_are() -> None:
    settings = PrivacySettings()
    assert f"({settings.k} by default)" in TEXT
    assert f"ε = {settings.epsilon} per calendar year" in TEXT
    assert FILE_NAME in TEXT
