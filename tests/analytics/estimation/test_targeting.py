"""Floors, incidence, concentration and targeting indices."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.estimation import (
    EstimationError,
    cgh_index,
    concentration_coefficient,
    concentration_curve,
    floor,
    incidence,
    targeting_differential,
)

DECILES = pd.DataFrame(
    {
        "decile": range(1, 11),
        "people": 100.0,
        "receivers": [60, 50, 40, 30, 20, 10, 10, 5, 5, 0],
        "amount": [600.0, 500, 400, 300, 200, 100, 100, 50, 50, 0],
    }
)

totals = st.lists(st.tuples(st.integers(1, 10), st.floats(0.01, 1e6), st.floats(0, 1e9)), min_size=1, max_size=30).map(
    lambda rows: pd.DataFrame(rows, columns=["decile", "people", "amount"])
)


def by_covariance(groups):
    """Kakwani, Wagstaff & van Doorslaer 1997: C = 2 cov(y, r) / mean(y) with fractional midpoint ranks."""
    rows = groups.groupby("decile", as_index=False).sum()
    weight = rows["people"] / rows["people"].sum()
    rank = weight.cumsum() - weight / 2
    benefit = rows["amount"] / rows["people"]
    mean = (weight * benefit).sum()
    return 2 * (weight * (benefit - mean) * (rank - 0.5)).sum() / mean


@pytest.mark.parametrize(
    ("coverage", "entitled", "inclusion", "exclusion"),
    [(0.5, 0.4, 0.2, 0), (0.3, 0.4, 0, 0.25), (0.4, 0.4, 0, 0), (1, 0.25, 0.75, 0), (0, 0.4, 0, 1), (0.2, 0, 1, 0)],
)
def test_the_floor_is_what_perfect_ranking_leaves(coverage, entitled, inclusion, exclusion):
    assert floor(coverage, entitled) == pytest.approx((inclusion, exclusion))
    people = np.arange(1000)
    receives, is_entitled = people < coverage * 1000, people < entitled * 1000
    if coverage:
        assert (receives & ~is_entitled).sum() / receives.sum() == pytest.approx(inclusion)
    if entitled:
        assert (is_entitled & ~receives).sum() / is_entitled.sum() == pytest.approx(exclusion)


@given(st.floats(0, 1), st.floats(0, 1))
def test_only_one_floor_is_above_nought(coverage, entitled):
    found = floor(coverage, entitled)
    assert min(found) == 0
    assert max(found) <= 1


@pytest.mark.parametrize("wrong", [(40, 0.4), (0.4, -0.1), (float("nan"), 0.4)])
def test_a_floor_needs_shares(wrong):
    with pytest.raises(EstimationError, match="between 0 and 1"):
        floor(*wrong)


def test_incidence_by_decile():
    found = incidence(DECILES)
    assert found["coverage"].tolist() == pytest.approx((DECILES["receivers"] / 100).tolist())
    assert found["share_of_amount"].tolist() == pytest.approx((DECILES["amount"] / 2300).tolist())
    assert found["share_of_people"].tolist() == pytest.approx([0.1] * 10)
    assert found["share_of_receivers"].sum() == pytest.approx(1)
    assert found["amount_per_person"].iloc[0] == pytest.approx(6)
    assert found["amount_per_receiver"].iloc[0] == pytest.approx(10)
    assert np.isnan(found["amount_per_receiver"].iloc[9])


def test_incidence_sums_the_parts_of_a_decile():
    parts = pd.concat([DECILES.iloc[::-1], DECILES])
    doubled = DECILES.assign(people=200.0, receivers=DECILES["receivers"] * 2, amount=DECILES["amount"] * 2)
    pd.testing.assert_frame_equal(incidence(parts), incidence(doubled))


def test_receivers_are_part_of_the_people():
    with pytest.raises(EstimationError, match="More receivers"):
        incidence(DECILES.assign(people=1.0))


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (DECILES.drop(columns="amount"), "lacks amount"),
        (DECILES.assign(decile=[None, *range(2, 11)]), "no decile"),
        (DECILES.assign(people=-1.0), "no usable people"),
    ],
)
def test_unusable_groups_are_refused(groups, message):
    for function in (incidence, concentration_curve, concentration_coefficient, cgh_index):
        with pytest.raises(EstimationError, match=message):
            function(groups)


def test_the_curve_runs_from_nothing_to_all():
    curve = concentration_curve(DECILES)
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert curve["amount"].iloc[4] == pytest.approx(1800 / 2300)
    assert curve["people"].tolist() == pytest.approx(np.linspace(0, 1, 11))


def test_a_pro_poor_transfer_is_negative():
    assert concentration_coefficient(DECILES) == pytest.approx(by_covariance(DECILES))
    assert concentration_coefficient(DECILES) < -0.4
    assert concentration_coefficient(DECILES.assign(decile=DECILES["decile"].max() - DECILES["decile"])) > 0.4


def test_all_to_the_poorest_tenth_is_minus_nine_tenths():
    only = DECILES.assign(amount=[1.0] + [0] * 9)
    assert concentration_coefficient(only) == pytest.approx(-0.9)
    assert cgh_index(only, poorest=0.1) == pytest.approx(10)


def test_another_rank_and_another_amount():
    renamed = DECILES.rename(columns={"decile": "consumption", "receivers": "households"})
    found = concentration_coefficient(renamed, rank="consumption", amount="households")
    assert found == pytest.approx(concentration_coefficient(DECILES))


@given(totals)
def test_the_coefficient_is_the_covariance_and_bounded(groups):
    found = concentration_coefficient(groups)
    if groups["amount"].sum() == 0:
        assert np.isnan(found)
        return
    assert -1 <= found <= 1
    assert found == pytest.approx(by_covariance(groups), abs=1e-9)


@given(totals, st.floats(0.1, 1e4))
def test_an_equal_transfer_is_not_concentrated(groups, transfer):
    equal = groups.assign(amount=groups["people"] * transfer)
    assert concentration_coefficient(equal) == pytest.approx(0, abs=1e-9)
    assert cgh_index(equal) == pytest.approx(1)


@given(totals, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(groups, random):
    order = list(range(len(groups)))
    random.shuffle(order)
    shuffled = groups.iloc[order]
    assert concentration_coefficient(shuffled) == pytest.approx(
        concentration_coefficient(groups), abs=1e-9, nan_ok=True
    )


def test_the_index_of_coady_grosh_and_hoddinott():
    assert cgh_index(DECILES) == pytest.approx(1800 / 2300 / 0.4)
    halfway = (1800 + 200 / 2) / 2300 / 0.45
    assert cgh_index(DECILES, poorest=0.45) == pytest.approx(halfway)
    assert np.isnan(cgh_index(DECILES.assign(amount=0.0)))
    with pytest.raises(EstimationError, match="poorest share"):
        cgh_index(DECILES, poorest=40)


def test_the_differential_of_ravallion():
    def differential(*counts):
        names = ("entitled", "entitled_receivers", "others", "other_receivers")
        return targeting_differential(**dict(zip(names, counts, strict=True)))

    assert differential(400, 180, 600, 50) == pytest.approx(0.45 - 50 / 600)
    assert (differential(40, 40, 60, 0), differential(40, 0, 60, 60), differential(40, 20, 60, 30)) == (1, -1, 0)
    assert np.isnan(differential(0, 0, 60, 30))
    with pytest.raises(EstimationError, match="41 receivers"):
        differential(40, 41, 60, 30)
