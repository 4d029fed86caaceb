"""No request leaves the host: no font, icon, map tile or script comes from elsewhere."""

import pytest
from playwright.sync_api import expect

from scripts.screenshots import PAGES

pytestmark = pytest.mark.browser


def test_no_request_leaves_the_host_on_a_walk_through_all_pages(desk):
    desk.go()
    tools = desk.page.locator("[class*=st-key-tools_]").first.get_by_test_id("stPopoverButton")
    assert tools.count() == 3
    for button in (desk.filter_button, *tools.all()):
        desk.popover(button)
        desk.settle()
        desk.close_popover()
    for name in PAGES[1:]:
        desk.follow(name)
    desk.follow("metode")
    desk.page.get_by_test_id("stExpander").first.locator("summary").click()
    desk.settle()

    assert desk.left_host() == []
    desk.check_sound()


def test_map_with_boundaries_draws_and_no_request_leaves_the_host(tab, boundaries_site):
    with tab(boundaries_site) as visitor:
        visitor.go("perbandingan_wilayah", highlight="35.10.16")

        canvas = visitor.page.locator(".st-key-panel_map canvas.maplibregl-canvas")
        expect(canvas).to_be_visible()
        canvas.scroll_into_view_if_needed()
        visitor.settle()
        assert visitor.left_host() == []
        visitor.check_sound()
