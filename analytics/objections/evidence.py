"""What the outcomes say: how often a field check overturns a refusal, by rule, district, way in, grounds and agent.

Who objects chooses to, and mostly those who are right: an overturn rate says how often those who objected were right,
never how often a rule errs. Compared are cases of one kind (`about`), since an upheld objection to one's own refusal
and one to somebody else's receipt speak of opposite errors. Groups are estimated together, small ones drawn towards the
others (`analytics.estimation.shrinkage`). A family that several rules refuse counts under each of them, so that the
rows of rules overlap.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.disclosure import SMALLEST, hidden_in_list
from analytics.estimation.shrinkage import shrunk_shares
from analytics.metrics.definitions.objecting import OVERTURNED
from analytics.metrics.filters import Filters, apply
from analytics.metrics.measure import measure
from analytics.metrics.metric import MINIMUM_N, Cells, Metric
from analytics.store import Warehouse

MART: Final = "objection_evidence"
AGENTS: Final = "objections_by_agent"
GROUPS: Final = ("rule", "district", "channel", "grounds", "programme")
NO_RULE: Final = "none"
"""Group of the families that no rule refuses on their record: refused for their rank."""
COLUMNS: Final = ["group", "upheld", "judged", "value", "low", "high", "raw", "reason"]
FIGURES: Final = ["value", "low", "high", "raw"]


@dataclass(frozen=True, kw_only=True)
class Overturned:
    """Overturn rates of groups.

    Attributes:
        groups: `COLUMNS`: upheld of judged by a field check, value (shrunk) with its interval, raw (the group's own
            share); reason is small_n (fewer than 30) or withheld (a count of few, or one that would tell it).
        value: Rate of all together; NaN where fewer than 30, or withheld.
        centre: Mean of the groups' rates; NaN where all together are withheld, as all groups are then.
        spread: Standard deviation of the groups' true rates; NaN as well.
        judged: Cases of all together, each once; None = withheld.
    """

    groups: pd.DataFrame
    value: float
    centre: float
    spread: float
    judged: int | None


@dataclass(frozen=True, kw_only=True)
class AgentSpread:
    """How far the overturn rates of agents' families lie apart, without naming any.

    Attributes:
        agents: Agents with a refusal that a field check judged.
        judged: Such refusals.
        centre: Mean of the agents' rates, with its interval.
        low: Its lower end.
        high: Its upper end.
        spread: Standard deviation of their true rates.
        beyond: Share of agents whose interval leaves the mean out; NaN with fewer than 30 agents.
    """

    agents: int
    judged: int
    centre: float
    low: float
    high: float
    spread: float
    beyond: float


def overturned(
    warehouse: Warehouse, filters: Filters | None = None, *, by: str, about: str = "refusal"
) -> Overturned | None:
    """Return how often a field check upheld the cases of each group; None where the snapshot has no such cases.

    Args:
        warehouse: The snapshot.
        filters: What is counted.
        by: One of `GROUPS`.
        about: refusal (one's own), receipt (somebody else's) or proposal.
    """
    if MART not in warehouse.names("marts"):
        return None
    rows = apply(warehouse.mart(MART), MART, filters or Filters())
    rows = rows.filter(rows.about == about)
    column = "rules" if by == "rule" else by
    cells = warehouse.run(rows.group_by(column, "outcome").aggregate(n=rows.objections.sum()).order_by(column))
    if cells.empty:
        return None
    metric = _metric(about)
    whole = measure(warehouse, metric, filters).iloc[0]
    known = whole["reason"] != "withheld"
    cells = cells.assign(group=cells[column])
    if by == "rule":
        cells = cells.assign(group=cells["rules"].replace("", NO_RULE).str.split(";")).explode("group")
    counts = _counted(cells)
    found = shrunk_shares(counts["upheld"].to_numpy(), counts["judged"].to_numpy())
    groups = pd.concat([counts.reset_index(), found.groups], axis="columns")
    hidden = _hidden_districts(warehouse, metric, filters, counts) if by == "district" else _hidden_groups(counts)
    return Overturned(
        groups=_shown(groups, hidden.to_numpy() | (not known)),
        value=float(whole["value"]),
        centre=found.centre if known else float("nan"),
        spread=found.spread if known else float("nan"),
        judged=int(whole["n"]) if known else None,
    )


def agent_spread(warehouse: Warehouse, filters: Filters | None = None) -> AgentSpread | None:
    """Return how far agents lie apart; None where fewer than 10 agents registered a family whose refusal was judged.

    None as well where the overturn rate of all together is withheld: the agents' mean would tell it.
    """
    if AGENTS not in warehouse.names("marts"):
        return None
    if (measure(warehouse, OVERTURNED, filters)["reason"] == "withheld").any():
        return None
    rows = apply(warehouse.mart(AGENTS), AGENTS, filters or Filters())
    cells = warehouse.run(rows.group_by("judged", "upheld").aggregate(agents=rows.agents.sum()))
    times = cells["agents"].to_numpy(dtype=int)
    if times.sum() < SMALLEST:
        return None
    upheld, judged = (np.repeat(cells[name].to_numpy(), times) for name in ("upheld", "judged"))
    found = shrunk_shares(upheld, judged)
    outside = (found.groups["low"] > found.centre) | (found.groups["high"] < found.centre)
    return AgentSpread(
        agents=len(judged),
        judged=int(judged.sum()),
        centre=found.centre,
        low=found.low,
        high=found.high,
        spread=found.spread,
        beyond=float(outside.mean()) if len(judged) >= MINIMUM_N else float("nan"),
    )


def _counted(cells: pd.DataFrame) -> pd.DataFrame:
    """Return upheld and judged by group."""
    cells = cells.assign(upheld=cells["n"].where(cells["outcome"] == "upheld", 0))
    return cells.groupby("group")[["upheld", "n"]].sum().rename(columns={"n": "judged"}).astype("int64")


def _metric(about: str) -> Metric:
    """Return the overturn rate of the cases of one kind, so that one rule says what of it may be told."""
    return replace(
        OVERTURNED,
        id=f"{OVERTURNED.id}.{about}",
        numerator=Cells(column="objections", where=({"about": (about,), "outcome": ("upheld",)},)),
        denominator=Cells(column="objections", where=({"about": (about,)},)),
    )


def _hidden_districts(
    warehouse: Warehouse, metric: Metric, filters: Filters | None, counts: pd.DataFrame
) -> "pd.Series[bool]":
    """Say which districts are not shown, by the rule of every comparison of regions."""
    found = measure(warehouse, metric, filters, by=["district"])
    codes = found.loc[found["reason"] == "withheld", "district"]
    return pd.Series(counts.index.isin(codes), index=counts.index)


def _hidden_groups(counts: pd.DataFrame) -> "pd.Series[bool]":
    """Say which groups are not shown: of few cases, few upheld or few rejected, and what would tell such a one."""
    parts = (counts["judged"], counts["upheld"], counts["judged"] - counts["upheld"])
    return hidden_in_list(parts[0]) | hidden_in_list(parts[1]) | hidden_in_list(parts[2])


def _shown(groups: pd.DataFrame, hidden: Any) -> pd.DataFrame:
    """Return `COLUMNS` with what may not be shown emptied and the reason for it, groups with most cases first."""
    groups = groups.sort_values(["judged", "group"], ascending=[False, True], ignore_index=False)
    hidden = pd.Series(hidden).loc[groups.index]
    few = groups["judged"] < MINIMUM_N
    groups = groups.assign(reason=np.select([hidden, few], ["withheld", "small_n"], default=""))
    groups[FIGURES] = groups[FIGURES].mask(hidden | few)
    for name in ("upheld", "judged"):
        groups[name] = groups[name].astype("Int64").mask(hidden)
    groups["upheld"] = groups["upheld"].mask(few)
    return groups[COLUMNS].reset_index(drop=True)
