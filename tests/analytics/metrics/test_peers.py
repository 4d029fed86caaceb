"""Peers: alike in kind, never chosen by their outcome."""

import numpy as np
import pandas as pd
import pytest

from analytics.metrics.peers import FACTS, facts, nearest, peers

REGIONS = pd.DataFrame(
    {
        "code": ["a", "b", "c", "d", "e"],
        "name": ["A", "B", "C", "D", "E"],
        "families": [1_000, 1_050, 10_000, 980, None],
        "mean_size": [3.0, 3.1, 4.6, 4.5, 3.0],
    }
)


def test_the_region_itself_stands_first_and_the_most_alike_follow():
    found = nearest(REGIONS, code="a")
    assert list(found["code"]) == ["a", "b", "d", "c"]
    assert found["distance"].iloc[0] == 0
    assert found["distance"].is_monotonic_increasing


def test_the_distance_is_that_of_standardised_facts_counts_by_their_logarithm():
    found = nearest(REGIONS, code="a", number=1)
    whole = REGIONS.iloc[:4]
    size, many = whole["mean_size"], np.log(whole["families"])
    expected = np.hypot((size[1] - size[0]) / size.std(ddof=0), (many[1] - many[0]) / many.std(ddof=0))
    assert found["distance"].iloc[1] == pytest.approx(expected)


def test_a_region_that_lacks_a_fact_is_no_peer_and_has_none():
    assert "e" not in set(nearest(REGIONS, code="a")["code"])
    assert nearest(REGIONS, code="e").empty
    assert nearest(REGIONS, code="z").empty


def test_a_fact_that_does_not_vary_tells_nothing():
    flat = REGIONS.assign(mean_size=3.0)
    assert list(nearest(flat, code="a", number=2)["code"]) == ["a", "d", "b"]


def test_without_a_fact_there_are_no_peers():
    assert nearest(REGIONS[["code", "name"]], code="a").empty


def test_no_outcome_is_among_the_facts():
    assert not {"error", "receives", "amount", "entitled", "checks"} & {
        part for name in FACTS for part in name.split("_")
    }


def test_facts_of_a_district_are_those_of_its_families(pilot):
    families = pilot.run(pilot.table("families").select("family_id", "village", "size", "decile"))
    registered = set(pilot.run(pilot.table("registrations").select("family_id"))["family_id"])
    own = families[families["village"].str.startswith("35.10.16.")]
    ranked = own.dropna(subset=["decile"])
    row = facts(pilot, level="district").set_index("code").loc["35.10.16"]
    assert row["families"] == len(own)
    assert row["mean_size"] == pytest.approx(ranked["size"].sum() / len(ranked))
    assert row["poorest_share"] == pytest.approx((ranked["decile"] <= 4).mean())
    assert row["registered_share"] == pytest.approx(own["family_id"].isin(registered).mean())


@pytest.mark.parametrize(("level", "code"), [("district", "35.10.16"), ("village", "35.10.16.1001")])
def test_a_region_has_five_peers_of_its_own_level(level, code, pilot):
    found = peers(pilot, level=level, code=code)
    assert found["code"].iloc[0] == code
    assert found["code"].is_unique
    assert len(found) == 6
    assert set(found["code"].str.count(r"\.")) == {code.count(".")}


def test_a_level_with_one_region_has_no_peers(pilot):
    assert len(peers(pilot, level="regency", code="35.10")) <= 1


def test_the_study_of_2008_has_peers_by_the_facts_that_it_knows(alatas):
    code = facts(alatas, level="district")["code"].iloc[0]
    assert len(peers(alatas, level="district", code=code)) == 6
