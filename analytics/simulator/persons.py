"""What is true of each person: schooling, pregnancy, disability, death, and the PKH component that follows."""

from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Whole, stream
from analytics.simulator.households import HEAD, SPOUSE, Households

SCHOOLS = ("tidak", "sd", "smp", "sma", "tinggi")
COMPONENTS = tuple(p.PKH_A_YEAR)
NO_COMPONENT = -1
CHILDREN = tuple(COMPONENTS.index(name) for name in ("anak_usia_dini", "sd", "smp", "sma"))


@dataclass(frozen=True, kw_only=True)
class Traits:
    """One entry a person.

    Attributes:
        school: Position in SCHOOLS.
        pregnant: Expecting.
        disability: Severe disability.
        deceased: Died, and still in the family card: true, and as the exports know it.
        component: Position in COMPONENTS of a living member, or NO_COMPONENT.
        recorded_component: The same from what the exports say.
    """

    school: Whole
    pregnant: Flags
    disability: Flags
    deceased: Flags
    deceased_recorded: Flags
    component: Whole
    recorded_component: Whole


def draw_traits(*, people: Households, poverty: Number, seed: int) -> Traits:
    """Draw the traits.

    Args:
        people: Families and persons.
        poverty: Standardised welfare, poorest lowest, one entry a family.
        seed: Seed of the simulation.
    """
    rng = stream(seed, "persons")
    count = len(people.family)
    age = people.age
    lack = np.clip(-poverty[people.family], 0, 2.5) * p.POOR_SCHOOL_PENALTY
    goes = rng.random(count)
    school = np.zeros(count, np.int64)
    for level, (low, high, name) in enumerate(((7, 13, "sd"), (13, 16, "smp"), (16, 19, "sma"), (19, 23, "higher")), 1):
        share = p.SCHOOL_ATTENDANCE[name] - (0 if name == "sd" else lack)
        school[(age >= low) & (age < high) & (goes < share)] = level
    adults = (people.relation == HEAD) | (people.relation == SPOUSE)
    pregnant = people.female & adults & (age >= 18) & (age < 43) & (rng.random(count) < p.PREGNANT)
    shape = 0.6 + 0.4 * (age / 35.0) ** 2
    disability = rng.random(count) < p.SEVERE_DISABILITY * shape / shape.mean()
    deceased = _deaths(rng, people)
    recorded = deceased & (rng.random(count) < p.DECEASED_KNOWN)
    pregnant &= ~deceased
    school[deceased] = 0
    component = _components(age=age, school=school, pregnant=pregnant, disability=disability)
    copy = people.source
    component = component[copy]
    return Traits(
        school=school[copy],
        pregnant=pregnant[copy],
        disability=disability[copy],
        deceased=deceased[copy],
        deceased_recorded=recorded[copy],
        component=np.where(deceased[copy], NO_COMPONENT, component),
        recorded_component=np.where(recorded[copy], NO_COMPONENT, component),
    )


def _deaths(rng: np.random.Generator, people: Households) -> Flags:
    # A head without a spouse stays alive here, so that every family has somebody who can apply.
    may = (people.position > 0) | people.has_spouse[people.family]
    hazard = np.where(may, np.exp(people.age / 14.0), 0.0)
    died = rng.random(len(hazard)) < np.minimum(p.DECEASED * hazard / hazard.mean(), 0.5)
    both = np.add.reduceat(died & (people.relation <= SPOUSE), people.first) > 1
    only_one: Flags = died & ~(both[people.family] & (people.relation == SPOUSE))
    return only_one


def _components(*, age: Number, school: Whole, pregnant: Flags, disability: Flags) -> Whole:
    conditions = [
        pregnant,
        (school >= 1) & (school <= 3),
        age < 7,
        disability,
        age >= p.ELDERLY_AGE,
    ]
    order = {name: position for position, name in enumerate(COMPONENTS)}
    choices = [
        np.full(len(age), order["ibu_hamil"]),
        order["sd"] + school - 1,
        np.full(len(age), order["anak_usia_dini"]),
        np.full(len(age), order["disabilitas_berat"]),
        np.full(len(age), order["lansia"]),
    ]
    return np.select(conditions, choices, default=NO_COMPONENT)
