"""Scores, queue and cases over real scores in a real browser: accessible, small enough, and safe for two at once."""

import shutil
from contextlib import closing

import pytest
from playwright.sync_api import expect

from analytics.cases import open_cases
from analytics.cases.selection import choose, scores_of
from analytics.risk.scoring import score_all
from analytics.risk.training import train_all
from analytics.settings import Settings
from analytics.store import open_store
from tests.browser.conftest import serving
from tests.browser.test_accessibility import LEAST_TARGET, SMALL_TARGETS, violations
from tests.browser.test_every_page import STICKING_OUT

pytestmark = pytest.mark.browser
PAGES = ("dugaan", "kartu_model", "antrean", "kasus")


@pytest.fixture(scope="module")
def home(pilot_home, tmp_path_factory):
    """The pilot with scores and cases."""
    home = tmp_path_factory.mktemp("worked") / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    settings = Settings(home=home)
    store = open_store(settings)
    with closing(store.open()) as warehouse:
        score_all(store, warehouse, settings, train_all(warehouse, settings))
        found = choose(warehouse, rules=20, scores=scores_of(settings, warehouse), top=20)
        open_cases(settings).open(
            found.flags, dataset=warehouse.manifest.dataset.name, snapshot=warehouse.manifest.snapshot,
            officer="koordinator", reason="Kasus triwulan ini",
        )  # fmt: skip
    return home


@pytest.fixture(scope="module")
def site(home, logs):
    with serving(home, logs / "cases.log") as url:
        yield url


@pytest.fixture(scope="module")
def case(home) -> str:
    return str(open_cases(Settings(home=home)).queue(side="receives").rows["id"].iloc[0])


@pytest.fixture(scope="module", params=PAGES)
def opened(request, tab, site, case):
    with tab(site) as visitor:
        visitor.go(request.param, case=case)
        yield visitor


def test_page_with_scores_and_cases_is_accessible_and_sound(opened):
    opened.at_desk()
    opened.check_sound()
    assert violations(opened.page) == []
    assert opened.left_host() == []


def test_page_with_scores_and_cases_fits_a_phone(opened):
    opened.on_phone()
    assert violations(opened.page) == []
    assert opened.page.evaluate(STICKING_OUT) == []
    assert opened.page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def test_the_queue_leads_to_a_case_whose_address_names_no_family(tab, site, case):
    with tab(site) as visitor:
        visitor.go("antrean", side="receives")
        visitor.page.get_by_role("link", name=case).click()
        expect(visitor.heading).to_contain_text(case)
        visitor.settle()
        assert f"case={case}" in visitor.page.url
        assert "family" not in visitor.page.url


def test_of_two_officers_at_once_the_second_is_told_and_keeps_his_words(tab, site, case, home):
    words = "Rumah bambu, lantai tanah"
    with tab(site) as first, tab(site) as second:
        first.go("kasus", case=case, officer="petugas-1")
        second.go("kasus", case=case, officer="petugas-2")
        taken = first.page.locator(f'[class*="st-key-{case}-assign"]')
        taken.get_by_label("Alasan (wajib)").fill("Dekat rumah saya")
        taken.get_by_role("button", name="Ambil kasus ini").click()
        expect(first.main).to_contain_text("dipegang Petugas 1")

        visit = second.page.locator(f'[class*="st-key-{case}-find"]')
        visit.get_by_text("tidak berhak", exact=True).click()
        visit.get_by_label("Bukti").fill(words)
        visit.get_by_label("Alasan (wajib)").fill("Sudah dikunjungi")
        visit.get_by_role("button", name="Catat hasil kunjungan").click()
        expect(second.main).to_contain_text("petugas-1")
        expect(visit.get_by_label("Bukti")).to_have_value(words)
    kept = open_cases(Settings(home=home)).case(case)
    assert (kept.assignee, kept.finding, kept.version) == ("petugas-1", None, 2)
