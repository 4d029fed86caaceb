"""Face checks: of applicants at each application, harder for the elderly; of agents before each working day."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.agents import Agents
from analytics.simulator.arrays import NEVER, Flags, Number, Times, Whole, choose_index, clock, known, seconds, stream
from analytics.simulator.arrays import words as to_words
from analytics.simulator.households import Households
from analytics.simulator.registration import Registrations, registration_names

OUTCOMES = ("cocok", *p.FACE_FAILURES)
REVIEW = OUTCOMES.index("ditinjau")
SUBJECTS = ("pemohon", "pendamping")
DAY = np.timedelta64(1, "D")
SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, kw_only=True)
class FaceChecks:
    """One entry a check.

    Attributes:
        registration: Row of the application; for an agent the first of the working day.
        agent: Whether the agent's own face was checked.
        outcome: Position in OUTCOMES.
        verified_at: By application: when the applicant matched, NaT when never.
    """

    registration: Whole
    agent: Flags
    attempt: Whole
    outcome: Whole
    distance: Number
    quality: Number
    checked: Times
    verified_at: Times


def check_faces(*, table: Registrations, people: Households, agents: Agents, seed: int) -> FaceChecks:
    """Run the checks of every application as it reaches the portal, and of every agent's working day."""
    rng = stream(seed, "faces")
    count = len(table)
    elderly = people.age[table.applicant] >= p.ELDERLY_AGE
    first = np.where(elderly, p.FIRST_ATTEMPT_ELDERLY, p.FIRST_ATTEMPT_ADULT)
    waiting = np.arange(count)
    when = table.received.copy()
    verified_at = np.full(count, NEVER)
    parts: list[tuple[Whole, Flags, Whole, Whole, Times]] = []
    for attempt in range(1, p.MOST_ATTEMPTS + 1):
        when[waiting] += seconds(20 + rng.exponential(40.0, len(waiting)))
        share = first[waiting] if attempt == 1 else np.full(len(waiting), p.NEXT_ATTEMPT)
        success = rng.random(len(waiting)) < share
        failure = 1 + choose_index(rng, tuple(p.FACE_FAILURES.values()), len(waiting))
        outcome = np.where(success, 0, failure)
        no_agent = np.zeros(len(waiting), bool)
        parts.append((waiting, no_agent, np.full(len(waiting), attempt), outcome, when[waiting]))
        verified_at[waiting[success]] = when[waiting[success]]
        waiting = waiting[~success & (outcome != REVIEW) & (rng.random(len(waiting)) < p.TRIES_AGAIN)]
    parts.extend(_working_days(rng, table=table, agents=agents))
    registration, agent, attempts, outcomes, checked = (np.concatenate(column) for column in zip(*parts, strict=True))
    old = ~agent & elderly[registration]
    return FaceChecks(
        registration=registration,
        agent=agent,
        attempt=attempts,
        outcome=outcomes,
        checked=checked,
        distance=_distances(rng, outcome=outcomes, elderly=old),
        quality=_qualities(rng, outcome=outcomes),
        verified_at=verified_at,
    )


def _working_days(
    rng: np.random.Generator, *, table: Registrations, agents: Agents
) -> list[tuple[Whole, Flags, Whole, Whole, Times]]:
    """Checks of the agents' own faces: minutes before a day's first application, some later that day, some never."""
    with_agent = np.flatnonzero(table.agent >= 0)
    midnight = table.submitted[with_agent].astype("datetime64[D]")
    agent_day = table.agent[with_agent] * 100_000 + midnight.astype(np.int64)
    first = np.unique(agent_day, return_index=True)[1]  # applications stand in the order of submission
    row, midnight = with_agent[first], midnight[first].astype("datetime64[s]")
    share = np.where(agents.corrupt[table.agent[row]], p.CORRUPT_CHECKED, p.AGENT_CHECKED)
    before = rng.random(len(row)) < share
    late = ~before & (rng.random(len(row)) < p.CHECKED_LATE)
    early = table.submitted[row] - seconds(60 + rng.exponential(600.0, len(row)))
    at = np.where(before, early, table.submitted[row] + seconds(600 + rng.exponential(3600.0, len(row))))
    waiting = np.flatnonzero(before | late)
    parts = []
    for attempt in range(1, p.MOST_ATTEMPTS + 1):
        matched = rng.random(len(waiting)) < p.AGENT_MATCH
        failure = 1 + choose_index(rng, tuple(p.FACE_FAILURES.values()), len(waiting))
        when = np.clip(at[waiting], midnight[waiting], midnight[waiting] + DAY - SECOND)
        attempts, agent = np.full(len(waiting), attempt), np.ones(len(waiting), bool)
        parts.append((row[waiting], agent, attempts, np.where(matched, 0, failure), when))
        at[waiting] += seconds(15 + rng.exponential(10.0, len(waiting)))
        waiting = waiting[~matched]
    return parts


def _distances(rng: np.random.Generator, *, outcome: Whole, elderly: Flags) -> Number:
    near = 0.34 + 0.03 * elderly + 0.06 * rng.standard_normal(len(outcome))
    far = p.FACE_THRESHOLD + 0.005 + np.abs(0.09 * rng.standard_normal(len(outcome)))
    far[outcome == REVIEW] = p.FACE_THRESHOLD + 0.005 * rng.random(int((outcome == REVIEW).sum()))
    distance = np.where(outcome == 0, np.clip(near, 0.08, p.FACE_THRESHOLD - 0.001), far)
    known_distance: Number = np.where(outcome <= REVIEW, distance, np.nan)
    return known_distance.round(4)


def _qualities(rng: np.random.Generator, *, outcome: Whole) -> Number:
    good = rng.beta(9.0, 2.5, len(outcome))
    quality = np.where(outcome == OUTCOMES.index("mutu_rendah"), 0.45 * good, good)
    seen = (outcome != OUTCOMES.index("tanpa_wajah")) & (outcome != OUTCOMES.index("tak_tersedia"))
    known_quality: Number = np.where(seen, quality, np.nan)
    return known_quality.round(3)


def export_faces(*, checks: FaceChecks, table: Registrations, cutoff: np.datetime64) -> pl.DataFrame:
    """Return the table `verifikasi`: the checks up to `cutoff` of the applications that have reached the portal."""
    compared = ~np.isnan(checks.distance)
    frame = pl.DataFrame(
        {
            "id_pendaftaran": registration_names(len(table)).gather(checks.registration),
            "subjek": to_words(checks.agent.astype(np.int64), SUBJECTS),
            "percobaan": checks.attempt,
            "acuan": to_words(np.zeros(len(checks.attempt), np.int64), ("Dukcapil",)),
            "jarak": known(checks.distance, compared),
            "ambang": np.full(len(checks.attempt), p.FACE_THRESHOLD),
            "mutu_foto": known(checks.quality, ~np.isnan(checks.quality)),
            "hasil": to_words(checks.outcome, OUTCOMES),
            "waktu_cek": clock(checks.checked),
        }
    )
    there = (checks.checked < cutoff) & (table.received[checks.registration] < cutoff)
    return frame.filter(pl.Series(there)).sort("waktu_cek", "id_pendaftaran", "subjek", "percobaan")
