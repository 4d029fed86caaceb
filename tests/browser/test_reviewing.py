"""Pairs in a real browser: reviewers who use keys alone; what two disagree on goes to a third."""

import shutil
from contextlib import closing

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from analytics.adjudication import open_adjudication
from analytics.adjudication.tables import PAIRS as PAIR_TABLE
from analytics.settings import Settings
from dashboard.reviewing import LEAST_LOOK
from tests.browser.conftest import serving
from tests.browser.test_accessibility import LEAST_TARGET, SMALL_TARGETS, violations
from tests.browser.test_every_page import STICKING_OUT
from tests.findings import judge_many, keep_findings

pytestmark = pytest.mark.browser
PAGES = ("duplikat", "tinjau")


@pytest.fixture(scope="module")
def home(pilot_home, pilot, tmp_path_factory):
    """The pilot with pairs of which some are judged."""
    home = tmp_path_factory.mktemp("pairs") / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    keep_findings(home, pilot)
    judge_many(home, pilot.manifest.dataset.name, verdicts=45)
    return home


@pytest.fixture(scope="module")
def site(home, logs):
    with serving(home, logs / "pairs.log", TEPAT_PHOTO_VIEWERS='["petugas-1"]') as url:
        yield url


@pytest.fixture(scope="module", params=PAGES)
def opened(request, tab, site):
    with tab(site) as visitor:
        visitor.go(request.param)
        yield visitor


def in_hand(visitor) -> str:
    """Return the pair that the page asks about."""
    names = visitor.page.locator('[class*="st-key-pair_"]').get_attribute("class").split()
    return next(name for name in names if name.startswith("st-key-pair_")).removeprefix("st-key-pair_")


def press(visitor, key: str) -> str:
    """Look at the pair, press a key and wait for the next; return the pair that was judged."""
    pair = in_hand(visitor)
    visitor.page.wait_for_timeout(1_000 * LEAST_LOOK + 100)
    visitor.page.keyboard.press(key)
    expect(visitor.page.locator(f".st-key-pair_{pair}")).to_have_count(0)
    visitor.settle()
    return pair


def state(home, pair: str) -> tuple[str, int]:
    with closing(open_adjudication(Settings(home=home))) as pairs:
        (row,) = pairs.database.frame(sa.select(PAIR_TABLE).where(PAIR_TABLE.c.id == pair)).to_dict("records")
    return row["state"], row["wanted"]


def untouched(visitor, home, key: str) -> str:
    """Judge pairs until one that nobody had judged was among them; return it."""
    while True:
        before = state(home, in_hand(visitor))
        pair = press(visitor, key)
        if before == ("open", 2):
            return pair


def test_a_page_of_pairs_is_accessible_and_sound(opened):
    opened.at_desk()
    opened.check_sound()
    assert violations(opened.page) == []
    assert opened.left_host() == []


def test_a_page_of_pairs_fits_a_phone(opened):
    opened.on_phone()
    assert violations(opened.page) == []
    assert opened.page.evaluate(STICKING_OUT) == []
    assert opened.page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def test_two_reviewers_judge_by_keys_alone_and_a_third_gets_what_they_disagree_on(tab, site, home):
    with tab(site) as first, tab(site) as second, tab(site) as third:
        first.go("tinjau", officer="petugas-1")
        second.go("tinjau", officer="petugas-2")
        disputed, agreed = (untouched(first, home, "s") for _ in range(2))
        theirs = {}
        while not {disputed, agreed} <= theirs.keys():
            key = "b" if in_hand(second) == disputed else "s"
            theirs[press(second, key)] = key
        assert state(home, disputed) == ("third", 1)
        assert state(home, agreed) == ("confirmed", 0)
        third.go("tinjau", officer="petugas-3")
        while (pair := press(third, "b")) != disputed:
            assert pair not in {agreed}
        assert state(home, disputed) == ("dismissed", 0)


def test_a_slip_is_taken_back_by_its_key_and_the_evidence_opens_by_its_own(tab, site):
    with tab(site) as visitor:
        visitor.go("tinjau", officer="petugas-1")
        slip = press(visitor, "t")
        visitor.page.keyboard.press("u")
        expect(visitor.page.locator(f".st-key-pair_{slip}")).to_be_visible()
        visitor.settle()
        assert press(visitor, "s") == slip
        expect(visitor.page.get_by_test_id("stPlotlyChart")).to_have_count(0)
        visitor.page.keyboard.press("l")
        expect(visitor.page.get_by_test_id("stPlotlyChart")).to_be_visible()
        visitor.settle()
        visitor.check_sound()
        assert violations(visitor.page) == []
        visitor.on_phone()
        assert violations(visitor.page) == []
        assert visitor.page.evaluate(STICKING_OUT) == []


def test_letters_of_a_note_judge_nothing(tab, site):
    with tab(site) as visitor:
        visitor.go("tinjau", officer="petugas-1")
        pair = in_hand(visitor)
        visitor.page.wait_for_timeout(1_000 * LEAST_LOOK + 100)
        visitor.page.get_by_text("Catatan (tidak wajib)").click()
        field = visitor.page.get_by_role("textbox", name="Apa dasarnya")
        field.press_sequentially("bekas tusuk")
        expect(field).to_have_value("bekas tusuk")
        assert in_hand(visitor) == pair


def test_photos_have_no_address_that_others_could_ask_for(tab, site):
    with tab(site) as visitor:
        visitor.go("tinjau", officer="petugas-1")
        photos = visitor.page.locator("table.pair img")
        for _ in range(6):
            if photos.count():
                break
            press(visitor, "t")
        assert photos.first.evaluate("image => image.complete && image.naturalWidth > 0")
        assert photos.first.get_attribute("src").startswith("data:image/jpeg;base64,")
        assert not [url for url in visitor.requests if "/media/" in url and "/static/" not in url]
