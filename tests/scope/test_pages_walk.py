"""Who is limited to a district is told nothing of another, on any page, in any file, by any link; and all of their own.

The walk of another district comes first: it shows that each mark would be found, and leaves every cache warm.
"""

import pytest

from analytics.access import PAGES, RIGHTS, VISITOR, Scope
from analytics.access.rights import ROLES
from analytics.disclosure import SMALLEST
from analytics.metrics import METRICS
from dashboard.words import Words
from tests.conftest import ROOT
from tests.scope.conftest import OTHER, OWN, Looked, Pilot

LINKS = {"area": OTHER, "highlight": OTHER, "level": "district", "split": "district", "by": "district"}
"""What a link into another district may say."""
CONTROL = ("pendaftaran", "dugaan", "antrean", "rencana_cek", "mutu_data")
"""Pages that are first seen for the other district: each names it, its villages, families or cases."""
PAPER = "officer"
"""Role whose papers and workbooks are read: who else may take them along gets the same."""
WORDS = Words("id")


def cards(looked: Looked) -> dict[str, str]:
    return {metric.label: metric.value for metric in looked.at.metric}


def test_each_page_has_its_file_and_each_role_its_rights():
    assert set(PAGES) == {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert set(RIGHTS) == {*ROLES, VISITOR}


@pytest.mark.parametrize("page", CONTROL)
def test_a_reader_of_the_other_district_is_told_what_the_walk_looks_for(page, look, scoped_pilot: Pilot):
    seen = look("officer", page, duty=OTHER, findings="quarantine")
    assert scoped_pilot.told(seen.sent, OTHER, inside=True)
    assert scoped_pilot.told(seen.read(".csv"), OTHER, inside=True)
    assert not scoped_pilot.told(seen.sent + seen.read(".csv"), OTHER)


@pytest.mark.parametrize("role", ROLES)
def test_a_limited_role_is_told_nothing_of_another_district(role, look, scoped_pilot: Pilot):
    case = scoped_pilot.cases.loc[scoped_pilot.cases["at"] == OTHER, "id"].iloc[0]
    for page in Scope(role, OWN).pages:
        seen = look(role, page, **LINKS, case=case)
        assert not seen.at.exception, page
        assert not seen.at.error, page
        assert len(seen.at.title) == 1
        said = seen.sent + seen.read(".csv", *([".xlsx", ".pdf"] if role == PAPER else []))
        # What a link said stands in no answer, not even as a code that was passed over.
        assert not scoped_pilot.told(said, OWN), page
        assert bool(seen.files) <= Scope(role).may("export"), page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("area", ["", OWN])
def test_a_page_that_a_role_may_not_open_is_not_there(role, area, look):
    seen = look(role, Scope(role, area).pages[-1], duty=area)
    for page in set(PAGES) - set(Scope(role, area).pages):
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            seen.at.switch_page(str(ROOT / "pages" / f"{page}.py"))
    assert bool(seen.files) <= Scope(role).may("export")


def test_figures_are_those_that_pandas_counts_in_the_district(look, scoped_pilot: Pilot):
    tables = {name: rows[rows["at"] == OWN] for name, rows in scoped_pilot.tables.items() if "at" in rows}
    registered = tables["registrations"]["family_id"].nunique()
    assert 100 < registered < scoped_pilot.tables["registrations"]["family_id"].nunique()
    shown = look("officer", "pendaftaran")
    assert cards(shown)[METRICS["registered_families"].label.id] == WORDS.number(registered)
    filed = cards(look("officer", "usul_sanggah"))
    few = 0 < len(tables["objections"]) < SMALLEST
    assert filed[METRICS["objections"].label.id] == ("–" if few else WORDS.number(len(tables["objections"])))
    villages = set(tables["families"]["village"])
    coverage = next(make() for name, make in shown.files.items() if name.startswith("coverage_by_region_csv "))
    named = scoped_pilot.tables["regions"].set_index("code")["name"]
    assert all(named[code] in coverage.decode() for code in villages)


def test_cases_and_findings_of_the_gate_are_those_of_the_district(look, scoped_pilot: Pilot):
    own = scoped_pilot.cases[scoped_pilot.cases["at"] == OWN]
    assert look("officer", "antrean").at.title[0].value.startswith(f"{len(own)} ")
    case = look("officer", "kasus", case=own["id"].iloc[0])
    assert own["id"].iloc[0] in case.at.title[0].value


def test_a_case_of_another_district_is_told_from_no_case_by_nothing(look, scoped_pilot: Pilot):
    there = scoped_pilot.cases.loc[scoped_pilot.cases["at"] == OTHER, "id"].iloc[0]
    said = {look("officer", "kasus", case=name).sent.replace(name, "") for name in (there, "AAAAA-AAAAA")}
    assert len(said) == 1
    whole = look("officer", "kasus", duty="", case=there)
    assert there in whole.at.title[0].value


def test_a_role_or_area_that_there_is_not_is_the_visitors_own(look):
    seen = look("boss", "metode", duty="99.99")
    assert not seen.at.exception
    assert WORDS("access.role_visitor") in "\n".join(element.value for element in seen.at.markdown)
