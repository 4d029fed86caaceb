"""One cause is told once: opening, staying, getting worse, closing and acknowledging, on both engines."""

import datetime as dt
from contextlib import closing

import pytest
import sqlalchemy as sa

from analytics.access_log import entries
from analytics.alerts.errors import AlertError
from analytics.alerts.keeping import JUDGING, keep
from analytics.alerts.observation import Observation
from analytics.alerts.reading import Alerts
from analytics.alerts.tables import ALERTS
from analytics.register import open_database
from tests.analytics.alerts.conftest import START, evaluation, seen


@pytest.fixture
def database(register_settings):
    with closing(open_database(register_settings)) as opened:
        yield opened


def kept(database, judged):
    with database.writing(lock=JUDGING) as connection:
        return keep(connection, judged)


def counts(changes):
    return len(changes.opened), len(changes.worse), len(changes.closed)


def test_one_cause_fires_once_gets_worse_stays_in_the_band_and_closes_below_it(database):
    course = [
        (0.21, (1, 0, 0)),  # opens, a notice
        (0.21, (0, 0, 0)),  # the same again is no news
        (0.24, (0, 0, 0)),  # worse, and still a notice
        (0.26, (0, 1, 0)),  # a warning: told again
        (0.21, (0, 0, 0)),
        (0.27, (0, 0, 0)),  # a warning was told already
        (0.41, (0, 1, 0)),  # critical
        (0.19, (0, 0, 0)),  # under the threshold, within the band: stays
        (0.181, (0, 0, 0)),
        (0.18, (0, 0, 1)),  # at nine tenths: closes
        (0.19, (0, 0, 0)),  # in the band from below: does not open
        (0.30, (1, 0, 0)),  # a new one
    ]
    for day, (value, expected) in enumerate(course):
        at = START + dt.timedelta(days=day)
        assert counts(kept(database, seen(value, snapshot=f"2026081{day:02d}", at=at))) == expected, day
    rows = database.frame(sa.select(ALERTS).order_by(ALERTS.c.id)).to_dict("records")
    assert [(row["severity"], row["told"], row["closed_at"] is None) for row in rows] == [
        ("notice", "critical", False), ("warning", "warning", True),
    ]  # fmt: skip
    assert rows[0]["opened_at"] == START.replace(tzinfo=None)
    assert rows[0]["closed_at"] == (START + dt.timedelta(days=9)).replace(tzinfo=None)
    assert rows[1]["value"] == 0.30


def test_the_same_snapshot_judged_again_changes_nothing_and_an_older_one_is_left_out(database):
    assert counts(kept(database, seen(0.3, snapshot="20260819T000000-b"))) == (1, 0, 0)
    assert counts(kept(database, seen(0.3, snapshot="20260819T000000-b"))) == (0, 0, 0)
    assert counts(kept(database, seen(0.1, snapshot="20260818T000000-a"))) == (0, 0, 0)
    assert Alerts(database).judgement("pilot").snapshot == "20260819T000000-b"
    assert len(Alerts(database).listed("pilot")) == 1


def test_what_could_not_be_judged_stays_and_what_cannot_be_measured_any_more_closes(database):
    kept(database, seen(0.3))
    assert counts(kept(database, evaluation({}, failed=["late_objections"]))) == (0, 0, 0)
    assert Alerts(database).judgement("pilot").failed == ("late_objections",)
    assert counts(kept(database, evaluation({"late_objections": []}))) == (0, 0, 1)


def test_an_alert_that_stays_by_its_figure_alone_is_never_told_as_worse(database):
    """A region that is not named any more among all keeps its alert, and is no news."""
    kept(database, seen(0.21, area="35.10.01"))
    assert counts(kept(database, seen(0.5, area="35.10.01", fires=False))) == (0, 0, 0)


def test_a_data_set_knows_nothing_of_another(database):
    kept(database, seen(0.3))
    assert Alerts(database).listed("other").empty
    assert Alerts(database).judgement("other") is None


