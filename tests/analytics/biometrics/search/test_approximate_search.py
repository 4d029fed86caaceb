import numpy as np
import pytest

from analytics.benchmarks.faces.templates import templates
from analytics.biometrics.search import NearPairs, approximate, near_pairs
from analytics.biometrics.search.approximate import Sample, measured
from analytics.biometrics.search.codes import fit
from analytics.biometrics.search.lists import make_lists
from analytics.biometrics.search.product import ZERO

LIMIT = 0.8


@pytest.fixture(scope="module")
def many():
    return templates(24_000, duplicates=3000, seed=5)


@pytest.fixture(scope="module")
def exact(many):
    return near_pairs(many, limit=LIMIT)


def keys(pairs: NearPairs) -> list[int]:
    return list(pairs.i * 100_000 + pairs.j)


@pytest.mark.parametrize("recall", [0.5, 0.98])
def test_finds_the_share_that_is_asked_for_and_nothing_that_is_not_near(many, exact, recall):
    found = near_pairs(many, limit=LIMIT, method="approximate", recall=recall)
    assert found.method == "approximate"
    assert len(set(keys(found))) == len(found)
    assert set(keys(found)) <= set(keys(exact))
    reached = len(found) / len(exact)
    assert reached >= recall
    assert found.recall_low <= reached
    assert found.recall == pytest.approx(reached, abs=0.03)
    assert found.recall_low < found.recall
    assert len(exact) > 1000


def test_a_pairs_distance_is_the_exact_one(many, exact):
    found = near_pairs(many, limit=LIMIT, method="approximate", recall=0.9)
    known = dict(zip(keys(exact), exact.distance, strict=True))
    assert all(known[key] == distance for key, distance in zip(keys(found), found.distance, strict=True))


def test_one_seed_gives_one_result_on_any_number_of_threads(many):
    one, other = (
        near_pairs(many, limit=LIMIT, method="approximate", recall=0.9, seed=3, threads=threads) for threads in (1, 3)
    )
    assert keys(one) == keys(other)
    assert (one.recall, one.recall_low) == (other.recall, other.recall_low)


def test_is_exact_where_nothing_would_be_gained(many, exact, monkeypatch):
    monkeypatch.setattr(approximate, "WORTHWHILE", 0.001)
    found = near_pairs(many, limit=LIMIT, method="approximate")
    assert (found.method, found.recall, found.recall_low) == ("exact", 1.0, 1.0)
    assert keys(found) == keys(exact)


def test_is_exact_where_no_pair_is_near(many):
    found = near_pairs(many, limit=0.01, method="approximate")
    assert (found.method, len(found)) == ("exact", 0)


def test_is_exact_where_a_sample_would_be_nearly_all(faces):
    assert near_pairs(faces, limit=LIMIT, method="approximate").method == "exact"


def test_equal_templates_do_not_harm_it():
    vectors = np.repeat(templates(450, duplicates=0, seed=1), 20, axis=0)
    found = near_pairs(vectors, limit=0.1, method="approximate")
    assert len(found) == 450 * 20 * 19 // 2


def test_a_recall_is_counted_on_the_pairs_of_the_sample():
    sample = Sample(
        rows=np.array([9, 4]),
        pairs=NearPairs(i=np.array([0, 0, 1]), j=np.array([4, 2, 9]), distance=np.zeros(3, np.float32)),
    )
    # The pairs (4, 9), (2, 9) and (4, 9) again; (4, 9) was found.
    found = NearPairs(i=np.array([4]), j=np.array([9]), distance=np.zeros(1, np.float32))
    share, low = measured(found, sample, 10)
    assert share == pytest.approx(2 / 3)
    # Two rows with 2 and 1 pairs: 9 / 5 independent ones; Wilson's interval for 1.2 of 1.8, by its formula.
    n, p, z = 1.8, 2 / 3, 1.959963984540054
    expected = (p + z * z / (2 * n) - z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    assert low == pytest.approx(expected)


def test_without_pairs_no_recall_is_known():
    none = NearPairs(i=np.empty(0, np.int64), j=np.empty(0, np.int64), distance=np.empty(0, np.float32))
    share, low = measured(none, Sample(rows=np.arange(3), pairs=none), 10)
    assert np.isnan(share)
    assert low == 0


def test_lists_hold_each_template_once_where_it_fits_best(faces):
    coding = fit(faces, LIMIT)
    rows = coding.encode(faces).rows
    lists = make_lists(rows, seed=1, threads=2)
    products = (rows.astype(np.int64) - ZERO) @ lists.centres.astype(np.int64)
    assert np.array_equal(lists.fit, products.max(axis=1))
    assert np.array_equal(lists.home, products.argmax(axis=1))
    assert sorted(np.concatenate([lists.members(number) for number in range(len(lists))])) == list(range(len(faces)))
    assert all((lists.home[lists.members(number)] == number).all() for number in range(len(lists)))


def test_a_template_looks_into_every_list_that_fits_it_nearly_as_well(faces):
    rows = fit(faces, LIMIT).encode(faces).rows
    lists = make_lists(rows, seed=1, threads=1)
    chosen = np.arange(100, 900)
    products = (rows.astype(np.int64) - ZERO) @ lists.centres.astype(np.int64)
    probed = lists.probed(rows, chosen, 500)
    for number, templates_ in probed:
        expected = chosen[products[chosen, number] >= products[chosen].max(axis=1) - 500]
        assert np.array_equal(templates_, expected)
    assert sum(len(part) for _, part in probed) > len(chosen)
    i, j = np.array([5, 6]), np.array([77, 1500])
    expected = products[i].max(axis=1) - products[i, lists.home[j]]
    assert np.array_equal(lists.loss(rows, i, j), expected)
