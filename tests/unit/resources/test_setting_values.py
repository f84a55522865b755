"""Values of settings by type, from TOML and from the environment."""

from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from resources.setting_values import cast_to


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (int, "3", 3), (int, 3.0, 3), (float, "0.5", 0.5), (bool, "YES", True), (bool, False, False),
        (int | None, "none", None), (int | None, "", None), (int | None, "4", 4),
        (date, "2024-01-02", date(2024, 1, 2)),
        (tuple[int, ...], "1, 2", (1, 2)), (tuple[str, ...], ["a"], ("a",)), (Literal["a", "b"], "b", "b"),
        (Path, "/x", Path("/x")),
    ],
)  # fmt: skip
def test_a_value_becomes_what_its_type_says(hint, value, expected) -> None:
    assert cast_to(hint, value) == expected


@pytest.mark.parametrize(
    ("hint", "value"),
    [(int, True), (int, 2.5), (int, "x"), (bool, "maybe"), (bool, 1), (date, "soon"), (Literal["a"], "b")],
)
def test_a_value_that_can_not_be_of_the_type_is_refused(hint, value) -> None:
    with pytest.raises((TypeError, ValueError)):
        cast_to(hint, value)
