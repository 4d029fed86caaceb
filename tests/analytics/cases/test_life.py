"""The life of a case: what may be done when, by whom, and that nothing is lost when two act at once."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from analytics.cases import ACTIONS, CaseConflict, CaseError
from analytics.cases.life import LASTING
from tests.analytics.cases.conftest import WHY, act, find, flag, one, opened, proposed


def state(cases, id_):
    return cases.case(id_).state


def test_an_adverse_finding_takes_a_notice_thirty_days_and_two_officers(cases, clock):
    id_ = one(cases)
    assert find(cases, id_).adverse
    noticed = act(cases, "notice", id_, "P-1", reason="Upah tercatat di atas upah minimum")
    assert (noticed.state, noticed.answer_by) == ("noticed", clock.now.date() + dt.timedelta(days=30))
    clock.forward(days=31)
    assert act(cases, "propose", id_, "P-1", outcome="recommend_exclusion").state == "proposed"
    done = act(cases, "confirm", id_, "P-2")
    assert (done.state, done.outcome, done.proposed_by, done.confirmed_by, done.due_on) == (
        "closed", "recommend_exclusion", "P-1", "P-2", None,
    )  # fmt: skip
    assert cases.history(id_)["action"].tolist() == ["open", "find", "notice", "propose", "confirm"]
    assert cases.history(id_)["version"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("side", "finding", "outcome"),
    [
        ("receives", "entitled", "no_change"),
        ("receives", "cannot_tell", "correct_record"),
        ("missed", "entitled", "recommend_inclusion"),
        ("missed", "not_entitled", "no_change"),
    ],
)
def test_a_finding_that_is_not_adverse_closes_with_one_officer(cases, side, finding, outcome):
    id_ = one(cases, side=side)
    assert not find(cases, id_, finding).adverse
    with pytest.raises(CaseError, match="Cannot notice"):
        act(cases, "notice", id_, "P-1")
    assert act(cases, "propose", id_, "P-1", outcome=outcome).state == "closed"


@pytest.mark.parametrize("kind", ["objection", "hotline"])
def test_who_asked_for_a_missed_family_is_told_when_it_is_found_not_entitled(cases, kind):
    id_ = one(cases, side="missed", kind=kind, ref="o1")
    assert find(cases, id_).adverse


def test_nothing_is_proposed_before_the_family_answered_or_its_last_day_is_over_in_all_of_indonesia(cases, clock):
    id_ = one(cases)
    find(cases, id_)
    with pytest.raises(CaseError, match="Cannot propose") as caught:
        act(cases, "propose", id_, "P-1", outcome="no_change")
    assert "has not been told" in caught.value.cause
    clock.now = dt.datetime(2026, 11, 3, 16, 30, tzinfo=dt.UTC)  # 01:30 of the 4th in WIT
    last = act(cases, "notice", id_, "P-1").answer_by
    assert last == dt.date(2026, 12, 4)
    clock.now = dt.datetime(2026, 12, 4, 23, 59, tzinfo=dt.UTC)
    with pytest.raises(CaseError, match="Cannot propose") as caught:
        act(cases, "propose", id_, "P-1", outcome="no_change")
    assert "2026-12-04" in caught.value.cause
    clock.forward(minutes=1)
    assert act(cases, "propose", id_, "P-1", outcome="no_change").state == "proposed"


def test_an_answer_opens_the_way_before_the_days_are_over_and_a_late_one_still_counts(cases, clock):
    id_ = one(cases)
    find(cases, id_)
    act(cases, "notice", id_, "P-1")
    clock.forward(days=40)
    assert act(cases, "answer", id_, "P-1", text="Sudah berhenti bekerja").state == "answered"
    assert act(cases, "answer", id_, "P-1", text="Surat keterangan menyusul").answer == "Surat keterangan menyusul"
    act(cases, "propose", id_, "P-1", outcome="correct_record")
    assert [entry["answer"] for entry in cases.history(id_)["after"] if "answer" in entry] == [
        "Sudah berhenti bekerja", "Surat keterangan menyusul",
    ]  # fmt: skip


def test_the_second_officer_is_another_one(cases, clock):
    id_ = proposed(cases, clock)
    for action in ("confirm", "send_back"):
        with pytest.raises(CaseError) as caught:
            act(cases, action, id_, "P-1")
        assert "second officer" in caught.value.cause
    assert state(cases, id_) == "proposed"
    back = act(cases, "send_back", id_, "P-2", reason="Alasan belum jelas")
    assert (back.state, back.outcome, back.proposed_by) == ("noticed", None, None)
    assert back.due_on == clock.now.date() + dt.timedelta(days=14)
    act(cases, "propose", id_, "P-2", outcome="no_change")
    assert act(cases, "confirm", id_, "P-1").state == "closed"


def test_what_is_recommended_follows_from_what_was_found(cases, clock):
    id_ = one(cases)
    find(cases, id_, "entitled")
    for outcome, says in (
        ("recommend_exclusion", "cannot end in an exclusion"),
        ("recommend_inclusion", "cannot be proposed"),
        ("stop_payment", "cannot be proposed"),
    ):
        with pytest.raises(CaseError, match=says):
            act(cases, "propose", id_, "P-1", outcome=outcome)
    opened(cases, flag(2, side="missed", kind="objection", ref="o2"))
    asked = cases.queue(side="missed").rows["id"][0]
    find(cases, asked)
    act(cases, "notice", asked, "P-1")
    clock.forward(days=31)
    with pytest.raises(CaseError, match="cannot end in an inclusion"):
        act(cases, "propose", asked, "P-1", outcome="recommend_inclusion")
    act(cases, "answer", asked, "P-1", text="Kehilangan pekerjaan sejak Oktober")
    assert act(cases, "propose", asked, "P-1", outcome="recommend_inclusion").state == "proposed"


EVERY = {
    "assign": {"to": "BPS-02"},
    "record_finding": {"finding": "entitled", "evidence": "Rumah bambu", "records": []},
    "notice": {},
    "answer": {"text": "Sudah pindah"},
    "propose": {"outcome": "no_change"},
    "confirm": {},
    "send_back": {},
}
LIVES = {
    "open": lambda cases, _: one(cases),
    "found": lambda cases, _: find(cases, one(cases)).id,
    "proposed": proposed,
    "closed": lambda cases, clock: act(cases, "confirm", proposed(cases, clock), "P-9").id,
}


@pytest.mark.parametrize("reached", LIVES)
def test_what_a_state_does_not_allow_is_refused_and_changes_nothing(cases, clock, reached):
    id_ = LIVES[reached](cases, clock)
    before = cases.case(id_), len(cases.history(id_))
    for method, more in EVERY.items():
        action = "find" if method == "record_finding" else method
        if reached in ACTIONS[action]:
            continue
        with pytest.raises(CaseError, match="now") as caught:
            act(cases, method, id_, "P-7", **more)
        assert f"It is {reached}" in caught.value.cause
    assert (cases.case(id_), len(cases.history(id_))) == before


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("given", [{"reason": "  "}, {"officer": ""}, {"officer": "Siti Aminah"}])
def test_every_action_needs_a_reason_and_an_officers_code(cases, clock, method, given):
    id_ = proposed(cases, clock)
    more = EVERY[method] | {"officer": "P-2", "reason": WHY, "version": cases.case(id_).version} | given
    with pytest.raises(CaseError, match=r"no reason|not named by a code"):
        getattr(cases, method)(id_, **more)
    assert len(cases.history(id_)) == 4


@pytest.mark.parametrize("text", ["NIK 3510012345678901", "3510 0123 4567 8901", "no. 3510.0123.4567.8901!"])
def test_a_persons_number_is_kept_nowhere(cases, text):
    id_ = one(cases)
    for change in ({"reason": text}, {"evidence": text}, {"records": [text]}):
        with pytest.raises(CaseError, match="16 digits"):
            find(cases, id_, **change)
    with pytest.raises(CaseError, match="16 digits"):
        opened(cases, flag(2, evidence={"kk": text}))
    assert state(cases, id_) == "open"


def test_a_stale_version_is_told_what_was_done_since_by_whom_and_when(cases, clock):
    id_ = one(cases)
    cases.assign(id_, officer="P-1", to="BPS-01", version=1, reason=WHY)
    clock.forward(hours=2)
    find(cases, id_, officer="BPS-01")
    before = cases.case(id_)
    with pytest.raises(CaseConflict) as caught:
        cases.assign(id_, officer="P-3", to="BPS-09", version=1, reason=WHY)
    assert caught.value.cause == (
        "After version 1: assign by P-1 on 2026-11-02 03:00 UTC; find by BPS-01 on 2026-11-02 05:00 UTC."
    )
    assert cases.case(id_) == before
    for version in (0, 99):
        with pytest.raises(CaseError, match=f"no version {version}"):
            cases.assign(id_, officer="P-3", to="BPS-09", version=version, reason=WHY)


def test_of_two_officers_at_once_one_wins_and_the_other_is_told(cases):
    id_ = one(cases)
    officers = [f"P-{number}" for number in range(6)]
    together = Barrier(len(officers))

    def assign(officer):
        together.wait()
        try:
            return cases.assign(id_, officer=officer, to=officer, version=1, reason=WHY).assignee
        except CaseConflict as error:
            return error.cause

    with ThreadPoolExecutor(len(officers)) as pool:
        told = list(pool.map(assign, officers))
    winner = cases.case(id_).assignee
    losers = [said for said in told if said != winner]
    assert Counter(said == winner for said in told) == {True: 1, False: len(officers) - 1}
    assert all(f"assign by {winner}" in said for said in losers)
    history = cases.history(id_)
    assert history["action"].tolist() == ["open", "assign"]
    assert history["officer"].tolist() == ["ADM-1", winner]


def test_the_last_action_is_undone_by_who_took_it_and_the_history_keeps_both(cases, clock):
    id_ = one(cases)
    before = cases.case(id_)
    act(cases, "assign", id_, "P-1", to="BPS-01")
    with pytest.raises(CaseError) as caught:
        act(cases, "undo", id_, "P-2")
    assert "taken by P-1" in caught.value.cause
    undone = act(cases, "undo", id_, "P-1", reason="Salah pilih")
    assert (undone.assignee, undone.due_on, undone.state) == (before.assignee, before.due_on, before.state)
    history = cases.history(id_)
    assert history["action"].tolist() == ["open", "assign", "undo"]
    assert history["undoes"].tolist() == [None, None, 2]
    assert history["after"][1] == {"assignee": "BPS-01"}
    with pytest.raises(CaseError, match="Cannot undo"):
        act(cases, "undo", id_, "P-1")


def test_undoing_restores_every_column_also_days_and_moments(cases, clock):
    id_ = proposed(cases, clock)
    before = cases.case(id_)
    clock.forward(hours=1)
    act(cases, "confirm", id_, "P-2")
    clock.forward(hours=1)
    after = act(cases, "undo", id_, "P-2")
    assert vars(after) | {"version": before.version} == vars(before)


def test_what_cannot_be_undone(cases, clock):
    id_ = one(cases)
    assert set(LASTING) == {"open", "notice", "undo"}
    with pytest.raises(CaseError, match="Cannot undo"):
        act(cases, "undo", id_, "ADM-1")
    find(cases, id_)
    act(cases, "notice", id_, "P-1")
    with pytest.raises(CaseError) as caught:
        act(cases, "undo", id_, "P-1")
    assert "notice" in caught.value.cause
    act(cases, "answer", id_, "P-1", text="Sudah pindah")
    clock.forward(hours=24, seconds=1)
    with pytest.raises(CaseError) as caught:
        act(cases, "undo", id_, "P-1")
    assert "24 hours" in caught.value.cause


def test_a_closing_is_not_undone_once_another_case_of_the_family_is_open(cases, clock):
    id_ = one(cases)
    find(cases, id_, "entitled")
    act(cases, "propose", id_, "P-1", outcome="no_change")
    assert opened(cases, flag(kind="hotline", ref="h1")).cases == 1
    with pytest.raises(CaseError, match="Cannot undo the closing"):
        act(cases, "undo", id_, "P-1")
    assert state(cases, id_) == "closed"


def test_the_notice_gives_reasons_days_and_what_to_correct_in_both_languages(cases):
    id_ = one(cases)
    find(cases, id_)
    letter = act(cases, "notice", id_, "P-1", reason="Upah di atas upah minimum").notice
    assert cases.case(id_).notice == letter
    for text, day, record in (
        (letter.id, "2 Desember 2026", "Data upah di BPJS Ketenagakerjaan"),
        (letter.en, "2 December 2026", "The wage record at BPJS Ketenagakerjaan"),
    ):
        for part in (id_, day, record, "BPNT", "kartu keluarga", "Upah di atas upah minimum"):
            assert part in text


def test_bad_input_says_what_there_is(cases):
    id_ = one(cases)
    with pytest.raises(CaseError, match="There is no case X"):
        cases.case("X")
    with pytest.raises(CaseError, match="There is no case X"):
        cases.assign("X", officer="P-1", to="P-2", version=1, reason=WHY)
    with pytest.raises(CaseError, match="no finding 'guilty'"):
        find(cases, id_, "guilty")
    with pytest.raises(CaseError, match="There is no evidence"):
        find(cases, id_, evidence="")
    with pytest.raises(CaseError, match="assignee is not named by a code"):
        act(cases, "assign", id_, "P-1", to="Budi Santoso")
    assert act(cases, "assign", id_, "P-1", to="").assignee is None
    with pytest.raises(CaseError, match="longer than"):
        act(cases, "assign", id_, "P-1", to="P-2", reason="x" * 4_001)
