"""Reviews, blind draws and results in the register, on SQLite and PostgreSQL."""

import datetime as dt
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from analytics.access_log import entries
from analytics.agents.cells import Counted
from analytics.agents.drawing import draw
from analytics.agents.errors import AgentError
from analytics.agents.judging import judge_agents
from analytics.agents.results import RESULTS, import_results, precision
from analytics.agents.storing import open_agent_register
from analytics.register import open_database
from tests.analytics.agents.test_judging import made

TODAY = dt.datetime.now(dt.UTC).date().isoformat()


def review_of(register, dataset="pilot"):
    cells, indicators = made()
    for name in ("one", "two"):
        cells[name].loc[[1, 4], "observed"] = 50
    # The register keeps whatever was judged; these stand for indicators that there are.
    renamed = {"one": "night", "two": "helped_self", "three": "upheld"}
    judged = judge_agents(
        {renamed[name]: own for name, own in cells.items()}, level=0.05,
        indicators={renamed[name]: each for name, each in indicators.items()},
    )  # fmt: skip
    agents = cells["one"][["agent_id", "district"]].assign(applications=60)
    linked = pd.DataFrame({"agent_id": "a001", "family_id": ["f1", "f2"], "kind": "device", "link": "d1"})
    counted = Counted(cells={}, agents=agents, linked=linked)
    return register.add_review(counted, judged, dataset=dataset, snapshot="s1")


def families():
    agents = [f"a{n:03d}" for n in range(300)]
    return pd.DataFrame(
        [{"agent_id": agent, "family_id": f"{agent}-{n:02d}", "village": f"35.10.01.20{int(agent[1:]) % 7:02d}",
          "district": "35.10.01"} for agent in agents for n in range(12)]
    )  # fmt: skip


@pytest.fixture
def register(register_settings):
    with closing(open_agent_register(register_settings)) as opened:
        yield opened


def test_a_review_comes_back_as_it_was_kept(register):
    kept = review_of(register)
    assert register.review("pilot") == kept
    assert register.review("other") is None
    assert kept.expected_innocent == pytest.approx(0.05 * kept.proposed)
    findings = register.findings(kept.id)
    assert len(findings) == kept.agents == 300
    assert findings.loc[findings["proposed"], "agent_id"].tolist() == ["a001", "a004"]
    one = findings.set_index("agent_id").loc["a001"]
    assert sorted(one["families"].split()) == ["device", "time"]
    assert set(one["indicators"]["night"]) == {"exposure", "observed", "expected", "z", "p"}
    assert one["links"] == {"families": 2, "links": 1, "components": 1, "largest": 2, "density": 1.0, "sizes": [2]}
    second = review_of(register)
    assert second.id == kept.id.replace("-1", "-2")
    assert register.review("pilot") == second
    assert register.review("pilot", kept.id) == kept


def test_without_a_search_for_duplicates_pairs_are_not_known(register):
    assert register.pairs("pilot") is None


def test_the_same_seed_draws_the_same_families_and_mixes_both_kinds(register):
    findings = register.findings(review_of(register).id)
    first, again, other = (draw(findings, families(), seed=seed) for seed in (7, 7, 8))

    def chosen(drawn):
        return set(drawn.interviews["family_id"])

    assert chosen(first) == chosen(again) != chosen(other)
    kinds = first.key.drop_duplicates("agent_id").set_index("agent_id")["proposed"]
    assert kinds.sum() == 2
    assert (~kinds).sum() == 2
    assert first.key["family_probability"].unique().tolist() == [5 / 12]
    assert first.key.groupby("proposed")["agent_probability"].first().tolist() == [2 / 298, 1.0]


