"""WCAG 2.2 AA as far as a machine can tell: axe, targets, keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from scripts.screenshots import PAGES

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
GRAVE = {"serious", "critical"}
LEAST_TARGET = 24
MOST_TABS = 40

# What can be pressed and is smaller than asked; a label presses what it holds. Exempt by WCAG 2.5.8: links inside a
# sentence, and what stands apart from other targets, as the help icon of a label does (Streamlit fixes it at 16 px; axe
# measures its distance). A slider's own input is thin; the whole bar and the keys move it.
SMALL_TARGETS = """least => [...document.querySelectorAll(
        'a[href], button, summary, [role=button], [role=radio], [role=tab], input:not([type=hidden])')]
    .filter(target => target.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(target => !target.matches('input[type=range]'))
    .filter(target => !target.matches('p a, [data-testid=stTooltipIcon] button, [data-testid=stSkipToContent]'))
    .map(target => [target, (target.closest('label') ?? target).getBoundingClientRect()])
    .filter(([target, box]) => box.width > 0 && box.right > 0 && box.left < innerWidth)
    .filter(([target, box]) => box.width < least || box.height < least)
    .map(([target, box]) => `${target.outerHTML.slice(0, 120)} ${box.width}×${box.height}`)"""

FOCUSED = """() => {
    const focused = document.activeElement;
    return focused.getAttribute('aria-label') ?? (focused.matches('main, body') ? '' : focused.innerText);
}"""


def violations(page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def walker(tab, pilot_site):
    with tab(pilot_site) as visitor:
        visitor.go()
        yield visitor


@pytest.fixture(scope="module", params=PAGES)
def opened(request, walker):
    """Each page; every test gives the window its own size."""
    walker.at_desk()
    walker.follow(request.param)
    return walker


def test_page_has_no_serious_axe_violation_at_a_desk(opened):
    opened.at_desk()

    assert violations(opened.page) == []


def test_page_has_no_serious_axe_violation_on_a_phone(opened):
    opened.on_phone()

    assert violations(opened.page) == []


def test_targets_on_a_phone_are_large_enough(opened):
    opened.on_phone()

    assert opened.page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def test_axe_finds_a_violation_where_there_is_one(profile):
    page = profile.new_page()
    page.set_content('<html lang="id"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>')

    assert [found.split(":")[0] for found in violations(page)] == ["image-alt (critical)"]
    page.close()


def test_open_popovers_have_no_serious_axe_violation(desk):
    desk.go("perbandingan_wilayah")
    tools = desk.page.locator(".st-key-tools_funnel").get_by_test_id("stPopoverButton")
    assert tools.count() == 3
    for button in (desk.filter_button, *tools.all()):
        desk.popover(button)
        desk.settle()
        assert violations(desk.page) == []
        desk.close_popover()


def test_tab_reaches_the_language_switch_and_the_filters_and_enter_opens_them(desk):
    desk.go()
    reached = [""]
    while len(reached) < MOST_TABS and "Saringan" not in reached[-1]:
        desk.page.keyboard.press("Tab")
        reached.append(desk.page.evaluate(FOCUSED))

    assert "ID" in reached
    assert "Saringan" in reached[-1]
    expect(desk.page.get_by_test_id("stPopoverBody")).to_be_hidden()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("combobox", name="Wilayah")).to_be_visible()
    desk.close_popover()
    assert "Saringan" in desk.page.evaluate(FOCUSED)


def test_keys_alone_change_the_language(desk):
    desk.go()
    desk.page.get_by_role("radio", name="ID").focus()
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Enter")

    expect(desk.filter_button).to_contain_text("Filters")
