"""The pendamping: where they work, when they were trained, and the few who are corrupt (truth only)."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Times, Whole, choose, choose_index, clock, stream
from analytics.simulator.geography import Villages

DISTRICT, REGENCY = 2, 3
"""How many steps away an agent may be sought: village, district, regency."""


@dataclass(frozen=True, kw_only=True)
class Agents:
    """One entry an agent, in the order of training.

    Attributes:
        number: Identifiers in the exports.
        village: Position of the village.
        trained: When trained, local time.
        corrupt: Whether corrupt, in truth.
    """

    number: pl.Series
    village: Whole
    trained: Times
    role: np.ndarray
    verification: np.ndarray
    corrupt: Flags

    def __len__(self) -> int:
        return len(self.village)


def build_agents(*, families: int, villages: Villages, seed: int) -> Agents:
    """Draw the agents; the two pilot villages are served by the first trained."""
    rng = stream(seed, "agents")
    count = max(p.FEWEST_AGENTS, round(p.AGENTS * families / p.REGENCY_FAMILIES))
    village = choose_index(rng, tuple(villages.share), count)
    village[: 2 * len(villages.pilot)] = np.tile(villages.pilot, 2)
    ramp_day = np.array([np.datetime64(day, "s").astype(np.int64) for day, _ in p.AGENT_RAMP])
    trained = np.interp((np.arange(count) + 0.5) / count, [share for _, share in p.AGENT_RAMP], ramp_day)
    # Trainings end at half past three in the afternoon.
    at = trained.astype(np.int64).astype("datetime64[s]").astype("datetime64[D]").astype("datetime64[s]")
    at += np.timedelta64(15 * 3600 + 1800, "s")
    corrupt = np.zeros(count, bool)
    early = np.arange(2, max(3, count * 3 // 4))
    corrupt[rng.choice(early, size=min(max(1, round(count * p.CORRUPT_AGENTS)), len(early)), replace=False)] = True
    number = pl.Series([f"PDP-{position:05d}" for position in rng.permutation(count) + 1])
    outcomes = {"cocok": 0.97, "tidak_cocok": 0.01, "mutu_rendah": 0.01, "tak_tersedia": 0.01}
    return Agents(
        number=number,
        village=village,
        trained=at,
        role=choose(rng, p.AGENT_ROLES, count),
        verification=choose(rng, outcomes, count),
        corrupt=corrupt,
    )


def assign(
    *,
    agents: Agents,
    villages: Villages,
    village: Whole,
    submitted: Times,
    draw: Number,
    pool: Flags | None = None,
    reach: int = REGENCY,
) -> Whole:
    """Choose an agent trained by then: of the village, else of the district, else any; -1 when nobody is.

    Args:
        agents: The agents.
        villages: The villages.
        village: Position of the applicant's village.
        submitted: When the application was made.
        draw: Uniform numbers; agents trained earlier are chosen more often.
        pool: Restrict to these agents.
        reach: How far an agent may come from: DISTRICT or REGENCY.
    """
    members = np.arange(len(agents)) if pool is None else np.flatnonzero(pool)
    chosen = np.full(len(village), -1)
    levels = (
        (agents.village[members], village),
        (villages.district[agents.village[members]], villages.district[village]),
        (np.zeros(len(members), np.int64), np.zeros(len(village), np.int64)),
    )
    for place_of_agent, place in levels[:reach]:
        order = np.argsort(place_of_agent, kind="stable")
        key = place_of_agent[order].astype(np.int64) << 36 | agents.trained[members][order].astype(np.int64)
        start = np.searchsorted(key, place.astype(np.int64) << 36)
        end = np.searchsorted(key, place.astype(np.int64) << 36 | submitted.astype(np.int64), side="right")
        free = (end > start) & (chosen < 0)
        pick = start + np.floor(draw**1.4 * (end - start)).astype(np.int64)
        chosen[free] = members[order][pick[free]]
    return chosen


def export_agents(*, agents: Agents, villages: Villages, cutoff: np.datetime64) -> pl.DataFrame:
    """Return the table `pendamping` as the portal would give it."""
    return pl.DataFrame(
        {
            "id_pendamping": agents.number,
            "kode_desa": pl.Series(villages.code).gather(agents.village),
            "peran": pl.Series(agents.role.tolist(), dtype=pl.String),
            "dilatih": clock(agents.trained),
            "verifikasi_wajah": pl.Series(agents.verification.tolist(), dtype=pl.String),
        }
    ).filter(pl.Series(agents.trained < cutoff))
