"""Every indicator counted in the engine equals a count of the rows by hand."""

import numpy as np
import pandas as pd
import pytest

from analytics.agents.answers import ANSWERS, matched, near_twins
from analytics.agents.cells import count
from analytics.agents.graph import shared
from analytics.agents.judging import judge_agents
from analytics.agents.local_time import local
from tests.analytics.agents.conftest import AGENTS, FAMILIES_EACH, arrow, run


@pytest.fixture(scope="module")
def counted(tables):
    return count(tables, run)


def of(counted, indicator, agent="a00"):
    cells = counted.cells[indicator]
    own = cells[cells["agent_id"] == agent]
    return own["observed"].sum(), own["exposure"].sum()


def test_night_is_that_of_the_place(counted):
    assert of(counted, "night") == (FAMILIES_EACH / 2, FAMILIES_EACH + 1)
    assert of(counted, "night", "a03") == (0, FAMILIES_EACH)


@pytest.mark.parametrize(("village", "hour"), [("35.10.01.2001", 23), ("51.71.01.1001", 0), ("91.03.01.2001", 1)])
def test_the_clock_is_that_of_the_province(village, hour):
    import ibis

    frame = pd.DataFrame({"at": [pd.Timestamp("2026-03-02 16:30")], "village": [village]})
    table = ibis.duckdb.connect().create_table("moments", arrow(frame))
    assert run(table.select(h=local(table["at"], table.village).hour()))["h"].tolist() == [hour]


def test_what_is_joined_to_an_application_is_counted_once(counted):
    logs, timed = of(counted, "seconds")
    assert timed == FAMILIES_EACH + 1
    assert logs == pytest.approx((FAMILIES_EACH + 1) * np.log(25))
    assert of(counted, "again") == (1, FAMILIES_EACH + 1)
    assert of(counted, "upheld") == (1, FAMILIES_EACH)
    assert of(counted, "not_entitled") == (1, 1)
    assert of(counted, "not_entitled", "a02") == (0, 1)
    assert of(counted, "failed_checks", "a01") == (FAMILIES_EACH / 5, FAMILIES_EACH)
    assert of(counted, "borrowed_device") == (0, FAMILIES_EACH + 1)


def test_days_hours_and_devices(counted):
    missing, days = of(counted, "unchecked_days")
    assert missing == days == FAMILIES_EACH + 1
    assert of(counted, "unchecked_days", "a05") == (0, FAMILIES_EACH)
    assert of(counted, "crowded_hours")[0] == 0
    assert of(counted, "helped_self") == (4, FAMILIES_EACH + 1)
    assert of(counted, "helped_self", "a05") == (0, FAMILIES_EACH)


def test_the_agents_are_all_there_with_the_district_of_their_villages(counted):
    assert len(counted.agents) == AGENTS
    assert counted.agents.set_index("agent_id").loc["a00", "district"] == "35.10.01"
    assert counted.agents["applications"].sum() == AGENTS * FAMILIES_EACH + 1


def test_copied_answers_are_twins_and_random_ones_are_not(counted):
    assert of(counted, "twin_answers") == (FAMILIES_EACH, FAMILIES_EACH)
    assert of(counted, "twin_answers", "a04")[0] == 0


def test_all_answers_but_one_must_be_equal_and_enough_of_them_given():
    base = np.zeros(len(ANSWERS), int)
    one, two = base.copy(), base.copy()
    one[3], two[[3, 4, 5]] = 1, 1
    assert near_twins(np.array([base, one])).tolist() == [True, True]
    assert near_twins(np.array([base, two])).tolist() == [False, False]
    few = np.full(len(ANSWERS), -1)
    few[:10] = 0
    assert near_twins(np.array([few, few])).tolist() == [False, False]


def test_an_agent_of_one_family_is_not_compared():
    answers = pd.DataFrame({"agent_id": ["a"], "district": ["x"]} | {name: [True] for name in ANSWERS})
    assert matched(answers).empty


def test_the_agent_who_does_what_corrupt_ones_do_is_the_one_proposed(counted):
    found = judge_agents(counted.cells, level=0.05).agents
    assert found.loc[found["proposed"], "agent_id"].tolist() == ["a00"]


def test_a_pair_of_people_counts_for_the_agents_of_both(tables):
    pairs = pd.DataFrame(
        {"family_a": ["f01001", "f03001"], "family_b": ["f01002", "f04001"], "agent_a": ["a01", "a03"],
         "agent_b": ["a01", "a04"]}
    )  # fmt: skip
    counted = count(tables, run, pairs=pairs)
    assert [of(counted, "shared_faces", agent)[0] for agent in ("a00", "a01", "a03", "a04")] == [0, 1, 1, 1]


def test_components_are_those_of_a_plain_walk():
    rng = np.random.default_rng(9)
    linked = pd.DataFrame(
        {"agent_id": rng.choice(["a", "b"], 60), "family_id": [f"f{n}" for n in rng.integers(0, 30, 60)],
         "kind": rng.choice(["device", "face"], 60), "link": rng.integers(0, 25, 60).astype(str)}
    )  # fmt: skip
    found = shared(linked).set_index("agent_id")
    for agent, own in linked.drop_duplicates().groupby("agent_id"):
        hubs = [set(hub["family_id"]) for _, hub in own.groupby(["kind", "link"])]
        pairs = {frozenset((a, b)) for hub in hubs for a in hub for b in hub if a != b}
        parts = []
        left = set().union(*pairs)
        while left:
            part = {left.pop()}
            while grown := set().union(*(pair for pair in pairs if pair & part)) - part:
                part |= grown
            parts.append(part)
            left -= part
        row = found.loc[agent]
        assert sorted(row["sizes"]) == sorted(sorted(map(len, parts))[-10:])
        assert (row["families"], row["components"], row["links"]) == (sum(map(len, parts)), len(parts), len(pairs))
        largest = [part for part in parts if len(part) == row["largest"]]
        density = [2 * sum(pair <= part for pair in pairs) / len(part) / (len(part) - 1) for part in largest]
        assert any(row["density"] == pytest.approx(each) for each in density)


def test_nobody_linked_gives_no_component(counted):
    assert shared(counted.linked.head(0)).empty
    found = shared(counted.linked)
    assert found[["agent_id", "families", "largest", "density"]].to_numpy().tolist() == [["a00", 4, 4, 1.0]]
