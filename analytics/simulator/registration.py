"""Applications: channel, agent, device, time, delay, and the duplicates among them."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analytics.simulator import parameters as p
from analytics.simulator.agents import DISTRICT, Agents, assign
from analytics.simulator.arrays import Flags, Number, Times, Whole, clock, days, known, seconds, stream, words
from analytics.simulator.clock import at_hours
from analytics.simulator.geography import Villages
from analytics.simulator.households import SPOUSE, Households
from analytics.simulator.identity import Identities
from analytics.simulator.welfare import Welfare

HASH = 2_654_435_761
OWN_DEVICE = 1_000_000
"""Numbers of families' own phones begin here; those below are agents' and shared ones."""
CHANNELS = ("mandiri", "pendamping")


@dataclass(frozen=True, kw_only=True)
class Registrations:
    """One entry an application, in the order of submission; not cut at the last day.

    Attributes:
        family, applicant: Rows of the family and of the person.
        agent: Row of the agent, -1 when made by the family itself.
        device: Number of the device.
        submitted, received: Local times.
        duration: Seconds.
        repeats: Row of the application that this one repeats, -1 for a first one.
        relative: Made to look poor by a corrupt agent (truth only).
        withdrawn: Taken back.
    """

    family: Whole
    applicant: Whole
    agent: Whole
    device: Whole
    submitted: Times
    received: Times
    duration: Number
    repeats: Whole
    relative: Flags
    withdrawn: Flags

    def __len__(self) -> int:
        return len(self.family)

    def take(self, rows: Whole) -> "Registrations":
        """Return the rows asked for, in that order."""
        return replace(self, **{name: values[rows] for name, values in vars(self).items()})

    def first_of(self, families: int) -> Whole:
        """Row of each family's first application, -1 without one."""
        row = np.full(families, -1)
        row[self.family[::-1]] = np.arange(len(self))[::-1]
        return row


def register(
    *,
    people: Households,
    villages: Villages,
    welfare: Welfare,
    deceased: Flags,
    agents: Agents,
    day: Times,
    seed: int,
) -> Registrations:
    """Make the applications from the day on which each real family applies, and their duplicates.

    Args:
        people: Families and persons.
        villages: The villages.
        welfare: Latent welfare: the better off apply by themselves more often.
        deceased: Who cannot apply, one entry a person.
        agents: The agents.
        day: Day of each real family's application, NaT for none.
        seed: Seed of the simulation.
    """
    rng = stream(seed, "registrations")
    family, submitted_day, original = _with_repeats(rng, people=people, day=day)
    village = people.village[family]
    elderly = people.head_age[family] >= p.ELDERLY_AGE
    leaning = 0.5 * welfare.standing[family] - 0.5 * elderly + rng.logistic(size=len(family))
    by_agent = leaning < np.quantile(leaning, p.AGENT_CHANNEL) if len(family) else elderly
    submitted = np.where(
        by_agent,
        at_hours(rng, submitted_day, p.AGENT_HOURS),
        at_hours(rng, submitted_day, p.SELF_HOURS),
    )
    agent = assign(agents=agents, villages=villages, village=village, submitted=submitted, draw=rng.random(len(family)))
    # Duplicates are where a paid agent has something to gain: a good part is entered by the corrupt ones.
    bad = assign(
        agents=agents,
        villages=villages,
        village=village,
        submitted=submitted,
        draw=rng.random(len(family)),
        pool=agents.corrupt,
        reach=DISTRICT,
    )
    lured = (original >= 0) & (rng.random(len(family)) < p.LURED) & (bad >= 0)
    agent[lured] = bad[lured]
    by_agent = (by_agent | lured) & (agent >= 0)
    corrupt = by_agent & agents.corrupt[agent]
    night = corrupt & (rng.random(len(family)) < p.NIGHT_WORK)
    in_the_night = at_hours(rng, submitted_day, p.NIGHT_HOURS)
    submitted = np.where(night & (in_the_night >= agents.trained[agent]), in_the_night, submitted)
    relative = corrupt & (rng.random(len(family)) < p.RELATIVES)
    duration = _durations(rng, by_agent=by_agent, corrupt=corrupt)
    device = _devices(rng, agents=agents, family=family, village=village, agent=agent, by_agent=by_agent)
    offline = by_agent & (
        rng.random(len(family)) < p.OFFLINE * villages.remoteness[village] / villages.remoteness.mean()
    )
    late = np.minimum(rng.exponential(p.OFFLINE_DAYS[0], len(family)), p.OFFLINE_DAYS[1])
    prompt = seconds(duration + rng.exponential(4.0, len(family)))
    table = Registrations(
        family=family,
        applicant=_applicants(rng, people=people, deceased=deceased, family=family),
        agent=np.where(by_agent, agent, -1),
        device=device,
        submitted=submitted,
        received=submitted + np.where(offline, days(late), prompt),
        duration=duration,
        repeats=original,
        relative=relative,
        withdrawn=rng.random(len(family)) < p.WITHDRAWN,
    )
    return _in_order(table)


