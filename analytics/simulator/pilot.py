"""What happens in the pilot: registration, face checks, decisions, objections, payments, field checks."""

import datetime as dt
from dataclasses import dataclass

from analytics.simulator import parameters as p
from analytics.simulator.agents import Agents, build_agents
from analytics.simulator.arrays import Flags, Times
from analytics.simulator.audits import Visits, draw_visits
from analytics.simulator.clock import paid_quarters
from analytics.simulator.decisions import Decisions, decide
from analytics.simulator.faces import FaceChecks, check_faces
from analytics.simulator.objections import Objections, Setting, object_to
from analytics.simulator.payments import PaidQuarter, pay
from analytics.simulator.population import Population, Progress
from analytics.simulator.registration import Registrations, register
from analytics.simulator.selection import handicap, old_list, portal_errors
from analytics.simulator.uptake import registration_days, registration_order


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """The events, not cut at the last day."""

    agents: Agents
    table: Registrations
    faces: FaceChecks
    decisions: Decisions
    objections: Objections
    paid: list[PaidQuarter]
    visits: list[Visits]


def _registration_days(base: Population, *, on_old_list: Flags, seed: int) -> Times:
    place, pilot_share = registration_order(
        people=base.people, villages=base.villages, welfare=base.welfare, on_old_list=on_old_list, seed=seed
    )
    return registration_days(place=place, pilot_share=pilot_share, seed=seed)


def run_pilot(base: Population, *, seed: int, until: dt.date, say: Progress) -> Pilot:
    """Let the pilot happen; `until` only decides how many quarters and monthly rounds there are."""
    people, villages, welfare, entitled = base.people, base.villages, base.welfare, base.entitled
    say("registration", 0.34)
    old = old_list(
        people=people, villages=villages, welfare=welfare, entitled=entitled, has_category=base.has_category, seed=seed
    )
    agents = build_agents(families=people.real, villages=villages, seed=seed)
    day = _registration_days(base, on_old_list=old["PKH"] | old["BPNT"], seed=seed)
    table = register(
        people=people,
        villages=villages,
        welfare=welfare,
        deceased=base.traits.deceased,
        agents=agents,
        day=day,
        seed=seed,
    )
    say("face checks", 0.42)
    faces = check_faces(table=table, people=people, agents=agents, seed=seed)
    say("decisions", 0.46)
    decisions = decide(
        people=people,
        poverty=-welfare.standing,
        errors=portal_errors(ranking=base.ranking, seed=seed),
        shift=handicap(people) + p.VILLAGE_FAVOUR * villages.favour[people.village],
        ranking=base.ranking,
        checks=base.checks,
        has_category=base.has_category,
        entitled=entitled,
        table=table,
        faces=faces,
        seed=seed,
    )
    quarters = paid_quarters(until)
    objections = object_to(
        quarters=[quarter for quarter in quarters if quarter.announcement <= until],
        setting=Setting(
            decisions=decisions,
            entitled=entitled,
            people=people,
            villages=villages,
            table=table,
            agents=agents,
            seed=seed,
        ),
        has_category=base.has_category,
        standing=welfare.standing,
    )
    say("payments and field checks", 0.52)
    paid = pay(
        quarters=quarters,
        people=people,
        villages=villages,
        old=old,
        decisions=decisions,
        corrections=objections.corrections,
        seed=seed,
    )
    visits = draw_visits(
        until=until,
        people=people,
        villages=villages,
        paid=paid,
        registered=decisions.received,
        entitled=entitled,
        objections=objections,
        seed=seed,
    )
    return Pilot(
        agents=agents, table=table, faces=faces, decisions=decisions, objections=objections, paid=paid, visits=visits
    )
