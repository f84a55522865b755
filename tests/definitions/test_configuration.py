"""The configuration page covers every setting, explains it, and its example is accepted."""

import ast
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from pipelines.catalogue import check_table
from pipelines.configuration import EXAMPLE, configuration_page, describe, settings_classes
from pipelines.workspace import check_settings
from resources.errors import SettingsError
from resources.settings import Settings, load_settings, refuse


@pytest.fixture(scope="module")
def page() -> str:
    return configuration_page("<!-- note -->")


def test_every_section_that_the_loader_knows_is_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        check_settings(Settings(home=tmp_path, sections={"no_such_section": {}}))
    known = str(refused.value).partition("known: ")[2].split(", ")
    assert sorted(settings_classes()) == sorted(known)


def test_every_setting_stands_on_the_page(page: str) -> None:
    for section, cls in settings_classes().items():
        for item in fields(cls):
            assert f"`STAYWORTH_{section.upper()}__{item.name.upper()}`" in page


def test_every_setting_is_explained() -> None:
    silent = [f"{name}.{item.name}" for name, cls in settings_classes().items() for item in describe(name, cls)
              if not item.meaning]  # fmt: skip
    assert not silent, "write a comment beside the default: what it does and where the figure comes from"


def test_the_example_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(EXAMPLE, "utf-8")
    loaded = load_settings({"STAYWORTH_SETTINGS": str(file), "STAYWORTH_HOME": str(tmp_path)})
    check_settings(loaded)
    assert set(tomllib.loads(EXAMPLE)) <= set(settings_classes())


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Settings as the rooms write them."""

    # Heading
    share: float = 0.5  # above 0; source A
    # and how it is measured
    count: int = 3  # beside  # noqa: ERA001

    # Stands above two fields.
    low: int = 1
    high: int = 2
    kind: str = "a"  # one | the other

    def __post_init__(self) -> None:
        if self.kind not in ("a", "b"):
            raise refuse("sample", "kind", self.kind, "a, b")
        if not 0 <= self.share <= 1:
            raise refuse("sample", "share", self.share, "0 to 1")


def test_comments_become_explanations() -> None:
    found = {item.name: item for item in describe("sample", Sample)}
    assert (found["share"].heading, found["share"].meaning) == ("Heading", "above 0; source A and how it is measured")
    assert found["count"].meaning == "beside"
    assert found["low"].meaning == "Stands above two fields."
    assert found["high"].meaning == "see `low`"
    assert found["kind"].allowed == "a, b"
    assert found["share"].allowed == "0 to 1"
    assert found["count"].allowed == ""
    assert ast.literal_eval(found["share"].default) == 0.5


def test_every_check_says_what_to_do() -> None:
    rows = [line.split(" | ") for line in check_table().splitlines()[2:]]
    assert len(rows) > 50
    assert not [row[0] for row in rows if len(row[-1].strip(" |")) < 10], "a check without advice"


def test_checks_of_the_definitions_are_all_in_the_table(tmp_path: Path) -> None:
    from pipelines.building import build_definitions
    from pipelines.workspace import build_workspace

    graph = build_definitions(build_workspace(Settings(home=tmp_path))).resolve_asset_graph()
    names = {key.name for key in graph.asset_check_keys}
    assert names
    table = check_table()
    assert not [name for name in sorted(names) if f"| `{name}` |" not in table]
