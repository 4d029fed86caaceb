"""Every page has its place in the menu."""

from analytics.access import PAGES
from dashboard.menu import GROUPS


def test_every_page_stands_once_in_the_menu():
    assert sorted(name for members in GROUPS.values() for name in members) == sorted(PAGES)
