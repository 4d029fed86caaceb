"""The method switch, sources, gaps, peers, the way down, and the plan: what pages show is what analytics measured."""

from dataclasses import replace

import pandas as pd
import pytest
import streamlit as st

from analytics.access import VISITOR, Scope
from analytics.audits.frame import build_frame
from analytics.audits.plan import make_plan
from analytics.ingest import ingest
from analytics.marts.groups import GROUPS
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.precision import gain, group_gaps
from analytics.metrics.scope import scope
from analytics.settings import Settings
from dashboard import planning
from dashboard.assistance import gains
from dashboard.groundwork import command
from dashboard.reader import Reader
from dashboard.views import causes, plans, regions
from dashboard.words import Words
from tests.analytics.audits.conftest import write_mapping
from tests.dashboard.test_pages import open_page, sound, spoken
from validation.text import LANGUAGES

ERRORS = ("inclusion_error", "exclusion_error")


@pytest.fixture
def view(pilot_home, pilot, monkeypatch):
    """A reader of PKH in the latest periods, without a page."""
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))
    st.cache_data.clear()
    st.cache_resource.clear()
    filters = Filters(programme="PKH", periods=scope(pilot).recent_periods)
    return Reader(pilot.manifest, filters, Words("id"), Scope(VISITOR))


@pytest.fixture(scope="session")
def unchecked_home(pilot_home, tmp_path_factory):
    """A home with the pilot's families, of whom none has been visited."""
    import shutil

    home = tmp_path_factory.mktemp("unvisited")
    shutil.copytree(pilot_home / "keys", home / "keys")
    ingest(write_mapping(home), pilot_home / "exports", settings=Settings(home=home))
    return home


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["direct", "ppi"])
def test_the_switch_decides_what_cards_are_estimated_from(method, language, pilot_home, pilot, monkeypatch):
    query = {"programme": "PKH"} | ({} if method == "direct" else {"method": method})
    at = open_page(pilot_home, "ketepatan_sasaran", monkeypatch, language, **query)
    sound(at)
    words = Words(language)
    filters = Filters(programme="PKH", periods=scope(pilot).recent_periods, method=method)
    rows = [measure(pilot, METRICS[name], filters).iloc[0] for name in (*ERRORS, "total_error")]
    assert [metric.value for metric in at.metric] == [words.percent(row["value"]) for row in rows]
    said = spoken(at)
    for row in rows:
        assert words(f"kpi.method_{row['method']}") in said
        assert words.interval(row["low"], row["high"]) in said
        for name in ("numerator", "denominator", "n"):
            assert words.number(row[name]) in said


