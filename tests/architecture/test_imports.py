"""The architecture kept by tests: one-way imports, pure files without Dagster, rooms with the same files."""

import ast
from pathlib import Path

import pytest

from pipelines.rooms import ROOMS

ROOT = Path(__file__).resolve().parents[2]
SHELL_FILES = {"assets.py", "checks.py"}
PURE_FILES = sorted(
    path for room in ROOMS for path in (ROOT / "assets" / room).rglob("*.py") if path.name not in SHELL_FILES
)
ALL_FILES = sorted(path for folder in ("assets", "resources", "pipelines") for path in (ROOT / folder).rglob("*.py"))
MAX_LINES = 300


def imported_modules(path: Path) -> list[str]:
    """Names of every module that a file imports, at any depth."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PURE_FILES, ids=relative)
def test_pure_files_never_import_dagster(path: Path) -> None:
    assert not [name for name in imported_modules(path) if name.split(".")[0] == "dagster"]


@pytest.mark.parametrize("path", PURE_FILES, ids=relative)
def test_pure_files_read_no_environment_and_no_clock(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "os.environ" not in text
    assert "datetime.now(" not in text
    assert "date.today(" not in text


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_earlier_rooms_only(room: str) -> None:
    later = set(ROOMS[ROOMS.index(room) + 1 :])
    for path in (ROOT / "assets" / room).rglob("*.py"):
        for name in imported_modules(path):
            parts = name.split(".")
            assert parts[0] != "pipelines", f"{relative(path)} imports {name}"
            if parts[0] == "assets" and len(parts) > 1:
                assert parts[1] not in later, f"{relative(path)} imports {name}, a later room"


CHAPTERS = ROOT / "assets" / "reports" / "chapters"


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in CHAPTERS.glob("*/chapter.py")))
def test_chapters_import_nothing_of_each_other(folder: str) -> None:
    """What two chapters tell lies in ``telling``: a chapter can be taken out by deleting its folder."""
    for path in (CHAPTERS / folder).rglob("*.py"):
        strangers = [
            name
            for name in imported_modules(path)
            if name.startswith("assets.reports.chapters.") and name.split(".")[3] != folder
        ]
        assert not strangers, f"{relative(path)} imports {strangers}"


def test_resources_import_nothing_of_ours() -> None:
    for path in (ROOT / "resources").rglob("*.py"):
        ours = [name for name in imported_modules(path) if name.split(".")[0] in ("assets", "pipelines")]
        assert not ours, f"{relative(path)} imports {ours}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_the_same_files(room: str) -> None:
    folder = ROOT / "assets" / room
    for name in ("__init__.py", "contract.py", "settings.py", "assets.py", "checks.py"):
        assert (folder / name).exists(), f"{room} lacks {name}"
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))), f"{room} tells no story"


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_no_pickle_and_no_salted_hash(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    # joblib is there for its processes, in one file; its dump and load would be pickle
    refused = ("pickle", "dill") if relative(path) == "assets/common/side_by_side.py" else ("pickle", "dill", "joblib")
    assert not [name for name in imported_modules(path) if name.split(".")[0] in refused]
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "hash" not in called


@pytest.mark.parametrize("path", ALL_FILES, ids=relative)
def test_public_functions_tell_what_they_give(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_shell_files_keep_annotations_live() -> None:
    for room in ROOMS:
        for name in SHELL_FILES:
            assert "__future__" not in imported_modules(ROOT / "assets" / room / name)


def _modules_of(folder: str) -> dict[str, Path]:
    files = (ROOT / folder).rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def _edges(folder: str) -> dict[str, set[str]]:
    """Module -> modules of the same folder that it imports, inside functions included."""
    modules = _modules_of(folder)
    edges: dict[str, set[str]] = {}
    for name, path in modules.items():
        asked: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                asked |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                asked |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        edges[name] = (asked & set(modules)) - {name}
    return edges


def test_no_circle_in_pipelines() -> None:
    """Imports inside functions count: they hide a circle and do not end it."""
    edges = _edges("pipelines")
    packages = {name for name, path in _modules_of("pipelines").items() if path.name == "__init__.py"}
    left = {name: imported - packages for name, imported in edges.items()}
    while free := [name for name, imported in left.items() if not imported & set(left)]:
        for name in free:
            del left[name]
    assert not left, f"these import each other: {sorted(left)}"
