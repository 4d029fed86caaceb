"""Expected counts, honest spread, and the list: against computations by hand and simulations with known truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.agents.combining import benjamini_hochberg, by_family, partial_conjunction
from analytics.agents.errors import AgentError
from analytics.agents.expected import STRATUM_PRIOR, expect, residual_variance
from analytics.agents.indicators import FAMILIES, INDICATORS, Indicator
from analytics.agents.judging import judge_agents
from analytics.agents.spread import judge


def test_an_agent_is_compared_with_the_others_of_the_stratum_alone():
    cells = pd.DataFrame(
        {
            "agent_id": ["a", "a", "b", "c"],
            "district": ["x", "y", "x", "y"],
            "observed": [50, 1, 10, 4],
            "exposure": [100, 10, 100, 40],
        }
    )
    found = expect(cells, mix=("district",)).set_index("agent_id")
    overall = 65 / 250
    in_x = (10 + STRATUM_PRIOR * overall) / (100 + STRATUM_PRIOR)
    in_y = (4 + STRATUM_PRIOR * overall) / (40 + STRATUM_PRIOR)
    assert found.loc["a", "expected"] == pytest.approx(100 * in_x + 10 * in_y)
    assert found.loc["b", "expected"] == pytest.approx(100 * (50 + STRATUM_PRIOR * overall) / (100 + STRATUM_PRIOR))
    assert found.loc["a", ["exposure", "observed"]].tolist() == [110, 51]


def test_those_who_serve_harder_cases_are_not_out_for_it():
    rng = np.random.default_rng(4)
    elderly = np.repeat([0, 1], 200)
    cells = pd.DataFrame(
        {
            "agent_id": [f"a{n:03d}" for n in range(400)], "district": "x", "elderly": elderly, "exposure": 80,
            "observed": rng.binomial(80, np.where(elderly == 1, 0.4, 0.1)),
        }
    )  # fmt: skip
    by_mix = judge(expect(cells, mix=("district", "elderly")), kind="share")
    plain = judge(expect(cells, mix=("district",)), kind="share")
    assert by_mix.agents["z"].corr(pd.Series(elderly)) == pytest.approx(0, abs=0.1)
    assert plain.agents["z"].corr(pd.Series(elderly)) > 0.8
    assert by_mix.spread < 0.003 < plain.spread


def test_the_variance_inside_agents_is_that_of_the_values():
    rng = np.random.default_rng(1)
    values = rng.normal(np.repeat(rng.normal(4, 0.5, 300), 20), 0.4)
    agent = np.repeat(np.arange(300), 20)
    rows = pd.DataFrame({"agent_id": agent, "district": "x", "observed": values, "squares": values**2, "exposure": 1})
    cells = rows.groupby(["agent_id", "district"], as_index=False).sum()
    assert residual_variance(cells, mix=("district",)) == pytest.approx(0.16, rel=0.03)


@pytest.mark.parametrize(("kind", "sd"), [("share", 0.10), ("share", 0.0), ("rate", 0.06), ("mean", 0.10)])
def test_the_spread_of_honest_agents_is_found_though_one_in_fifty_is_far_out(kind, sd):
    rng = np.random.default_rng(8)
    size, centre = 1_500, 0.3
    n = np.maximum(rng.lognormal(4.2, 0.6, size).round(), 5)
    out = np.where(rng.random(size) < 0.02, 0.5, 0)
    if kind == "share":
        observed, expected = rng.binomial(n.astype(int), np.clip(rng.normal(centre, sd, size) + out, 0, 1)), centre * n
    elif kind == "rate":
        observed = rng.poisson(rng.gamma((centre / sd) ** 2, sd**2 / centre, size) * n * (1 + 8 * out))
        expected = centre * n
    else:
        observed, expected = n * rng.normal(4 + rng.normal(0, sd, size) - 2 * out, 0.4 / np.sqrt(n)), 4 * n
    counts = pd.DataFrame({"agent_id": range(size), "exposure": n, "observed": observed, "expected": expected})
    found = judge(counts, kind=kind, variance=0.16)
    assert found.sd == pytest.approx(sd, abs=0.02 if not sd else 0.012)
    honest = found.agents.loc[out == 0, "p"]
    for level in (0.05, 0.01, 0.001):
        error = 3.5 * np.sqrt(level / len(honest))
        assert (honest <= level).mean() <= level + error
    assert found.agents.loc[out > 0, "z"].median() > 3


def test_rare_counts_do_not_make_the_spread_run_away():
    rng = np.random.default_rng(3)
    n = np.maximum(rng.lognormal(3.2, 0.8, 1_000).round(), 3)
    counts = pd.DataFrame(
        {"agent_id": range(1_000), "exposure": n, "observed": rng.binomial(n.astype(int), 0.01), "expected": 0.01 * n}
    )
    found = judge(counts, kind="share")
    assert found.spread < 0.02
    assert (found.agents["p"] <= 0.01).mean() <= 0.02


def test_partial_conjunction_needs_the_second_family_too():
    p = np.array([[1e-12, 0.4, 0.9, 0.8, 0.7], [1e-4, 1e-5, 0.9, 0.8, 0.7]])
    np.testing.assert_allclose(partial_conjunction(p), [1.0, 4e-4])
    np.testing.assert_allclose(partial_conjunction(p[:, :1]), [1.0, 1.0])


def test_partial_conjunction_holds_its_level_when_one_family_stands_out_and_all_others_depend():
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(40_000, 1))
    p = stats.norm.sf(np.sqrt(0.6) * shared + np.sqrt(0.4) * rng.normal(size=(40_000, 5)))
    p[:, 2] = 0.0
    assert (partial_conjunction(p) <= 0.05).mean() <= 0.05


def test_indicators_of_a_family_count_once():
    p = pd.DataFrame({"night": [0.01, np.nan], "seconds": [0.02, np.nan], "helped_self": [0.3, 0.5]})
    found = by_family(p, {"night": "time", "seconds": "time", "helped_self": "device"})
    assert found.to_dict("list") == {"time": [0.02, 1.0], "device": [0.3, 0.5]}


def test_adjusted_p_values_are_scipys():
    p = np.random.default_rng(6).random(200) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))


def test_every_indicator_is_of_a_family_and_in_every_family_there_is_one():
    assert {each.family for each in INDICATORS.values()} == set(FAMILIES)
    assert all(name == each.id for name, each in INDICATORS.items())


def made(agents=300, seed=5):
    rng = np.random.default_rng(seed)
    base = pd.DataFrame({"agent_id": [f"a{n:03d}" for n in range(agents)], "district": "x", "exposure": 60})
    names = {"one": "time", "two": "device", "three": "outcomes"}
    cells = {name: base.assign(observed=rng.binomial(60, 0.2, agents)) for name in names}
    return cells, {name: Indicator(id=name, family=family) for name, family in names.items()}


def test_one_family_proposes_nobody_however_far_out_and_two_do():
    cells, indicators = made()
    cells["one"].loc[[0, 1], "observed"] = 58
    cells["two"].loc[1, "observed"] = 50
    found = judge_agents(cells, level=0.05, indicators=indicators)
    proposed = found.agents[found.agents["proposed"]]
    assert proposed[["agent_id", "families"]].to_numpy().tolist() == [["a001", "time device"]]
    assert found.proposed == 1
    assert found.expected_innocent == pytest.approx(0.05)


def test_two_indicators_of_one_family_are_not_two_families():
    cells, indicators = made()
    indicators["two"] = Indicator(id="two", family="time")
    for name in ("one", "two"):
        cells[name].loc[0, "observed"] = 58
    assert judge_agents(cells, level=0.05, indicators=indicators).proposed == 0


def test_a_family_that_nothing_is_known_of_counts_for_nothing():
    cells, indicators = made()
    whole = judge_agents(cells, level=0.05, indicators=indicators)
    cells["three"] = cells["three"].assign(exposure=0, observed=0)
    part = judge_agents(cells, level=0.05, indicators=indicators)
    assert list(whole.families) == ["time", "device", "outcomes"]
    assert list(part.families) == ["time", "device"]


def test_without_work_there_is_nothing_to_judge():
    with pytest.raises(AgentError, match="no agent's work"):
        judge_agents({}, level=0.05)
