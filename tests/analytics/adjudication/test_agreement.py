"""κ against published tables, and against a count by hand over pairs that reviewers judged."""

import numpy as np
import pytest

from analytics.adjudication import AdjudicationError, cohens_kappa
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair, row


def test_kappa_and_its_interval_are_those_that_sas_publishes():
    # PROC FREQ's example of two dermatologists, as statsmodels tests against it: 0.4842 (0.2137, 0.7547).
    kappa = cohens_kappa([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    assert (kappa.value, kappa.low, kappa.high) == pytest.approx((0.4842, 0.2137, 0.7547), abs=5e-5)


def test_kappa_is_that_of_fleiss_cohen_and_everitt():
    shares = np.array([[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]])
    assert cohens_kappa(200 * shares).value == pytest.approx(0.429, abs=5e-4)


def test_the_interval_covers_what_it_says_in_simulated_tables():
    rng = np.random.default_rng(3)
    p = np.array([[0.45, 0.08, 0.03], [0.06, 0.25, 0.02], [0.02, 0.03, 0.06]])
    true = cohens_kappa(1e6 * p).value
    drawn = [cohens_kappa(table.reshape(3, 3)) for table in rng.multinomial(300, p.ravel(), size=2_000)]
    covered = np.mean([each.low <= true <= each.high for each in drawn])
    assert 0.93 < covered < 0.97


def test_where_there_is_nothing_to_agree_on_there_is_no_kappa():
    for table in (np.zeros((3, 3)), np.diag([7, 0, 0])):
        kappa = cohens_kappa(table)
        assert (kappa.value, kappa.low, kappa.high) == (None, None, None)
    whole = cohens_kappa(np.diag([7, 5, 0]))
    assert (whole.value, whole.low, whole.high) == (1.0, None, None)


@pytest.mark.parametrize("table", [[[1, 2, 3]], [1, 2], [[1, -1], [0, 1]]])
def test_what_is_no_table_of_counts_is_refused(table):
    with pytest.raises(AdjudicationError, match="square"):
        cohens_kappa(table)


def test_agreement_counts_the_two_blind_verdicts_of_each_pair_by_band_and_month(pairs, clock):
    numbers = range(1, 11)
    pairs.store(found(*(pair(n, band="probable" if n > 6 else "review", probability=0.5) for n in numbers)))
    second = {n: "same" if n % 3 else "different" for n in numbers}

    def number(taken):
        return int(taken.left.person[1:5])

    for reviewer in ("R-1", "R-2"):
        for _ in numbers:
            taken = pairs.next_pair(reviewer, dataset=DATASET)
            verdict = "same" if reviewer == "R-1" else second[number(taken)]
            clock.forward(seconds=30 if reviewer == "R-1" else 90)
            pairs.review(taken.id, reviewer=reviewer, verdict=verdict)
        clock.forward(days=31)
    for _ in range(3):  # the third does not count for the agreement
        judge(pairs, "R-3", "different")
    found_ = {(each.by, each.value): each for each in pairs.agreement(DATASET)}
    assert list(found_) == [("all", ""), ("band", "review"), ("band", "probable"), ("month", "2026-12")]
    assert [(each.pairs, each.agreed) for each in found_.values()] == [(10, 7), (6, 4), (4, 3), (10, 7)]
    every = found_["all", ""]
    assert every.share == 0.7
    assert (every.low, every.high) == pytest.approx((0.3968, 0.8922), abs=5e-5)  # Wilson 1927
    assert every.kappa.value == pytest.approx(0)  # one says the same of all: agreement by chance alone
    speed = pairs.speeds(DATASET).set_index("reviewer")
    assert speed.loc[["R-1", "R-2"], "pairs_per_hour"].tolist() == pytest.approx([120, 40])
    assert speed["reviews"].tolist() == [10, 10, 3]
    assert speed.loc["R-2", "median_seconds"] == 90


def test_a_verdict_that_was_taken_back_counts_for_no_agreement(pairs):
    pairs.store(found())
    id_ = judge(pairs, "R-1", "different")
    judge(pairs, "R-2", "same")
    pairs.undo(id_, officer="R-1", version=3)
    assert pairs.agreement(DATASET) == []
    pairs.review(id_, reviewer="R-1", verdict="same")
    (every, *_) = pairs.agreement(DATASET)
    assert (every.pairs, every.agreed, row(pairs, id_)["state"]) == (1, 1, "confirmed")
