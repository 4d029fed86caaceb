import numpy as np
import pytest
from scipy import stats

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.tails import excess_quantile, fit_tail, moments


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2])
def test_a_known_tail_is_recovered(shape: float) -> None:
    excesses = stats.genpareto.rvs(shape, scale=2.0, size=40_000, random_state=1)
    tail = fit_tail(excesses, threshold=10.0, share=0.01)
    assert tail.shape == pytest.approx(shape, abs=0.03)
    assert tail.scale == pytest.approx(2.0, rel=0.03)
    assert tail.distance < 0.01
    far = 10 + stats.genpareto.isf(1e-4, shape, scale=2.0)
    assert tail.exceeding(far) == pytest.approx(1e-6, rel=0.35)


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2])
def test_quantiles_and_shares_are_those_of_scipy_and_inverse(shape: float) -> None:
    assert excess_quantile(1e-3, 2.0, shape) == pytest.approx(stats.genpareto.isf(1e-3, shape, scale=2.0))
    tail = fit_tail(stats.genpareto.rvs(shape, size=500, random_state=2), threshold=1.0, share=0.05)
    assert tail.exceeding(tail.quantile(1e-4)) == pytest.approx(1e-4)


def test_a_weight_of_two_is_the_observation_twice() -> None:
    rising = np.sort(stats.genpareto.rvs(0.1, size=200, random_state=3))
    weight = np.random.default_rng(0).integers(1, 4, 200)
    assert moments(rising, weight.astype(float)) == pytest.approx(
        moments(rising.repeat(weight), np.ones(int(weight.sum())))
    )


def test_a_bounded_tail_ends() -> None:
    tail = fit_tail(stats.genpareto.rvs(-0.5, size=5_000, random_state=4), threshold=0.0, share=1.0)
    assert tail.exceeding(100.0) == 0.0


def test_too_few_excesses_are_refused() -> None:
    with pytest.raises(FaceError, match="49 pairs above"):
        fit_tail(np.arange(1.0, 50.0), threshold=0.0, share=0.1)
