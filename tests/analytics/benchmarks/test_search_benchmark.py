import json

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from analytics.benchmarks.faces import search, search_tasks
from analytics.benchmarks.faces.search import Measured, SearchSpeed, as_dict, markdown
from analytics.benchmarks.faces.templates import BETWEEN, UNIT, WITHIN, templates
from validation.errors import TepatError

COUNT = 3000


def here(method, vectors, count, options, core):
    """Measure as a process of its own does, in this one: eleven processes take long to start."""
    duplicates = options["duplicates"]
    task = search_tasks.Task(
        vectors=np.load(vectors), **{name: value for name, value in options.items() if name != "duplicates"}
    )
    return Measured(method=method, count=count, **search_tasks.measure(method, task, duplicates))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_in_own_process", here)
        patch.setattr(search, "TRIED", 500)
        return search.run([COUNT], tmp_path_factory.mktemp("search"), threads=1, report=lambda _: None)


def test_every_way_is_measured_and_exact_ones_agree(found):
    assert [each.method for each in found.measured] == list(search.METHODS)
    assert found.of("faiss_flat", COUNT).pairs == found.of("exact", COUNT).pairs
    assert found.recall_of_all("exact", COUNT) == 1
    assert found.of("exact", COUNT).planted == 1
    assert found.faster("faiss_flat", COUNT) == found.cheaper("faiss_flat", COUNT) == 1
    assert all(each.peak_gib > 0.05 and 0 < each.share <= 1 for each in found.measured)
    assert found.of("face_distance", COUNT).share < 0.05
    assert json.loads(json.dumps(as_dict(found)))["limit"] == search.LIMIT


def test_the_page_has_a_line_for_each_way(found):
    page = markdown(found)
    assert all(f"| {title} |" in page for title in search.METHODS.values())
    assert "4,498,500 pairs" in page
    assert "aim" not in page


def made(method: str, count: int, seconds: float, pairs: int | None) -> Measured:
    return Measured(
        method=method, count=count, share=1.0, seconds=seconds, cpu_seconds=seconds, peak_gib=1.5, pairs=pairs,
        planted=None, told=0.99, told_low=0.98,
    )  # fmt: skip


@pytest.mark.parametrize(("seconds", "pairs", "said"), [(50, 98, "reached"), (50, 97, "missed"), (51, 98, "missed")])
def test_aims_are_said_to_be_reached_or_missed(seconds, pairs, said):
    million = 1_000_000
    measured = [
        made(method, million, 1000, None) for method in search.METHODS if method not in ("exact", "approximate")
    ]
    measured += [made("exact", million, 100, 100), made("approximate", million, seconds, pairs)]
    page = markdown(SearchSpeed(machine={}, limit=0.8, recall=0.98, threads=2, measured=measured))
    assert said in page.splitlines()[-1]


def test_searches_that_disagree_are_no_result():
    with pytest.raises(TepatError, match="disagree"):
        search._demand_the_same(made("faiss_flat", 10, 1, 100), made("exact", 10, 1, 90))


def test_a_measurement_has_a_process_of_its_own_and_says_when_it_fails(tmp_path):
    options = {"limit": 0.8, "recall": 0.98, "threads": 1, "duplicates": 1}
    np.save(tmp_path / "some.npy", templates(600, duplicates=1, seed=1))
    assert search._in_own_process("exact", tmp_path / "some.npy", 600, options, "Haswell").share == 1
    with pytest.raises(TepatError, match="exact failed"):
        search._in_own_process("exact", tmp_path / "nothing.npy", 10, options, None)


def test_what_is_extrapolated_is_the_share_of_all_pairs(monkeypatch):
    monkeypatch.setattr(search_tasks, "ROWS", 1000)
    monkeypatch.setattr(search_tasks, "BLOCK", 500)
    task = search_tasks.Task(vectors=templates(2000, duplicates=0, seed=1), limit=0.8, recall=0.9, threads=1)
    # 4 blocks a side: of the 10 in the upper half the first two rows hold 7; a block on the diagonal is done whole.
    assert search_tasks.numpy_blocks(task).share == pytest.approx(7 * 500**2 / (2000 * 1999 / 2))


def test_made_templates_are_spread_as_it_is_said():
    vectors = templates(20_000, duplicates=10_000, seed=3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    spread = np.linalg.eigvalsh(np.cov(vectors[:10_000], rowvar=False))[::-1]
    said = (np.array(BETWEEN) + np.array(WITHIN)) * UNIT
    assert said.sum() == pytest.approx(1, abs=0.01)
    assert np.abs(spread[:77] - said).max() < 0.01  # the largest shrink a little: all are made of one length
    assert spread[77:].max() < 1e-6
    apart = np.linalg.norm(vectors[:10_000] - vectors[10_000:], axis=1)
    # Twice the variance within a person, of vectors of length 1.
    assert np.sqrt((apart**2).mean()) == pytest.approx(np.sqrt(2 * np.array(WITHIN).sum() * UNIT), abs=0.02)
    strangers = cdist(vectors[:2000], vectors[2000:4000])
    assert np.median(strangers) == pytest.approx(np.sqrt(2), abs=0.02)
