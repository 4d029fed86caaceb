"""The blind draw: proposed agents and as many others, and of each some families to be asked again, all by chance.

Who asks again is told neither the agent nor whether that one was proposed, so that nobody finds what is looked for; and
what the others' families say tells how much of what is found would be found anywhere.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.agents.errors import AgentError
from analytics.store import Warehouse

FAMILIES: Final = 5
"""Families of an agent (assumed): enough that one careless answer is not all."""
LETTERS: Final = "ACDEFHJKLMNPQRTUVWXY"
"""Letters that are not taken for a digit or for each other in handwriting."""
CODE_LETTERS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A draw.

    Attributes:
        interviews: code, family_id, village, district; in the order of villages and codes, which tells nothing.
        key: code, agent_id, proposed, agent_probability, family_probability.
    """

    interviews: pd.DataFrame
    key: pd.DataFrame


def draw(findings: pd.DataFrame, families: pd.DataFrame, *, seed: int, agents: int = 0, each: int = FAMILIES) -> Drawn:
    """Draw agents of either kind, as many of each, and families of each agent, without replacement.

    Args:
        findings: agent_id, proposed.
        families: agent_id, family_id, village, district: those whose first application the agent entered.
        seed: The same findings, families, numbers and seed draw the same agents and families; codes are new each time.
        agents: Most agents of either kind; 0 = all that are proposed.
        each: Families of each agent; all where there are fewer.

    Raises:
        AgentError: nobody is proposed.
    """
    rng = np.random.default_rng(seed)
    known = findings[findings["agent_id"].isin(families["agent_id"])].sort_values("agent_id")
    kinds = {kind: known.loc[known["proposed"].astype(bool) == kind, "agent_id"].to_numpy() for kind in (True, False)}
    wanted = min(agents or len(kinds[True]), *(len(own) for own in kinds.values()))
    if not wanted:
        raise AgentError(
            "There is no list to draw.", cause="No agent was proposed, or there are no others to mix them with.",
            next_step="Nothing needs to be done: without a proposal nobody is visited.",
        )  # fmt: skip
    parts = []
    by_agent = dict(tuple(families.sort_values("family_id").groupby("agent_id")))
    for kind, own in kinds.items():
        for agent in np.sort(rng.choice(own, wanted, replace=False)):
            all_ = by_agent[agent]
            taken = all_.iloc[rng.choice(len(all_), min(each, len(all_)), replace=False)]
            parts.append(
                taken.assign(
                    proposed=kind, agent_probability=wanted / len(own), family_probability=len(taken) / len(all_)
                )
            )
    # A family that two agents entered is asked once, for the one who entered it first; `families` says who that was.
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(code=_codes(len(rows))).sort_values(["village", "code"], ignore_index=True)
    return Drawn(
        interviews=rows[["code", "family_id", "village", "district"]],
        key=rows[["code", "agent_id", "proposed", "agent_probability", "family_probability"]],
    )


def families_of(warehouse: Warehouse) -> pd.DataFrame:
    """Return families by the agent who entered their first application: agent_id, family_id, village, district."""
    rows = warehouse.table("registrations")
    first = rows.group_by("family_id").aggregate(submitted_at=rows.submitted_at.min())
    regions: Any = warehouse.table("regions")
    places = regions.select(village=regions.code, district=regions.parent)
    own = rows.join(first, ["family_id", "submitted_at"]).join(places, "village")
    own = own.filter((own.channel == "agent") & own.agent_id.notnull())
    found = warehouse.run(own.select("agent_id", "family_id", "village", "district").distinct())
    return found.sort_values(["family_id", "agent_id"]).drop_duplicates("family_id", ignore_index=True)


def _codes(count: int) -> list[str]:
    codes: set[str] = set()
    while len(codes) < count:
        codes.add("".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS)))
    made = list(codes)
    secrets.SystemRandom().shuffle(made)
    return made
