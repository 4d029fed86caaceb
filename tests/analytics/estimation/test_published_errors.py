"""The errors of Alatas et al. 2012, recomputed from its households through the estimators."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import ratio

HOUSEHOLDS = Path(__file__).parents[4] / "shared" / "data" / "alatas2012" / "households.csv"
POOR_QUANTILE = 0.305


@pytest.fixture(scope="module")
def households():
    if not HOUSEHOLDS.exists():
        pytest.skip(f"The household file of Alatas et al. 2012 is not at {HOUSEHOLDS}.")
    frame = pd.read_csv(HOUSEHOLDS, usecols=["ea", "consumption", "treated"], na_values=["."])
    frame = frame[frame["consumption"].notna()]
    poor = frame["consumption"] <= np.quantile(frame["consumption"], POOR_QUANTILE)
    return pd.DataFrame({"ea": frame["ea"], "poor": poor, "receives": frame["treated"] == 1})


def error(households, counted, among):
    totals = pd.DataFrame(
        {
            "stratum": "all",
            "cluster": households["ea"],
            "numerator": (counted & among).astype(float),
            "denominator": among.astype(float),
            "n": among.astype(int),
        }
    )
    return ratio(totals)


def test_the_four_published_errors(households):
    poor, receives = households["poor"], households["receives"]
    everyone = pd.Series(True, index=households.index)
    found = {
        "total": error(households, poor != receives, everyone),
        "exclusion": error(households, ~receives, poor),
        "inclusion of receivers": error(households, ~poor, receives),
        "inclusion of the non-poor": error(households, receives, ~poor),
    }
    expected = {
        "total": 0.3146,
        "exclusion": 0.5259,
        "inclusion of receivers": 0.5160,
        "inclusion of the non-poor": 0.2219,
    }
    assert {name: estimate.value for name, estimate in found.items()} == pytest.approx(expected, abs=1e-3)
    for estimate in found.values():
        assert not estimate.suppressed
        assert estimate.low < estimate.value < estimate.high
        assert 0.02 < estimate.high - estimate.low < 0.07
    assert (found["total"].n, found["total"].clusters, found["total"].df) == (5753, 640, 639)
    # Villages resemble each other inside: the interval is wider than that of a simple random sample.
    simple = np.sqrt(found["exclusion"].value * (1 - found["exclusion"].value) / found["exclusion"].n)
    assert found["exclusion"].se > 1.1 * simple
