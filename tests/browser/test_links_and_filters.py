"""A choice stands in the address, and survives another page, a reload and the other language."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CODE, NAME = "35.10.16", "Banyuwangi"
AREA = re.compile(rf"[?&]area={re.escape(CODE)}(&|$)")


def test_chosen_region_survives_a_change_of_page_and_a_reload(desk):
    desk.go()
    popover = desk.popover(desk.filter_button)
    popover.get_by_role("combobox", name="Wilayah").fill(NAME)
    desk.page.get_by_role("option", name=f"Kec. {NAME}", exact=True).click()
    expect(desk.sentence).to_contain_text(NAME)
    desk.settle()
    expect(desk.page).to_have_url(AREA)
    desk.close_popover()

    desk.follow("pendaftaran")
    expect(desk.sentence).to_contain_text(NAME)
    expect(desk.page).to_have_url(AREA)
    expect(desk.main.get_by_test_id("stCaptionContainer").first).to_contain_text(NAME)

    desk.page.reload()
    desk.settle()
    expect(desk.sentence).to_contain_text(NAME)
    expect(desk.page).to_have_url(AREA)
    desk.check_sound()


def test_one_click_clears_all_filters(desk):
    desk.go("pendaftaran", area=CODE, channel="agent", since="2026-06-01", until="2026-07-31")
    for part in (NAME, "lewat pendamping", "1 Jun 2026 sampai 31 Jul 2026"):
        expect(desk.sentence).to_contain_text(part)

    desk.page.get_by_role("button", name="Hapus saringan").click()

    expect(desk.sentence).to_have_text("Menampilkan: semua wilayah · semua program")
    desk.settle()
    assert not re.search("area=|channel=|since=|until=", desk.page.url)
    expect(desk.page.get_by_role("button", name="Hapus saringan")).to_have_count(0)
    popover = desk.popover(desk.filter_button)
    expect(popover.get_by_role("combobox", name="Wilayah")).to_have_value("semua wilayah")


def test_the_other_language_keeps_the_filters(desk):
    desk.go("pendaftaran", area=CODE, channel="agent")

    desk.page.get_by_role("radio", name="EN").click()

    expect(desk.sentence).to_have_text(f"Showing: District {NAME} · all programmes · through an agent")
    desk.settle()
    expect(desk.page).to_have_url(AREA)
    expect(desk.page).to_have_url(re.compile("lang=en"))

    desk.page.get_by_role("radio", name="ID").click()
    expect(desk.sentence).to_contain_text(f"Menampilkan: Kec. {NAME}")
    desk.check_sound()


def test_unknown_choices_in_the_address_fall_back_to_everything(desk):
    desk.go("pendaftaran", area="99.99", programme="<b>", channel="?", since="x", lang="fr")

    expect(desk.sentence).to_have_text("Menampilkan: semua wilayah · semua program")
    desk.check_sound()


def test_link_to_a_comparison_opens_that_metric_with_its_region_highlighted(desk):
    desk.go("perbandingan_wilayah", metric="registered_share", highlight=CODE)

    expect(desk.heading).to_contain_text("cakupan pendaftaran")
    expect(desk.page.get_by_role("combobox", name="Ukuran")).to_have_value("Cakupan pendaftaran")
    expect(desk.page.get_by_role("combobox", name="Sorot wilayah")).to_have_value(NAME)
    row = desk.page.locator(".st-key-panel_caterpillar .ytick").filter(has_text=NAME)
    assert row.locator("tspan").evaluate("word => getComputedStyle(word).fontWeight") in {"bold", "700"}
    expect(desk.page.locator(".st-key-panel_funnel").get_by_text(NAME, exact=True)).to_have_count(1)
    desk.check_sound()
