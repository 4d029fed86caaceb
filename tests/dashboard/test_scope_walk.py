"""Each role opens its own pages and no others; who is limited to a district is told nothing of another, anywhere."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.access import PAGES, RIGHTS, VISITOR, Scope
from analytics.access.rights import ROLES
from analytics.store import Warehouse
from dashboard.words import Words
from tests.conftest import ROOT

OWN, OTHER = "35.10.01", "35.10.02"
DISTRICT = re.compile(r"35\.10\.\d\d")


@pytest.fixture(autouse=True)
def home(pilot_home, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))


def open_as(role: str, page: str = "", *, duty: str = OWN, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for key, value in ({"role": role, "role_area": duty} | query).items():
        at.query_params[key] = value
    at.run()
    if page and page != open_to(role, duty)[0]:
        at.switch_page(str(ROOT / "pages" / f"{page}.py"))
        at.run()
    return at


def open_to(role: str, duty: str) -> tuple[str, ...]:
    return Scope(role, duty).pages


def sent(at: AppTest) -> str:
    """All that the page sends to the browser, but for the role switch's own list of areas."""
    kept = (element for element in at._tree if getattr(element, "key", None) != "role_area.id")
    return "\n".join(str(getattr(element, "proto", "")) for element in kept)


@pytest.fixture(scope="module")
def others(pilot: Warehouse) -> re.Pattern[str]:
    """Names of districts that lie elsewhere alone; one is named as the regency and the data set are."""
    places = pilot.run(pilot.mart("places"))
    inside = places["code"].str.startswith(OWN) | (places["level"] != "district")
    names = set(places.loc[~inside, "name"]) - set(places.loc[inside, "name"])
    names = {name for name in names if name not in pilot.manifest.dataset.title.id}
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names)))


def test_each_page_has_its_file_and_each_role_its_rights():
    assert set(PAGES) == {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert set(RIGHTS) == {*ROLES, VISITOR}


@pytest.mark.parametrize("role", ROLES)
def test_a_limited_role_is_told_nothing_of_another_district_on_any_page(role, others):
    for page in Scope(role, OWN).pages:
        at = open_as(role, page, area=OTHER, highlight=OTHER, level="district", split="district", by="district")
        assert not at.exception
        assert not at.error
        said = sent(at)
        codes = set(DISTRICT.findall(said.replace(f'"{OTHER}"', "")))
        assert codes <= {OWN}, f"{page}: {codes}"
        assert not (found := set(others.findall(said))), f"{page}: {found}"


@pytest.mark.parametrize("role", ROLES)
def test_a_page_that_a_role_may_not_open_is_not_there(role):
    allowed = set(Scope(role, OWN).pages)
    at = open_as(role)
    for page in set(PAGES) - allowed:
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            at.switch_page(str(ROOT / "pages" / f"{page}.py"))


def test_a_role_or_area_that_there_is_not_is_the_visitors_own():
    at = open_as("boss", duty="99.99")
    assert not at.exception
    assert Words("id")("access.role_visitor") in "\n".join(element.value for element in at.markdown)


@pytest.mark.parametrize("page", ["pendaftaran", "aturan"])
def test_what_one_scope_was_shown_is_not_given_to_another(page):
    st.cache_data.clear()
    st.cache_resource.clear()
    titles = {area: open_as("officer", page, duty=area).title[0].value for area in ("", OWN, OTHER, OWN)}
    again = {area: open_as("officer", page, duty=area).title[0].value for area in (OTHER, "", OWN)}
    assert titles == again
    assert len(set(titles.values())) == 3


def test_who_may_not_export_gets_no_download():
    for role, may in (("officer", True), ("inspector", False), ("administrator", False)):
        page = "mutu_data" if role != "inspector" else "metode"
        at = open_as(role, page)
        assert bool(at.get("download_button")) == may, role
