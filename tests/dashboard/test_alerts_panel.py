"""The panel of alerts on the summary: what it says, whom it tells what, and the ways out of it."""

import datetime as dt
import shutil
from contextlib import closing

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.alerts.evaluating import Evaluation
from analytics.alerts.keeping import JUDGING, keep
from analytics.alerts.observation import Observation
from analytics.alerts.reading import open_alerts
from analytics.register import open_database
from analytics.settings import Settings
from dashboard.words import Words
from tests.conftest import ROOT
from tests.dashboard.test_pages import sound, spoken
from validation.text import LANGUAGES

AT = dt.datetime(2026, 8, 17, 20, 0, 0)  # noqa: DTZ001 - the register's times are naive UTC; 18 August in Jakarta
OWN, OTHER = "35.10.01", "35.10.02"


@pytest.fixture
def home(pilot_home, tmp_path):
    shutil.copytree(
        pilot_home, tmp_path / "home", ignore=shutil.ignore_patterns("register.sqlite*", "exports", "truth")
    )
    return tmp_path / "home"


@pytest.fixture
def judge(home, pilot):
    """Keep what was judged on the pilot's snapshot."""

    def keep_(found):
        manifest = pilot.manifest
        judged = Evaluation(dataset=manifest.dataset.name, snapshot=manifest.snapshot, at=AT, found=found, failed=())
        with closing(open_database(Settings(home=home))) as database, database.writing(lock=JUDGING) as connection:
            keep(connection, judged)

    return keep_


def late(area="", value=0.3123, excess=1.56):
    return Observation(area=area, value=value, n=412, threshold=0.2, fires=True, holds=True, excess=excess)


def error(programme="PKH", area=""):
    return Observation(area=area, programme=programme, value=0.61, low=0.52, high=0.7, n=210, threshold=0.45,
                       fires=True, holds=True, excess=0.52 / 0.45)  # fmt: skip


def open_summary(home, monkeypatch, **query) -> AppTest:
    monkeypatch.setenv("TEPAT_HOME", str(home))
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    sound(at)
    return at


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_panel_says_that_nothing_was_judged_or_that_there_is_no_alert(language, home, judge, monkeypatch):
    words = Words(language)
    assert words("alerts.never") in spoken(open_summary(home, monkeypatch, lang=language))
    judge({"late_objections": []})
    said = spoken(open_summary(home, monkeypatch, lang=language))
    assert words("alerts.none") in said
    assert words("alerts.judged", moment=words.moment(AT, zone="Asia/Jakarta")) in said


def test_an_alert_says_how_bad_what_where_since_when_and_whose_it_is(home, judge, monkeypatch):
    judge({"late_objections": [late(OWN)], "inclusion_error": [error()]})
    said = spoken(open_summary(home, monkeypatch))
    assert "0 kritis · 1 peringatan · 1 perhatian" in said
    assert ":orange-badge[:material/warning: PERINGATAN] **Usul & sanggah lewat batas waktu** · Kec. " in said
    assert "**31,2\u202f%**, ambang 20,0\u202f% · n = 412 · sejak 18 Agu 2026" in said
    assert ":blue-badge[:material/info: PERHATIAN] **Kesalahan inklusi di atas ambang** · seluruh wilayah · PKH" in said
    assert "selang 95 %: 52,0–70,0\u202f%" in said
    assert "Penanggung jawab: Ditjen Linjamsos, tim usul-sanggah" in said


def test_who_is_limited_to_an_area_is_told_of_its_alerts_alone_and_leadership_of_all(home, judge, monkeypatch):
    judge({"late_objections": [late(), late(OWN), late(OTHER)]})

    def told(**query):
        at = open_summary(home, monkeypatch, **query)
        return sum("Usul & sanggah lewat batas waktu" in str(element.value) for element in at.markdown)

    assert told(role="leadership") == 3
    assert told(role="officer", role_area=OWN) == 1
    assert told(role="officer", role_area=OWN, area=OTHER) == 1  # cut to the area of duty


def test_the_way_to_the_figure_sets_the_filters_that_show_it(home, judge, monkeypatch):
    judge({"inclusion_error": [error(area=OWN)]})
    at = open_summary(home, monkeypatch)
    (way,) = [button for button in at.button if button.label == "Buka Ketepatan Sasaran"]
    way.click()
    at.run()
    sound(at)
    assert (at.session_state["chosen.area"], at.session_state["chosen.programme"]) == (OWN, "PKH")


def test_a_role_with_the_right_takes_an_alert_on_with_a_reason_and_a_researcher_cannot(home, judge, pilot, monkeypatch):
    judge({"late_objections": [late(), late(OWN)]})
    at = open_summary(home, monkeypatch, role="researcher")
    assert not [form for form in at.text_area if str(form.key).startswith("alert_take")]

    at = open_summary(home, monkeypatch, role="officer", role_area=OWN)
    (reason,) = [form for form in at.text_area if str(form.key).startswith("alert_take")]
    reason.set_value("Petugas ditambah")
    (button,) = [button for button in at.button if button.label == "Tandai ditangani"]
    button.click()
    at.run()
    sound(at)
    assert "Ditangani **petugas-1**" in spoken(at)
    with closing(open_alerts(Settings(home=home))) as alerts:
        rows = alerts.listed(pilot.manifest.dataset.name)
    assert rows.loc[rows["acknowledged_by"].notna(), ["area", "acknowledged_reason"]].to_numpy().tolist() == [
        [OWN, "Petugas ditambah"]
    ]


def test_a_reason_that_is_none_is_said_and_keeps_nothing(home, judge, pilot, monkeypatch):
    judge({"late_objections": [late()]})
    at = open_summary(home, monkeypatch)
    (button,) = [button for button in at.button if button.label == "Tandai ditangani"]
    button.click()
    at.run()
    assert "There is no reason." in at.error[0].value
    with closing(open_alerts(Settings(home=home))) as alerts:
        assert alerts.listed(pilot.manifest.dataset.name)["acknowledged_by"].tolist() == [None]


def test_more_than_a_few_alerts_fold(home, judge, monkeypatch):
    judge({"late_objections": [late(), *[late(f"35.10.{number:02d}") for number in range(1, 6)]]})
    at = open_summary(home, monkeypatch)
    assert [part.label for part in at.expander] == ["3 peringatan lain"]
