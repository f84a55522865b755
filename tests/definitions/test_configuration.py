"""The configuration page covers every setting, explains it, and its example is accepted."""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import pytest

from pipelines.catalogue import check_table
from pipelines.configuration import EXAMPLE, configuration_page, describe, settings_classes
from pipelines.workspace import check_settings
from resources.errors import SettingsError
from resources.settings import Settings, build_section, load_settings, setting


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
    assert not silent, "give setting() its doc: what it does and where the figure comes from"


def test_the_example_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(EXAMPLE, "utf-8")
    loaded = load_settings({"STAYWORTH_SETTINGS": str(file), "STAYWORTH_HOME": str(tmp_path)})
    check_settings(loaded)
    assert set(tomllib.loads(EXAMPLE)) <= set(settings_classes())


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Settings as the rooms write them."""

    share: float = setting(0.5, "above 0; source A", heading="Heading", allowed="0 to 1")
    kinds: tuple[str, ...] = setting(factory=lambda: ("a", "b"), doc="of things")
    is_on: bool = setting(False, "off", compare=False)


def test_metadata_is_what_the_page_says() -> None:
    told = {item.name: item for item in describe("sample", Sample)}
    assert (told["share"].heading, told["share"].meaning, told["share"].allowed) == (
        "Heading", "above 0; source A", "0 to 1",
    )  # fmt: skip
    assert (told["kinds"].type, told["kinds"].default) == ("tuple[str, ...]", '["a", "b"]')
    assert told["is_on"].allowed == "true, false"
    assert Sample().kinds == ("a", "b")
    assert Sample(is_on=True) == Sample(is_on=False)


def test_a_setting_without_documentation_is_refused() -> None:
    @dataclass(frozen=True)
    class Silent:
        share: float = 0.5

    with pytest.raises(SettingsError, match="silent.share has no documentation"):
        describe("silent", Silent)


ABSURD = (-(10.0**12), -(10**12), 10.0**12, 10**12, "no such value", ("no such value",), ())


def refusals(section: str, cls: type, name: str, default: object) -> set[str]:
    """What the dataclass says is allowed, by offering it nonsense of the setting's type."""
    told = set()
    for absurd in (value for value in ABSURD if type(value) is type(default)):
        try:
            build_section(section, cls, {name: absurd})
        except SettingsError as error:
            text = str(error)
            if text.startswith(f"setting {section}.") and "a value of type" not in text:
                told.add(text.partition("; allowed: ")[2].partition(" (got")[0])
    return told


@pytest.mark.parametrize("section", settings_classes())
def test_the_page_allows_what_the_settings_allow(section: str) -> None:
    cls = settings_classes()[section]
    shown = {item.name: item.allowed for item in describe(section, cls)}
    for item in fields(cls):
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        if not isinstance(default, bool) and (told := refusals(section, cls, item.name, default)):
            assert shown[item.name] in told, item.name


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
