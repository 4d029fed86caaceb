"""Safe tables: equal to a count of rows where shown, and nothing that is hidden can be computed from the rest."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import LEAST_DENOMINATOR, SMALLEST, TOTAL, attack
from analytics.metrics import METRICS, Filters
from analytics.metrics.metric import Cells
from analytics.research.counting import NOT_SAID, WHEN
from analytics.research.errors import ResearchError
from analytics.research.tables import Question, TooFineError, dimensions, least, table, times
from validation.contract import LEVELS


def cells_of(found: pd.DataFrame, question: Question) -> pd.DataFrame:
    return found[~(found[list(question.columns)] == TOTAL).any(axis=1)]


def raw(pilot) -> pd.DataFrame:
    """The applications with district and local month, by pandas alone."""
    tables = {name: pilot.run(pilot.table(name)) for name in ("registrations", "regions")}
    rows = tables["registrations"].sort_values(["submitted_at", "registration_id"])
    parents = tables["regions"].set_index("code")["parent"]
    local = rows["submitted_at"] + pd.Timedelta(hours=7)
    return rows.assign(district=rows["village"].map(parents), month=local.dt.strftime("%Y-%m-01"))


def test_a_count_that_is_shown_is_the_count_of_rows_with_its_totals(pilot):
    question = Question(metric="registered_families", by=("district", "channel"))
    found = table(pilot, question, Filters()).set_index(["district", "channel"])
    first = raw(pilot).drop_duplicates("family_id")
    expected = pd.crosstab(first["district"], first["channel"], margins=True, margins_name=TOTAL)
    shown = found[found["reason"] == ""]
    assert len(shown) > 40
    for (district, channel), row in shown.iterrows():
        assert row["value"] == row["n"] == expected.loc[district, channel]
    assert set(found.index) == {(a, b) for a in expected.index for b in expected.columns}


def test_a_share_that_is_shown_is_the_share_of_rows(pilot):
    found = table(pilot, Question(metric="agent_share", by=("district", "status")), Filters())
    rows = raw(pilot)
    for row in cells_of(found, Question(metric="agent_share", by=("district", "status"))).itertuples():
        part = rows[(rows["district"] == row.district) & (rows["status"] == row.status)]
        if row.reason == "":
            assert row.n == len(part) >= LEAST_DENOMINATOR
            assert row.value == pytest.approx((part["channel"] == "agent").mean())
        else:
            assert np.isnan(row.value)
            assert np.isnan(row.n) or (row.n == len(part) == 0)


def test_time_is_a_dimension_and_the_months_add_up(pilot):
    question = Question(metric="registrations", by=("channel",), time="month")
    found = table(pilot, question, Filters())
    rows = raw(pilot)
    expected = rows.groupby(["channel", "month"]).size()
    shown = found[(found["reason"] == "") & (found["value"] > 0)]
    assert len(shown) >= 4
    for row in shown.itertuples():
        assert row.value == expected[row.channel, row.when]
    assert TOTAL not in set(found[WHEN])


CROSSED = (
    Question(metric="registrations", by=("district", "status")),
    Question(metric="stage_paid", by=("district", "channel")),
    Question(metric="verification_failed", by=("district", "age_band")),
    Question(metric="objections", by=("grounds", "outcome")),
    Question(metric="registered_families", by=("district",), time="month"),
)


@pytest.mark.parametrize("question", CROSSED, ids=lambda each: f"{each.metric}-{'-'.join(each.columns)}")
def test_a_linear_programme_learns_nothing_of_a_hidden_cell(pilot, question):
    found = table(pilot, question, Filters())
    protected = least(METRICS[question.metric])
    assert (found["reason"] == "withheld").any()
    known = found["n"].dropna()
    assert ((known == 0) | (known >= protected)).all()
    learnt = attack(found[[*question.columns, "n"]].astype({"n": "Int64"}), list(question.columns))
    learnt = learnt[learnt["hidden"]]
    assert len(learnt) == (found["reason"] == "withheld").sum()
    assert (learnt["high"] - learnt["low"] >= protected - 2).all()


def test_a_share_of_fewer_than_30_does_not_follow_from_the_others(pilot):
    """Whoever subtracts the shown cells from a shown total is left with a denominator of 30 at least, or nothing."""
    question = Question(metric="verification_failed", by=("channel", "age_band"))
    found = table(pilot, question, Filters(area="35.10.16"))
    grid = found.pivot(index="channel", columns="age_band", values="n")
    for lines in (grid, grid.T):
        for _, line in lines.iterrows():
            hidden = line.drop(TOTAL).isna().sum()
            assert hidden != 1 or np.isnan(line[TOTAL])


def test_an_estimate_keeps_its_interval_and_small_n_its_reason(pilot):
    question = Question(metric="inclusion_error", by=("district", "small_family"))
    found = cells_of(table(pilot, question, Filters(programme="PKH")), question)
    shown = found[found["reason"] == ""]
    assert (shown["low"] <= shown["value"]).all()
    assert (shown["value"] <= shown["high"]).all()
    assert (shown["n"] >= LEAST_DENOMINATOR).all()
    small = found[found["reason"] == "small_n"]
    assert ((small["n"] >= SMALLEST) | (small["n"] == 0)).all()
    assert small["value"].isna().all()


def test_an_amount_is_protected_by_its_families(pilot):
    found = table(pilot, Question(metric="amount_paid", by=("district",), time="period"), Filters(programme="PKH"))
    paid = pilot.run(pilot.mart("payments_by_period"))
    families = paid[paid["programme"] == "PKH"].groupby(["district", "period"])["families"].sum()
    few = {key for key, count in families.items() if 0 < count < SMALLEST}
    assert few
    hidden = {(row.district, row.when) for row in found.itertuples() if row.reason == "withheld"}
    assert few <= hidden
    shown = found[(found["reason"] == "") & (found["value"] > 0)]
    assert (shown["n"] >= SMALLEST).all()


def test_an_officer_s_table_has_no_other_area(pilot):
    found = table(pilot.within("35.10.16"), Question(metric="registrations", by=("district", "channel")), Filters())
    assert set(found["district"]) == {"35.10.16", TOTAL}


def test_every_metric_can_be_asked_by_all_that_is_offered():
    for metric in METRICS.values():
        offered = dimensions(metric)
        assert offered
        assert not {"day", "village_", "stratum", "cluster", "entitled", "receives", "component"} & set(offered)
        assert set(offered) <= {*metric.dimensions, *LEVELS}
        spoken = [
            where for cells in (metric.numerator, metric.denominator or Cells(column="")) for where in cells.where
        ]
        if metric.denominator is not None:
            assert not {name for where in spoken for name in where} & set(offered)
        assert set(times(metric)) <= {"week", "month", "period"}


@pytest.mark.parametrize(
    "question",
    [
        Question(metric="registrations", by=("day",)),
        Question(metric="registrations", by=("village",)),
        Question(metric="registrations", by=()),
        Question(metric="registrations", by=("district", "regency")),
        Question(metric="registrations", by=("channel", "channel")),
        Question(metric="registrations", by=("channel", "status"), time="month"),
        Question(metric="registrations", by=("channel",), time="period"),
        Question(metric="late_share", by=("age",)),
        Question(metric="inclusion_error", by=("entitled",)),
        Question(metric="inclusion_error", by=("cluster",)),
    ],
)
def test_what_no_metric_knows_is_refused(pilot, question):
    with pytest.raises(ResearchError, match="cannot be broken down"):
        table(pilot, question, Filters())


def test_a_table_too_fine_is_refused_and_nothing_is_empty_for_no_rows(pilot, monkeypatch):
    monkeypatch.setattr("analytics.research.tables.MOST_CELLS", 20)
    with pytest.raises(TooFineError):
        table(pilot, Question(metric="registrations", by=("district", "channel")), Filters())
    empty = table(pilot, Question(metric="registrations", by=("channel",)), Filters(area="99.99.99"))
    assert list(empty.columns) == ["channel", "value", "low", "high", "n", "reason"]
    assert empty.empty


def test_what_the_record_does_not_say_is_a_value_of_its_own(pilot):
    found = table(pilot, Question(metric="verification_failed", by=("sex",)), Filters())
    assert set(found["sex"]) <= {"female", "male", NOT_SAID, TOTAL}
