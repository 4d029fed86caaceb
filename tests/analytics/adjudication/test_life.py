"""The life of a pair: every sequence of verdicts, blindness, taking back, and that nothing comes back."""

import itertools
from collections import Counter

import pytest

from analytics.adjudication import VERDICTS, AdjudicationConflict, AdjudicationError
from analytics.adjudication.life import state_of, wanted
from tests.analytics.adjudication.conftest import DATASET, found, judge, judged, pair, row

S, D, C = VERDICTS
TWO = {
    (S, S): "confirmed", (D, D): "dismissed", (C, C): "third",
    (S, D): "third", (D, S): "third", (S, C): "third", (C, S): "third", (D, C): "third", (C, D): "third",
}  # fmt: skip


def by_hand(said: tuple[str, ...]) -> str:
    """Return the state of three verdicts by counting."""
    times = Counter(said)
    return "confirmed" if times[S] >= 2 else "dismissed" if times[D] >= 2 else "undecided"


@pytest.mark.parametrize(("said", "state"), TWO.items(), ids=["-".join(said) for said in TWO])
def test_what_two_verdicts_lead_to(pairs, said, state):
    id_ = judged(pairs, *said)
    assert row(pairs, id_)["state"] == state
    outcome = {"confirmed": "same", "dismissed": "different"}.get(state)
    assert row(pairs, id_)["outcome"] == outcome
    assert (row(pairs, id_)["decided_at"] is None) == (outcome is None)
    assert (pairs.next_pair("R-3", dataset=DATASET) is None) == (state != "third")


def test_what_three_verdicts_lead_to():
    for said in itertools.product(VERDICTS, repeat=3):
        if TWO[said[:2]] == "third":
            assert state_of(said) == by_hand(said)
            assert wanted(state_of(said), 3) == 0
    assert [wanted("open", 0), wanted("open", 1), wanted("third", 2)] == [2, 1, 1]


@pytest.mark.parametrize("said", [(S, D, S), (D, C, D), (C, C, S), (S, D, C), (C, C, C)], ids="-".join)
def test_a_third_reviewer_gives_the_majority_or_leaves_it_to_a_supervisor(pairs, said):
    id_ = judged(pairs, *said)
    assert row(pairs, id_)["state"] == by_hand(said)
    assert pairs.next_pair("R-4", dataset=DATASET) is None
    assert pairs.undecided(DATASET)["pair"].tolist() == ([id_] if by_hand(said) == "undecided" else [])


def test_a_supervisor_who_reviewed_none_of_it_settles_what_has_no_majority(pairs):
    id_ = judged(pairs, S, D, C)
    (version,) = pairs.undecided(DATASET)["version"]
    given = {"outcome": "same", "version": version, "reason": "Kunjungan: satu orang, dua kartu keluarga"}
    with pytest.raises(AdjudicationError, match="reviewed the pair"):
        pairs.settle(id_, officer="R-2", **given)
    with pytest.raises(AdjudicationError, match="no reason"):
        pairs.settle(id_, officer="SUP-1", **given | {"reason": " "})
    with pytest.raises(AdjudicationError, match="no outcome"):
        pairs.settle(id_, officer="SUP-1", **given | {"outcome": "cannot_tell"})
    settled = pairs.settle(id_, officer="SUP-1", **given)
    assert row(pairs, id_)["outcome"] == "same"
    assert pairs.history(id_)["action"].tolist() == ["verdict", "verdict", "verdict", "settle"]
    with pytest.raises(AdjudicationError, match="Cannot take back") as caught:
        pairs.undo(id_, officer="R-1", version=settled.version)
    assert "supervisor" in caught.value.cause
    assert pairs.undo(id_, officer="SUP-1", version=settled.version) is None
    assert row(pairs, id_)["state"] == "undecided"
    again = pairs.settle(id_, officer="SUP-2", **given | {"outcome": "different", "version": settled.version + 1})
    assert row(pairs, id_)["outcome"] == "different"
    assert again.version == settled.version + 2


def test_what_is_not_undecided_is_not_for_a_supervisor(pairs):
    id_ = judged(pairs, S, S)
    with pytest.raises(AdjudicationError, match="not for a supervisor"):
        pairs.settle(id_, officer="SUP-1", outcome="different", version=3, reason="Dokumen")


