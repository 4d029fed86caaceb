"""The path without code ends in the figures that the study reports (± 0.001)."""

import pytest

from analytics.metrics import Filters
from analytics.reports import targeting

PUBLISHED = {
    "total_error": 0.3146,
    "exclusion_error": 0.5259,
    "inclusion_error_non_entitled": 0.2219,
    "inclusion_error": 0.5160,
}
BY_RULE = {"PMT": 0.2938, "community": 0.3259, "hybrid": 0.3236}


def test_the_households_of_2008(alatas):
    (result,) = targeting(alatas, Filters())["results"]
    assert result["checks"]["receivers"] == 1719
    assert result["checks"]["entered"] == 5753
    assert result["checks"]["unknown"] == 3
    for name, expected in PUBLISHED.items():
        assert result["metrics"][name]["value"] == pytest.approx(expected, abs=0.001)
    rules = {entry["rule"]: entry["metrics"]["total_error"]["value"] for entry in result["by"]["rule"]}
    assert rules == pytest.approx(BY_RULE, abs=0.001)


def test_its_own_provinces_are_named(alatas):
    found = targeting(alatas, Filters(), by=["province"])["results"][0]["by"]["province"]
    assert [entry["name"] for entry in found] == ["Sumatera Utara", "Jawa Tengah", "Sulawesi Selatan"]
    assert sum(entry["metrics"]["total_error"]["n"] for entry in found) == 5753
