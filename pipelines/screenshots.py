"""Opens the UI in a headless browser as a user would: pictures for the docs, and what the browser tests stand on."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.privacy.contract import PUBLISHED_BOOKINGS
from assets.reports.contract import REPORT_INDEX
from pipelines.instance import prepare_dagster_home
from resources.errors import ContractError, SettingsError

if TYPE_CHECKING:
    from playwright.sync_api import Page  # pyright: ignore[reportMissingImports]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_LOCALHOST = "127.0.0.1"
_START_SECONDS = 120
_STOP_SECONDS = 30
_PATIENCE_MS = 60_000  # how long an element may take to appear; a UI on a busy machine is slow, not broken
_WIDTH, _HEIGHT = 1500, 950  # pixels


def find_browser() -> str | None:
    """Path of a Chromium on this machine; None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_LOCALHOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def served_ui(home: Path, port: int) -> Generator[str]:
    """The UI and daemon of a home, for as long as the block lasts.

    Args:
        home: folder whose Dagster instance is shown; the settings come from the environment, as for ``stayworth ui``.
        port: where to listen, on this machine only.

    Yields:
        The address of the UI.

    Raises:
        SettingsError: the UI did not answer in time.
    """
    prepare_dagster_home(home)
    log = home / "dagster" / "screenshots.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "pipelines.cli", "ui", "--host", _LOCALHOST, "--port", str(port)]
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            address = f"http://{_LOCALHOST}:{port}"
            _wait_until_it_answers(address, server, log)
            yield address
        finally:
            _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the UI with its daemon and code servers; by force where it doesn't listen (started with SIGINT ignored)."""
    server.terminate()
    try:
        server.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(_START_SECONDS):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/server_info", timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
        else:
            return
    message = f"the UI at {address} did not answer within {_START_SECONDS} s; see {log}"
    raise SettingsError(message)


@contextmanager
def browser_page() -> Generator["Page"]:
    """One empty page of a headless Chromium.

    Raises:
        SettingsError: Playwright (the extra ``browser``) or Chromium is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        message = "screenshots need the extra browser; install it: pip install -c constraints.txt -e '.[browser]'"
        raise SettingsError(message) from error
    executable = find_browser()
    if executable is None:
        message = f"screenshots need one of {', '.join(BROWSERS)} on the PATH; on Debian: apt-get install chromium"
        raise SettingsError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.set_default_timeout(_PATIENCE_MS)
        try:
            yield page
        finally:
            browser.close()


@dataclass(frozen=True)
class Visit:
    """The UI as a user walks through it; every method ends when what it is named after can be seen.

    Args:
        page: the browser's page.
        address: where the UI is served.
    """

    page: Any
    address: str

    def lineage(self) -> None:
        """The graph of all assets, every group opened."""
        self.page.goto(f"{self.address}/asset-groups")
        self.page.get_by_text("Materialize all").first.wait_for()
        graph = self.page.locator("svg").filter(has_text="reports")
        graph.first.wait_for()
        self.page.wait_for_timeout(3_000)  # the layout moves for a moment after it is drawn

    def asset(self, name: str) -> None:
        """An asset's overview: state, columns, and the metadata of its last materialisation with its picture."""
        self.page.goto(f"{self.address}/assets/{name}?view=overview")
        self.page.get_by_text("Latest materialization").first.wait_for()
        self.page.wait_for_timeout(2_000)

    def picture(self, name: str) -> Any:
        """The first picture among an asset's metadata, opened; returns its element."""
        self.asset(name)
        dialog = self.page.get_by_role("dialog")
        for shown in self.page.get_by_text("[Show Markdown]").all():
            shown.click()
            self.page.wait_for_timeout(1_000)  # the dialog fades in
            if dialog.locator("img").count():  # a long text stands behind the same words as a picture
                picture = dialog.locator("img").first
                picture.wait_for()
                return picture
            dialog.get_by_role("button", name="Close").last.click()
            dialog.wait_for(state="hidden")
        message = f"{name} shows no picture among its metadata; materialise it, then look again"
        raise ContractError(message)

    def checks(self, name: str, check: str) -> None:
        """The checks of an asset, one of them opened."""
        self.page.goto(f"{self.address}/assets/{name}?view=checks&checkDetail={check}")
        self.page.get_by_text("Evaluation result").first.wait_for()
        self.page.wait_for_timeout(1_000)

    def partitions(self, name: str) -> None:
        """The grid of an asset's days."""
        self.page.goto(f"{self.address}/assets/{name}?view=partitions")
        self.page.get_by_text("Partitions Selected").first.wait_for()
        self.page.wait_for_timeout(2_000)

    def launch_backfill(self, name: str, first: date, last: date) -> None:
        """Ask for a range of days of one asset in the dialog, and launch it."""
        self.partitions(name)
        self.page.get_by_role("button", name="Materialize").first.click()
        dialog = self.page.get_by_role("dialog")
        box = dialog.get_by_role("textbox").first
        box.fill(f"[{first}...{last}]")
        box.press("Enter")
        days = (last - first).days + 1
        dialog.get_by_text(f"{days} partition{'s' if days > 1 else ''}", exact=True).first.wait_for()
        dialog.get_by_role("button", name="Launch").last.click()
        dialog.wait_for(state="hidden")

    def runs(self) -> None:
        """The table of runs."""
        self.page.goto(f"{self.address}/runs")
        self.page.get_by_text("Launched by").first.wait_for()
        self.page.wait_for_timeout(2_000)

    def run(self, run_id: str) -> None:
        """One run: its steps, events and status."""
        self.page.goto(f"{self.address}/runs/{run_id}")
        self.page.get_by_text(run_id[:8]).first.wait_for()
        self.page.wait_for_timeout(2_000)

    def report(self, page: Path) -> None:
        """The first screen of the report's internal edition."""
        self.page.goto(page.resolve().as_uri())
        self.page.get_by_role("heading", level=1).wait_for()

    def keep(self, path: Path) -> Path:
        """Store what is seen as a PNG."""
        self.page.screenshot(path=str(path))
        return path


def take_screenshots(home: Path, folder: Path) -> list[Path]:
    """Pictures of the UI over what a home holds: lineage, an asset, its checks, its days, the runs; and of the report.

    Returns:
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with served_ui(home, free_port()) as address, browser_page() as page:
        visit = Visit(page, address)
        visit.lineage()
        made = [visit.keep(folder / "lineage.png")]
        visit.asset(PUBLISHED_BOOKINGS.asset)
        made.append(visit.keep(folder / "asset.png"))
        visit.picture(REPORT_INDEX.asset)
        made.append(visit.keep(folder / "picture.png"))
        visit.checks(PUBLISHED_BOOKINGS.asset, "classes_reach_k")
        made.append(visit.keep(folder / "checks.png"))
        visit.partitions(PUBLISHED_BOOKINGS.asset)
        made.append(visit.keep(folder / "partitions.png"))
        visit.runs()
        made.append(visit.keep(folder / "runs.png"))
        visit.report(home / "reports" / "index.html")
        made.append(visit.keep(folder / "report.png"))
    return made
