"""Opening and the queue: a flag counts once, nobody is told why before the finding, deadlines come first."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import numpy as np
import pandas as pd
import pytest

from analytics.cases import NOBODY, CaseError, open_cases
from tests.analytics.cases.conftest import act, find, flag, one, opened

RANDOM = {"kind": "random", "ref": "s1/7/receives/3", "evidence": {"probability": 0.0123}, "probability": 0.0123}


def test_the_same_flag_opens_nothing_twice_also_once_its_case_is_closed(cases):
    first = opened(cases, flag(1), flag(2), flag(2))
    assert (first.cases, first.joined, first.known, first.by_kind) == (2, 0, 0, {"rule": 2})
    again = opened(cases, flag(1), flag(2), snapshot="s2")
    assert (again.cases, again.joined, again.known, again.by_kind) == (0, 0, 2, {})
    id_ = cases.queue(area="35.10.02").rows["id"][0]
    find(cases, id_, "entitled")
    act(cases, "propose", id_, "P-1", outcome="no_change")
    assert opened(cases, flag(1)).cases == 0
    assert opened(cases, flag(1, ref="vehicle")).cases == 1


def test_flags_on_one_family_programme_and_side_are_one_case(cases):
    assert opened(cases, flag(1), flag(1, ref="vehicle"), flag(1, programme="PKH")).cases == 2
    more = opened(cases, flag(1, kind="score", ref="m1"), flag(1, side="missed", kind="score", ref="m1"))
    assert (more.cases, more.joined) == (1, 1)
    id_ = cases.queue(side="receives", programme="BPNT").rows["id"][0]
    assert cases.case(id_).version == 1  # a flag that joins is nobody's action: no officer is in conflict with it
    shown = find(cases, id_).flags
    assert [(each.kind, each.ref) for each in shown] == [("rule", "vehicle"), ("rule", "wage"), ("score", "m1")]


def test_other_data_sets_are_other_cases(cases):
    opened(cases, flag(1))
    assert opened(cases, flag(1), dataset="another").cases == 1
    assert cases.queue(dataset="another").total == 1
    assert cases.queue().total == 2


def test_two_openings_at_once_open_each_family_once(register_settings, cases):
    flags = [flag(number) for number in range(200)]
    together = Barrier(4)

    def run(_):
        with closing(open_cases(register_settings)) as own:
            together.wait()
            return opened(own, *flags).cases

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [0, 0, 0, 200]
    assert cases.queue().total == 200


def test_before_the_finding_a_random_case_looks_like_a_flagged_one(cases):
    opened(cases, flag(1), flag(2, **RANDOM), flag(3, kind="score", ref="m1", evidence={"score": 0.98, "rank": 1}))
    own = {"id", "family_id", "village", "district"}
    listed = cases.queue().rows
    assert "kind" not in listed.columns
    assert len(listed.drop(columns=list(own)).drop_duplicates()) == 1
    shown = [vars(cases.case(id_)) for id_ in listed["id"]]
    assert {each["flags"] for each in shown} == {None}
    assert len({str({name: value for name, value in each.items() if name not in own}) for each in shown}) == 1
    histories = [cases.history(id_).astype(str).to_dict("records") for id_ in listed["id"]]
    assert histories[0] == histories[1] == histories[2]
    told = "".join(map(str, [*shown, *histories, listed.to_dict()]))
    assert not [word for word in ("random", "score", "rule", "wage", "0.98", "0.0123", "m1") if word in told]


def test_after_the_finding_the_case_says_why_it_was_opened(cases):
    opened(cases, flag(1, **RANDOM))
    id_ = cases.queue().rows["id"][0]
    (shown,) = find(cases, id_, "entitled").flags
    assert (shown.kind, shown.evidence, shown.snapshot) == ("random", {"probability": 0.0123}, "s1")
    assert cases.case(id_).blind


def test_a_finding_made_again_after_the_flags_were_seen_is_not_blind(cases):
    id_ = one(cases)
    find(cases, id_, officer="BPS-01")
    hidden = act(cases, "undo", id_, "BPS-01")
    assert (hidden.flags, hidden.finding, hidden.blind) == (None, None, None)
    assert find(cases, id_, "entitled").blind is False


def test_ids_do_not_tell_in_which_order_cases_were_opened(cases):
    opened(cases, *(flag(number) for number in range(300)))
    ids = cases.queue(rows=300).rows.set_index("family_id")["id"].sort_index()
    order = ids.rank().corr(pd.Series(range(300), index=ids.index))
    assert abs(order) < 5 / np.sqrt(300)
    assert ids.str.fullmatch(r"[A-Z]{5}-[A-Z]{5}").all()


def test_random_findings_come_with_their_probability_and_flagged_ones_do_not(cases):
    opened(cases, flag(1, **RANDOM), flag(1), flag(2), flag(3, **RANDOM))
    for id_ in cases.queue(area="35.10.02").rows["id"].tolist() + cases.queue(area="35.10.03").rows["id"].tolist():
        find(cases, id_, "entitled")
    (row,) = cases.random_findings("pilot").to_dict("records")
    assert (row["family_id"], row["inclusion_probability"], row["finding"], row["blind"]) == (
        "f0001", 0.0123, "entitled", True,
    )  # fmt: skip
    assert cases.random_findings("another").empty


def test_the_queue_is_paged_with_the_nearest_deadline_first(cases, clock):
    for number in range(5):
        opened(cases, flag(number))
        clock.forward(days=1)
    whole = cases.queue().rows
    assert whole["due_on"].is_monotonic_increasing
    assert whole["due_on"][0] == dt.date(2026, 12, 2)
    pages = [cases.queue(page=page, rows=2) for page in (1, 2, 3, 4)]
    assert [page.total for page in pages] == [5] * 4
    assert [len(page.rows) for page in pages] == [2, 2, 1, 0]
    assert pd.concat([page.rows for page in pages])["id"].tolist() == whole["id"].tolist()


def test_the_queue_is_filtered_by_area_state_assignee_side_and_programme(cases):
    opened(cases, *(flag(number) for number in range(6)), flag(7, side="missed", programme="PKH"))
    opened(cases, flag(20, village="35.1.01.2001", district="35.1.01"), flag(21, village="35.10.1%.1", district="x"))
    assert cases.queue(area="35.10").total == 8
    assert cases.queue(area="35.1").total == 1  # a whole part of the code, not its first letters
    assert cases.queue(area="35.10.02.2001").total == cases.queue(area="35.10.02").total == 3
    assert cases.queue(area="35.%").total == 0
    assert cases.queue(side="missed").rows["programme"].tolist() == ["PKH"]
    assert cases.queue(programme="BPNT").total == 8
    id_ = cases.queue(side="missed").rows["id"][0]
    act(cases, "assign", id_, "P-1", to="BPS-01")
    assert cases.queue(assignee="BPS-01").rows["id"].tolist() == [id_]
    assert cases.queue(assignee=NOBODY).total == 8
    find(cases, id_, "entitled")
    assert (cases.queue(state="found").total, cases.queue(state="open").total) == (1, 8)
    act(cases, "propose", id_, "P-1", outcome="no_change")
    assert (cases.queue(state="closed").total, cases.queue().total) == (1, 8)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"state": "lost"}, "no state 'lost'"),
        ({"side": "left"}, "no side 'left'"),
        ({"page": 0}, "no page 0"),
        ({"rows": 501}, "501 rows"),
    ],
)
def test_a_queue_that_there_is_not(cases, given, says):
    with pytest.raises(CaseError, match=says):
        cases.queue(**given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "guess"}, "no kind 'guess'"),
        ({"side": "left"}, "no side 'left'"),
        ({"family_id": ""}, "does not say its family"),
        ({"district": None}, "does not say its family"),
        ({"probability": 0.5}, "probability cannot be used"),
        (RANDOM | {"probability": None}, "probability cannot be used"),
        (RANDOM | {"probability": 1.5}, "probability cannot be used"),
        ({"evidence": "wage"}, "not a mapping"),
    ],
)
def test_a_flag_that_cannot_be_used_opens_nothing_at_all(cases, given, says):
    with pytest.raises(CaseError, match=says):
        opened(cases, flag(1), flag(2, **given))
    assert cases.queue().total == 0


def test_no_flags_open_nothing_and_a_missing_column_is_named(cases):
    empty = pd.DataFrame(columns=list(flag()))
    given = {"dataset": "pilot", "snapshot": "s1", "officer": "ADM-1", "reason": "Putaran"}
    assert cases.open(empty, **given).cases == 0
    with pytest.raises(CaseError, match="no column ref"):
        cases.open(empty.drop(columns="ref"), **given)
