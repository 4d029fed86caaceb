"""All indicators of all agents judged together."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.agents.combining import AT_LEAST, benjamini_hochberg, by_family, partial_conjunction
from analytics.agents.errors import AgentError
from analytics.agents.expected import expect, residual_variance
from analytics.agents.indicators import INDICATORS, Indicator
from analytics.agents.spread import Judged, judge


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Who is proposed to be looked at again, and why.

    Attributes:
        level: Highest expected share of innocent agents among the proposed.
        agents: One row an agent, by agent_id: p (partial conjunction), q (adjusted), proposed, families (those that
            stand out, in order of p, separated by spaces; empty where not proposed).
        families: p of each family, one row an agent in the same order, agent_id as index.
        indicators: Of each indicator with anything to judge, what `judge` found.
    """

    level: float
    agents: pd.DataFrame
    families: pd.DataFrame
    indicators: Mapping[str, Judged]

    @property
    def proposed(self) -> int:
        """How many agents are proposed."""
        return int(self.agents["proposed"].sum())

    @property
    def expected_innocent(self) -> float:
        """Most of them that are innocent, on average over such lists."""
        return self.level * self.proposed


def judge_agents(
    cells: Mapping[str, pd.DataFrame], *, level: float, indicators: Mapping[str, Indicator] = INDICATORS
) -> Judgement:
    """Judge every agent who has done anything.

    Args:
        cells: Of each indicator: agent_id, the columns of its mix, observed, exposure, of a mean squares too; observed
            and exposure of a mean are the sum of values and their number.
        level: Highest expected share of innocent agents among the proposed.
        indicators: What is judged, by id; one without cells is left out, and its family if it has no other.

    Raises:
        AgentError: there is nothing to judge.
    """
    judged = {}
    for name, indicator in indicators.items():
        own = cells.get(name)
        if own is None or own.empty or not own["exposure"].sum():
            continue
        variance = residual_variance(own, mix=indicator.mix) if indicator.kind == "mean" else float("nan")
        judged[name] = judge(expect(own, mix=indicator.mix), kind=indicator.kind, variance=variance)
    if not judged:
        raise AgentError(
            "There is no agent's work to look at.",
            cause="The data set has no applications that agents entered.",
            next_step="Give a data set whose export names the agent of each application.",
        )
    p = pd.DataFrame({name: each.agents.set_index("agent_id")["p"] for name, each in judged.items()}).sort_index()
    families = by_family(p, {name: indicators[name].family for name in judged})
    together = partial_conjunction(families.to_numpy(float))
    adjusted = benjamini_hochberg(together)
    proposed = adjusted <= level
    # The line that the second smallest p passed: what lies below it stands out.
    line = together[proposed].max(initial=0.0) / max(families.shape[1] - AT_LEAST + 1, 1)
    agents = pd.DataFrame({"agent_id": p.index, "p": together, "q": adjusted, "proposed": proposed, "families": ""})
    named = {agent: " ".join(row[row <= line].sort_values().index) for agent, row in families[proposed].iterrows()}
    agents["families"] = [named.get(agent, "") for agent in agents["agent_id"]]
    return Judgement(level=level, agents=agents, families=families, indicators=judged)
