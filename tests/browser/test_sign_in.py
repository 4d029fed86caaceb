"""Sign-in through a real OpenID provider on loopback: role pages, logout, expiry, and forged and missing claims."""

import contextlib
import importlib.util
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.access_log import verify
from analytics.register import has_register
from analytics.settings import Settings
from tests.analytics.access_log.tampering import rows_of
from tests.browser.conftest import HOST, START_SECONDS, free_port, serving

if importlib.util.find_spec("oidc_provider_mock") is None:
    pytest.skip("oidc-provider-mock is not installed", allow_module_level=True)

OWN, OTHER = "35.10.16", "35.10.14"
OTHER_NAME = "Kabat"
"""Of the other district, and of no other region but a village of it."""
SIGN_IN = "Masuk untuk melihat data ini"
USERS = (
    {"sub": "pkh-07", "tepat_role": "officer", "tepat_area": OWN},
    {"sub": "adj-01", "tepat_role": "adjudicator", "tepat_area": ""},
    {"sub": "no-area", "tepat_role": "leadership"},
    {"sub": "boss-01", "tepat_role": "boss", "tepat_area": ""},
    {"sub": "visitor-01", "tepat_role": "visitor", "tepat_area": ""},
)
SESSION_SECONDS = 18
MENU = "[class*=st-key-menu_] [data-testid=stPopoverButton]"
LINK = "[data-testid=stPopoverBody] a[data-testid=stPageLink-NavLink]"
SECRETS = """[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{secret}"
client_id = "tepat"
client_secret = "tepat-secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider(logs: Path) -> Iterator[str]:
    """A provider on loopback that knows `USERS`."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--host", HOST]
    for user in USERS:
        command += ["--user-claims", json.dumps(user)]
    with (logs / "provider.log").open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        try:
            _wait(f"http://{HOST}:{port}/.well-known/openid-configuration")
            yield f"http://{HOST}:{port}"
        finally:
            server.terminate()


@contextlib.contextmanager
def asking(home: Path, logs: Path, provider: str, user: Path, *, hours: float) -> Iterator[str]:
    """Serve a home to those alone who signed in; roles from claims."""
    port = free_port()
    (user / ".streamlit").mkdir()
    secrets = SECRETS.format(url=f"http://{HOST}:{port}", secret="s" * 40, provider=provider)
    (user / ".streamlit" / "secrets.toml").write_text(secrets)
    given = {
        "HOME": str(user),
        "TEPAT_SIGN_IN": "true",
        "TEPAT_ROLES_FROM": "claims",
        "TEPAT_SESSION_HOURS": str(hours),
    }
    with serving(home, logs / f"{user.name}.log", port=port, **given) as url:
        yield url


@pytest.fixture(scope="module")
def site(pilot_home, logs, provider, tmp_path_factory) -> Iterator[str]:
    with asking(pilot_home, logs, provider, tmp_path_factory.mktemp("sign-in"), hours=1) as url:
        yield url


@pytest.fixture
def hasty_site(pilot_home, logs, provider, tmp_path_factory) -> Iterator[str]:
    """The same, where a sign-in lasts some seconds."""
    user = tmp_path_factory.mktemp("sign-in-in-haste")
    with asking(pilot_home, logs, provider, user, hours=SESSION_SECONDS / 3600) as url:
        yield url


@pytest.fixture
def page(profile, site) -> Iterator[Page]:
    """A tab of a browser that nobody has signed in with."""
    profile.clear_cookies()
    opened = profile.new_page()
    yield opened
    opened.close()


def sign_in(page: Page, site: str, subject: str) -> None:
    page.goto(site)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def links(page: Page) -> set[str]:
    """Names of the pages that the menu has."""
    expect(page.locator(MENU).first).to_be_visible()
    found: set[str] = set()
    for button in page.locator(MENU).all():
        button.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        found |= set(page.locator(LINK).evaluate_all("all => all.map(link => link.getAttribute('href'))"))
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    return found


def test_nobody_sees_a_page_before_signing_in(page, site):
    for path in ("", "/kasus", "/tinjau?officer=petugas-1", "/pendaftaran?role=visitor&role_area="):
        page.goto(f"{site}{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(SIGN_IN)
        expect(page.locator(MENU)).to_have_count(0)
        expect(page.get_by_text("keluarga terdaftar")).to_have_count(0)


def test_who_signs_in_sees_their_pages_and_leaves_again(page, site):
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text(f"pkh-07 · petugas wilayah · {OWN}")).to_be_visible()
    assert "tinjau" not in links(page)
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Masuk")).to_be_visible()
    page.goto(f"{site}/antrean?area={OWN}")
    expect(page.get_by_role("heading", level=1)).to_have_text(SIGN_IN)
    expect(page.locator(MENU)).to_have_count(0)