def _with_repeats(rng: np.random.Generator, *, people: Households, day: Times) -> tuple[Whole, Times, Whole]:
    """First applications, then those of the second cards, then second applications of the same family."""
    applied = np.flatnonzero(~np.isnat(day))
    row = np.full(people.real, -1)
    row[applied] = np.arange(len(applied))
    cards = np.flatnonzero(people.double)
    cards = cards[row[people.original[cards]] >= 0]
    again = applied[rng.random(len(applied)) < p.DUPLICATES / 2]
    family = np.concatenate((applied, cards, again))
    original = np.concatenate((np.full(len(applied), -1), row[people.original[cards]], row[again]))
    wait = (1 + rng.exponential(25.0, len(cards) + len(again))).astype(np.int64).astype("timedelta64[D]")
    late_day = day[family[original[len(applied) :]]] + wait
    return family, np.concatenate((day[applied], late_day)).astype("datetime64[s]"), original


def _in_order(table: Registrations) -> Registrations:
    order = np.argsort(table.submitted, kind="stable")
    new_row = np.empty(len(order), np.int64)
    new_row[order] = np.arange(len(order))
    repeats = np.where(table.repeats >= 0, new_row[table.repeats], -1)
    return replace(table, repeats=repeats).take(order)


def _applicants(rng: np.random.Generator, *, people: Households, deceased: Flags, family: Whole) -> Whole:
    head = people.first[family]
    second = np.minimum(head + 1, len(people.relation) - 1)
    spouse = (people.relation[second] == SPOUSE) & (people.size[family] > 1)
    by_spouse = (rng.random(len(family)) < p.SPOUSE_APPLIES) & ~deceased[second]
    return np.where(spouse & (by_spouse | deceased[head]), second, head)


def _durations(rng: np.random.Generator, *, by_agent: Flags, corrupt: Flags) -> Number:
    middle = np.where(by_agent, p.AGENT_SECONDS[0], p.SELF_SECONDS[0]) * np.where(corrupt, 0.45, 1.0)
    spread = np.where(by_agent, p.AGENT_SECONDS[1], p.SELF_SECONDS[1])
    duration: Number = np.maximum(middle * np.exp(spread * rng.standard_normal(len(by_agent))), 8.0)
    return duration.round()


def _devices(
    rng: np.random.Generator, *, agents: Agents, family: Whole, village: Whole, agent: Whole, by_agent: Flags
) -> Whole:
    """Agents use their own phone; families theirs, one that neighbours share, or (corrupt) the agent's after all."""
    own = OWN_DEVICE + family
    shared = rng.random(len(family)) < p.SHARED_DEVICE
    neighbours = 100_000 + village * p.NEIGHBOUR_PHONES + rng.integers(0, p.NEIGHBOUR_PHONES, len(family))
    device = np.where(shared, neighbours, own)
    helped = ~by_agent & (agent >= 0) & agents.corrupt[agent] & (rng.random(len(family)) < p.HIDDEN_HELP)
    return np.where(by_agent | helped, agent, device)


def device_names(device: Whole) -> pl.Series:
    """Identifiers of the devices: the numbers scrambled."""
    scrambled = ((device + 1).astype(np.uint64) * np.uint64(HASH)) % np.uint64(2**32)
    return _numbered("HP-", scrambled, digits=10)


def registration_names(count: int) -> pl.Series:
    """Application numbers in the order of submission."""
    return _numbered("REG-", np.arange(1, count + 1), digits=8)


def _numbered(prefix: str, numbers: np.ndarray, *, digits: int) -> pl.Series:
    padded = pl.col("n").cast(pl.String).str.zfill(digits)
    return pl.DataFrame({"n": numbers}).select(pl.concat_str(pl.lit(prefix), padded).alias("n"))["n"]


def export_registrations(
    *,
    table: Registrations,
    people: Households,
    villages: Villages,
    agents: Agents,
    identities: Identities,
    status: pl.Series,
    cutoff: np.datetime64,
) -> pl.DataFrame:
    """Return the table `pendaftaran`: what has reached the portal by `cutoff`."""
    by_agent = table.agent >= 0
    return pl.DataFrame(
        {
            "id_pendaftaran": registration_names(len(table)),
            "no_kk": identities.card.gather(table.family),
            "nik_pemohon": identities.nik.gather(table.applicant),
            "nama_pemohon": identities.name.gather(table.applicant),
            "jalur": words(by_agent.astype(np.int64), CHANNELS),
            "id_pendamping": known(agents.number.gather(np.maximum(table.agent, 0)), by_agent),
            "kode_desa": pl.Series(villages.code).gather(people.village[table.family]),
            "kode_kecamatan": pl.Series(villages.district_code).gather(villages.district[people.village[table.family]]),
            "program": pl.Series([None], dtype=pl.String).new_from_index(0, len(table)),
            "waktu_kirim": clock(table.submitted),
            "waktu_terima": clock(table.received),
            "durasi_detik": table.duration,
            "id_perangkat": device_names(table.device),
            "status": status,
        }
    ).filter(pl.Series(table.received < cutoff))
