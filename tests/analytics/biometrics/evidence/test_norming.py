import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.norming import KINDS, Norming
from tests.analytics.biometrics.evidence.simulated import draw


def _units(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_normed_score_is_the_formula_of_the_source() -> None:
    registry, _ = draw(people=150, photos=1, seed=1)
    a, b = draw(people=6, photos=1, seed=2)[0], draw(people=6, photos=1, seed=3)[0]
    found = Norming.fit(registry).scores(a, b)
    units = _units(registry.astype(float))
    centre = units.mean(axis=0)
    cohort = _units(units - centre)
    expected = []
    for one, other in zip(_units(a.astype(float)), _units(b.astype(float)), strict=True):
        x, y = ((v - centre) / np.linalg.norm(v - centre) for v in (one, other))
        sides = []
        for own in (x, y):
            top = np.sort(cohort @ own)[-15:]  # a tenth of the cohort of 150
            sides.append((x @ y - top.mean()) / top.std())
        expected.append(sum(sides) / 2)
    assert found == pytest.approx(expected, abs=2e-3)


def test_a_photo_of_the_cohort_is_not_normed_by_itself() -> None:
    registry, _ = draw(people=200, photos=1)
    with_itself = Norming.fit(registry).prepare(registry).mean
    nearly = registry * 3  # the same direction is the same photo
    assert Norming.fit(registry).prepare(nearly).mean == pytest.approx(with_itself, abs=1e-5)
    cosines = Norming.fit(registry).cohort @ Norming.fit(registry).cohort.T
    np.fill_diagonal(cosines, -1)
    assert with_itself == pytest.approx(np.sort(cosines, axis=1)[:, -20:].mean(axis=1), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_hold_the_scores_of_aligned_pairs_and_are_symmetric(kind: str) -> None:
    vectors, _ = draw(people=70)
    prepared = Norming.fit(vectors).prepare(vectors, kind=kind)
    whole = np.full((140, 140), np.nan)
    for rows, columns, scores in prepared.blocks(size=33):
        whole[rows : rows + scores.shape[0], columns : columns + scores.shape[1]] = scores
    i, j = np.triu_indices(140, 1)
    assert whole[i, j] == pytest.approx(prepared.scores(i, j), abs=2e-3)
    assert prepared.scores(j, i) == pytest.approx(prepared.scores(i, j), abs=1e-5)


def test_raw_and_centred_scores_are_negative_distances() -> None:
    vectors, _ = draw(people=60)
    norming = Norming.fit(vectors)
    a, b = vectors[:50], vectors[50:100]
    assert norming.scores(a, b, kind="raw") == pytest.approx(-np.linalg.norm(a - b, axis=1), abs=1e-4)
    centred = [_units(_units(x) - _units(vectors).mean(axis=0)) for x in (a, b)]
    assert norming.scores(a, b, kind="centred") == pytest.approx(
        -np.linalg.norm(centred[0] - centred[1], axis=1), abs=1e-3
    )


def test_a_large_registry_is_sampled_and_the_seed_repeats_it() -> None:
    vectors, _ = draw(people=400, photos=1)
    first, second = (Norming.fit(vectors, cohort=150, seed=4) for _ in range(2))
    assert len(first.cohort) == 150
    assert first.registry == 400
    assert (first.cohort == second.cohort).all()
    assert not (first.cohort == Norming.fit(vectors, cohort=150, seed=5).cohort).all()


def test_a_tiny_registry_is_refused_with_its_size() -> None:
    with pytest.raises(FaceError, match="99 templates"):
        Norming.fit(draw(people=99, photos=1)[0])


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_templates_that_are_no_numbers_are_refused(bad: float) -> None:
    vectors, _ = draw(people=100, photos=1)
    vectors[3] = bad
    with pytest.raises(FaceError, match="zeros or values"):
        Norming.fit(vectors)


def test_templates_of_another_size_are_refused() -> None:
    norming = Norming.fit(draw(people=100, photos=1)[0])
    with pytest.raises(FaceError, match="5 dimensions instead of 8"):
        norming.prepare(np.ones((2, 5), dtype=np.float32))
