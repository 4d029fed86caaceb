"""Regions of few are not shown, and no view of the others tells of them."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import PROTECTION, attack, region_tree
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.comparisons import compare
from analytics.metrics.withheld import withheld
from validation.contract import LEVELS

FEW = "eligible_families"
"""Some villages of the pilot have fewer than 10."""


def views(pilot, metric: str) -> pd.DataFrame:
    """Everything that a reader sees who opens the comparison of every level that there is, and the total."""
    levels = LEVELS if "village" in METRICS[metric].dimensions else LEVELS[:-1]
    parts = [
        compare(pilot, METRICS[metric], Filters(), level=level).regions[["code", "n", "reason"]] for level in levels
    ]
    whole = measure(pilot, METRICS[metric], Filters())[["n"]].assign(code="", reason="")
    return pd.concat([*parts, whole], ignore_index=True)


@pytest.mark.parametrize("metric", [FEW, "eligible_share", "verification_failed", "objections"])
def test_all_levels_together_tell_no_withheld_count(pilot, metric):
    shown = views(pilot, metric)
    hidden = shown["reason"] == "withheld"
    assert hidden.any()
    assert shown.loc[hidden, "n"].isna().all()
    assert not ((shown["n"] > 0) & (shown["n"] < 10)).any()
    published = pd.DataFrame({"region": shown["code"], "n": shown["n"].astype("Int64")})
    found = attack(published, ["region"], hierarchy={"region": region_tree(shown["code"].tolist())})
    assert (found["high"] - found["low"]).min() >= PROTECTION


def test_a_village_of_few_takes_another_with_it(pilot):
    """Alone it would be its district's total less the other villages'."""
    counts = measure(pilot, METRICS[FEW], Filters(), by=["village"]).set_index("village")["n"]
    small = counts[(counts > 0) & (counts < 10)]
    codes = withheld(pilot, METRICS[FEW], Filters())
    assert len(small) > 0
    assert set(small.index) < codes
    for district in {code.rpartition(".")[0] for code in small.index}:
        inside = [code for code in codes if code.startswith(district)]
        assert len(inside) >= 2


def test_what_a_view_of_one_district_withholds_is_what_the_view_of_all_does(pilot):
    everywhere = compare(pilot, METRICS[FEW], Filters(), level="village").regions.set_index("code")
    for district in sorted({code.rpartition(".")[0] for code in everywhere.index})[:4]:
        here = compare(pilot, METRICS[FEW], Filters(area=district), level="village").regions.set_index("code")
        assert here["reason"].equals(everywhere.loc[here.index, "reason"])


def test_estimates_from_field_checks_are_not_withheld(pilot):
    assert withheld(pilot, METRICS["inclusion_error"], Filters()) == frozenset()


def test_regions_that_are_shown_keep_their_numbers(pilot):
    found = compare(pilot, METRICS[FEW], Filters(), level="village").regions.set_index("code")
    truth = measure(pilot, METRICS[FEW], Filters(), by=["village"]).set_index("village")["value"]
    shown = found[(found["reason"] == "") & found["value"].notna()]
    assert len(shown)
    assert np.array_equal(shown["value"].to_numpy(dtype=float), truth[shown.index].to_numpy())