def test_before_the_verdict_nothing_that_sways_is_within_reach(pairs):
    pairs.store(found(pair(named="twin")))
    judge(pairs, "R-1", "same")
    taken = pairs.next_pair("R-2", dataset=DATASET)
    assert vars(taken).keys() == {"id", "dataset", "left", "right", "agreement", "named", "until"}
    assert {name for side in (taken.left, taken.right) for name in vars(side)} == {
        "person", "family", "village", "district",
    }  # fmt: skip
    assert [(each.field, each.level) for each in taken.agreement] == [("birth_date", "exact"), ("name", "spelling")]
    assert {name for each in taken.agreement for name in vars(each)} == {"field", "level"}
    told = repr(taken)
    hidden = ("0.8765", "7.25", "6.625", "3.5", "2.25", "4.375", "review", "probable", "same", "strong", "R-1", "face")
    assert not [word for word in hidden if word in told]
    for viewer in ("R-2", "R-3"):
        with pytest.raises(AdjudicationError, match="not shown before the verdict"):
            pairs.reveal(taken.id, viewer=viewer)
    with pytest.raises(AdjudicationError, match="not shown yet"):
        pairs.history(taken.id)


def test_a_reviewer_who_judged_first_sees_what_a_later_one_will(pairs):
    first, second = found(), found(at=found().run.at.replace(hour=5))
    pairs.store(first)
    one = pairs.next_pair("R-1", dataset=DATASET)
    pairs.review(one.id, reviewer="R-1", verdict="different")
    pairs.store(second)
    other = pairs.next_pair("R-2", dataset=DATASET)
    assert vars(one) | {"until": None} == vars(other) | {"until": None}


def test_after_the_own_verdict_the_evidence_is_shown_but_no_other_verdict_while_one_is_wanted(pairs):
    id_ = judged(pairs, "same")
    shown = pairs.reveal(id_, viewer="R-1")
    assert (shown.probability, shown.prior, shown.face, shown.record, shown.band) == (
        0.8765, -7.25, 3.5, 6.625, "review",
    )  # fmt: skip
    assert [each.field for each in shown.waterfall] == ["birth_date", "face", "name"]
    assert [each.log10_lr for each in shown.waterfall] == [4.375, 3.5, 2.25]
    assert (shown.own, shown.reviews, shown.state, shown.outcome) == ("same", None, None, None)
    judge(pairs, "R-2", "cannot_tell")
    shown = pairs.reveal(id_, viewer="R-2")
    assert (shown.own, shown.reviews, shown.state) == ("cannot_tell", None, None)
    judge(pairs, "R-3", "same")
    shown = pairs.reveal(id_, viewer="SUP-1")
    assert (shown.own, shown.outcome) == (None, "same")
    assert [(each.reviewer, each.verdict) for each in shown.reviews] == [
        ("R-1", "same"), ("R-2", "cannot_tell"), ("R-3", "same"),
    ]  # fmt: skip


def test_who_was_shown_a_pair_does_not_get_it_to_review(pairs):
    id_ = judged(pairs, "different", "different")
    pairs.reveal(id_, viewer="R-3")
    assert pairs.undo(id_, officer="R-1", version=3) is not None
    pairs.release(id_, reviewer="R-1")
    assert pairs.next_pair("R-3", dataset=DATASET) is None
    assert pairs.next_pair("R-4", dataset=DATASET).id == id_


def test_a_slip_is_taken_back_and_judged_anew_and_the_history_keeps_all_three(pairs):
    id_ = judged(pairs, "different")
    (mine,) = pairs.reviewed("R-1", dataset=DATASET).to_dict("records")
    assert (mine["pair"], mine["verdict"], mine["undoable"]) == (id_, "different", True)
    again = pairs.undo(id_, officer="R-1", version=mine["version"])
    assert again.id == id_
    assert pairs.reviewed("R-1", dataset=DATASET).empty
    pairs.review(id_, reviewer="R-1", verdict="same")
    judge(pairs, "R-2", "same")
    assert row(pairs, id_)["state"] == "confirmed"
    history = pairs.history(id_)
    assert history["action"].tolist() == ["verdict", "undo", "verdict", "verdict"]
    assert history["version"].tolist() == [2, 3, 4, 5]
    assert history["after"].tolist()[-1]["outcome"] == "same"


