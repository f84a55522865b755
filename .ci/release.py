"""Cuts a release: ``make release VERSION=0.3.0``.

The tree is clean and on ``main``, the version is a new one, and the changelog has something to tell; then the entries
under "Unreleased" get the version and the day, every place that states the version states the new one, and both are
committed and tagged. Nothing is pushed.
"""

import argparse
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

BRANCH = "main"
CHANGELOG = "CHANGELOG.md"
UNRELEASED = "## [Unreleased]"
# Where the version is stated: file and pattern with the version as its one group. The first is its home.
STATED = (
    ("pyproject.toml", re.compile(r'^version = "([^"]+)"$', re.MULTILINE)),
    ("docs/operate/deployment/kubernetes.yaml", re.compile(r"^ *image: stayworth:(\S+)$", re.MULTILINE)),
)
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class ReleaseError(Exception):
    """Why no release is cut, and what to do."""


def stated_versions(root: Path) -> dict[str, set[str]]:
    """Versions by file that states one."""
    return {name: set(pattern.findall((root / name).read_text("utf-8"))) for name, pattern in STATED}


def current_version(root: Path) -> str:
    """The version that every place states.

    Raises:
        ReleaseError: they differ, or one states none.
    """
    stated = stated_versions(root)
    versions = set().union(*stated.values())
    if len(versions) != 1 or not all(stated.values()):
        raise ReleaseError(f"the version is stated as {stated}; make these one")
    return versions.pop()


def numbers(version: str) -> tuple[int, ...]:
    """Major, minor and patch number.

    Raises:
        ReleaseError: it is no such version.

    Example:
        >>> numbers("0.10.2")
        (0, 10, 2)
    """
    parts = _VERSION.fullmatch(version)
    if parts is None:
        raise ReleaseError(f"the version is {version!r}; give three numbers without leading zeros, such as 0.3.0")
    return tuple(map(int, parts.groups()))


def with_section(changelog: str, version: str, day: date) -> str:
    """The changelog with the unreleased entries under a dated section, and an empty "Unreleased" above it.

    Raises:
        ReleaseError: it has no such section, or nothing in it.
    """
    before, mark, after = changelog.partition(f"{UNRELEASED}\n")
    if not mark:
        raise ReleaseError(f"{CHANGELOG} has no section {UNRELEASED!r}; write one with what users will see")
    entries = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
    if not re.search(r"^- ", entries, re.MULTILINE):
        raise ReleaseError(f"{CHANGELOG} tells nothing under {UNRELEASED!r}; write what users will see")
    return f"{before}{mark}\n## [{version}] - {day}\n{after}"


def with_version(text: str, pattern: re.Pattern[str], version: str) -> str:
    """A text with the version that a pattern finds in it put in place of each."""
    return pattern.sub(lambda match: match[0].replace(match[1], version), text)


def cut(root: Path, version: str, day: date) -> list[str]:
    """Cut a release in a repository; returns the files that it changed.

    Args:
        root: of the repository.
        version: the new one, higher than the one stated.
        day: of the release.

    Raises:
        ReleaseError: says what stands against it; nothing is changed.
        subprocess.CalledProcessError: git refused the commit or the tag; files are as they were before.
    """
    earlier = current_version(root)
    if numbers(version) <= numbers(earlier):
        raise ReleaseError(f"the version is {version}, the last one was {earlier}; give a higher one")
    if changed := _git(root, "status", "--porcelain"):
        raise ReleaseError(f"the tree is not clean; commit or remove first:\n{changed}")
    if (branch := _git(root, "branch", "--show-current")) != BRANCH:
        raise ReleaseError(f"the branch is {branch!r}; releases are cut on {BRANCH}")
    if _git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} is there already; give another version")
    texts = {CHANGELOG: with_section((root / CHANGELOG).read_text("utf-8"), version, day)}
    for name, pattern in STATED:
        texts[name] = with_version((root / name).read_text("utf-8"), pattern, version)
    head = _git(root, "rev-parse", "HEAD")
    try:
        for name, text in texts.items():
            (root / name).write_text(text, "utf-8")
        _git(root, "add", *texts)
        _git(root, "commit", "--quiet", "--message", f"Release {version}")
        _git(root, "tag", "--annotate", f"v{version}", "--message", f"Stayworth {version}")
    except subprocess.CalledProcessError:
        _git(root, "reset", "--quiet", "--hard", head)  # the tree was clean: only what was written here goes
        raise
    return sorted(texts)


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout.strip()


def main(words: list[str]) -> int:
    """The command; 1 when no release was cut."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", help="the new version, such as 0.3.0")
    version = parser.parse_args(words).version
    root = Path(__file__).resolve().parents[1]
    try:
        changed = cut(root, version, date.today())  # noqa: DTZ011  (the day of whoever releases)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"no release: {error}\n")
        return 1
    sys.stdout.write(f"{', '.join(changed)} committed and tagged v{version}; to publish: git push --follow-tags\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
