"""Every stored feature is described: in the code, and in docs/methods/customers.md."""

from pathlib import Path

from assets.customers.contract import CUSTOMERS
from assets.customers.features import FEATURE_NAMES, FEATURES, feature_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "methods" / "customers.md"


def test_the_page_carries_the_table_of_the_code():
    assert feature_table() in PAGE.read_text("utf-8"), (
        "copy feature_table() of assets/customers/features.py to the page"
    )


def test_every_feature_has_formula_unit_and_day():
    for item in FEATURES:
        assert item.formula
        assert item.unit
        assert item.known_from.startswith("T")
        assert item.when_undefined
    assert len(set(FEATURE_NAMES)) == len(FEATURES)


def test_every_stored_feature_is_described():
    assert set(FEATURE_NAMES) <= set(CUSTOMERS.names)
    assert feature_table().count("\n") == len(FEATURES) + 1
