"""Overturn rates and what a source costs, recomputed from the busy's rows; and why reasons would not do."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import SMALLEST
from analytics.eligibility import compare, rulebook
from analytics.estimation.shrinkage import shrunk_shares
from analytics.metrics import METRICS, Filters, measure
from analytics.objections.evidence import NO_RULE, agent_spread, overturned
from analytics.objections.sources import corrections


@pytest.fixture(scope="module")
def judged(rows, busy):
    """Refusals that a field check judged, with the rules that refuse the family on its record."""
    found = rows[
        (rows["about"] == "refusal")
        & (rows["screening"] == "field_check")
        & rows["outcome"].isin(["upheld", "rejected"])
    ]
    verdicts = busy.run(busy.table("verdicts", room="derived").select("family_id", "programme", "refused_by"))
    return found.merge(verdicts, on=["family_id", "programme"], how="left")


def test_the_metric_is_the_share_of_the_rows(busy, judged):
    row = measure(busy, METRICS["overturned_share"]).iloc[0]
    assert row["numerator"] == (judged["outcome"] == "upheld").sum()
    assert row["denominator"] == len(judged)


@pytest.mark.parametrize("by", ["rule", "channel", "grounds", "programme", "district"])
def test_groups_count_the_rows_and_are_shrunk_together(busy, judged, by):
    found = overturned(busy, by=by)
    assert found.judged == len(judged)
    counted = judged.assign(
        group=judged[by] if by != "rule" else judged["refused_by"].replace("", NO_RULE).str.split(";")
    )
    counted = counted.explode("group") if by == "rule" else counted
    counts = counted.groupby("group")["outcome"].agg(
        upheld=lambda outcomes: (outcomes == "upheld").sum(), judged="size"
    )
    shrunk = shrunk_shares(counts["upheld"].to_numpy(), counts["judged"].to_numpy()).groups.set_index(counts.index)
    assert set(found.groups["group"]) == set(counts.index)
    for _, row in found.groups.iterrows():
        n = counts.loc[row["group"], "judged"]
        if n < SMALLEST:
            assert row["reason"] == "withheld"
            assert pd.isna(row["judged"])
        if n < 30:
            assert row["reason"] in {"small_n", "withheld"}
            assert row[["value", "low", "high", "raw", "upheld"]].isna().all()
        if row["reason"] == "":
            assert row["judged"] == n
            assert row["upheld"] == counts.loc[row["group"], "upheld"]
            assert row["value"] == pytest.approx(shrunk.loc[row["group"], "value"])
            assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize("by", ["rule", "channel", "grounds", "programme", "district"])
@pytest.mark.parametrize("about", ["refusal", "receipt", "proposal"])
def test_nothing_is_said_of_few_upheld_or_few_rejected(busy, rows, by, about):
    """Asked of each district, as a reader of one would: whatever is shown has 0 or 10 and more on either side."""
    checked = rows[(rows["about"] == about) & (rows["screening"] == "field_check")]
    checked = checked[checked["outcome"].isin(["upheld", "rejected"])]
    withheld = 0
    for area in ["", *sorted(checked["district"].unique())]:
        own = checked[checked["district"].str.startswith(area)]
        upheld, rejected = (int((own["outcome"] == outcome).sum()) for outcome in ("upheld", "rejected"))
        found = overturned(busy, Filters(area=area), by=by, about=about)
        if 0 < upheld < SMALLEST or 0 < rejected < SMALLEST:
            withheld += 1
            assert found.judged is None
            assert np.isnan([found.value, found.centre, found.spread]).all()
            assert (found.groups["reason"] == "withheld").all()
            assert agent_spread(busy, Filters(area=area)) is None or about != "refusal"
        shown = found.groups[found.groups["reason"] == ""]
        assert not shown["upheld"].between(1, SMALLEST - 1).any()
        assert not (shown["judged"] - shown["upheld"]).between(1, SMALLEST - 1).any()
    assert withheld


def test_reasons_of_decisions_are_lost_where_an_objection_was_upheld(busy, judged):
    """Why rules are read from the record: the decision that was objected to is replaced when the family is right."""
    decisions = busy.run(busy.table("decisions").select("family_id", "programme", "decided_at", "reasons"))
    known = judged.merge(decisions, on=["family_id", "programme"])
    known = known[(known["decided_at"] < known["filed_at"]) & known["reasons"].notna()]
    kept = judged["objection_id"].isin(known["objection_id"])
    upheld = judged["outcome"] == "upheld"
    assert kept[~upheld].mean() == 1
    assert kept[upheld].mean() < 0.9


def test_agents_are_counted_and_none_is_named(busy, judged):
    registrations = busy.run(busy.table("registrations").select("family_id", "agent_id")).dropna()
    own = registrations.groupby("family_id")["agent_id"].min().rename("registered_by").reset_index()
    agents = judged.merge(own, on="family_id")
    found = agent_spread(busy)
    if agents["registered_by"].nunique() < SMALLEST:
        assert found is None
    else:
        assert found.agents == agents["registered_by"].nunique()
        assert found.judged == len(agents)
        assert np.isnan(found.beyond) or 0 <= found.beyond <= 1
    mart = busy.run(busy.mart("objections_by_agent"))
    assert list(mart.columns) == ["district", "judged", "upheld", "agents"]
    assert mart["agents"].sum() == agents["registered_by"].nunique()


@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
def test_ignoring_a_source_is_the_what_if_of_leaving_its_rule_out(busy, programme):
    book, day = rulebook(), busy.manifest.day
    found = corrections(busy, programme, book, day=day)
    source = "decile"
    other = compare(busy, programme, book, book.changed(programme, {source: None}, day), day=day)
    assert found.refused.set_index("source").loc[source, "alone"] == other.movers["moves_in"].iloc[0]
    own = found.errors[(found.errors["source"] == source) & (found.errors["way"] == "ignored")].set_index("error")
    theirs = other.errors.set_index("error")
    for name in ("before", "after", "change", "change_low", "change_high"):
        np.testing.assert_allclose(own[name], theirs[name].loc[own.index], rtol=1e-9)
    assert found.periods == other.periods


def test_correcting_a_source_lists_those_that_a_field_check_found_entitled(busy):
    """By hand: the weighted share of the entitled that this source alone keeps out comes off the exclusion error."""
    book, day, source = rulebook(), busy.manifest.day, "decile"
    found = corrections(busy, "BPNT", book, day=day)
    verdicts = busy.run(busy.table("verdicts", room="derived").select("family_id", "programme", "refused_by"))
    checks = busy.run(busy.table("audits"))
    checks = checks[
        (checks["programme"] == "BPNT") & checks["entitled"].notna() & (checks["inclusion_probability"] > 0)
    ]
    checks = checks[checks["period"].isin(found.periods)].merge(verdicts, on=["family_id", "programme"])
    weight, entitled = 1 / checks["inclusion_probability"], checks["entitled"].astype(bool)
    alone = checks["refused_by"] == source
    change = -(weight * (entitled & alone)).sum() / (weight * entitled).sum()
    own = found.errors[(found.errors["source"] == source) & (found.errors["way"] == "corrected")].set_index("error")
    assert own.loc["exclusion", "change"] == pytest.approx(change)
    assert own.loc["exclusion", "change_low"] < change < own.loc["exclusion", "change_high"]
    assert own.loc["inclusion", "change"] <= 0
    both = found.errors[(found.errors["source"] == source) & (found.errors["error"] == "exclusion")]
    assert both["after"].nunique() == 1


def test_a_limited_reader_is_told_of_the_area_alone(busy, judged):
    area = judged["district"].value_counts().index[0]
    inside = busy.within(area)
    grounds = set(judged.loc[judged["district"] == area, "grounds"])
    assert set(overturned(inside, by="grounds").groups["group"]) == grounds
    assert set(overturned(busy, Filters(area=area), by="grounds").groups["group"]) == grounds
    assert set(overturned(inside, by="district").groups["group"]) == {area}
    verdicts = busy.run(inside.table("verdicts", room="derived"))
    found = corrections(inside, "BPNT", rulebook(), day=busy.manifest.day).refused.set_index("source")
    own = verdicts[verdicts["programme"] == "BPNT"]
    assert found.loc["decile", "alone"] == (own["refused_by"] == "decile").sum()


def test_a_snapshot_without_objections_or_rules_says_nothing(alatas):
    assert overturned(alatas, by="rule") is None
    assert agent_spread(alatas) is None
    assert corrections(alatas, "BPNT", rulebook(), day=alatas.manifest.day) is None
