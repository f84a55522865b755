"""Cutting a release, in a repository of its own; and that this one states its version once and the same."""

import importlib.util
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 12, 24)
ENTRIES = "### Added\n\n- A door.\n"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = _loaded()


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with what a release touches, at version 7.8.9."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # a hook's own, where the tests run in one
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in (*(name for name, _ in release.STATED), ".ci/release.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name, pattern in release.STATED:
        (tmp_path / name).write_text(release.with_version((ROOT / name).read_text("utf-8"), pattern, "7.8.9"), "utf-8")
    text = f"# Changelog\n\n## [Unreleased]\n\n{ENTRIES}\n## [7.8.9] - 2026-11-29\n\n- A wall.\n"
    (tmp_path / "CHANGELOG.md").write_text(text, "utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All of it")


def test_a_release_is_dated_stated_everywhere_committed_and_tagged(repository: Path) -> None:
    before = {name: (repository / name).read_text("utf-8") for name, _ in release.STATED}
    changed = release.cut(repository, "7.10.0", DAY)
    assert release.current_version(repository) == "7.10.0"
    assert (repository / "CHANGELOG.md").read_text("utf-8") == (
        f"# Changelog\n\n## [Unreleased]\n\n## [7.10.0] - 2026-12-24\n\n{ENTRIES}\n"
        "## [7.8.9] - 2026-11-29\n\n- A wall.\n"
    )
    for name, text in before.items():
        assert (repository / name).read_text("utf-8") == text.replace("7.8.9", "7.10.0"), "nothing else changes"
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "-1", "--format=%s") == "Release 7.10.0"
    assert git(repository, "diff", "--name-only", "HEAD~1").splitlines() == changed
    assert git(repository, "describe", "--exact-match") == "v7.10.0", "the tag is annotated, of this commit"


def refused(repository: Path, version: str, match: str) -> None:
    """No release, and nothing changed by the attempt."""
    before = git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain"), git(repository, "tag")
    with pytest.raises(release.ReleaseError, match=match):
        release.cut(repository, version, DAY)
    assert before == (
        git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain"), git(repository, "tag"),
    )  # fmt: skip


@pytest.mark.parametrize("version", ["", "7.9", "v7.9.0", "7.9.0rc1", "7.09.0", "7.9.0.1", "7.9.0\n"])
def test_only_three_numbers_are_a_version(repository: Path, version: str) -> None:
    refused(repository, version, "give three numbers")


@pytest.mark.parametrize("version", ["7.8.9", "7.8.8", "6.10.10"])
def test_a_version_is_higher_than_the_last(repository: Path, version: str) -> None:
    refused(repository, version, "give a higher one")


def test_a_changed_file_and_a_new_one_are_in_the_way(repository: Path) -> None:
    (repository / "new.py").write_text("")
    refused(repository, "7.9.0", r"not clean[^$]*new\.py")
    (repository / "new.py").unlink()
    (repository / "CHANGELOG.md").write_text("changed")
    refused(repository, "7.9.0", r"not clean[^$]*CHANGELOG\.md")


def test_another_branch_and_a_tag_that_is_there_are_in_the_way(repository: Path) -> None:
    git(repository, "tag", "v7.9.0")
    refused(repository, "7.9.0", "v7.9.0 is there already")
    git(repository, "switch", "--quiet", "--create", "other")
    refused(repository, "7.9.1", "releases are cut on main")


@pytest.mark.parametrize(
    ("text", "match"),
    [("# Changelog\n", "has no section"), ("## [Unreleased]\n\n### Added\n\n## [7.8.9] - x\n\n- A wall.\n", "nothing")],
)
def test_a_release_without_a_word_for_users_is_refused(repository: Path, text: str, match: str) -> None:
    (repository / "CHANGELOG.md").write_text(text)
    commit(repository)
    refused(repository, "7.9.0", match)


def test_two_versions_at_once_are_refused(repository: Path) -> None:
    path = repository / "docs" / "operate" / "deployment" / "kubernetes.yaml"
    path.write_text(path.read_text("utf-8").replace("stayworth:7.8.9", "stayworth:0.1.0", 1))
    commit(repository)
    refused(repository, "7.9.0", "make these one")


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(subprocess.CalledProcessError):
        release.cut(repository, "7.9.0", DAY)
    assert git(repository, "status", "--porcelain") == ""
    assert release.current_version(repository) == "7.8.9"
    assert git(repository, "tag") == ""


def test_the_command_tells_what_it_did_and_why_it_did_not(repository: Path) -> None:
    def run(version: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, ".ci/release.py", version]
        return subprocess.run(command, cwd=repository, check=False, capture_output=True, text=True)

    done = run("7.9.0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tagged v7.9.0" in done.stdout
    again = run("7.9.0")
    assert again.returncode == 1
    assert again.stderr == "no release: the version is 7.9.0, the last one was 7.9.0; give a higher one\n"


def test_this_repository_states_one_version_and_has_its_section() -> None:
    version = release.current_version(ROOT)
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    sections = [line for line in text.splitlines() if line.startswith("## ")]
    assert sections[0] == release.UNRELEASED
    assert sections[1].startswith(f"## [{version}] - 2")
    assert release.numbers(version) > (0, 1, 0)
