"""The floor of coverage goes red where pure lines are not run, whatever the others do."""

import pytest

from tests.coverage_floor import share_of, verdict


def report(pure: int, other: int) -> dict[str, object]:
    shares = {"assets/raw/cells.py": pure, "pipelines/cli.py": other}
    return {"files": {name: {"summary": {"covered_lines": run, "num_statements": 100}} for name, run in shares.items()}}


@pytest.mark.parametrize(("pure", "other", "is_held"), [(97, 97, True), (96, 100, False), (100, 83, False)])
def test_each_floor_holds_alone(pure: int, other: int, is_held: bool) -> None:
    lines, held = verdict(report(pure, other), ["assets/raw/cells.py"])
    assert held == is_held
    assert f"pure files: {pure}.0% ({pure} of 100 lines)" in lines[0]


def test_a_pure_file_that_no_test_imports_is_no_covered_one() -> None:
    with pytest.raises(KeyError):
        share_of(report(100, 100)["files"], ["assets/raw/forgotten.py"])  # type: ignore[arg-type]
