"""The plan: what was measured and what was assumed, and the visits that follow from it."""

import math
from contextlib import closing

import pytest

from analytics.audits.frame import build_frame
from analytics.audits.plan import make_plan
from analytics.audits.planning import visits_needed
from analytics.metrics import METRICS, Filters, measure
from analytics.settings import Settings
from analytics.store import open_store
from tests.analytics.audits.conftest import PERIOD


def test_a_plan_rests_on_the_last_random_checks(pilot):
    frame = build_frame(pilot, period=PERIOD, programmes=("BPNT",))
    plan = make_plan(pilot, frame, half_width=0.08, visit_cost=150_000)
    audits = pilot.run(pilot.table("audits")).query("reason == 'random' and programme == 'BPNT'")
    last = audits[audits["period"].isin(sorted(audits["period"].unique())[-2:])]
    assert plan.answer_rate == pytest.approx(last["entitled"].notna().mean())
    assert not plan.answer_rate_assumed
    inclusion, exclusion = plan.bases
    row = measure(pilot, METRICS["inclusion_error"], Filters(programme="BPNT", periods=tuple(last["period"].unique())))
    value, se, n = (float(row.iloc[0][name]) for name in ("value", "se", "n"))
    assert inclusion.share == value
    assert inclusion.design_effect == pytest.approx(max(se**2 * n / (value * (1 - value)), 1))
    assert not inclusion.assumed
    need = visits_needed(0.08, share=value, design_effect=inclusion.design_effect, population=frame.paid["BPNT"])
    assert plan.needs.query("error == 'inclusion_error'")["rows"].tolist() == [need]
    assert plan.needs.query("error == 'inclusion_error'")["receivers"].tolist() == [math.ceil(need / plan.answer_rate)]
    # The exclusion error takes visits of both frames in the proportion of the last checks.
    both = plan.needs.query("error == 'exclusion_error'").iloc[0]
    counts = last["frame"].value_counts()
    assert both["non_receivers"] / both["receivers"] == pytest.approx(
        counts["non_receivers"] / counts["receivers"], rel=0.05
    )
    assert not exclusion.assumed
    assert plan.cost == 150_000 * sum(plan.visits.values())


def test_without_checks_a_plan_says_what_it_assumes(unchecked_home):
    with closing(open_store(Settings(home=unchecked_home)).open()) as warehouse:
        frame = build_frame(warehouse, period=PERIOD)
        plan = make_plan(warehouse, frame, half_width=0.05)
    assert {(basis.share, basis.design_effect, basis.assumed) for basis in plan.bases} == {(0.5, 1.5, True)}
    assert plan.answer_rate_assumed
    assert plan.cost is None
    found = plan.needs.query("error == 'inclusion_error' and programme == 'BPNT'")["rows"].item()
    assert found == visits_needed(0.05, share=0.5, design_effect=1.5, population=frame.paid["BPNT"])


def test_a_receiver_of_the_smaller_programme_takes_more_visits_to_find(pilot):
    frame = build_frame(pilot, period=PERIOD)
    plan = make_plan(pilot, frame, half_width=0.1)
    pkh = plan.needs.query("error == 'inclusion_error' and programme == 'PKH'").iloc[0]
    wanted = pkh["rows"] * frame.sizes["receivers"] / frame.paid["PKH"] / plan.answer_rate
    assert pkh["receivers"] == min(math.ceil(wanted), frame.sizes["receivers"])


def test_districts_by_themselves_need_more_and_never_more_than_they_have(pilot):
    frame = build_frame(pilot, period=PERIOD, programmes=("BPNT",))
    whole = make_plan(pilot, frame, half_width=0.1)
    each = make_plan(pilot, frame, half_width=0.1, by_district=True)
    assert sum(each.visits.values()) > 3 * sum(whole.visits.values())
    assert each.needs["district"].nunique() == 25
    sizes = frame.families.groupby(["district", "frame"]).size()
    for row in each.needs.to_dict("records"):
        assert row["receivers"] <= sizes[row["district"], "receivers"]
        assert row["non_receivers"] <= sizes[row["district"], "non_receivers"]


def test_checks_of_all_families_at_once_met_receivers_as_often_as_there_are(alatas):
    frame = build_frame(alatas)
    plan = make_plan(alatas, frame, half_width=0.05)
    exclusion = next(basis for basis in plan.bases if basis.error == "exclusion_error")
    visits = exclusion.visits_per_row
    assert visits["receivers"] > 0
    assert visits["non_receivers"] / visits["receivers"] == pytest.approx(
        frame.sizes["non_receivers"] / frame.sizes["receivers"]
    )
    assert 0 < plan.visits["non_receivers"] <= frame.sizes["non_receivers"]
