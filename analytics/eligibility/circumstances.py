"""What the rules look at: the family's record, and what its members' records come to.

Everything is three-valued, as SQL is: true, false, or empty where nobody knows. "true or unknown" is true, "false or
unknown" is unknown, so that a gap in a record never turns into a "no".
"""

from collections.abc import Callable
from datetime import date
from functools import partial, reduce
from operator import or_
from typing import Any

import ibis

from analytics.eligibility.rulebook import Limits
from validation.contract import CROSS_CHECKS
from validation.programmes import programmes

OF_FAMILY = (*CROSS_CHECKS, "decile")
OF_MEMBERS = ("nobody_living", "no_category")
CIRCUMSTANCES = (*OF_FAMILY, *OF_MEMBERS)
"""Facts that a rule may name."""

SCHOOLS = ("sd", "smp", "sma")
CHILDREN = ("early_childhood", *SCHOOLS)
"""Components that count as children."""
COMPONENTS = ("pregnancy", *CHILDREN, "elderly", "severe_disability")
"""Components that a member's record can show; a human-rights victim is not recorded anywhere that Tepat reads."""


def family_circumstances(tables: dict[str, Any], *, limits: Limits, day: date) -> Any:
    """Return the circumstances of every family and what PKH and BPNT come to.

    Args:
        tables: Ibis tables of the contract: families, and persons where there are any.
        limits: PKH's limits.
        day: Day that ages and amounts are of; age is the year less the birth year.

    Returns:
        family_id, village, CIRCUMSTANCES (empty = unknown), pkh_a_year, bpnt_a_year (rupiah a year; what the known
        members come to, so at least that), for PKH one component a living member, the dearest, within the limits.
    """
    families = tables["families"]
    kept = families.select("family_id", "village", *OF_FAMILY)
    if "persons" not in tables:
        unknown = ibis.null("boolean")
        circumstances = kept.mutate(nobody_living=unknown, no_category=unknown, pkh_a_year=ibis.null("int64"))
    else:
        own = _members(tables["persons"], limits=limits, day=day)
        circumstances = kept.left_join(own, "family_id").drop("family_id_right")
    return circumstances.mutate(
        bpnt_a_year=ibis.literal(programmes().amount_on("BPNT", "sembako", day).a_year, type="int64")
    )


def member_components(persons: Any, *, limits: Limits, day: date) -> Any:
    """Return what PKH pays for: one row a member that it pays for.

    Returns:
        family_id, person_id, component, a_year (rupiah).
    """
    rows = _with_component(persons, limits=limits, day=day)
    rows = rows.filter(rows.component.notnull())
    child = rows.component.isin(list(CHILDREN))
    order = [ibis.desc(rows.a_year), rows.person_id]
    rows = rows.mutate(
        child=child,
        among_children=ibis.row_number().over(ibis.window(group_by=[rows.family_id, child], order_by=order)),
    )
    rows = rows.filter(~rows.child | (rows.among_children < limits.children))
    order = [ibis.desc(rows.a_year), rows.person_id]
    rows = rows.mutate(place=ibis.row_number().over(ibis.window(group_by=rows.family_id, order_by=order)))
    return rows.filter(rows.place < limits.members).select("family_id", "person_id", "component", "a_year")


def _members(persons: Any, *, limits: Limits, day: date) -> Any:
    living = ~persons.deceased
    # A member counts for a category while alive: unknown where either is unknown and neither is false.
    in_category = living & reduce(or_, (test(persons) for test in _categories(limits, day).values()))
    counted = persons.select("family_id", living=living, in_category=in_category)
    sums = counted.group_by("family_id").aggregate(
        nobody_living=_none(counted.living), no_category=_none(counted.in_category)
    )
    paid = member_components(persons, limits=limits, day=day)
    amounts = paid.group_by("family_id").aggregate(a_year=paid.a_year.sum().cast("int64"))
    joined = sums.left_join(amounts, "family_id")
    return joined.select("family_id", "nobody_living", "no_category", pkh_a_year=joined.a_year.coalesce(0))


def _none(flag: Any) -> Any:
    """Return whether a flag holds of none: false where it holds of one, unknown where it might."""
    held = flag.fill_null(ibis.literal(value=False)).ifelse(1, 0).max() == 1
    maybe = flag.isnull().ifelse(1, 0).max() == 1
    return ibis.cases((held, ibis.literal(value=False)), (maybe, ibis.null("boolean")), else_=ibis.literal(value=True))


def _categories(limits: Limits, day: date) -> dict[str, Callable[[Any], Any]]:
    elderly, infant = day.year - limits.elderly_from, day.year - limits.early_childhood_until
    return {
        "pregnancy": lambda persons: persons.pregnant,
        "early_childhood": lambda persons: persons.birth_year >= infant,
        **{level: partial(_attends, level=level) for level in SCHOOLS},
        "elderly": lambda persons: persons.birth_year <= elderly,
        "severe_disability": lambda persons: persons.disability,
    }


def _attends(persons: Any, *, level: str) -> Any:
    return persons.school == level


def _with_component(persons: Any, *, limits: Limits, day: date) -> Any:
    """Add component and a_year: the dearest category of a member who is not recorded as deceased, empty without one."""
    amounts = {name: programmes().amount_on("PKH", name, day).a_year for name in COMPONENTS}
    tests = _categories(limits, day)
    dearest_first = sorted(COMPONENTS, key=lambda name: -amounts[name])
    alive = ~persons.deceased.fill_null(ibis.literal(value=False))
    cases = [(alive & tests[name](persons).fill_null(ibis.literal(value=False)), name) for name in dearest_first]
    component = ibis.cases(*cases, else_=ibis.null("string"))
    rows = persons.select("family_id", "person_id", component=component)
    return rows.mutate(a_year=ibis.cases(*((rows.component == name, a_year) for name, a_year in amounts.items())))