def test_an_area_sees_its_own_alerts_and_none_of_the_whole(database):
    def at(area):
        return Observation(area=area, value=0.3, n=400, threshold=0.2, fires=True, holds=True, excess=1.5)

    areas = ["", "35.10", "35.10.01", "35.10.02", "35.100.01"]
    kept(database, evaluation({"late_objections": [at(area) for area in areas]}))
    alerts = Alerts(database)

    def listed(area):
        return sorted(alerts.within(area).listed("pilot")["area"])

    assert listed("") == sorted(areas)
    assert listed("35.10") == ["35.10", "35.10.01", "35.10.02"]
    assert listed("35.10.01") == ["35.10.01"]
    assert listed("36") == []
    with pytest.raises(AlertError, match="outside"):
        alerts.within("35.10.01").within("35.10")
    with pytest.raises(AlertError, match="No alert"):
        alerts.within("35.10.03").acknowledge("pilot", "late_objections", by="A1", reason="Dilihat")
    assert alerts.within("35.10.01").acknowledge("pilot", "late_objections", by="A1", reason="Dilihat") == 1
    known = alerts.listed("pilot")
    assert known.loc[known["acknowledged_by"].notna(), "area"].tolist() == ["35.10.01"]


def test_the_worst_stands_first_and_the_whole_before_its_regions(database):
    def at(area, excess):
        return Observation(area=area, value=excess / 5, n=400, threshold=0.2, fires=True, holds=True, excess=excess)

    found = [at("35.10.01", 1.9), at("35.10.02", 2.5), at("", 1.3), at("35.10.03", 1.1)]
    kept(database, evaluation({"late_objections": found}))
    assert Alerts(database).listed("pilot")["area"].tolist() == ["35.10.02", "", "35.10.01", "35.10.03"]


def test_acknowledging_keeps_who_and_why_leaves_it_open_and_ends_where_it_gets_worse(database):
    kept(database, seen(0.21))
    alerts = Alerts(database, clock=lambda: START)
    assert alerts.acknowledge("pilot", "late_objections", by="PKH-07", reason="Tim ditambah", role="officer") == 1
    (row,) = alerts.listed("pilot").to_dict("records")
    assert (row["acknowledged_by"], row["acknowledged_reason"]) == ("PKH-07", "Tim ditambah")
    logged = entries(database, action="acknowledge_alert").to_dict("records")
    assert [(entry["actor"], entry["role"], entry["ref"]) for entry in logged] == [
        ("PKH-07", "officer", "late_objections")
    ]
    assert "Tim ditambah" not in str(logged)
    assert counts(kept(database, seen(0.24))) == (0, 0, 0)
    assert alerts.listed("pilot")["acknowledged_by"].tolist() == ["PKH-07"]
    assert counts(kept(database, seen(0.26))) == (0, 1, 0)
    assert alerts.listed("pilot")["acknowledged_by"].tolist() == [None]


@pytest.mark.parametrize(
    ("code", "by", "reason"),
    [
        ("late_objections", "Siti Aminah", "Dilihat"), ("late_objections", "A1", " "), ("late_objection", "A1", "x"),
        ("late_objections", "A1", "NIK 3510012345670001"), ("late_objections", "", "Dilihat"),
        ("quarantine_share", "A1", "Dilihat"),
    ],
)  # fmt: skip
def test_an_acknowledgement_without_a_code_a_reason_or_an_open_alert_is_refused(database, code, by, reason):
    kept(database, seen(0.3))
    with pytest.raises(AlertError) as refused:
        Alerts(database).acknowledge("pilot", code, by=by, reason=reason)
    assert "3510012345670001" not in str(refused.value)
    assert Alerts(database).listed("pilot")["acknowledged_by"].tolist() == [None]


def test_two_that_judge_at_once_open_one_alert(register_settings):
    from concurrent.futures import ThreadPoolExecutor

    def judge(_):
        with closing(open_database(register_settings)) as database:
            return len(kept(database, seen(0.3)).opened)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(judge, range(4))) == 1
