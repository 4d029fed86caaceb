"""The benchmark of agents: its tables are judged like any other, and its page says what was measured."""

from analytics.benchmarks.agents import page, speed
from analytics.benchmarks.agents.pilot import Found
from analytics.benchmarks.agents.simulation import Repetition, summarise


def test_every_task_sees_the_same_agents(tmp_path):
    timed = speed.run([20_000], tmp_path, report=lambda _said: None)
    agents = {each.task: each.agents for each in timed}
    assert agents["count"] == agents["judge"] == 70
    assert agents["plain"] == 71  # and those whom nobody helped
    assert "| 20,000 | 70 | judge |" in page.markdown(page.Results(timed=timed))


def test_the_page_says_where_the_level_was_not_kept():
    def done(innocent):
        return Repetition(corrupt=10, proposed=10, innocent=innocent, raw=90, raw_innocent=80, any_raw=200,
                          any_raw_innocent=190)  # fmt: skip

    good, bad = (summarise([done(0), done(n)], corrupt=0.01, level=0.05) for n in (0, 0))
    worse = summarise([done(3), done(3)], corrupt=0.01, level=0.05)
    assert good.holds
    assert bad.holds
    assert not worse.holds
    assert good.recall == 1.0
    text = page.markdown(page.Results(simulated=[good, worse]))
    assert "| NO |" in text
    assert "| yes |" in text


def test_recall_and_precision_come_with_their_intervals():
    found = Found(families=1, agents=990, corrupt=10, proposed=9, right=9, raw=133, raw_right=10)
    assert [round(each, 3) for each in found.recall()] == [0.9, 0.555, 0.997]
    assert [round(each, 3) for each in found.precision()] == [1.0, 0.664, 1.0]
    assert "| 133 | 123 |" in page.markdown(page.Results(pilots=[found]))
