"""Sample sizes and allocations against published ones and other computations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import samplesize_confint_proportion

from analytics.audits import AuditError
from analytics.audits.planning import half_width, neyman, visits_needed
from analytics.estimation.inputs import EstimationError

shares = st.floats(0.02, 0.98)
effects = st.floats(1, 5)


@pytest.mark.parametrize(
    ("width", "share", "level", "population", "visits"),
    [
        (0.05, 0.5, 0.95, None, 385),  # the number of every textbook
        (0.03, 0.5, 0.95, None, 1068),
        (0.05, 0.5, 0.95, 1_000, 278),  # Krejcie & Morgan 1970, table 1
        (0.05, 0.5, 0.95, 10_000, 370),
        (0.05, 0.5, 0.95, 100, 80),
        (0.05, 0.5, 0.9545, 3_200, 356),  # Cochran 1977, 4.1, has t = 2 and n₀ = 400
    ],
)
def test_sample_sizes_are_the_published_ones(width, share, level, population, visits):
    found = visits_needed(width, share=share, design_effect=1, population=population, level=level)
    assert abs(found - visits) <= 1


@given(width=st.floats(0.01, 0.2), share=shares, level=st.sampled_from([0.9, 0.95, 0.99]))
def test_without_correction_the_size_is_that_of_statsmodels(width, share, level):
    oracle = samplesize_confint_proportion(share, width, alpha=1 - level)
    assert visits_needed(width, share=share, design_effect=1, level=level) == max(int(np.ceil(oracle - 1e-9)), 1)


@given(
    width=st.floats(0.005, 0.3), share=shares, effect=effects, population=st.one_of(st.none(), st.integers(2, 10**6))
)
def test_one_visit_fewer_is_not_enough(width, share, effect, population):
    n = visits_needed(width, share=share, design_effect=effect, population=population)
    known = {"share": share, "design_effect": effect, "population": population}
    assert half_width(n, **known) <= width * (1 + 1e-9)
    assert n == 1 or half_width(n - 1, **known) > width


def test_everybody_visited_leaves_no_width_and_nobody_an_infinite_one():
    widths = half_width([0, 50, 100, 120], share=0.3, design_effect=2, population=100)
    assert widths[0] == np.inf
    assert widths[1] > 0
    assert list(widths[2:]) == [0, 0]
    assert half_width(50, share=0.3, design_effect=2, population=100) == widths[1]


@pytest.mark.parametrize(
    "wrong", [{"share": 0.0}, {"share": 1.0}, {"level": 1.0}, {"design_effect": 0.0}, {"population": 0}]
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises((AuditError, EstimationError)):
        visits_needed(0.05, **({"share": 0.5, "design_effect": 1.0} | wrong))


def test_neyman_gives_the_textbook_allocation():
    # Cochran 1977, 5.5: n_h ∝ N_h S_h; here without a random part's lower bound mattering: 0.2 of 100 by size.
    found = neyman([400, 100], [1, 4], 100, random_share=0.2, minimum=0)
    assert found.tolist() == [0.2 * 80 + 0.8 * 50, 0.2 * 20 + 0.8 * 50]


@given(
    strata=st.lists(st.tuples(st.integers(0, 400), st.floats(0, 0.5)), min_size=1, max_size=40),
    random_share=st.floats(0.2, 1),
    data=st.data(),
)
def test_an_allocation_adds_up_and_stays_within_its_bounds(strata, random_share, data):
    sizes, spreads = (np.array(each) for each in zip(*strata, strict=True))
    least = int(np.minimum(2, sizes).sum())
    visits = data.draw(st.integers(least, int(sizes.sum())))
    found = neyman(sizes, spreads, visits, random_share=random_share, minimum=2)
    assert found.sum() == visits
    assert (found >= np.minimum(2, sizes)).all()
    assert (found <= sizes).all()


def test_a_stratum_without_spread_keeps_its_random_part():
    found = neyman([500, 500], [0, 0.5], 100, random_share=0.3, minimum=2)
    assert found.tolist() == [15, 85]


@pytest.mark.parametrize("share", [0.0, 0.19, 1.01])
def test_a_random_share_below_a_fifth_is_refused(share):
    with pytest.raises(AuditError, match="is not allowed"):
        neyman([10, 10], [1, 1], 10, random_share=share)


@pytest.mark.parametrize("visits", [3, 21])
def test_too_few_and_too_many_visits_are_refused(visits):
    with pytest.raises(AuditError, match="cannot be shared out"):
        neyman([10, 10], [1, 1], visits)
