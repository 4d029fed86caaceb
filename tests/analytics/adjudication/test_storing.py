"""What a run found is kept once, and what people decided is never touched by a later one."""

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.adjudication import AdjudicationError
from analytics.adjudication.tables import PAIRS, RUNS
from tests.analytics.adjudication.conftest import AT, DATASET, found, judge, judged, pair, row

LATER = {"at": AT.replace(day=9), "snapshot": "s2"}


def everything(pairs) -> dict[tuple[str, str], dict[str, object]]:
    rows = pairs.database.frame(sa.select(PAIRS)).to_dict("records")
    return {(each["a"], each["b"]): each for each in rows}


def test_a_run_is_kept_with_its_settings_and_pairs_that_are_distinct_are_only_counted(pairs):
    stored = pairs.store(found(pair(1), pair(2, band="probable"), pair(3, band="distinct", probability=0.01)))
    assert (stored.new, stored.refreshed, stored.decided, stored.distinct) == (2, 0, 0, 1)
    (run,) = pairs.runs(DATASET).to_dict("records")
    assert (run["distinct"], run["review"], run["probable"]) == (1, 1, 1)
    assert (run["settings"], run["pairs"], run["at"]) == ({"seed": 1}, 499_500, AT.replace(tzinfo=None))
    kept = everything(pairs)
    assert len(kept) == 2
    for key, value in pair(1).items():
        expected = [dict(each) for each in value] if key == "evidence" else "" if value is None else value
        assert kept["p0001a", "p0001b"][key] == expected


def test_storing_the_same_findings_again_adds_nothing(pairs):
    first, again = pairs.store(found(pair(1), pair(2))), pairs.store(found(pair(1), pair(2)))
    assert (first.run, first.new) == (again.run, 2)
    assert (again.new, again.refreshed) == (0, 2)
    assert pairs.database.frame(sa.select(RUNS.c.id))["id"].tolist() == [first.run]


def test_a_pair_that_is_not_decided_carries_the_newest_evidence(pairs):
    pairs.store(found(pair(1), pair(2)))
    judge(pairs, "R-1", "same")
    evidence = [{"field": "name", "level": "exact", "log10_lr": np.float64(3)}]
    changed = {"probability": 0.99, "band": "probable", "face": np.nan, "evidence": evidence, "agent_a": "AG-9"}
    stored = pairs.store(found(pair(1, **changed), pair(2, **changed), pair(3), **LATER))
    assert (stored.new, stored.refreshed) == (1, 2)
    for number in (1, 2):
        kept = everything(pairs)[f"p000{number}a", f"p000{number}b"]
        assert (kept["probability"], kept["band"], kept["face"], kept["agent_a"]) == (0.99, "probable", None, "AG-9")
        assert (kept["run"], kept["evidence"], kept["priority"]) == (stored.run, evidence, 9)


@pytest.mark.parametrize("verdict", ["different", "same"])
def test_what_was_decided_stays_and_a_dismissed_pair_never_comes_back(pairs, verdict):
    id_ = judged(pairs, verdict, verdict)
    before = row(pairs, id_)
    stronger = pair(1, probability=1.0, band="probable", face=9.0, cluster=77)
    for day in (5, 6):
        stored = pairs.store(found(stronger, at=AT.replace(day=day), model="another", calibration="c9"))
        assert (stored.new, stored.refreshed, stored.decided) == (0, 0, 1)
    assert row(pairs, id_) == before
    assert all(pairs.next_pair(f"R-{number}", dataset=DATASET) is None for number in range(9))


def test_a_pair_that_a_later_run_finds_distinct_waits_and_is_not_handed_out(pairs):
    pairs.store(found(pair(1)))
    pairs.store(found(pair(1, band="distinct", probability=0.001), **LATER))
    assert pairs.next_pair("R-1", dataset=DATASET) is None
    pairs.store(found(pair(1), at=AT.replace(day=10)))
    assert pairs.next_pair("R-1", dataset=DATASET) is not None


def test_the_same_people_of_another_data_set_are_another_pair(pairs):
    judged(pairs, "different", "different")
    assert pairs.store(found(dataset="another")).new == 1
    assert pairs.next_pair("R-1", dataset="another") is not None


def test_a_run_that_found_nothing_is_kept(pairs):
    empty = found(pair())
    stored = pairs.store(type(empty)(run=empty.run, pairs=empty.pairs.iloc[:0]))
    assert (stored.new, len(pairs.runs(DATASET))) == (0, 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"a": "z", "b": "a"}, "wrong order"),
        ({"family_a": ""}, "does not say its people"),
        ({"district_b": None}, "does not say its people"),
        ({"band": "certain"}, "'certain'"),
        ({"named": "cousin"}, "'cousin'"),
        ({"probability": 1.5}, "probability"),
        ({"probability": None}, "probability"),
        ({"prior": np.inf}, "prior"),
        ({"evidence": [{"field": "name", "level": "Siti Aminah", "log10_lr": 1.0}]}, "more than codes"),
        ({"evidence": [{"field": "nik", "level": "3510014708450003", "log10_lr": 1.0}]}, "more than codes"),
        ({"evidence": [{"field": "name", "level": "exact", "log10_lr": 1.0, "value": "x"}]}, "more than codes"),
        ({"evidence": [{"field": "name", "level": "exact", "log10_lr": np.nan}]}, "field name"),
    ],
)
def test_findings_that_cannot_be_used_are_refused_whole(pairs, given, says):
    with pytest.raises(AdjudicationError, match=says) as caught:
        pairs.store(found(pair(1), pair(2, **given)))
    assert "Siti" not in str(caught.value)
    assert not everything(pairs)
    assert pairs.runs(DATASET).empty


def test_a_missing_column_and_a_pair_twice_are_named(pairs):
    good = found(pair())
    with pytest.raises(AdjudicationError, match="no column band"):
        pairs.store(type(good)(run=good.run, pairs=good.pairs.drop(columns="band")))
    with pytest.raises(AdjudicationError, match="twice"):
        pairs.store(type(good)(run=good.run, pairs=pd.concat([good.pairs, good.pairs])))
