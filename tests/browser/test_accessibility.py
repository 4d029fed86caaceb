"""WCAG 2.2 AA as far as a machine can tell: axe, narrow screens, keyboard, targets."""

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
        .map(element => `${element.tagName} ${element.dataset.testid ?? element.className} ${element.textContent}`);
}"""

# What can be pressed and is smaller than asked; links inside a sentence are exempt (WCAG 2.5.8).
SMALL_TARGETS = """least => [...document.querySelectorAll(
        'a[href], button, summary, [role=button], [role=radio], [role=tab], input:not([type=hidden])')]
    .filter(target => target.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(target => !(target.matches('a') && target.closest('p')))
    .filter(target => !target.matches('[data-testid=stSkipToContent]:not(:focus)'))
    .map(target => [target, target.getBoundingClientRect()])
    .filter(([target, box]) => box.width > 0 && (box.width < least || box.height < least))
    .map(([target, box]) => `${target.outerHTML.slice(0, 120)} ${box.width}×${box.height}`)"""

FOCUSED = """() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''"""


def violations(visitor) -> list[str]:
    found = Axe().run(visitor.page, options=RULES).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_serious_axe_violation_at_a_desk_nor_on_a_phone(desk, name):
    desk.go(name)
    assert violations(desk) == []

    desk.narrow()
    assert violations(desk) == []


def test_axe_would_find_a_violation(desk):
    desk.go("mutu_data")
    desk.page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"data:,\">')")

    assert any(found.startswith("image-alt (critical)") for found in violations(desk))


def test_open_popovers_have_no_serious_axe_violation(desk):
    desk.go("perbandingan_wilayah", area="35.10.16")
    tools = desk.page.locator("[class*=st-key-tools_]").first.get_by_test_id("stPopoverButton")
    assert tools.count() == 3
    for button in (desk.filter_button, *tools.all()):
        desk.popover(button)
        assert violations(desk) == []
        desk.close_popover()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_scroll_sideways_on_a_phone(phone, name, language):
    phone.go(name, lang=language)

    assert phone.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert phone.main.evaluate("main => main.scrollWidth <= innerWidth")
    assert phone.page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_targets_on_a_phone_are_large_enough(phone, name):
    phone.go(name)

    assert phone.page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def test_tab_reaches_the_language_switch_and_the_filters_and_enter_opens_them(desk):
    desk.go()
    reached = []
    while len(reached) < MOST_TABS and "Saringan" not in (reached[-1] if reached else ""):
        desk.page.keyboard.press("Tab")
        reached.append(desk.page.evaluate(FOCUSED))

    assert "ID" in reached
    assert "Saringan" in reached[-1]
    expect(desk.page.get_by_test_id("stPopoverBody")).to_be_hidden()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_test_id("stPopoverBody")).to_be_visible()
    expect(desk.page.get_by_role("combobox", name="Wilayah")).to_be_visible()
    desk.close_popover()
    assert "Saringan" in desk.page.evaluate(FOCUSED)


def test_arrow_keys_change_the_language(desk):
    desk.go()
    desk.page.get_by_role("radio", name="ID").focus()
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Enter")

    expect(desk.filter_button).to_contain_text("Filters")
