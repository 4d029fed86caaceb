"""Who is paid in each quarter and how much: the old lists in 2025, the portal's from 2026."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Times, Whole, clock, count_within, days, stream, words
from analytics.simulator.clock import FIRST_NEW, Quarter, at_hours
from analytics.simulator.decisions import Corrections, Decisions
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.persons import CHILDREN, COMPONENTS, NO_COMPONENT, Traits
from analytics.simulator.welfare import PROGRAMMES

SEMBAKO = len(COMPONENTS)
COMPONENT_NAMES = (*COMPONENTS, "sembako")


@dataclass(frozen=True, kw_only=True)
class PaidQuarter:
    """A quarter's payments: who is paid by programme (F), and when a family is paid (F)."""

    quarter: Quarter
    paid: dict[str, Flags]
    at: Times

    @property
    def any(self) -> Flags:
        """Whether the family is paid by any programme, F."""
        any_programme: Flags = np.logical_or.reduce(list(self.paid.values()))
        return any_programme


@dataclass(frozen=True, kw_only=True)
class Benefits:
    """PKH a quarter: one entry a family and component, the members of a component added up."""

    family: Whole
    component: Whole
    amount: Whole


def pkh_benefits(*, people: Households, traits: Traits) -> Benefits:
    """Apply the PKH limits to the recorded members: the dearest first, at most four, at most three children."""
    rows = np.flatnonzero(traits.recorded_component != NO_COMPONENT)
    component = traits.recorded_component[rows]
    a_year = np.array([p.PKH_A_YEAR[name] for name in COMPONENTS])[component]
    order = np.lexsort((people.position[rows], -a_year, people.family[rows]))
    rows, component, a_year = rows[order], component[order], a_year[order]
    family = people.family[rows]
    child = np.isin(component, CHILDREN)
    within = count_within(family * 2 + child)
    keep = ~child | (within < p.PKH_CHILDREN)
    family, component, a_year = family[keep], component[keep], a_year[keep]
    keep = count_within(family) < p.PKH_MEMBERS
    key, position = np.unique(family[keep] * 16 + component[keep], return_inverse=True)
    amount = np.bincount(position, weights=a_year[keep] / 4, minlength=len(key))
    return Benefits(family=key // 16, component=key % 16, amount=amount.astype(np.int64))


def pay(
    *,
    quarters: list[Quarter],
    people: Households,
    villages: Villages,
    old: dict[str, Flags],
    decisions: Decisions,
    corrections: Corrections,
    seed: int,
) -> list[PaidQuarter]:
    """Pay every quarter's list, a village at a time, a few late and a few not at all."""
    result = []
    for quarter in quarters:
        rng = stream(seed, "payments", quarter.label)
        listed = old if quarter < FIRST_NEW else _portal_list(quarter, decisions=decisions, corrections=corrections)
        count = len(people.village)
        low, high = p.PAY_WINDOW
        day = rng.integers(low, high + 1, len(villages.code))[people.village]
        late = rng.random(count) < p.LATE_PAYMENT
        day = day + np.where(late, rng.integers(1, p.LATE_DAYS + 1, count), 0)
        at = at_hours(rng, np.datetime64(quarter.start, "s") + days(day), p.OFFICE_HOURS)
        paid = {name: listed[name] & (rng.random(count) >= p.UNPAID) for name in PROGRAMMES}
        result.append(PaidQuarter(quarter=quarter, paid=paid, at=at))
    return result


def _portal_list(quarter: Quarter, *, decisions: Decisions, corrections: Corrections) -> dict[str, Flags]:
    day = np.datetime64(quarter.announcement, "s")
    settled = corrections.at <= day
    lists = {}
    for position, name in enumerate(PROGRAMMES):
        listed = decisions.eligible[name] & (decisions.decided <= day)
        changed = settled & (corrections.programme == position)
        listed[corrections.family[changed]] = corrections.eligible[changed]
        lists[name] = listed
    return lists


def export_payments(
    *, paid: list[PaidQuarter], benefits: Benefits, identities: Identities, cutoff: np.datetime64
) -> pl.DataFrame:
    """Return the table `penyaluran`: the transfers made by the last day."""
    parts = []
    for quarter in paid:
        made = quarter.at < cutoff
        pkh = np.flatnonzero((quarter.paid["PKH"] & made)[benefits.family])
        bpnt = np.flatnonzero(quarter.paid["BPNT"] & made)
        family = np.concatenate((benefits.family[pkh], bpnt))
        programme = np.repeat([0, 1], [len(pkh), len(bpnt)])
        parts.append(
            pl.DataFrame(
                {
                    "no_kk": identities.card.gather(family),
                    "program": words(programme, PROGRAMMES),
                    "komponen": words(
                        np.concatenate((benefits.component[pkh], np.full(len(bpnt), SEMBAKO))), COMPONENT_NAMES
                    ),
                    "periode": pl.Series([quarter.quarter.label]).new_from_index(0, len(family)),
                    "nominal": np.concatenate((benefits.amount[pkh], np.full(len(bpnt), p.BPNT_A_QUARTER))),
                    "waktu_salur": clock(quarter.at[family]),
                }
            )
        )
    return pl.concat(parts)
