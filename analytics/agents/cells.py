"""What the engine counted, put into the cells that each indicator is judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analytics.agents import counting
from analytics.agents.answers import Run, twin_answers
from analytics.marts.common import Tables

COUNTED: Final = {
    "night": ("applications", "night"),
    "seconds": ("timed", "logs"),
    "borrowed_device": ("known_device", "lent"),
    "failed_checks": ("checked", "failed"),
    "again": ("applications", "again"),
    "heaped": ("measured", "heaped"),
    "upheld": ("families", "objected"),
    "not_entitled": ("visited", "refuted"),
}
"""Indicator to the columns of exposure and observed of `counting.by_mix`."""
TABLES: Final[tuple[str, ...]] = ("registrations", "regions", "families", "verifications", "objections", "audits")
NEEDED: Final = {"registrations", "regions", "families"}
NEEDS: Final = {"upheld": "objections", "not_entitled": "audits", "failed_checks": "verifications"}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Cells of each indicator, and who the agents are.

    Attributes:
        cells: By indicator, as `judge_agents` takes them.
        agents: agent_id, district (where most applications come from), applications.
        linked: agent_id, family_id, kind, link: families of one agent that share something, see `graph`.
    """

    cells: Mapping[str, pd.DataFrame]
    agents: pd.DataFrame
    linked: pd.DataFrame


def count(tables: Tables, run: Run, *, pairs: pd.DataFrame | None = None) -> Counted:
    """Count everything that agents are judged by.

    Args:
        tables: The tables of `TABLES` that the data set has, as Ibis expressions.
        run: Executes an expression.
        pairs: Of a search for duplicates: family_a, family_b, agent_a, agent_b; those that are thought to be one
            person. None = none was run.
    """
    known = set(tables)
    if not known >= NEEDED:
        return Counted(cells={}, agents=_no_agents(), linked=_no_links())
    rows = counting.applications(tables)
    mixed = run(counting.by_mix(rows, tables))
    if mixed.empty:
        return Counted(cells={}, agents=_no_agents(), linked=_no_links())
    mixed = mixed.assign(night_applications=mixed["night"] * mixed["applications"])
    cells = {
        name: _cells(mixed, exposure=exposure, observed="night_applications" if name == "night" else observed)
        for name, (exposure, observed) in COUNTED.items()
        if NEEDS.get(name, "registrations") in known
    }
    cells["crowded_hours"] = _renamed(run(counting.hours(rows)), exposure="hours", observed="crowded")
    if (worked := counting.days(rows, tables)) is not None:
        cells["unchecked_days"] = _renamed(run(worked), exposure="days", observed="unchecked")
    agents = _agents(mixed)
    helped = run(counting.helped_selves(tables))
    cells["helped_self"] = _of_agents(agents, helped["agent_id"])
    if pairs is not None:
        other = pairs.loc[pairs["agent_a"] != pairs["agent_b"], "agent_b"]
        cells["shared_faces"] = _of_agents(agents, pd.concat([pairs["agent_a"], other]))
    answered = twin_answers(run, rows, tables)
    if answered is not None:
        cells["twin_answers"] = answered
    return Counted(cells=cells, agents=agents, linked=_links(helped, pairs))


def _cells(mixed: pd.DataFrame, *, exposure: str, observed: str) -> pd.DataFrame:
    kept = mixed[["agent_id", "district", "elderly", "weekend", "night", "squares"]]
    found = kept.assign(exposure=mixed[exposure], observed=mixed[observed])
    return found.fillna({"observed": 0, "exposure": 0, "squares": 0})


def _renamed(frame: pd.DataFrame, *, exposure: str, observed: str) -> pd.DataFrame:
    return frame.rename(columns={exposure: "exposure", observed: "observed"})


def _agents(mixed: pd.DataFrame) -> pd.DataFrame:
    places = mixed.groupby(["agent_id", "district"])[["applications"]].sum().reset_index()
    most = places.sort_values(["applications", "district"], ascending=[False, True]).drop_duplicates("agent_id")
    totals = places.groupby("agent_id")["applications"].sum()
    return most.assign(applications=most["agent_id"].map(totals)).sort_values("agent_id", ignore_index=True)


def _of_agents(agents: pd.DataFrame, found: pd.Series) -> pd.DataFrame:
    """Return cells of a rate: how often each agent is named, beside the applications entered."""
    times = found.value_counts()
    return agents.rename(columns={"applications": "exposure"}).assign(
        observed=agents["agent_id"].map(times).fillna(0).astype("int64")
    )


def _links(helped: pd.DataFrame, pairs: pd.DataFrame | None) -> pd.DataFrame:
    parts = [
        helped.assign(kind=kind, link=helped[column])[["agent_id", "family_id", "kind", "link"]]
        for kind, column in (("device", "device"), ("applicant", "applicant"))
    ]
    if pairs is not None and len(pairs):
        named = pairs.reset_index(drop=True)
        sides = [
            pd.DataFrame({"agent_id": named[f"agent_{agent}"], "family_id": named[f"family_{side}"], "kind": "face",
                          "link": named.index.astype(str)})
            for agent in "ab" for side in "ab"
        ]  # fmt: skip
        parts.append(pd.concat(sides))
    found = pd.concat(parts).dropna()
    return found[found["agent_id"] != ""].drop_duplicates(ignore_index=True)


def _no_agents() -> pd.DataFrame:
    return pd.DataFrame({"agent_id": [], "district": [], "applications": []})


def _no_links() -> pd.DataFrame:
    return pd.DataFrame({"agent_id": [], "family_id": [], "kind": [], "link": []})
