"""Abuse of usul and sanggah, planted with a known truth: one person who files many, answers in kind, NIKs misused,
the same again, complaints about families that receive nothing."""

from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.agents import Agents
from analytics.simulator.arrays import NEVER, Flags, Times, Whole, days
from analytics.simulator.filers import NOBODY
from analytics.simulator.households import Households
from analytics.simulator.registration import OWN_DEVICE, Registrations
from analytics.simulator.welfare import PROGRAMMES

PLANTED = ("", "mass_filing", "retaliation", "nik_misuse", "repeat", "not_listed")
"""What an objection is in truth, beside being right or wrong; a misuse also where the family forgot that it asked."""
MASS, RETALIATION, MISUSE, REPEAT, NOT_LISTED = range(1, 6)


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Objections to plant, one entry each.

    Attributes:
        planted: Position in PLANTED.
        family, programme: Whom it is about.
        filed: When; NaT = drawn as for the others.
        person: Row of the person who files, NOBODY = drawn as for the others.
        right: Whether a misuse is one in truth.
        grounds: Its ground, empty = drawn as for the others.
    """

    planted: Whole
    family: Whole
    programme: Whole
    filed: Times
    person: Whole
    right: Flags
    grounds: np.ndarray

    def of(self, rows: Flags | Whole) -> "Cases":
        """Return the entries asked for."""
        return Cases(**{name: values[rows] for name, values in vars(self).items()})


def honest(family: Whole, programme: Whole) -> Cases:
    """Return the cases that abuse nothing."""
    count = len(family)
    return Cases(
        planted=np.zeros(count, np.int64),
        family=family,
        programme=programme,
        filed=np.full(count, NEVER),
        person=np.full(count, NOBODY),
        right=np.zeros(count, bool),
        grounds=_drawn(count),
    )


def joined(parts: list[Cases]) -> Cases:
    """Return the cases of all parts, of each family the first."""
    everything = Cases(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in Cases.__dataclass_fields__}
    )
    _, once = np.unique(everything.family, return_index=True)
    return everything.of(np.sort(once))


def mass_filings(
    rng: np.random.Generator,
    *,
    count: int,
    free: Flags,
    eligible: dict[str, Flags],
    people: Households,
    start: np.datetime64,
) -> Cases:
    """Draw people who object to many receivers of their own and other villages within a few days on one device.

    Args:
        rng: Random numbers.
        count: People.
        free: Families that nobody objected to, F.
        eligible: Families that were found eligible by then, F, by programme.
        people: Families and persons.
        start: First moment of the wave.
    """
    sizes = rng.integers(p.MASS_FILED[0], p.MASS_FILED[1] + 1, count)
    filer = people.first[rng.integers(0, people.real, count)]
    listed = np.flatnonzero(free & np.logical_or.reduce(list(eligible.values())))
    family = rng.choice(listed, size=min(int(sizes.sum()), len(listed)), replace=False)
    owner = np.repeat(np.arange(count), sizes)[: len(family)]
    day = rng.uniform(1.0, 20.0, count)[owner] + rng.uniform(0.0, p.MASS_DAYS - 1.0, len(family))
    return Cases(
        planted=np.full(len(family), MASS),
        family=family,
        programme=_listed_for(eligible, family),
        filed=start + days(day),
        person=filer[owner],
        right=np.zeros(len(family), bool),
        grounds=_drawn(len(family)),
    )


def retaliations(
    rng: np.random.Generator,
    *,
    count: int,
    free: Flags,
    eligible: dict[str, Flags],
    people: Households,
    family: Whole,
    person: Whole,
    filed: Times,
) -> Cases:
    """Let families that somebody objected to object to that person's family.

    Args:
        rng: Random numbers.
        count: Answers, at most.
        free: Families that nobody objected to, F.
        eligible: Families that were found eligible by then, F, by programme.
        people: Families and persons.
        family, person, filed: The objections by the public that may be answered: about whom, by whom, when.
    """
    origin = people.family[person]
    possible = free[origin] & np.logical_or.reduce(list(eligible.values()))[origin] & (origin != family)
    chosen = np.flatnonzero(possible)
    chosen = rng.permutation(chosen)[:count]
    wait = rng.uniform(*p.RETALIATION_DAYS, len(chosen))
    return Cases(
        planted=np.full(len(chosen), RETALIATION),
        family=origin[chosen],
        programme=_listed_for(eligible, origin[chosen]),
        filed=filed[chosen] + days(wait),
        person=people.first[family[chosen]],
        right=np.zeros(len(chosen), bool),
        grounds=_drawn(len(chosen)),
    )


def misuses(
    rng: np.random.Generator,
    *,
    free: Flags,
    table: Registrations,
    agents: Agents,
    before: np.datetime64,
    after: np.datetime64,
) -> Cases:
    """Draw families that say that an agent registered them without being asked: most are right, a few forgot.

    Args:
        rng: Random numbers.
        free: Families that nobody objected to, F.
        table: Applications.
        agents: The agents.
        before, after: Applications that reached the portal before the one and not before the other (NaT = ever) are
            looked at.
    """
    new = (table.agent >= 0) & (table.received < before) & ~(table.received < after) & (table.repeats < 0)
    corrupt = agents.corrupt[np.maximum(table.agent, 0)]
    draw = rng.random(len(table))
    chosen = np.flatnonzero(new & free[table.family] & (draw < np.where(corrupt, p.NIK_MISUSED, p.NIK_FORGOTTEN)))
    return Cases(
        planted=np.full(len(chosen), MISUSE),
        family=table.family[chosen],
        programme=rng.integers(0, len(PROGRAMMES), len(chosen)),
        filed=np.full(len(chosen), NEVER),
        person=table.applicant[chosen],
        right=corrupt[chosen],
        grounds=_drawn(len(chosen)),
    )


def repeats(
    rng: np.random.Generator, *, family: Whole, programme: Whole, grounds: np.ndarray, rejected: Times
) -> Cases:
    """Let families file again what was rejected, with nothing new; the arguments are the rejected ones of their own."""
    chosen = np.flatnonzero(rng.random(len(family)) < p.REPEATED)
    return Cases(
        planted=np.full(len(chosen), REPEAT),
        family=family[chosen],
        programme=programme[chosen],
        filed=rejected[chosen] + days(rng.uniform(*p.REPEAT_DAYS, len(chosen))),
        person=np.full(len(chosen), NOBODY),
        right=np.zeros(len(chosen), bool),
        grounds=grounds[chosen],
    )


def not_listed(rng: np.random.Generator, *, count: int, free: Flags, refused: dict[str, Flags]) -> Cases:
    """Let somebody object to families that were refused both programmes, and so receive nothing."""
    family = np.flatnonzero(free & np.logical_and.reduce(list(refused.values())))
    family = rng.permutation(family)[:count]
    return Cases(
        planted=np.full(len(family), NOT_LISTED),
        family=family,
        programme=rng.integers(0, len(PROGRAMMES), len(family)),
        filed=np.full(len(family), NEVER),
        person=np.full(len(family), NOBODY),
        right=np.zeros(len(family), bool),
        grounds=_drawn(len(family)),
    )


def device_of(people: Households, person: Whole) -> Whole:
    """Return the number of each person's own phone."""
    return np.where(person == NOBODY, NOBODY, OWN_DEVICE + people.family[np.maximum(person, 0)])


def _drawn(count: int) -> np.ndarray:
    return np.full(count, "", dtype=object)


def _listed_for(eligible: dict[str, Flags], family: Whole) -> Whole:
    """Return the position of the first programme that each family was found eligible for."""
    flags = np.stack([eligible[name][family] for name in PROGRAMMES])
    position: Whole = np.argmax(flags, axis=0)
    return position