def test_a_link_into_another_district_or_a_closed_page_shows_the_officers_own(page, site):
    sent: list[str] = []
    page.on("websocket", lambda channel: channel.on("framereceived", lambda frame: sent.append(str(frame))))
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text(f"petugas wilayah · {OWN}")).to_be_visible()
    there = f"area={OTHER}&highlight={OTHER}&role=leadership&role_area={OTHER}"
    for path in (
        f"perbandingan_wilayah?level=village&{there}",
        f"pendaftaran?{there}",
        f"kasus?case=AAAAA-AAAAA&{there}",
    ):
        page.goto(f"{site}/{path}")
        expect(page.get_by_text(f"pkh-07 · petugas wilayah · {OWN}")).to_be_visible()
        expect(page.locator(".st-key-filterbar [data-testid=stMarkdown]").first).to_contain_text("Kec. Banyuwangi")
        expect(page.get_by_test_id("stMain").get_by_test_id("stCaptionContainer").last).to_contain_text("Data per ")
    for path in ("tinjau", "duplikat", "kartu_model"):
        page.goto(f"{site}/{path}?{there}")
        expect(page.get_by_text(f"pkh-07 · petugas wilayah · {OWN}")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_be_visible()
    said = "".join(sent)
    assert "Kec. Banyuwangi" in said
    assert OTHER_NAME not in said
    assert f"{OTHER}." not in said


def test_sign_in_works_behind_the_layer_that_takes_no_forms(page, site):
    answer = page.goto(site)
    assert answer is not None
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in ("", "/auth/login", "/oauth2callback"):
        assert page.request.post(f"{site}{path}").status == 405
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text(f"petugas wilayah · {OWN}")).to_be_visible()
    assert not faults


def test_signing_in_and_out_and_a_refusal_stand_in_the_access_log(page, site, pilot_home):
    own = Settings(home=pilot_home, register_url="")
    before = len(rows_of(own)) if has_register(own) else 0
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text(f"pkh-07 · petugas wilayah · {OWN}")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Masuk")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, site, "boss-01")
    expect(page.get_by_text("tidak dapat membuka apa pun")).to_be_visible()
    found = [(row["actor"], row["role"], row["action"]) for row in rows_of(own)[before:]]
    assert found == [
        ("pkh-07", "officer", "sign_in"), ("pkh-07", "officer", "view_page"), ("pkh-07", "officer", "sign_out"),
        ("boss-01", "", "refuse"),
    ]  # fmt: skip
    assert verify(own).is_whole


@pytest.mark.parametrize("subject", ["no-area", "boss-01", "visitor-01", "stranger", "two words"])
def test_claims_that_give_no_role_open_nothing(page, site, subject):
    sign_in(page, site, subject)
    expect(page.get_by_text("tidak dapat membuka apa pun")).to_be_visible()
    expect(page.locator(MENU)).to_have_count(0)


def test_a_role_in_the_url_is_no_role(page, site):
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text(f"petugas wilayah · {OWN}")).to_be_visible()
    page.goto(f"{site}/antrean?role=visitor&role_area=&area={OTHER}&officer=petugas-2")
    expect(page.get_by_text(f"pkh-07 · petugas wilayah · {OWN}")).to_be_visible()


def test_a_forged_cookie_is_no_sign_in(page, site):
    sign_in(page, site, "pkh-07")
    expect(page.get_by_text("pkh-07 · petugas wilayah")).to_be_visible()
    cookies = [cookie for cookie in page.context.cookies() if "user" in cookie["name"]]
    assert cookies
    for cookie in cookies:
        value = cookie["value"]
        middle = len(value) // 2
        changed = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
        page.context.add_cookies([{**cookie, "value": changed}])
    page.goto(site)
    expect(page.get_by_role("button", name="Masuk")).to_be_visible()


def test_a_sign_in_expires(page, hasty_site):
    sign_in(page, hasty_site, "adj-01")
    expect(page.get_by_text("adj-01 · penelaah pasangan")).to_be_visible()
    time.sleep(SESSION_SECONDS)
    page.reload()
    expect(page.get_by_text("tidak dapat membuka apa pun")).to_be_visible()
    expect(page.locator(MENU)).to_have_count(0)


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("The provider did not start.")
