"""Rank intervals of regions, as far as the checks can tell."""

from dataclasses import replace

import pandas as pd

from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.ranking import COLUMNS, ranking

FILTERS = Filters(programme="BPNT", periods=("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"))
ERROR = METRICS["total_error"]


def test_only_regions_with_a_rate_are_ranked_and_every_rank_lies_among_them(pilot):
    found = ranking(pilot, ERROR, FILTERS, level="district")
    shown = measure(pilot, ERROR, FILTERS, by=["district"]).dropna(subset=["value"])
    assert list(found["code"]) == list(shown["district"])
    assert found["low"].ge(1).all()
    assert found["high"].le(len(found)).all()
    assert (found["low"] <= found["high"]).all()
    assert set(found["of"]) == {len(found)}


def test_the_highest_rate_is_not_pinned_to_the_first_place(pilot):
    found = ranking(pilot, ERROR, FILTERS, level="district")
    assert (found["high"] > found["low"]).any()


def test_ranks_rest_on_the_regions_own_checks_whatever_the_method(pilot):
    direct = ranking(pilot, ERROR, FILTERS, level="district")
    pd.testing.assert_frame_equal(direct, ranking(pilot, ERROR, replace(FILTERS, method="ppi"), level="district"))


def test_full_counts_and_too_few_regions_have_no_ranks(pilot):
    for metric, filters, level in (
        (METRICS["registered_share"], Filters(), "district"),
        (ERROR, replace(FILTERS, area="35.10.16"), "village"),
        (ERROR, FILTERS, "regency"),
    ):
        found = ranking(pilot, metric, filters, level=level)
        assert found.empty
        assert list(found.columns) == COLUMNS