def test_agents_and_families_are_drawn_as_often_as_their_probabilities_say():
    findings = pd.DataFrame({"agent_id": [f"a{n:03d}" for n in range(6)], "proposed": [True, True, *[False] * 4]})
    own = families()[lambda rows: rows["agent_id"].isin(findings["agent_id"])]
    times = pd.Series(0.0, index=own["family_id"])
    repetitions = 150
    for seed in range(repetitions):
        drawn = draw(findings, own, seed=seed, agents=1, each=3)
        times[drawn.interviews["family_id"].tolist()] += 1
    agent = times.groupby(times.index.str[:4]).sum() / 3 / repetitions
    expected = np.array([0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
    assert np.abs(agent.to_numpy() - expected).max() < 4 * np.sqrt(0.25 / repetitions)
    assert times.max() / repetitions < 0.5 * 3 / 12 + 4 * np.sqrt(0.125 * 0.875 / repetitions)


def test_the_list_says_nothing_of_agents_and_its_order_nothing_of_the_key(register):
    kept = review_of(register)
    drawn = draw(register.findings(kept.id), families(), seed=7)
    listed = register.interviews(register.add_draw(kept.id, drawn, seed=7))
    assert set(listed.columns) == {
        "code", "draw", "family_id", "village", "district", "visited_on", "result", "returned_at",
    }  # fmt: skip
    assert listed[["village", "code"]].to_numpy().tolist() == sorted(listed[["village", "code"]].to_numpy().tolist())
    assert not drawn.interviews["code"].str.contains("|".join(drawn.key["agent_id"])).any()


def test_a_review_and_who_takes_the_key_are_logged(register, register_settings):
    kept = review_of(register)
    id_ = register.add_draw(kept.id, draw(register.findings(kept.id), families(), seed=7), seed=7)
    key = register.key(id_)
    assert key["proposed"].sum() == 10
    with closing(open_database(register_settings)) as database:
        log = entries(database)
    told = list(log[["action", "kind", "ref"]].itertuples(index=False, name=None))
    assert ("export", "agent_key", id_) in told
    assert ("review_agents", "agent_review", kept.id) in told


def test_nobody_proposed_means_nobody_is_visited():
    findings = pd.DataFrame({"agent_id": ["a000", "a001"], "proposed": [False, False]})
    with pytest.raises(AgentError, match="no list to draw"):
        draw(findings, families(), seed=1)


def test_a_draw_that_never_was_is_told(register):
    with pytest.raises(AgentError, match="no draw w1"):
        register.interviews("w1")


def write(path, rows):
    pd.DataFrame(rows, columns=["code", "visited_on", "result"]).to_csv(path, index=False)
    return path


def test_results_come_in_once_and_wrong_lines_are_held_back_with_their_reason(register, tmp_path):
    kept = review_of(register)
    id_ = register.add_draw(kept.id, draw(register.findings(kept.id), families(), seed=7), seed=7)
    codes = register.interviews(id_)["code"].tolist()
    rows = [
        (codes[0], TODAY, "as_entered"), (codes[1], TODAY, "differs"), ("XXXXXXXX", TODAY, "differs"),
        (codes[2], "kemarin", "differs"), (codes[3], TODAY, "maybe"), (codes[4], "", ""),
        (codes[5], "2001-01-01", "differs"), (codes[0], TODAY, "as_entered"),
    ]  # fmt: skip
    done = import_results(write(tmp_path / "list.csv", rows), register)
    assert (done.fresh, done.already_in) == (2, 0)
    assert [line for line, _ in done.held] == [4, 5, 6, 8, 9]
    again = import_results(write(tmp_path / "list.csv", [rows[0], (codes[1], TODAY, "as_entered")]), register)
    assert (again.fresh, again.already_in) == (0, 1)
    assert "another result" in again.held[0][1]
    assert register.draws("pilot")["returned"].tolist() == [2]


@pytest.mark.parametrize("text", ["name;result\nx;y\n", ""])
def test_a_file_that_is_no_list_is_refused(register, tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AgentError, match="no list of results"):
        import_results(path, register)


def test_precision_is_the_weighted_share_by_hand(register, tmp_path):
    kept = review_of(register)
    id_ = register.add_draw(kept.id, draw(register.findings(kept.id), families(), seed=7), seed=7)
    key = register.key(id_).set_index("code")
    proposed, others = (key.index[key["proposed"] == kind].tolist() for kind in (True, False))
    said = ["did_not_apply", "as_entered"]
    rows = [(code, TODAY, said[place % 3 > 1]) for place, code in enumerate(proposed)]
    rows += [(code, TODAY, "as_entered" if place else "not_met") for place, code in enumerate(others)]
    import_results(write(tmp_path / "list.csv", rows), register)
    outcomes = register.outcomes("pilot")
    found = precision(outcomes).set_index(["group", "draw"])
    asked = outcomes[outcomes["result"] != "not_met"]
    own = asked[asked["proposed"].astype(bool)]
    assert found.loc[("proposed", ""), "value"] == pytest.approx((own["result"] == "did_not_apply").mean())
    assert found.loc[("proposed", id_), "n"] == len(own)
    assert found.loc[("time", ""), "value"] == found.loc[("proposed", ""), "value"]
    assert found.loc[("night", ""), "n"] >= len(own)
    assert found.loc[("proposed", ""), "low"] < found.loc[("proposed", ""), "value"]
    others = found.loc[("others", "")]
    assert (others["n"], others["numerator"], others["reason"]) == (9, 0, "small_n")


def test_without_results_there_is_no_precision(register):
    assert precision(register.outcomes("pilot")).empty
    assert len(RESULTS) == 4
