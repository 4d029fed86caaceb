"""The stages in order: a population, its registration, the selection, what follows, and the files."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator import truth as known_truth
from analytics.simulator.agents import export_agents
from analytics.simulator.arrays import Flags
from analytics.simulator.audits import export_visits
from analytics.simulator.decisions import export_decisions, statuses
from analytics.simulator.errors import SimulationError
from analytics.simulator.faces import export_faces
from analytics.simulator.objections import export_objections
from analytics.simulator.payments import export_payments, pkh_benefits
from analytics.simulator.pilot import Pilot, run_pilot
from analytics.simulator.population import Population, Progress, populate
from analytics.simulator.register_exports import export_families, export_persons
from analytics.simulator.registration import export_registrations
from analytics.simulator.template_exports import export_templates

Tables = Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class SimulationSummary:
    """What was written.

    Attributes:
        families: Real families.
        persons: Their members.
        rows: Rows by export file (without the ending).
        errors: True errors of each complete quarter: period, programme, families, entitled, receivers, hits, exclusion,
            inclusion.
    """

    families: int
    persons: int
    rows: dict[str, int] = field(default_factory=dict)
    errors: list[dict[str, object]] = field(default_factory=list)


def simulate(
    *,
    families: int,
    seed: int,
    until: dt.date,
    exports: Path,
    truth: Path,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Simulate the pilot up to the end of a day and write its exports and its truth.

    The same families, seed and last day give the same files; a later last day adds to them.

    Args:
        families: Real families, 680,000 in the regency.
        seed: Seed of every random number, 0 or above.
        until: Last day, included.
        exports: Folder for the Parquet files that the portal would give.
        truth: Folder for what only the simulator knows.
        progress: Called with the name of each stage and the share of the work done.

    Raises:
        SimulationError: Too few families, a negative seed, or a last day outside of the pilot.
    """
    _check_request(families=families, seed=seed, until=until)
    say = progress or (lambda _stage, _share: None)
    exports.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    cutoff = np.datetime64(until + dt.timedelta(days=1), "s")

    base = populate(families=families, seed=seed, say=say)
    pilot = run_pilot(base, seed=seed, until=until, say=say)
    present: Flags = ~base.people.double | (pilot.decisions.received < cutoff)

    rows: dict[str, int] = {}
    for position, (name, frame) in enumerate(_export_tables(base, pilot, present=present, cutoff=cutoff, seed=seed)):
        say(f"writing {name}", 0.60 + 0.036 * position)
        frame.write_parquet(exports / f"{name}.parquet")
        rows[name] = frame.height
    say("writing the truth", 0.97)
    errors: list[dict[str, object]] = []
    for name, frame in _truth_tables(base, pilot, present=present, cutoff=cutoff):
        frame.write_parquet(truth / f"{name}.parquet")
        if name == "errors":
            errors = frame.to_dicts()
    say("done", 1.0)
    persons = int(base.people.size[: base.people.real].sum())
    return SimulationSummary(families=families, persons=persons, rows=rows, errors=errors)


def _check_request(*, families: int, seed: int, until: dt.date) -> None:
    if families < p.FEWEST_FAMILIES:
        raise SimulationError(
            f"{families} families are too few to simulate.",
            cause="The lists and the random checks of 25 districts need more.",
            next_step=f"Ask for {p.FEWEST_FAMILIES} families or more.",
        )
    if seed < 0:
        raise SimulationError(f"The seed {seed} is negative.", next_step="Give a seed of 0 or above.")
    if not p.EARLIEST_UNTIL <= until <= p.LATEST_UNTIL:
        raise SimulationError(
            f"{until} cannot be the last day of the simulation.",
            cause="The first list is announced in January 2026, and the assumed curve of registrations ends in "
            f"{p.LATEST_UNTIL.year}.",
            next_step=f"Give a day from {p.EARLIEST_UNTIL} to {p.LATEST_UNTIL}.",
        )


def _export_tables(base: Population, pilot: Pilot, *, present: Flags, cutoff: np.datetime64, seed: int) -> Tables:
    people, villages, identities = base.people, base.villages, base.identities
    yield (
        "keluarga",
        export_families(
            people=people,
            villages=villages,
            traits=base.traits,
            ranking=base.ranking,
            assets=base.assets,
            checks=base.checks,
            identities=identities,
            present=present,
        ),
    )
    yield "anggota", export_persons(people=people, traits=base.traits, identities=identities, present=present)
    yield "pendamping", export_agents(agents=pilot.agents, villages=villages, cutoff=cutoff)
    status = statuses(table=pilot.table, faces=pilot.faces, decisions=pilot.decisions, cutoff=cutoff)
    yield (
        "pendaftaran",
        export_registrations(
            table=pilot.table,
            people=people,
            villages=villages,
            agents=pilot.agents,
            identities=identities,
            status=status,
            cutoff=cutoff,
        ),
    )
    yield "verifikasi", export_faces(checks=pilot.faces, table=pilot.table, cutoff=cutoff)
    yield (
        "templat_wajah",
        export_templates(table=pilot.table, people=people, identities=identities, cutoff=cutoff, seed=seed),
    )
    corrections = pilot.objections.corrections
    yield (
        "keputusan",
        export_decisions(decisions=pilot.decisions, corrections=corrections, identities=identities, cutoff=cutoff),
    )
    yield (
        "usul_sanggah",
        export_objections(table=pilot.objections, agents=pilot.agents, identities=identities, cutoff=cutoff),
    )
    benefits = pkh_benefits(people=people, traits=base.traits)
    yield "penyaluran", export_payments(paid=pilot.paid, benefits=benefits, identities=identities, cutoff=cutoff)
    yield (
        "cek_lapangan",
        export_visits(
            rounds=pilot.visits,
            people=people,
            villages=villages,
            welfare=base.welfare,
            entitled=base.entitled,
            identities=identities,
            seed=seed,
        ),
    )


def _truth_tables(base: Population, pilot: Pilot, *, present: Flags, cutoff: np.datetime64) -> Tables:
    people, identities = base.people, base.identities
    yield (
        "families",
        known_truth.true_families(
            people=people, welfare=base.welfare, entitled=base.entitled, identities=identities, present=present
        ),
    )
    yield "persons", known_truth.true_persons(people=people, traits=base.traits, identities=identities, present=present)
    yield "duplicates", known_truth.true_duplicates(table=pilot.table, people=people, cutoff=cutoff)
    yield "relatives", known_truth.true_relatives(table=pilot.table, cutoff=cutoff)
    yield "agents", known_truth.true_agents(agents=pilot.agents, cutoff=cutoff)
    yield "objections", known_truth.true_objections(table=pilot.objections, cutoff=cutoff)
    yield "wrong_checks", known_truth.wrong_checks(checks=base.checks, identities=identities, present=present)
    yield "errors", known_truth.true_errors(paid=pilot.paid, entitled=base.entitled, present=present, cutoff=cutoff)