def test_after_the_evidence_was_shown_a_verdict_is_taken_back_for_somebody_else(pairs):
    id_ = judged(pairs, "different")
    pairs.reveal(id_, viewer="R-1")
    assert pairs.undo(id_, officer="R-1", version=2) is None
    assert pairs.next_pair("R-1", dataset=DATASET) is None
    assert {judge(pairs, "R-2", "same"), judge(pairs, "R-3", "same")} == {id_}
    assert row(pairs, id_)["outcome"] == "same"


@pytest.mark.parametrize(
    ("said", "by", "state"),
    [((S, S), 1, "open"), ((S, D, S), 1, "third"), ((S, D, S), 2, "confirmed"), ((S, D, C), 3, "third")],
)
def test_what_is_left_after_a_verdict_was_taken_back_decides(pairs, said, by, state):
    id_ = judged(pairs, *said)
    pairs.undo(id_, officer=f"R-{by}", version=len(said) + 1)
    assert row(pairs, id_)["state"] == state


def test_who_acts_on_an_old_version_is_told_and_nothing_is_lost(pairs, clock):
    id_ = judged(pairs, "same")
    clock.forward(hours=2)
    judge(pairs, "R-2", "same")
    before = row(pairs, id_)
    with pytest.raises(AdjudicationConflict) as caught:
        pairs.undo(id_, officer="R-1", version=2)
    assert caught.value.cause == "After version 2: verdict on 2026-11-02 05:00 UTC."
    assert row(pairs, id_) == before
    for version in (0, 99):
        with pytest.raises(AdjudicationError, match=f"no version {version}"):
            pairs.undo(id_, officer="R-1", version=version)
    with pytest.raises(AdjudicationError) as caught:
        pairs.undo(id_, officer="R-9", version=3)
    assert "No verdict of R-9" in caught.value.cause


def test_a_late_verdict_counts_unless_others_have_the_pair_in_hand_or_judged_it(pairs, clock):
    pairs.store(found(pair(1)))
    late = pairs.next_pair("R-1", dataset=DATASET)
    clock.forward(minutes=16)
    assert pairs.next_pair("R-2", dataset=DATASET).id == late.id
    pairs.review(late.id, reviewer="R-1", verdict="same")
    assert pairs.reviewed("R-1", dataset=DATASET)["verdict"].tolist() == ["same"]
    clock.forward(minutes=16)
    assert pairs.next_pair("R-3", dataset=DATASET).id == late.id
    with pytest.raises(AdjudicationConflict, match="meanwhile") as caught:
        pairs.review(late.id, reviewer="R-2", verdict="different")
    assert "same" not in str(caught.value)
    assert pairs.reviewed("R-2", dataset=DATASET).empty


def test_only_who_has_a_pair_in_hand_judges_it(pairs):
    pairs.store(found())
    taken = pairs.next_pair("R-1", dataset=DATASET)
    with pytest.raises(AdjudicationError, match="does not have the pair"):
        pairs.review(taken.id, reviewer="R-2", verdict="same")
    pairs.review(taken.id, reviewer="R-1", verdict="same")
    with pytest.raises(AdjudicationError, match="does not have the pair"):
        pairs.review(taken.id, reviewer="R-1", verdict="different")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"verdict": "maybe"}, "no verdict 'maybe'"),
        ({"reviewer": "Siti Aminah"}, "not named by a code"),
        ({"note": "NIK 3510014708450003"}, "16 digits"),
        ({"pair": "AAAAA-AAAAA"}, "no pair AAAAA-AAAAA"),
    ],
)
def test_bad_input_is_refused_and_keeps_nothing(pairs, given, says):
    pairs.store(found())
    taken = pairs.next_pair("R-1", dataset=DATASET)
    good = {"pair": taken.id, "reviewer": "R-1", "verdict": "same", "note": "Tahi lalat di pipi kiri"}
    with pytest.raises(AdjudicationError, match=says):
        pairs.review(**good | given)
    assert row(pairs, taken.id)["version"] == 1
    assert pairs.review(**good).version == 2
