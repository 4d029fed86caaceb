"""The real server, a real Chromium, and one visitor who walks through it."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from dashboard.menu import GROUPS
from scripts.screenshots import PAGES, QUIET, chromium
from tests.conftest import BOUNDARIES, ROOT

HOST = "127.0.0.1"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
START_SECONDS = 60
WAIT_MS = 30_000
KECAMATAN = BOUNDARIES / "kecamatan_35.10_banyuwangi.geojson"

# Streamlit's page asks for its own base path beneath the page's path first, gets a 404 and then asks at the root.
BASE_PATH_GUESS = re.compile(r"/[a-z_]+/_stcore/(health|host-config)$")

# Calm: connected, no run going on, nothing faded or empty, every chart drawn, and the text the same three times over.
CALM = """() => {
    const app = document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]');
    const waiting = !app || !app.querySelector('h1')
        || app.querySelector('[data-testid=stSkeleton], [data-stale=true]')
        || [...app.querySelectorAll('[data-testid=stPlotlyChart]')].some(chart => !chart.querySelector('.main-svg'));
    const now = waiting ? null : document.body.innerText + location.href;
    window.tepatCalm = now !== null && now === window.tepatText ? window.tepatCalm + 1 : 0;
    window.tepatText = now;
    return window.tepatCalm >= 3;
}"""


@dataclass
class Visitor:
    """A browser tab on one server, which remembers what it asked for and what went wrong."""

    url: str
    page: Page
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda channel: self.requests.append(channel.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not BASE_PATH_GUESS.search(place):
            self.faults.append(f"{message.text} ({place})")

    def go(self, name: str = PAGES[0], **query: str) -> Response:
        """Open a page by its address and wait until it is drawn."""
        response = self.page.goto(f"{self.url}/{'' if name == PAGES[0] else name}?{urlencode(query)}")
        self.settle()
        assert response is not None
        return response

    def follow(self, name: str) -> None:
        """Go to another page through the menu, which is far cheaper than by its address."""
        group = next(group for group, members in GROUPS.items() if name in members)
        body = self.popover(self.page.locator(f"[class*=st-key-menu_{group}_] [data-testid=stPopoverButton]"))
        body.get_by_role("link").nth(GROUPS[group].index(name)).click()
        path = "" if name == PAGES[0] else name
        expect(self.page).to_have_url(re.compile(rf"^[^?]*/{path}([?]|$)"))
        self.close_popover()  # it stays open at a page that is shown already
        self.settle()

    def settle(self) -> None:
        """Wait until the page is drawn and stays as it is."""
        self.page.evaluate("window.tepatText = null")
        self.page.wait_for_function(CALM, polling=60, timeout=START_SECONDS * 1_000)

    def resize(self, size: ViewportSize) -> None:
        """Give the window another size; nothing happens when it has that size."""
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)
            self.settle()

    def at_desk(self) -> None:
        self.resize(DESK)

    def on_phone(self) -> None:
        self.resize(PHONE)

    def popover(self, button: Locator) -> Locator:
        """Open what a button hides; return it."""
        button.click()
        body = self.page.get_by_test_id("stPopoverBody")
        expect(body).to_be_visible()
        return body

    def close_popover(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_hidden()

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def filter_button(self) -> Locator:
        return self.page.locator(".st-key-filterbar [data-testid=stPopoverButton]")

    @property
    def sentence(self) -> Locator:
        """The active filters in words."""
        return self.page.locator(".st-key-filterbar [data-testid=stMarkdown]").first

    def left_host(self) -> list[str]:
        """Return what was asked of any host but this server."""
        parts = ((url, urlsplit(url)) for url in self.requests)
        return sorted({url for url, part in parts if part.scheme not in {"data", "blob"} and part.hostname != HOST})

    def check_sound(self) -> None:
        """Nothing failed: no exception, no error panel, no traceback, nothing in the console."""
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        expect(self.page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert "Traceback" not in self.page.locator("body").inner_text()
        assert self.faults == []


Tab = Callable[[str], contextlib.AbstractContextManager[Visitor]]


@contextlib.contextmanager
def serving(home: Path, log: Path, *, port: int = 0, **extra: str) -> Iterator[str]:
    """Run the server as a user would and give its address."""
    port = port or free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TEPAT_", "STREAMLIT_"))}
    environment = inherited | {"TEPAT_HOME": str(home), "PYTHONPATH": str(ROOT)} | extra
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/server.py"]
    command += ["--server.port", str(port), "--server.address", HOST]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT) as server,
    ):
        try:
            url = f"http://{HOST}:{port}"
            _wait_until_up(url, server, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer,  # noqa: S310
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def pilot_site(pilot_home: Path, logs: Path) -> Iterator[str]:
    with serving(pilot_home, logs / "pilot.log") as url:
        yield url


@pytest.fixture(scope="session")
def boundaries_site(pilot_home: Path, logs: Path) -> Iterator[str]:
    """The pilot with real boundaries instead of tiles."""
    if not KECAMATAN.exists():
        pytest.skip("the boundaries are not beside the project (../shared/data/boundaries)")
    with serving(pilot_home, logs / "boundaries.log", TEPAT_BOUNDARIES=str(KECAMATAN)) as url:
        yield url


@pytest.fixture(scope="session")
def alatas_site(alatas_home: Path, logs: Path) -> Iterator[str]:
    with serving(alatas_home, logs / "alatas.log") as url:
        yield url


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("empty"), logs / "empty.log") as url:
        yield url


@pytest.fixture(scope="session")
def profile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Chromium keeps Streamlit's files and its compiled code from module to module."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def profile(profile_folder: Path) -> Iterator[BrowserContext]:
    """A Chromium for one module: while it is open, no other test of this process could use asyncio."""
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch_persistent_context(
                profile_folder,
                executable_path=chromium(),
                args=QUIET,
                locale="id-ID",
                timezone_id="Asia/Jakarta",
                reduced_motion="reduce",
            )
        except PlaywrightError as error:
            if chromium() is not None or os.environ.get("CI"):
                pytest.fail(f"Chromium does not start; scripts/test-tools.sh installs it.\n{error}")
            pytest.skip("no Chromium on this machine; scripts/test-tools.sh installs it")
        opened.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def tab(profile: BrowserContext) -> Tab:
    """Give a tab on a server: `with tab(url) as visitor`."""

    @contextlib.contextmanager
    def opened(url: str) -> Iterator[Visitor]:
        page = profile.new_page()
        page.set_viewport_size(DESK)
        yield Visitor(url, page)
        page.close()

    return opened


@pytest.fixture
def desk(tab: Tab, pilot_site: str) -> Iterator[Visitor]:
    """A visitor of the pilot at a desk."""
    with tab(pilot_site) as visitor:
        yield visitor
