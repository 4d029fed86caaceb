"""Clusters: chains are split where their ends contradict each other, and kept where nothing does."""

import numpy as np
import pytest

from analytics.linkage.clusters import components, consistent_clusters, pairs_within


def clusters(pairs, inner=None):
    a, b = (np.array(column, dtype=np.int64) for column in zip(*[pair for pair, _ in pairs], strict=True))
    voice = np.array([said for _, said in pairs], dtype=float)
    return consistent_clusters(a, b, voice=voice, inner=inner or {}).tolist()


def test_connected_pairs_share_a_component():
    codes = components(np.array([1, 2, 7]), np.array([2, 3, 9]))
    assert codes[0] == codes[1] != codes[2]


def test_pairs_within_are_those_that_nobody_gave():
    a, b = pairs_within(np.array([1, 2, 3, 10]), np.array([2, 3, 4, 11]))
    assert set(zip(a.tolist(), b.tolist(), strict=True)) == {(1, 3), (1, 4), (2, 4)}


def test_chain_whose_ends_are_two_people_is_split_at_the_weakest():
    assert clusters([((1, 2), 3.0), ((2, 3), 1.0)], {(1, 3): -9.0}) == [1, 2]


def test_chain_of_equal_links_whose_ends_are_two_people_is_never_one_cluster():
    assert len(set(clusters([((1, 2), 3.0), ((2, 3), 3.0)], {(1, 3): -3.0}))) == 2


def test_chain_whose_ends_speak_for_one_person_stays_one_cluster():
    assert clusters([((1, 2), 2.0), ((2, 3), 2.0)], {(1, 3): 0.5}) == [1, 1]


def test_unclear_ends_do_not_split_strong_links():
    assert clusters([((1, 2), 2.0), ((2, 3), 2.0)], {(1, 3): -0.5}) == [1, 1]


def test_pair_that_nobody_compared_speaks_against():
    assert len(set(clusters([((1, 2), 2.0), ((2, 3), 2.0)]))) == 2


def test_one_likeness_does_not_outvote_several_doubts():
    """Two triples of one person each, bridged by a single pair with overwhelming evidence."""
    inside = [((1, 2), 2.0), ((1, 3), 2.0), ((2, 3), 2.0), ((4, 5), 2.0), ((4, 6), 2.0), ((5, 6), 2.0)]
    bridge = ((3, 4), 50.0)
    against = {(x, y): -2.0 for x in (1, 2, 3) for y in (4, 5, 6) if (x, y) != (3, 4)}
    found = clusters([*inside, bridge], against)
    assert found[:3] == [1, 1, 1]
    assert found[3:6] == [2, 2, 2]
    assert found[6] == 3


def test_long_chain_of_strangers_falls_into_pairs():
    chain = [((x, x + 1), 1.0) for x in range(1, 8)]
    found = clusters(chain, {(x, y): -3.0 for x in range(1, 9) for y in range(x + 2, 9)})
    assert len(set(found)) == len(chain)


def test_separate_pairs_are_numbered_in_their_order():
    assert clusters([((5, 9), 1.0), ((1, 2), 1.0)]) == [1, 2]


def test_no_pairs_make_no_clusters():
    nobody = np.empty(0, dtype=np.int64)
    assert len(consistent_clusters(nobody, nobody, voice=np.empty(0), inner={})) == 0
    assert len(pairs_within(nobody, nobody)[0]) == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_order_of_the_pairs_does_not_change_who_is_together(order):
    pairs = [((1, 2), 3.0), ((2, 3), 1.0), ((1, 3), -9.0)]
    found = dict(zip([pairs[at][0] for at in order], clusters([pairs[at] for at in order]), strict=True))
    assert found[1, 2] not in {found[2, 3], found[1, 3]}
