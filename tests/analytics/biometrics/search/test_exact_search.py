import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from analytics.biometrics.errors import FaceError
from analytics.biometrics.search import codes, exact, product
from analytics.biometrics.search.exact import pairs_between, pairs_within


@pytest.mark.parametrize("limit", [0.6, 0.8, 1.0, 3.0])
def test_finds_exactly_the_pairs_of_brute_force(faces, brute_force, same, limit):
    few = faces[::4] if limit == 3.0 else faces
    expected = brute_force(few, limit)
    assert len(expected) > 0
    assert same(pairs_within(few, limit=limit), expected)


def test_templates_of_any_length_and_few_dimensions(brute_force, same):
    rng = np.random.default_rng(2)
    uneven = rng.standard_normal((800, 40)) * rng.exponential(5, (800, 1))
    for vectors, limit in (
        (uneven, 8.0),
        (rng.standard_normal((700, 3)), 0.1),
        (rng.standard_normal((50, 1)), 0.01),
        (1e4 + rng.standard_normal((300, 128)), 14.0),
        (np.zeros((20, 128)), 0.1),
    ):
        assert same(pairs_within(vectors.astype(np.float32), limit=limit), brute_force(vectors.astype("f"), limit))


def test_one_template_that_is_far_longer_loses_no_pair(faces, brute_force, same):
    vectors = np.concatenate([faces[:500], faces[-300:], 1e4 * faces[:1]])
    assert same(pairs_within(vectors, limit=0.8), brute_force(vectors, 0.8))


def test_equal_templates_are_near_and_the_limit_itself_is_not():
    vectors = np.array([[0, 0], [0, 0], [3, 4]], np.float32)
    assert list(pairs_within(vectors, limit=5.0).i) == [0]
    assert len(pairs_within(vectors, limit=5.0001)) == 3


number = st.floats(-4, 4, width=32)


@given(arrays(np.float32, st.tuples(st.integers(2, 12), st.integers(1, 6)), elements=number), st.floats(0.1, 6))
def test_any_templates(vectors, limit):
    distances = cdist(vectors.astype(np.float64), vectors.astype(np.float64))
    found = pairs_within(vectors, limit=limit, threads=1)
    sure = np.triu(distances < limit - 1e-9, 1)
    possible = np.triu(distances < limit + 1e-9, 1)
    mask = np.zeros_like(sure)
    mask[found.i, found.j] = True
    assert (mask >= sure).all()
    assert (mask <= possible).all()


def test_blocks_strips_and_threads_do_not_show(faces, brute_force, same, monkeypatch):
    for name, size in {"ROW_BLOCK": 48, "COLUMN_BLOCK": 40, "STRIP": 80, "CANDIDATES": 5, "RECHECKED": 3}.items():
        monkeypatch.setattr(exact, name, size)
    few = faces[1500:]
    told = []
    found = pairs_within(few, limit=1.0, threads=3, progress=lambda _, share: told.append(share))
    assert same(found, brute_force(few, 1.0))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_between_two_sets(faces):
    rows, columns = faces[:700], faces[-1000:]
    found = pairs_between(rows, columns, limit=0.9)
    i, j = np.nonzero(cdist(rows.astype(np.float64), columns.astype(np.float64)) < 0.9)
    assert np.array_equal(found.i, i)
    assert np.array_equal(found.j, j)


def test_nothing_to_compare():
    none = np.empty((0, 128), np.float32)
    assert len(pairs_within(none, limit=1.0)) == 0
    assert len(pairs_within(np.ones((1, 128), np.float32), limit=1.0)) == 0
    assert len(pairs_between(none, np.ones((5, 128), np.float32), limit=1.0)) == 0


@pytest.mark.parametrize(
    ("vectors", "limit"),
    [
        (np.zeros((3, 4)), 1.0),
        (np.zeros(3, np.float32), 1.0),
        (np.zeros((3, 0), np.float32), 1.0),
        (np.full((3, 4), np.nan, np.float32), 1.0),
        (np.zeros((3, 4), np.float32), 0.0),
        (np.zeros((3, 4), np.float32), np.inf),
        (np.zeros((3, 4), np.float32), np.nan),
    ],
)
def test_refuses_what_cannot_be_searched(vectors, limit):
    with pytest.raises(FaceError):
        pairs_within(vectors, limit=limit)


def test_products_are_those_of_whole_numbers_even_at_the_extremes():
    rng = np.random.default_rng(3)
    rows = rng.integers(product.ZERO - product.ROW_LIMIT, 256, (70, 64)).astype(np.uint8)
    columns = rng.integers(-product.COLUMN_LIMIT, product.COLUMN_LIMIT + 1, (64, 40)).astype(np.int8)
    rows[0], rows[1] = 255, 1
    columns[:, 0], columns[:, 1] = product.COLUMN_LIMIT, -product.COLUMN_LIMIT
    expected = (rows.astype(np.int64) - product.ZERO) @ columns.astype(np.int64)
    multiply = product.Product(70, 40)
    assert np.array_equal(multiply(rows, columns), expected)
    row, column = multiply.above(rows, columns, 9000)
    assert np.array_equal(np.stack([row, column]), np.stack(np.nonzero(expected > 9000)))


def test_a_code_never_excludes_a_near_pair_and_excludes_nearly_all_others(faces, brute_force):
    limit = 0.8
    coding = codes.fit(faces, limit)
    assert coding.rotation.shape[1] < faces.shape[1]
    found = coding.encode(faces)
    products = (found.rows.astype(np.int64) - product.ZERO) @ found.columns.T.astype(np.int64)
    kept = products > coding.least(found, found, limit)[:, None]
    near = brute_force(faces, limit)
    assert kept[near.i, near.j].all()
    assert kept[near.j, near.i].all()
    assert kept.sum() < 0.001 * kept.size


def test_cut_templates_keep_their_length_and_are_never_further_apart(faces):
    few = faces[:200]
    axes, _ = np.linalg.qr(np.random.default_rng(4).standard_normal((128, 128)))
    kept = codes.cut(few, axes[:, :31])
    assert np.allclose(np.linalg.norm(kept, axis=1), np.linalg.norm(few, axis=1))
    assert (cdist(kept, kept) <= cdist(few, few) + 1e-6).all()
