"""Every page opens in both languages and says what it is."""

import re

import pytest
from playwright.sync_api import expect

from scripts.screenshots import PAGES

pytestmark = pytest.mark.browser

TITLE_WORDS = 15
SIMULATED = {"id": "DATA SIMULASI", "en": "SIMULATED DATA"}
PUBLIC = {"id": "DATA PUBLIK", "en": "PUBLIC DATA"}
STAMP = {"id": "Data per ", "en": "Data as of "}
BANNER = ".st-key-head"


def words_of(text: str) -> int:
    """Count words; a narrow space between a number and its sign makes no new one."""
    return len([part for part in re.split(r"[ \n]+", text) if any(letter.isalnum() for letter in part)])


def stamp_of(visitor):
    """The line that closes the page."""
    return visitor.main.get_by_test_id("stCaptionContainer").last


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_with_a_short_title_banner_and_stamp(desk, name, language):
    desk.go(name, lang=language)

    desk.check_sound()
    expect(desk.heading).to_have_count(1)
    assert 0 < words_of(desk.heading.inner_text()) <= TITLE_WORDS
    expect(desk.page.locator(BANNER)).to_contain_text(SIMULATED[language])
    expect(desk.page.locator(BANNER).get_by_text(SIMULATED[language])).to_be_in_viewport()
    expect(stamp_of(desk)).to_contain_text(STAMP[language])
    expect(stamp_of(desk)).to_contain_text(SIMULATED[language])


def test_every_page_of_the_study_of_2008_opens_and_is_called_public(visit, alatas_site):
    visitor = visit(alatas_site)
    for name in PAGES:
        visitor.go(name)

        visitor.check_sound()
        assert 0 < words_of(visitor.heading.inner_text()) <= TITLE_WORDS
        expect(visitor.page.locator(BANNER)).to_contain_text(PUBLIC["id"])
        expect(stamp_of(visitor)).to_contain_text(STAMP["id"])
        assert SIMULATED["id"] not in visitor.main.inner_text()


@pytest.mark.parametrize("name", ["ringkasan", "ketepatan_sasaran"])
def test_page_without_data_shows_no_number(visit, empty_site, name):
    visitor = visit(empty_site)
    visitor.go(name)

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
