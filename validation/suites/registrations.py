"""Registrations: who applied, through whom, where and when."""

from typing import Any

import ibis

from validation.checks import NotBefore, holds
from validation.contract import REGISTRATIONS
from validation.rules import ROW, Rule
from validation.suites.places import district_rule, village_rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text


def _facts(rows: Any, tables: Tables) -> Any:
    made = {"__names_agent": (rows.channel != "agent") | rows.agent_id.notnull()}
    if "persons" in tables:
        made |= _of_applicant(rows, tables["persons"])
    rows = rows.mutate(**made)
    if "agents" in tables:
        agents = tables["agents"].select(__agent=tables["agents"].agent_id, __trained_at=tables["agents"].trained_at)
        rows = rows.left_join(agents, rows.agent_id == agents["__agent"]).drop("__agent")
    return rows


def _of_applicant(rows: Any, persons: Any) -> dict[str, Any]:
    """Return whether the applicant is a member of the family, and alive; both hold of one who is not known."""
    # From the few rows that do not hold, as in `among`.
    people = persons.select(__person=persons.person_id, __own_family=persons.family_id, __dead=persons.deceased)
    named = rows.select(ROW, "applicant", "family_id")
    joined = named.join(people, named.applicant == people["__person"])
    strangers = joined.filter(joined["__own_family"] != joined.family_id)
    dead = joined.filter(joined["__dead"])
    return {"__member": ibis._[ROW].notin(strangers[ROW]), "__alive": ibis._[ROW].notin(dead[ROW])}


SUITE = table_suite(
    REGISTRATIONS,
    owner="portal",
    facts=_facts,
    rules=(
        village_rule("registrations", "portal"),
        district_rule("registrations", "portal"),
        Rule(
            id="registrations.received_at.order",
            table="registrations",
            says=Text("received_at tidak sebelum submitted_at", "received_at is not before submitted_at"),
            check=NotBefore("received_at", "submitted_at"),
            owner="portal",
        ),
        Rule(
            id="registrations.agent_id.channel",
            table="registrations",
            says=Text(
                "pendaftaran lewat pendamping menyebut pendampingnya", "a registration through an agent names the agent"
            ),
            check=holds("__names_agent"),
            owner="portal",
        ),
        Rule(
            id="registrations.submitted_at.trained",
            table="registrations",
            says=Text("pendamping sudah dilatih saat mendaftarkan", "the agent was trained before registering anybody"),
            check=NotBefore("submitted_at", "__trained_at"),
            severity="warn",
            owner="portal",
            needs=("agents",),
        ),
        Rule(
            id="registrations.applicant.member",
            table="registrations",
            says=Text("pemohon anggota keluarga yang didaftarkan", "the applicant is a member of the family"),
            check=holds("__member"),
            severity="warn",
            owner="portal",
            needs=("persons",),
        ),
        Rule(
            id="registrations.applicant.alive",
            table="registrations",
            says=Text("pemohon tidak tercatat meninggal", "the applicant is not recorded as deceased"),
            check=holds("__alive"),
            severity="warn",
            owner="dukcapil",
            needs=("persons",),
        ),
    ),
)
