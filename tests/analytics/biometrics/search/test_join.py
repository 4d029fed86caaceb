from dataclasses import replace

import numpy as np
import pytest

from analytics.biometrics.search import join, near_new, near_pairs, without
from analytics.biometrics.search.pairs import together


def test_new_ones_and_the_registry_make_the_whole(faces, same):
    registry, new = faces[:2500], faces[2500:]
    brought = near_new(new, registry, limit=0.9)
    assert (brought.i < brought.j).all()
    assert (brought.j >= len(registry)).all()
    known = near_pairs(registry, limit=0.9)
    assert len(known) > 0
    assert len(brought) > 0
    assert same(together([known, brought]), near_pairs(faces, limit=0.9))


def test_the_first_ones_have_no_registry(faces, same):
    none = faces[:0]
    assert same(near_new(faces, none, limit=0.8), near_pairs(faces, limit=0.8))
    assert len(near_new(none, faces, limit=0.8)) == 0


def test_auto_is_exact_until_there_are_too_many(faces, monkeypatch):
    asked = []
    monkeypatch.setattr(join, "nearly_all_within", lambda vectors, **_: asked.append(len(vectors)))
    assert near_pairs(faces, limit=0.8).method == "exact"
    assert not asked
    monkeypatch.setattr(join, "EXACT_UP_TO", len(faces) - 1)
    near_pairs(faces, limit=0.8)
    near_pairs(faces[:10], limit=0.8, method="approximate")
    assert asked == [len(faces), 10]


def test_with_a_folder_the_result_is_the_same(faces, same, tmp_path):
    assert same(near_pairs(faces, limit=0.8, folder=tmp_path), near_pairs(faces, limit=0.8))
    assert list(tmp_path.rglob("*.parquet"))


def test_dismissed_pairs_stay_away_in_either_order_and_for_every_photo(faces):
    found = near_pairs(faces, limit=0.8)
    ids = np.array([f"p{row % 2701:04}" for row in range(len(faces))])
    dismissed = [(ids[found.i[0]], ids[found.j[0]]), (ids[found.j[5]], ids[found.i[5]])]
    left = without(found, [*dismissed, ("unknown", "p0001"), ("p0001", "zzz")], ids=ids)
    gone = {frozenset(pair) for pair in dismissed}
    expected = [frozenset((ids[i], ids[j])) not in gone for i, j in zip(found.i, found.j, strict=True)]
    assert 0 < sum(expected) < len(found)
    assert np.array_equal(left.i, found.i[expected])
    assert np.array_equal(left.distance, found.distance[expected])


def test_no_dismissals_and_no_pairs(faces):
    ids = np.array(["a"] * len(faces))
    found = near_pairs(faces, limit=0.8)
    assert len(without(found, [], ids=ids)) == len(found)
    assert len(without(together([]), [("a", "b")], ids=ids)) == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_pair_of_two_parts_is_kept_once(faces, same, order):
    found = near_pairs(faces, limit=0.8)
    parts = [found.of(np.arange(30)), found.of(np.arange(10, len(found)))]
    assert same(together([parts[at] for at in order]), replace(found))
