"""No request leaves the host: no font, icon, map tile or script comes from elsewhere."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_no_request_leaves_the_host_on_a_walk_through_all_pages(desk):
    desk.go()
    titles = [title.strip().split("\n")[-1] for title in desk.page.get_by_test_id("stTopNavLink").all_inner_texts()]
    assert len(titles) == 7
    for title in titles:
        desk.follow(title)
        desk.popover(desk.filter_button)
        desk.close_popover()
        tools = desk.page.locator("[class*=st-key-tools_]").first
        for button in tools.get_by_test_id("stPopoverButton").all() if tools.count() else []:
            desk.popover(button)
            desk.close_popover()
        for details in desk.page.get_by_test_id("stExpander").all()[:1]:
            details.locator("summary").click()
            desk.settle()

    assert desk.left_host() == []
    desk.check_sound()


def test_map_with_boundaries_draws_and_no_request_leaves_the_host(visit, boundaries_site):
    visitor = visit(boundaries_site)
    visitor.go("perbandingan_wilayah", highlight="35.10.16")

    canvas = visitor.page.locator(".st-key-panel_map canvas.maplibregl-canvas")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    visitor.settle()
    assert visitor.left_host() == []
    visitor.check_sound()
