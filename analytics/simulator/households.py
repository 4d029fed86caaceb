"""Families and their members: size, sex, age, relation. No welfare and no identity yet."""

from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Times, Whole, choose_index, count_within, stream
from analytics.simulator.geography import Villages

HEAD, SPOUSE, CHILD, PARENT, OTHER = range(5)
YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class Households:
    """Families (F rows, the doubles last) and persons (P rows, ordered by family and position).

    Attributes:
        real: Number of real families; rows after it are second family cards of persons counted already.
        village: Position of the village, F.
        size: Members, F.
        original: Family that a double copies, -1 for a real family, F.
        first: Row of the head among the persons, F.
        family: Family of the person, P.
        position: 0 for the head, P.
        relation: HEAD, SPOUSE, CHILD, PARENT or OTHER, P.
        female: Sex, P.
        age: Years at the reference day, P.
        birth: Day of birth, P.
        source: Row of the person that a double copies, itself for a real one, P.
    """

    real: int
    village: Whole
    size: Whole
    original: Whole
    first: Whole
    family: Whole
    position: Whole
    relation: Whole
    female: Flags
    age: Number
    birth: Times
    source: Whole

    @property
    def head_age(self) -> Number:
        """Age of the head, F."""
        return self.age[self.first]

    @property
    def double(self) -> Flags:
        """Whether the family is a second card, F."""
        return self.original >= 0

    @property
    def has_spouse(self) -> Flags:
        """Whether a husband or wife lives with the head, F."""
        second = np.minimum(self.first + 1, len(self.relation) - 1)
        has: Flags = (self.size > 1) & (self.relation[second] == SPOUSE)
        return has


def build_households(*, families: int, villages: Villages, seed: int) -> Households:
    """Draw `families` real families, and the second cards of a few of them."""
    rng = stream(seed, "households")
    village = np.sort(choose_index(rng, tuple(villages.share), families))
    size = choose_index(rng, p.SIZE_SHARES, families) + 1
    first = np.concatenate(([0], np.cumsum(size)[:-1]))
    family = np.repeat(np.arange(families), size)
    position = count_within(family)

    woman_heads = rng.random(families) < np.array(p.FEMALE_HEAD)[size - 1]
    head_age = _head_age(rng, size=size, woman=woman_heads)
    spouse_share = np.where(woman_heads, p.SPOUSE_OF_WOMAN, p.SPOUSE_OF_MAN)
    has_spouse = (size > 1) & (rng.random(families) < spouse_share)
    has_parent = (size > 2) & (head_age < 64) & (rng.random(families) < p.PARENT_IN_HOME)

    relation = np.full(len(family), CHILD)
    relation[position == 0] = HEAD
    relation[has_spouse[family] & (position == 1)] = SPOUSE
    relation[has_parent[family] & (position == 1 + has_spouse[family])] = PARENT
    age, relation = _ages(rng, relation=relation, head_age=head_age[family])
    female = rng.random(len(family)) < 0.5
    female[first] = woman_heads
    wives = relation == SPOUSE
    female[wives] = ~woman_heads[family[wives]]

    lived = np.floor(age * YEAR).astype(np.int64)
    people = Households(
        real=families,
        village=village,
        size=size,
        original=np.full(families, -1),
        first=first,
        family=family,
        position=position,
        relation=relation,
        female=female,
        age=age,
        source=np.arange(len(family)),
        birth=np.datetime64(p.REFERENCE_DAY, "D") - lived.astype("timedelta64[D]"),
    )
    return _with_doubles(people, seed=seed)


def _head_age(rng: np.random.Generator, *, size: Whole, woman: Flags) -> Number:
    mean = np.where(size <= 2, 57.0, 46.5) + np.where(woman, 5.0, 0.0)
    return np.clip(mean + 12.5 * rng.standard_normal(len(size)), 19.0, 92.0)


def _ages(rng: np.random.Generator, *, relation: Whole, head_age: Number) -> tuple[Number, Whole]:
    count = len(relation)
    draw = rng.random(count)
    oldest_child = np.minimum(head_age - 19.0, 30.0)
    youngest_child = np.maximum(head_age - 44.0, 0.0)
    # Heads whose own children would have left live with grandchildren.
    relation = np.where((relation == CHILD) & (youngest_child > 22.0), OTHER, relation)
    child = youngest_child + draw * np.maximum(oldest_child - youngest_child, 0.3)
    spouse = head_age + 4.0 * rng.standard_normal(count) - 2.0
    by_relation = [
        head_age,
        np.clip(spouse, 18.0, 92.0),
        child,
        np.minimum(head_age + 20.0 + 12.0 * draw, 95.0),
        20.0 * draw,
    ]
    return np.choose(relation, by_relation), relation


def _with_doubles(people: Households, *, seed: int) -> Households:
    """Append second family cards: one or two members of a real family under another KK."""
    rng = stream(seed, "doubles")
    count = round(people.real * p.DUPLICATES / 2)
    originals = np.sort(rng.choice(people.real, size=count, replace=False))
    size = np.where(people.has_spouse[originals] & (rng.random(count) < 0.4), 2, 1)
    family = np.repeat(np.arange(count), size)
    position = count_within(family)
    source = people.first[originals][family] + position
    # Half of the copies also carry a birth date that is off by a day or by a digit of the year.
    slip = rng.choice(np.array([0, 0, 1, -1, 365]), size=len(source)).astype("timedelta64[D]")
    birth = people.birth[source] - slip
    persons = len(people.family)

    def join(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.concatenate((old, new))

    return Households(
        real=people.real,
        village=join(people.village, people.village[originals]),
        size=join(people.size, size),
        original=join(people.original, originals),
        first=join(people.first, persons + np.concatenate(([0], np.cumsum(size)[:-1])) if count else originals),
        family=join(people.family, people.real + family),
        position=join(people.position, position),
        relation=join(people.relation, people.relation[source]),
        female=join(people.female, people.female[source]),
        age=join(people.age, people.age[source]),
        birth=join(people.birth, birth),
        source=join(people.source, source),
    )
