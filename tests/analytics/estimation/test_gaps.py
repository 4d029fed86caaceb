"""Gaps between groups: by hand, with shared villages, and with known truth."""

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import EstimationError, gaps, ratio


def rows(first, second, *, shared):
    """Two groups of families in 20 villages each; in the same villages when `shared`."""
    parts = []
    for name, seen, start in (("female", first, 0), ("male", second, 0 if shared else 20)):
        parts.append(
            pd.DataFrame(
                {
                    "stratum": "all",
                    "cluster": np.arange(20) + start,
                    "sex": name,
                    "numerator": seen.astype(float),
                    "denominator": 10.0,
                    "n": 10,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_without_shared_villages_it_is_the_square_and_add_interval():
    # Newcombe 1998 (Statistics in Medicine 17:873), method 10, with the intervals of both shares.
    rng = np.random.default_rng(1)
    totals = rows(rng.binomial(10, 0.4, 20), rng.binomial(10, 0.2, 20), shared=False)
    found = gaps(totals, by="sex").set_index("sex")
    sums = ["numerator", "denominator", "n"]
    one, two = (
        ratio(totals.assign(**{name: totals[name].where(totals["sex"] == sex, 0) for name in sums}))
        for sex in ("female", "male")
    )
    assert found.loc["female", "gap"] == pytest.approx(one.value - two.value)
    low = np.hypot(one.value - one.low, two.high - two.value)
    high = np.hypot(one.high - one.value, two.value - two.low)
    # Each village holds one group alone, so that nothing is shared but the centring of the stratum (−1/39).
    assert found.loc["female", "gap"] - found.loc["female", "gap_low"] == pytest.approx(low, rel=0.03)
    assert found.loc["female", "gap_high"] - found.loc["female", "gap"] == pytest.approx(high, rel=0.03)


def test_both_sides_mirror_each_other():
    rng = np.random.default_rng(2)
    found = gaps(rows(rng.binomial(10, 0.4, 20), rng.binomial(10, 0.2, 20), shared=True), by="sex").set_index("sex")
    assert found.loc["male", "gap"] == pytest.approx(-found.loc["female", "gap"])
    assert found.loc["male", "gap_low"] == pytest.approx(-found.loc["female", "gap_high"])


def test_villages_that_both_share_make_the_gap_surer():
    rng = np.random.default_rng(3)
    level = rng.beta(3, 4, 20)
    first, second = rng.binomial(10, level), rng.binomial(10, level)
    together, apart = (gaps(rows(first, second, shared=shared), by="sex").iloc[0] for shared in (True, False))
    assert together["gap_high"] - together["gap_low"] < 0.95 * (apart["gap_high"] - apart["gap_low"])


@pytest.mark.parametrize("shares", [(0.3, 0.3), (0.1, 0.2), (0.03, 0.05)])
def test_nominal_95_covers_95(shares):
    rng = np.random.default_rng(4)
    spread, hits = (1 - 0.1) / 0.1, []
    for _ in range(600):
        pull = rng.random(30)
        level = [np.quantile(rng.beta(share * spread, (1 - share) * spread, 4_000), pull) for share in shares]
        totals = rows(*(rng.binomial(10, each[:20]) for each in level), shared=True)
        found = gaps(totals, by="sex", groups=["female"]).iloc[0]
        hits.append(found["gap_low"] <= shares[0] - shares[1] <= found["gap_high"])
    assert 0.925 <= np.mean(hits) <= 0.985


def test_a_side_with_few_checks_has_no_gap():
    totals = rows(np.full(20, 3), np.full(20, 2), shared=True)
    few = totals.assign(n=np.where(totals["sex"] == "female", 1, 10))
    found = gaps(few, by="sex").set_index("sex")
    assert found.loc["female", "reason"] == "small_n"
    assert found[["gap", "gap_low", "gap_high"]].isna().all(axis=None)


def test_one_group_alone_has_no_gap():
    totals = rows(np.full(20, 3), np.full(20, 2), shared=True)
    assert gaps(totals[totals["sex"] == "male"], by="sex")["gap"].isna().all()


def test_a_missing_group_column_is_refused():
    with pytest.raises(EstimationError, match="lacks sex"):
        gaps(rows(np.full(20, 3), np.full(20, 2), shared=True).drop(columns="sex"), by="sex")
