"""The promise in small: no innocent agent proposed beyond the level, where a raw funnel proposes hundreds."""

import numpy as np
import pytest

from analytics.benchmarks.agents.simulation import repeat, summarise

AGENTS = 1_000
REPETITIONS = 12


@pytest.fixture(scope="module")
def summaries():
    found = {}
    for corrupt in (0.0, 0.01):
        done = list(repeat(agents=AGENTS, corrupt=corrupt, repetitions=REPETITIONS, level=0.05, seed=11))
        found[corrupt] = summarise(done, corrupt=corrupt, level=0.05)
    return found


@pytest.mark.parametrize("corrupt", [0.0, 0.01])
def test_the_share_of_innocent_agents_stays_within_the_level(summaries, corrupt):
    found = summaries[corrupt]
    assert found.holds
    assert found.any_innocent <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / REPETITIONS)
    assert found.fdr <= 0.05 + 3 * found.fdr_error


def test_the_raw_funnel_proposes_far_more_innocent_than_corrupt_agents(summaries):
    found = summaries[0.01]
    assert found.raw_innocent / found.raw > 0.85
    assert found.any_raw_innocent / AGENTS > 0.3
    assert found.proposed - found.proposed * found.fdr > 0


def test_under_the_null_the_raw_funnel_flags_many(summaries):
    assert summaries[0.0].raw / AGENTS == pytest.approx(0.095, abs=0.02)
