"""Shared fixtures: no environment leaks into tests, real data where it is."""

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests.public_files import BOOKINGS_FILE, public_folder

if TYPE_CHECKING:
    from tests.object_server import ObjectServer

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# What a test releases is no one else's: fixtures of a module and the processes that tests start have this folder.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="stayworth-state-")

# No property depends on the clock: a busy machine is no fault of the code.
settings.register_profile("stayworth", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stayworth")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No variable of the caller, nor the world that lies in the default home, reaches a test."""
    for name in list(os.environ):
        if name.startswith("STAYWORTH_") and name != "STAYWORTH_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / f"state-{uuid.uuid4().hex}"))
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path_factory.getbasetemp() / "default_home"))


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Folder with the published files; tests that need it are skipped with the reason elsewhere."""
    folder = public_folder()
    if not (folder / BOOKINGS_FILE).exists():
        pytest.skip(f"the published files are not in {folder}; set STAYWORTH_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def encoder_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose static encoder is distilled once per test session, whatever the number of test processes."""
    from resources.encoders import EncoderShelf
    from resources.settings import CoreSettings

    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "encoders_of_all"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "lock"):  # pytest-xdist, how-to "making session-scoped fixtures execute only once"
        EncoderShelf(shared, CoreSettings()).embed("static", ["warm up"])
    home = tmp_path_factory.mktemp("encoders")
    (home / "cache").mkdir()  # of this process alone: erasures are tested on it
    (home / "encoders").symlink_to(shared / "encoders")
    return home


@pytest.fixture(scope="session")
def object_server() -> "Iterator[ObjectServer]":
    """An S3-compatible server on localhost."""
    from tests.object_server import ObjectServer

    with ObjectServer().running() as server:
        yield server


@pytest.fixture
def bucket_url(object_server: "ObjectServer", monkeypatch: pytest.MonkeyPatch) -> "Iterator[str]":
    """A prefix in a bucket of its own, with planted credentials in the environment."""
    from tests.object_server import ACCESS, SECRET

    known = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**known, "AWS_ENDPOINT_URL": object_server.url}.items():
        monkeypatch.setenv(name, value)
    yield f"s3://{object_server.new_bucket()}/group"
    object_server.mend()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of long tests first: with two processes a long file at the end leaves one of them idle."""
    items.sort(key=lambda item: not {"end_to_end", "rooms", "crash", "security"} & set(item.path.parts))


_SKIPPED: list[str] = []
# What no machine can be asked for, or what another test has used up: none of it is a component of ours.
_ALLOWED = ("no CUDA device", "root may read everything", "Java already runs in this process", "pycanon")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped; where nothing may be (STAYWORTH_NO_SKIPS), a skip is no pass."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    is_allowed = any(text in reason for text in _ALLOWED)
    if report.skipped and not is_allowed and not hasattr(report, "wasxfail"):
        _SKIPPED.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End red where a test was skipped although every component should be there."""
    if os.environ.get("STAYWORTH_NO_SKIPS") and _SKIPPED and "PYTEST_XDIST_WORKER" not in os.environ:
        lines = [f"{len(_SKIPPED)} tests were skipped, and STAYWORTH_NO_SKIPS allows none:", *_SKIPPED]
        sys.stderr.write("\n" + "\n  ".join(lines) + "\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