def test_an_unknown_method_falls_back_to_the_checks_alone(pilot_home, monkeypatch):
    at = open_page(pilot_home, "ketepatan_sasaran", monkeypatch, method="magic")
    sound(at)
    assert "method" not in at.query_params
    assert Words("id")("kpi.method_direct") in spoken(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_model_is_worth_and_that_visits_decide(language, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "ketepatan_sasaran", monkeypatch, language, programme="PKH")
    words, said = Words(language), spoken(at)
    assert words("targeting.visits_decide") in said
    found = gain(pilot, METRICS["exclusion_error"], Filters(programme="PKH", periods=scope(pilot).recent_periods))
    if found is not None and found.visits:
        assert words.number(found.visits) in said


def test_without_enough_checks_the_model_is_said_not_to_help(view):
    assert gains(replace(view, filters=replace(view.filters, area="35.10.16.1001"))) == [
        view.words("targeting.gain_none", error=view.label(error).lower()) for error in ERRORS
    ]


@pytest.mark.parametrize("error", ERRORS)
def test_the_sources_of_an_error_add_up_to_it(error, view):
    chart = causes.sources(view, error=error)
    assert chart is not None
    assert chart.table.iloc[:, 1].sum() == pytest.approx(view.value(error)["value"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_largest_source_is_named_and_an_overlap_admitted(language, view):
    there = replace(view, words=Words(language))
    rows = pd.DataFrame(
        {"name": ["A", "B", "C"], "value": [0.2, 0.05, 0.18], "low": [0.15, 0.02, 0.12], "high": [0.25, 0.1, 0.2]}
    )
    first, second = causes.largest(there, rows, whole=0.43)
    assert "A" in first
    assert "C" in second
    assert "B" not in second
    assert len(causes.largest(there, rows[:2], whole=0.25)) == 1
    assert causes.largest(there, rows.assign(value=None), whole=0.25) == []


def test_nothing_is_said_of_sources_that_nothing_tells_apart(view, monkeypatch):
    rows = {error: view.value(error) for error in ERRORS}
    none = view.value("inclusion_error").copy()
    none["numerator"] = 0.0
    monkeypatch.setattr(Reader, "value", lambda _self, metric: rows.get(metric, none))
    assert causes.sources(view, error="inclusion_error") is None


@pytest.mark.parametrize("error", ERRORS)
def test_gaps_are_those_that_were_measured_and_small_groups_show_no_rate(error, view, pilot):
    chart = causes.gaps(view, error=error)
    assert chart is not None
    expected = pd.concat([group_gaps(pilot, METRICS[error], view.filters, by=by)["value"] for by in GROUPS])
    shown = chart.table.iloc[:, 2]
    assert sorted(shown.dropna()) == pytest.approx(sorted(expected.dropna()))
    few = chart.table[shown.isna()]
    assert set(few["Sinyal"]) <= {"n kecil"}
    assert few[["Selisih dari keluarga lainnya", "Selang bawah"]].isna().all(axis=None)
    marks = sum(len(part.x) for part in chart.figure.data)
    assert marks == shown.notna().sum()


@pytest.mark.parametrize("language", LANGUAGES)
def test_regions_without_a_rate_are_listed_with_what_they_lack(language, view):
    there = replace(view, words=Words(language))
    found = regions.few(there, "exclusion_error", level="district")
    compared = view.compare("exclusion_error", level="district").regions
    assert len(found) == compared["value"].isna().sum() > 0
    assert (found["missing"] == 30 - found["n"]).all()
    assert (found["wanted"] >= 30).all()


def test_a_highlighted_region_stands_first_among_its_peers(view):
    chart = regions.peers(view, "total_error", level="district", selected="35.10.16")
    assert chart is not None
    assert chart.table.iloc[0, 0] == "Banyuwangi"
    assert len(chart.table) == 6
    assert "Jiwa per keluarga" in chart.table
    assert regions.peers(view, "total_error", level="district", selected="") is None


def test_peers_do_not_depend_on_the_filtered_area(view):
    inside = view.with_filters(area="35.10.16")
    charts = [regions.peers(one, "total_error", level="district", selected="35.10.16") for one in (view, inside)]
    pd.testing.assert_frame_equal(charts[0].table, charts[1].table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_region_leads_down_to_its_villages_and_back_up(language, pilot_home, monkeypatch):
    query = {"metric": "registered_share", "level": "district", "highlight": "35.10.16"}
    at = open_page(pilot_home, "perbandingan_wilayah", monkeypatch, language, **query)
    sound(at)
    words = Words(language)
    down = next(button for button in at.button if button.label == words("regions.down_village", place="Banyuwangi"))
    down.click().run()
    sound(at)
    assert at.query_params["area"] == "35.10.16"
    assert "highlight" not in at.query_params
    level = next(box for box in at.selectbox if box.label == words("regions.level"))
    assert level.value == "village"
    up = next(button for button in at.button if button.key == "way_arrow_upward")
    assert "Banyuwangi" in up.label
    up.click().run()
    sound(at)
    assert at.query_params["area"] == "35.10"


def test_villages_say_what_the_sample_cannot_tell(pilot_home, monkeypatch):
    at = open_page(pilot_home, "perbandingan_wilayah", monkeypatch, metric="exclusion_error", area="35.10.16")
    sound(at)
    assert "desa tidak dapat dinilai dari cek ini" in spoken(at)


def goal(error: str = "exclusion_error", width: float = 0.05) -> planning.Goal:
    return planning.Goal("BPNT", error, width, 150_000)


@pytest.mark.parametrize("error", ERRORS)
def test_a_plan_is_that_of_the_command_line(error, view, pilot):
    plain = planning.outlook(view, goal(error))
    made = make_plan(pilot, build_frame(pilot, programmes=("BPNT",)), half_width=0.05)
    row = made.needs.set_index("error").loc[error]
    least = 2 * plain.districts
    assert plain.visits(0.05) == {name: max(row[name], least) for name in ("receivers", "non_receivers")}


def test_more_visits_never_widen_and_the_goal_lies_on_the_curve(view):
    plain = planning.outlook(view, goal())
    widths = pd.Series(plain.widths([200, 500, 1_000, 2_000])).dropna()
    assert widths.is_monotonic_decreasing
    reached = plain.widths([plain.under(0.05)])[0]
    assert reached == pytest.approx(0.05, rel=0.02)
    assert reached <= 0.05


def test_fewer_answers_than_the_least_give_no_width(view):
    plain = planning.outlook(view, goal())
    assert pd.isna(plain.widths([29 * plain.visits_per_row])[0])
    assert pd.notna(plain.widths([31 * plain.visits_per_row])[0])


def test_the_model_s_help_is_its_share_of_the_variance(view):
    found = planning.measured(view, goal()).gain("exclusion_error")
    plain, model = planning.outlook(view, goal()), planning.helped(view, goal())
    if found is None:
        assert model is None
        return
    n = plain.basis.answered
    assert model.basis.design_effect == pytest.approx(plain.basis.design_effect * n / (n + found.visits))
    assert sum(model.visits(0.05).values()) <= sum(plain.visits(0.05).values())


def test_districts_share_the_visits_and_small_ones_say_so(view):
    plain, shared = planning.outlook(view, goal()), plans.districts(view, goal=goal())
    assert shared["visits"].sum() == pytest.approx(plain.under(0.05), abs=len(shared))
    assert set(shared.loc[shared["rows"] < 30, "width"]) <= {"n kecil"}
    assert not set(shared.loc[shared["rows"] > 30, "width"]) & {"n kecil"}


def test_the_command_quotes_what_a_shell_would_split():
    said = command({"receivers": 3, "non_receivers": 4}, dataset="a b", programme="BLT 2008")
    assert said == "tepat audit draw --dataset 'a b' --programme 'BLT 2008' --receivers 3 --others 4"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_s_page_shows_visits_cost_basis_and_command(language, pilot_home, view, monkeypatch):
    query = {"programme": "BPNT", "error": "exclusion_error", "width": "5", "cost": "100000"}
    at = open_page(pilot_home, "rencana_cek", monkeypatch, language, **query)
    sound(at)
    words, plain = Words(language), planning.outlook(view, goal())
    wanted = plain.visits(0.05)
    assert words.number(sum(wanted.values())) in at.title[0].value
    assert words.number(sum(wanted.values())) in {metric.value for metric in at.metric}
    said = spoken(at)
    assert words.rupiah(100_000 * sum(wanted.values())) in said
    assert words.number(plain.basis.answered) in said
    code = at.code[0].value
    assert code.startswith("tepat audit draw --dataset banyuwangi-simulasi --programme BPNT")
    assert code.endswith(f"--receivers {wanted['receivers']} --others {wanted['non_receivers']}")


@pytest.mark.parametrize("query", [{"width": "x", "cost": "-1"}, {"width": "0", "error": "?"}, {"target": "XYZ"}])
def test_senseless_goals_in_the_address_fall_back(query, pilot_home, monkeypatch):
    at = open_page(pilot_home, "rencana_cek", monkeypatch, **query)
    sound(at)
    assert [box.value for box in at.number_input] == [3.0, 150_000.0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_checks_the_plan_says_what_it_assumes(language, unchecked_home, monkeypatch):
    at = open_page(unchecked_home, "rencana_cek", monkeypatch, language, programme="BPNT")
    sound(at)
    words, said = Words(language), spoken(at)
    assert words("planning.basis_assumed", share=words.percent(0.5), effect=words.number(1.5, decimals=2)) in said
    assert words("planning.now_none") in said
    assert words("planning.helped_none") in said
    assert at.metric[0].value == "–"
    assert at.code[0].value.startswith("tepat audit draw")


@pytest.mark.parametrize("name", ["ketepatan_sasaran", "perbandingan_wilayah"])
def test_pages_stand_without_field_checks(name, unchecked_home, monkeypatch):
    at = open_page(unchecked_home, name, monkeypatch)
    sound(at)


def test_methods_list_every_metric_once():
    from dashboard.methods import SUBJECTS

    listed = [metric for metrics in SUBJECTS.values() for metric in metrics]
    assert sorted(listed) == sorted(METRICS)


def test_checks_of_all_families_at_once_give_a_plan_too(alatas_home, monkeypatch):
    at = open_page(alatas_home, "rencana_cek", monkeypatch, error="exclusion_error")
    sound(at)
    now, wanted, helped = (at.metric[place].value for place in range(3))
    assert now == "± 2,8"
    visits, model = (int(value.replace(".", "")) for value in (wanted, helped))
    # Cochran 1977, 4.2, by hand: 52.6 %, design effect 1.44, 1,755 entitled families among 5,756 of the frame.
    endless = 1.96**2 * 1.44 * 0.526 * 0.474 / 0.03**2
    assert visits == pytest.approx(endless / (1 + (endless - 1) / 1755) * 5756 / 1755, rel=0.01)
    assert 0 < model < visits
    assert at.code[0].value.startswith("tepat audit draw --dataset ")
