"""Who files an usul or sanggah, and on which device."""

from dataclasses import dataclass

import numpy as np

from analytics.simulator.agents import Agents, assign
from analytics.simulator.arrays import Times, Whole
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.registration import OWN_DEVICE, Registrations

NOBODY = -1


@dataclass(frozen=True, kw_only=True)
class Filers:
    """One entry an objection.

    Attributes:
        person: Row of the person who filed, NOBODY where an agent did.
        agent: Row of the agent who filed, NOBODY for others and where no agent could be found.
        device: Number of the device, NOBODY at the village office.
    """

    person: Whole
    agent: Whole
    device: Whole


def draw_filers(
    rng: np.random.Generator,
    *,
    family: Whole,
    filed_by: np.ndarray,
    channel: np.ndarray,
    filed: Times,
    people: Households,
    villages: Villages,
    table: Registrations,
    agents: Agents,
) -> Filers:
    """Draw the filers: the family's applicant or head, an agent, or the head of another family of the village."""
    first = table.first_of(len(people.village))[family]
    at = np.maximum(first, 0)
    village = people.village[family]
    own = np.where(first >= 0, table.applicant[at], people.first[family])
    person = np.where(filed_by == "masyarakat", people.first[_neighbours(rng, people, family)], own)
    known = np.where(first >= 0, table.agent[at], NOBODY)
    found = assign(agents=agents, villages=villages, village=village, submitted=filed, draw=rng.random(len(family)))
    agent = np.where(known >= 0, known, found)
    by_agent = filed_by == "pendamping"
    phone = np.where(by_agent, agent, OWN_DEVICE + people.family[person])
    return Filers(
        person=np.where(by_agent, NOBODY, person),
        agent=np.where(by_agent, agent, NOBODY),
        device=np.where(channel == "kantor_desa", NOBODY, phone),
    )


def _neighbours(rng: np.random.Generator, people: Households, family: Whole) -> Whole:
    """Return another real family of each family's village, or the family itself where it is the only one."""
    real = np.arange(people.real)
    order = real[np.argsort(people.village[: people.real], kind="stable")]
    sorted_village = people.village[order]
    village = people.village[family]
    start, end = (np.searchsorted(sorted_village, village, side=side) for side in ("left", "right"))
    pick = order[start + np.floor(rng.random(len(family)) * (end - start)).astype(np.int64)]
    following = order[np.where(end - start > 1, start + (pick == order[start]), start)]
    return np.where(pick == family, following, pick)
