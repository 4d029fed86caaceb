"""Where an error comes from: the rule, the registration, the ranking, or the list that was not paid as decided.

Source: the split of design and implementation, Coady, Grosh & Hoddinott 2004; Devereux et al. 2017 (European Journal of
Development Research 29:2).
"""

from typing import Any

import ibis

from analytics.marts.common import Tables
from validation.contract import PROGRAMMES_OF_THE_PILOT
from validation.programmes import programmes

SOURCES = ("registration", "ranking", "rule", "implementation", "earlier_list")
"""In the order of the process: registered, ranked, judged by the rules, paid; and what no decision explains: the
pilot's programmes in periods that were paid from lists older than the portal."""

RANKED_OUT = ("", "decile", "ranking", "decile;ranking")
"""Reasons of a refusal that speak of the family's rank and of no rule; none given is taken for the rank."""
POOR_DECILES = 4
"""Deciles that the programmes may reach: the ceiling of PKH and BPNT."""


def with_source(rows: Any, tables: Tables) -> Any:
    """Add `source`, empty where the family is on the right side or the checker could not tell.

    Args:
        rows: With programme, period, entitled, receives, outcome and reasons of the last decision, decile (of measured
            welfare).
        tables: The contract's tables; without decisions nothing tells the sources apart, and all are empty.

    An entitled family that does not receive was: not registered or not decided yet (registration); refused for its rank
    alone (ranking) or by another reason (rule); found eligible and not paid (implementation). A family that receives
    without being entitled was: paid without being found eligible (implementation); found eligible although its measured
    welfare lies above the ceiling (ranking), or below it but for another reason not entitled (rule).
    """
    if "decisions" not in tables:
        return rows.mutate(source=ibis.literal(""))
    outcome = rows.outcome.coalesce("")
    only_rank = rows.reasons.coalesce("").isin(RANKED_OUT)
    missed = ibis.cases(
        (outcome == "eligible", "implementation"),
        (outcome.isin(["", "pending"]), "registration"),
        (only_rank, "ranking"),
        else_="rule",
    )
    wrong = ibis.cases(
        (outcome != "eligible", "implementation"),
        (rows.decile.coalesce(POOR_DECILES + 1) > POOR_DECILES, "ranking"),
        else_="rule",
    )
    before = rows.programme.isin(PROGRAMMES_OF_THE_PILOT) & (rows.period < programmes().lists_from)
    return rows.mutate(
        source=ibis.cases(
            (rows.entitled.isnull() | (rows.entitled == rows.receives), ""),
            (before, "earlier_list"),
            (rows.entitled, missed),
            else_=wrong,
        )
    )
