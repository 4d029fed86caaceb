"""Cases within an area: of another there is none, in the queue, by id, by action, in the history or in an error."""

import pytest

from analytics.cases import CaseError
from tests.analytics.cases.conftest import WHY, find, flag, opened

ONE, OTHER = "35.10.02", "35.10.03"


@pytest.fixture
def ids(cases) -> dict[str, str]:
    opened(cases, flag(1), flag(2), flag(5))
    rows = cases.queue().rows
    return dict(zip(rows["district"], rows["id"], strict=True))


def test_the_queue_holds_and_counts_the_areas_own(cases, ids):
    own = cases.within(ONE)
    page = own.queue()
    assert (page.total, list(page.rows["district"])) == (1, [ONE])
    for asked in (OTHER, "35.10", "", "%", "35.10.0_"):
        assert set(own.queue(area=asked).rows["district"]) <= {ONE}
    assert own.queue(area=OTHER).total == 0
    assert cases.queue().total == 3


def test_a_case_of_another_area_is_told_from_no_case_by_nothing(cases, ids):
    own, there, never = cases.within(ONE), ids[OTHER], "AAAAA-AAAAA"
    signed = {"officer": "P-1", "version": 1, "reason": WHY}
    visited = {"finding": "entitled", "evidence": "Rumah bambu", "records": []}
    acts = [
        own.case,
        own.history,
        lambda id_: own.assign(id_, to="P-1", **signed),
        lambda id_: own.record_finding(id_, **signed, **visited),
        lambda id_: own.notice(id_, **signed),
        lambda id_: own.answer(id_, text="Sudah pindah", **signed),
        lambda id_: own.propose(id_, outcome="keep", **signed),
        lambda id_: own.confirm(id_, **signed),
        lambda id_: own.send_back(id_, **signed),
        lambda id_: own.undo(id_, **signed),
    ]
    for act in acts:
        said = []
        for id_ in (there, never):
            with pytest.raises(CaseError) as refused:
                act(id_)
            said.append(f"{refused.value}".replace(id_, "ID"))
        assert said[0] == said[1]
        assert OTHER not in said[0]
    assert cases.case(there).version == 1


def test_the_areas_own_case_is_worked_as_ever(cases, ids):
    own = cases.within(ONE)
    assert find(own, ids[ONE]).state == "found"
    assert len(own.history(ids[ONE])) == 2


def test_random_findings_and_flags_keep_to_the_area(cases, ids):
    opened(
        cases, flag(8, kind="random", ref="s1/1", probability=0.5), flag(7, kind="random", ref="s1/1", probability=0.5)
    )
    for id_ in cases.queue().rows["id"]:
        find(cases, id_)
    assert set(cases.random_findings("pilot")["district"]) == {ONE, OTHER}
    assert set(cases.within(ONE).random_findings("pilot")["district"]) == {ONE}
    with pytest.raises(CaseError, match="outside the area"):
        opened(cases.within(ONE), flag(20), flag(21))


def test_an_area_is_never_widened(cases):
    own = cases.within(ONE)
    assert own.within("").queue().total == own.queue().total
    for area in (OTHER, "35.10", "35"):
        with pytest.raises(CaseError):
            own.within(area)
