"""What if a threshold were another: who moves in and out, what it costs, and what becomes of both errors.

Compared are two lists that the rules alone would make: every family that no rule refuses. Ranking, quotas and
registration are left as they are by neither; the figures say what a rule does, not what next quarter's list will be.
Nothing is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd

from analytics.disclosure.pooling import pooled
from analytics.eligibility.rulebook import Rulebook
from analytics.eligibility.verdicts import verdicts
from analytics.estimation import MINIMUM_DENOMINATOR, gaps
from analytics.marts.auditing import with_cluster
from analytics.marts.common import with_district
from analytics.marts.groups import GROUPS, with_groups
from analytics.store import Warehouse
from validation.errors import TepatError

LISTS = ("before", "after")
ERRORS = ("inclusion", "exclusion")
ROUNDS = 2
"""Latest periods of field checks that the errors are estimated from."""
CHANGE = ("change", "change_low", "change_high")


class WhatIfError(TepatError):
    """The data lack what the comparison needs."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Both lists side by side.

    Attributes:
        movers: One row a domain (without `by` a single one, ""): families, before, after (families that no rule
            refuses), moves_in, moves_out, unknown (listed after, although a rule could not be told), a_year_before,
            a_year_after (rupiah that the listed families' records come to). Empty where one of these, or of the
            families in both lists or neither, is 1 to 9, and where another domain would tell of it.
        errors: One row a domain and error (inclusion: of the listed, not entitled; exclusion: of the entitled, not
            listed): before, before_low, before_high, after, after_low, after_high, change, change_low, change_high, n
            (checks under the share of the new list); NaN where the checks are too few. Empty without field checks.
        periods: Periods of the field checks.
    """

    movers: pd.DataFrame
    errors: pd.DataFrame
    periods: tuple[str, ...]


def compare(
    warehouse: Warehouse,
    programme: str,
    before: Rulebook,
    after: Rulebook,
    *,
    day: date,
    by: Sequence[str] = (),
    minimum: int = MINIMUM_DENOMINATOR,
) -> Comparison:
    """Compare the lists that two rule books make of a programme.

    The errors' intervals, and those of the change, come from the clusters of the field checks; both lists are judged by
    the same checks, so that the change is known better than either (`analytics.estimation.gaps`).

    Args:
        warehouse: The snapshot.
        programme: One that has rules in both books.
        before: Usually the rules in force.
        after: Usually `before.changed(…)`.
        day: Day of rules, ages and amounts.
        by: One or none of village, district and `GROUPS`.
        minimum: Fewest checks under a share that is given.

    Raises:
        WhatIfError: the programme has no rules, or `by` is not known.
    """
    known = ("village", "district", *GROUPS)
    if programme not in before.programmes() or len(by) > 1 or not set(by) <= set(known):
        raise WhatIfError(
            f"The rules of {programme} cannot be compared{' by ' + ', '.join(by) if by else ''}.",
            next_step=f"Programmes are {', '.join(before.programmes())}; groups, one at a time, {', '.join(known)}.",
        )
    tables = {name: warehouse.table(name) for name in warehouse.names("tables")}
    rows = _both_lists(tables, programme, before, after, day)
    if by and by[0] in GROUPS:
        rows = with_groups(rows, tables, until=pd.Timestamp(day).to_pydatetime())
    if by and by[0] == "district":
        rows = with_district(rows, tables)
    rows = rows.mutate(domain=rows[by[0]].cast("string").coalesce("") if by else ibis.literal(""))
    checks, periods = listed_checks(warehouse, rows.select("family_id", "domain", *LISTS), programme)
    return Comparison(movers=_movers(warehouse, rows), errors=list_errors(checks, minimum=minimum), periods=periods)


def _both_lists(tables: dict[str, Any], programme: str, before: Rulebook, after: Rulebook, day: date) -> Any:
    """Return family_id, village, a_year, before, after, unknown."""
    old, new = (verdicts(tables, book, day=day, programmes=(programme,)) for book in (before, after))
    new = new.select("family_id", after=new.verdict != "not_entitled", unknown=new.verdict == "unknown")
    old = old.select("family_id", "village", "a_year", before=old.verdict != "not_entitled")
    return old.join(new, "family_id")


def _movers(warehouse: Warehouse, rows: Any) -> pd.DataFrame:
    def count(flag: Any) -> Any:
        return flag.ifelse(1, 0).sum().cast("int64")

    def rupiah(flag: Any) -> Any:
        return flag.ifelse(rows.a_year.coalesce(0), 0).sum().cast("int64")

    found = rows.group_by("domain").aggregate(
        families=rows.count(),
        before=count(rows.before),
        after=count(rows.after),
        moves_in=count(rows.after & ~rows.before),
        moves_out=count(rows.before & ~rows.after),
        unknown=count(rows.after & rows.unknown),
        a_year_before=rupiah(rows.before),
        a_year_after=rupiah(rows.after),
    )
    return _told(warehouse.run(found.order_by("domain")))


def _told(movers: pd.DataFrame) -> pd.DataFrame:
    """Empty the domains of which a list or a move holds a few, and those that would tell of them by difference."""
    stays = movers["before"] - movers["moves_out"]
    never = movers["families"] - movers["before"] - movers["moves_in"]
    apart = [
        stays,
        never,
        movers["moves_in"],
        movers["moves_out"],
        movers["unknown"],
        movers["after"] - movers["unknown"],
    ]
    hidden = pooled(np.column_stack(apart).astype(float)).hidden
    numbers = [name for name in movers if name != "domain"]
    if not hidden.any():
        return movers
    shown = movers.astype(dict.fromkeys(numbers, float))
    shown.loc[hidden, numbers] = np.nan
    return shown


def listed_checks(warehouse: Warehouse, listed: Any, programme: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the random checks of a programme's latest periods with what is said of the families, and the periods.

    Args:
        warehouse: The snapshot.
        listed: Ibis table with family_id and whatever is to be known of each family.
        programme: Whose checks.

    Returns:
        stratum, cluster, unsampled, entitled, weight and the columns of `listed`; empty without field checks.
    """
    if "audits" not in warehouse.names("tables"):
        return pd.DataFrame(), ()
    checks = warehouse.table("audits")
    checks = checks.filter(
        (checks.programme == programme) & checks.entitled.notnull() & (checks.inclusion_probability > 0)
    )
    periods = warehouse.run(checks.select("period").distinct())["period"]
    latest = tuple(sorted(periods)[-ROUNDS:])
    checks = checks.filter(checks.period.isin(list(latest)))
    checks = with_cluster(checks)
    checks = checks.select(
        "family_id", "stratum", "cluster", "unsampled", "entitled", weight=1.0 / checks.inclusion_probability
    )
    return warehouse.run(checks.join(listed, "family_id").order_by("cluster", "family_id")), latest


def list_errors(checks: pd.DataFrame, *, minimum: int = MINIMUM_DENOMINATOR) -> pd.DataFrame:
    """Estimate both errors of two lists and the change between them, as in `Comparison.errors`.

    Args:
        checks: domain, stratum, cluster, unsampled, entitled, weight, before, after, as `listed_checks` gives them.
        minimum: Fewest checks under a share that is given.
    """
    if checks.empty:
        return pd.DataFrame()
    found = [
        {"domain": domain, "error": error} | _error(rows, error, minimum=minimum)
        for domain, rows in checks.groupby("domain", sort=True)
        for error in ERRORS
    ]
    return pd.DataFrame(found)


def _error(checks: pd.DataFrame, error: str, *, minimum: int) -> dict[str, Any]:
    """Estimate one error of both lists and the change between them."""
    totals = pd.concat([_totals(checks, error, name) for name in LISTS], ignore_index=True)
    sides = gaps(totals, by="list", minimum=minimum).set_index("list")
    shares = {
        name + suffix: sides[column][name]
        for name in LISTS
        for column, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))
    }
    change = {name: sides[column]["after"] for name, column in zip(CHANGE, ("gap", "gap_low", "gap_high"), strict=True)}
    return shares | change | {"n": sides["n"]["after"]}


def _totals(checks: pd.DataFrame, error: str, name: str) -> pd.DataFrame:
    """Return the cluster totals of one error of one list, as `analytics.estimation.ratios` takes them."""
    listed, entitled = checks[name].astype(bool), checks["entitled"].astype(bool)
    under, over = (listed, ~entitled) if error == "inclusion" else (entitled, ~listed)
    rows = pd.DataFrame(
        {
            "list": name,
            "stratum": checks["stratum"],
            "cluster": checks["cluster"],
            "unsampled": checks["unsampled"],
            "numerator": checks["weight"].where(under & over, 0.0),
            "denominator": checks["weight"].where(under, 0.0),
            "n": under.astype(int),
        }
    )
    keys = ["list", "stratum", "cluster", "unsampled"]
    return rows.groupby(keys, as_index=False)[["numerator", "denominator", "n"]].sum()
