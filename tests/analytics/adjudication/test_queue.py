"""Handing out: no pair to more reviewers than it needs, to nobody twice, also when many ask and judge at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import sqlalchemy as sa

from analytics.adjudication import AdjudicationConflict, open_adjudication
from analytics.adjudication.tables import PAIRS, REVIEWS
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair, row


def test_who_has_a_pair_in_hand_gets_the_same_again_until_it_is_given_back(pairs, clock):
    pairs.store(found(*(pair(number) for number in range(1, 9))))
    first = pairs.next_pair("R-1", dataset=DATASET)
    clock.forward(minutes=10)
    again = pairs.next_pair("R-1", dataset=DATASET)
    assert again.id == first.id
    assert (again.until - first.until).total_seconds() == 600
    pairs.release(first.id, reviewer="R-1")
    assert pairs.next_pair("R-1", dataset=DATASET).id == first.id


def test_a_pair_is_in_no_more_hands_than_it_needs_and_comes_free_after_its_time(pairs, clock):
    pairs.store(found())
    first, second = (pairs.next_pair(reviewer, dataset=DATASET) for reviewer in ("R-1", "R-2"))
    assert first.id == second.id
    assert pairs.next_pair("R-3", dataset=DATASET) is None
    clock.forward(minutes=15)
    assert pairs.next_pair("R-3", dataset=DATASET).id == first.id


def test_what_was_begun_comes_first_then_the_likelier_tenth(pairs):
    chances = (0.55, 0.98, 0.91, 0.72, 0.999)
    pairs.store(found(*(pair(number, probability=chance) for number, chance in enumerate(chances, start=1))))
    taken = [row(pairs, judge(pairs, "R-1", "same"))["probability"] for _ in chances]
    assert [int(10 * chance) for chance in taken] == [9, 9, 9, 7, 5]
    pairs.store(found(pair(9, probability=1.0)))
    order = [row(pairs, judge(pairs, "R-2", "same"))["probability"] for _ in range(6)]
    assert sorted(order[:5]) == sorted(chances)
    assert order[5] == 1.0


def test_in_a_tenth_luck_decides_so_that_the_order_tells_no_score(pairs):
    chances = [0.9 + number / 1000 for number in range(40)]
    pairs.store(found(*(pair(number, probability=chance) for number, chance in enumerate(chances, start=1))))
    taken = [row(pairs, judge(pairs, "R-1", "same"))["probability"] for _ in chances]
    above = sum(one > other for place, one in enumerate(taken) for other in taken[place + 1 :])
    # Kendall's count of 780 comparisons: 390 by chance, its standard error is 43.
    assert 390 - 4.5 * 43 < above < 390 + 4.5 * 43


def test_many_who_ask_and_judge_at_once_give_each_pair_two_verdicts_of_two_reviewers(register_settings, pairs):
    count, reviewers = 12, 4
    pairs.store(found(*(pair(number) for number in range(count))))
    together = Barrier(reviewers)

    def work(number):
        with closing(open_adjudication(register_settings)) as own:
            together.wait()
            done = []
            while (taken := own.next_pair(f"R-{number}", dataset=DATASET)) is not None:
                own.review(taken.id, reviewer=f"R-{number}", verdict="same")
                done.append(taken.id)
            return done

    with ThreadPoolExecutor(reviewers) as pool:
        done = list(pool.map(work, range(reviewers)))
    assert Counter(id_ for own in done for id_ in own) == Counter(
        {each: 2 for each in pairs.database.frame(sa.select(PAIRS.c.id))["id"]}
    )
    assert all(len(own) == len(set(own)) for own in done)
    assert set(pairs.database.frame(sa.select(PAIRS.c.state))["state"]) == {"confirmed"}


def test_of_many_who_ask_at_once_for_one_pair_two_get_it(register_settings, pairs):
    pairs.store(found())
    together = Barrier(6)

    def ask(number):
        with closing(open_adjudication(register_settings)) as own:
            together.wait()
            return own.next_pair(f"R-{number}", dataset=DATASET)

    with ThreadPoolExecutor(6) as pool:
        assert sum(taken is not None for taken in pool.map(ask, range(6))) == 2


def test_of_two_verdicts_at_once_by_one_reviewer_one_is_kept_and_of_a_late_one_too_many_somebody_is_told(
    register_settings, pairs, clock
):
    pairs.store(found())
    reviewers = ["R-1", "R-2", "R-3", "R-4"]
    for reviewer in reviewers:
        taken = pairs.next_pair(reviewer, dataset=DATASET)
        clock.forward(minutes=16)
    together = Barrier(len(reviewers))

    def late(reviewer):
        with closing(open_adjudication(register_settings, clock=clock)) as own:
            together.wait()
            try:
                return own.review(taken.id, reviewer=reviewer, verdict="different").version
            except AdjudicationConflict as error:
                return error.message

    with ThreadPoolExecutor(len(reviewers)) as pool:
        told = list(pool.map(late, reviewers))
    assert sorted(map(str, told))[:2] == ["2", "3"]
    assert sum("meanwhile" in str(each) for each in told) == 2
    assert len(pairs.database.frame(sa.select(REVIEWS.c.id))) == 2
    assert row(pairs, taken.id)["state"] == "dismissed"
