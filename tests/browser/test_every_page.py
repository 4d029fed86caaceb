"""Every page opens in both languages, says what it is, and fits a phone."""

import re

import pytest
from playwright.sync_api import expect

from scripts.screenshots import PAGES

pytestmark = pytest.mark.browser

TITLE_WORDS = 15
SIMULATED = {"id": "DATA SIMULASI", "en": "SIMULATED DATA"}
PUBLIC = "DATA PUBLIK"
STAMP = {"id": "Data per ", "en": "Data as of "}
BANNER = ".st-key-head"

# Visible things that stick out of the window and are not inside something that scrolls by itself.
STICKING_OUT = """() => {
    const scrolls = element => {
        for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
            if (parent.dataset.testid === 'stMain') return false;
            const own = ['auto', 'scroll'].includes(getComputedStyle(parent).overflowX);
            if (own && parent.getBoundingClientRect().right <= innerWidth + 1) return true;
        }
        return false;
    };
    return [...document.querySelectorAll('[data-testid=stApp] *')]
        .filter(element => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && box.height > 0 && box.right > innerWidth + 1 && !scrolls(element);
        })
        .map(element => `${element.tagName} ${element.dataset.testid ?? ''} ${element.textContent.slice(0, 80)}`);
}"""


def words_of(text: str) -> int:
    """Count words; the narrow space between a number and its sign begins no new one."""
    return len([part for part in re.split(r"[ \n]+", text) if any(letter.isalnum() for letter in part)])


def stamp_of(visitor):
    """The line that closes the page."""
    return visitor.main.get_by_test_id("stCaptionContainer").last


@pytest.fixture(scope="module")
def english(tab, pilot_site):
    with tab(pilot_site) as visitor:
        visitor.go(lang="en")
        yield visitor


@pytest.fixture(scope="module", params=PAGES)
def in_indonesian(request, tab, pilot_site):
    """Each page, opened by its address."""
    with tab(pilot_site) as visitor:
        visitor.go(request.param)
        yield visitor


@pytest.fixture(scope="module", params=PAGES)
def in_english(request, english):
    """Each page, reached through the navigation."""
    english.faults.clear()
    english.at_desk()
    english.follow(request.param)
    return english


def check_opened(visitor, language: str) -> None:
    visitor.check_sound()
    expect(visitor.heading).to_have_count(1)
    assert 0 < words_of(visitor.heading.inner_text()) <= TITLE_WORDS
    expect(visitor.page.locator(BANNER).get_by_text(SIMULATED[language])).to_be_in_viewport()
    expect(stamp_of(visitor)).to_contain_text(STAMP[language])
    expect(stamp_of(visitor)).to_contain_text(SIMULATED[language])
    assert visitor.left_host() == []


def check_fits(visitor) -> None:
    visitor.on_phone()
    assert visitor.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert visitor.main.evaluate("main => main.scrollWidth <= innerWidth")
    assert visitor.page.evaluate(STICKING_OUT) == []


def test_page_opens_with_a_short_title_banner_and_stamp_in_indonesian(in_indonesian):
    check_opened(in_indonesian, "id")


def test_page_opens_with_a_short_title_banner_and_stamp_in_english(in_english):
    check_opened(in_english, "en")


def test_page_does_not_scroll_sideways_on_a_phone_in_indonesian(in_indonesian):
    check_fits(in_indonesian)


def test_page_does_not_scroll_sideways_on_a_phone_in_english(in_english):
    check_fits(in_english)


def test_every_page_of_the_study_of_2008_opens_and_is_called_public(tab, alatas_site):
    with tab(alatas_site) as visitor:
        visitor.go()
        for name in PAGES:
            visitor.follow(name)

            visitor.check_sound()
            assert 0 < words_of(visitor.heading.inner_text()) <= TITLE_WORDS
            expect(visitor.page.locator(BANNER)).to_contain_text(PUBLIC)
            expect(stamp_of(visitor)).to_contain_text(STAMP["id"])
            assert SIMULATED["id"] not in visitor.main.inner_text()


def test_page_shows_no_number_while_nothing_is_published(tab, empty_site):
    with tab(empty_site) as visitor:
        visitor.go("ketepatan_sasaran")

        visitor.check_sound()
        expect(visitor.heading).to_have_text("Belum ada data yang diterbitkan")
        for kind in ("stMetric", "stPlotlyChart", "stDataFrame"):
            expect(visitor.page.get_by_test_id(kind)).to_have_count(0)
        commands = visitor.main.get_by_test_id("stCode").inner_text()
        assert not re.search(r"\d", visitor.main.inner_text().replace(commands, ""))


def test_page_says_its_language_and_sends_safe_headers(desk):
    response = desk.go()

    assert desk.page.locator("html").get_attribute("lang") == "id"
    assert response.header_value("x-content-type-options") == "nosniff"
    assert response.header_value("x-frame-options") == "SAMEORIGIN"
    script = next(url for url in desk.requests if url.endswith(".js"))
    assert desk.page.request.get(script).headers["x-content-type-options"] == "nosniff"
