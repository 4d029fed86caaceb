"""The planted test, small: the same search as at N = 360,000, with bounds that chance does not break."""

import pytest

from analytics.benchmarks.faces.planted import missed, run_planted
from analytics.benchmarks.faces.planted_page import as_dict, markdown

PEOPLE = 8_000


@pytest.fixture(scope="module")
def results():
    return run_planted(PEOPLE, seed=1, calibrated=1_500, random_pairs=300_000)


def test_fused_evidence_finds_what_neither_face_nor_record_finds(results):
    fused, face, record = (results.searches[name] for name in ("fused", "face", "record"))
    assert fused.found["kept"].share >= 0.9
    assert fused.found["altered"].share >= 0.45
    assert fused.ratio <= 1.8
    assert face.found["kept"].share < fused.found["kept"].share - 0.2
    assert record.found["altered"].share < fused.found["altered"].share - 0.2


def test_expected_false_pairs_are_about_those_that_are_false(results):
    fused = results.searches["fused"]
    false = fused.pairs - fused.true
    assert abs(false - fused.expected_false) <= 4 * max(fused.expected_false, 4) ** 0.5


def test_curve_never_falls(results):
    for search in results.searches.values():
        points = search.curve
        assert [point.pairs for point in points] == sorted(point.pairs for point in points)
        assert all(point.ratio <= 10.001 for point in points)
        for kind in ("kept", "altered"):
            shares = [point.found[kind] for point in points]
            assert shares == sorted(shares)


def test_counts_by_what_was_kept_add_up(results):
    found = results.searches["fused"].found
    parts = [each for name, each in found.items() if name.startswith("altered, ")]
    assert sum(each.planted for each in parts) == found["altered"].planted == PEOPLE * 0.005
    assert sum(each.found for each in parts) == found["altered"].found
    assert found["kept"].low <= found["kept"].share <= found["kept"].high


def test_page_says_every_search_and_what_was_missed(results):
    page = markdown(results)
    for name in ("fused", "face", "record"):
        assert f"| {name} |" in page
    assert as_dict(results)["missed"] == missed(results)
    assert ("All demands are met." in page) == (not missed(results))
