"""Clusters: pairs that are thought to be one person, with care for chains.

Connected pairs can chain strangers: A is like B, B like C, and A nothing like C. A cluster is consistent, all its pairs
together speaking for one person, or it is split. Method: correlation clustering (Bansal, Blum & Chawla 2004), by the
greedy agglomeration that joins the two groups whose pairs speak for it most, as long as any do, and then moves single
people as long as anybody is better off elsewhere (best one element move, Elsner & Schudy 2009).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST_VOICE = 3.0
"""Bound of what one pair adds for or against, in log10 odds: one likeness must not outvote several doubts (assumed)."""
MOST_MOVES = 1_000
"""Moves after which a cluster is left as it is; each gains, so that none comes back."""


def components(a: Rows, b: Rows) -> Rows:
    """Return a code for each pair: equal where pairs are connected by people that they share.

    Args:
        a, b: People of the pairs, any whole numbers (n).
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - takes a second to load
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    people, rows = np.unique(np.concatenate([a, b]), return_inverse=True)
    one, other = rows[: len(a)], rows[len(a) :]
    graph = coo_array((np.ones(len(a)), (one, other)), shape=(len(people), len(people)))
    codes = connected_components(graph, directed=False)[1]
    return np.asarray(codes[one], dtype=np.int64)


def pairs_within(a: Rows, b: Rows) -> tuple[Rows, Rows]:
    """Return the pairs of connected people that are not among the given ones, a < b.

    Args:
        a, b: People of the pairs, a < b (n).
    """
    known = set(zip(a.tolist(), b.tolist(), strict=True))
    members = _members(a, b)
    missing = [
        (one, other)
        for people in members.values()
        if len(people) > 2
        for at, one in enumerate(people)
        for other in people[at + 1 :]
        if (one, other) not in known
    ]
    found = np.array(missing, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def consistent_clusters(a: Rows, b: Rows, *, voice: Array, inner: Mapping[tuple[int, int], float]) -> Rows:
    """Return the cluster of each pair, numbered from 1 in the order of the pairs.

    Args:
        a, b: People of the pairs, a < b (n).
        voice: What each pair says, in log10 odds over the line from which on a pair is shown: above 0 for one person.
        inner: The same of the pairs of `pairs_within`; a pair that is missing says as much as can be said against.

    Returns:
        Whole numbers (n). Two people whom the split parted have a cluster of their own: only that pair.
    """
    said = {**inner, **{(int(x), int(y)): float(v) for x, y, v in zip(a, b, voice, strict=True)}}
    group: dict[int, int] = {}
    for people in _members(a, b).values():
        for parted in _agglomerated(people, said):
            group |= dict.fromkeys(parted, parted[0])
    number: dict[tuple[int, ...], int] = {}
    found = []
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        key = (group[x],) if group[x] == group[y] else (x, y)
        found.append(number.setdefault(key, len(number) + 1))
    return np.array(found, dtype=np.int64)


def _members(a: Rows, b: Rows) -> dict[int, list[int]]:
    """Return the people of each component, rising."""
    if not len(a):
        return {}
    members: dict[int, set[int]] = {}
    for code, x, y in zip(components(a, b).tolist(), a.tolist(), b.tolist(), strict=True):
        members.setdefault(code, set()).update((x, y))
    return {code: sorted(people) for code, people in members.items()}


def _agglomerated(people: list[int], said: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """Join the two groups that gain most, until none gains; then move whoever is better off elsewhere."""
    voice = np.zeros((len(people), len(people)))
    for x in range(len(people)):
        for y in range(x + 1, len(people)):
            bounded = np.clip(said.get((people[x], people[y]), -MOST_VOICE), -MOST_VOICE, MOST_VOICE)
            voice[x, y] = voice[y, x] = bounded
    label = _joined(voice)
    for _ in range(MOST_MOVES):
        groups = np.unique(label)
        # What a person's pairs with each group say; being alone says nothing.
        ties = np.column_stack([voice[:, label == group].sum(axis=1) for group in groups] + [np.zeros(len(people))])
        gain = ties - ties[np.arange(len(people)), np.searchsorted(groups, label)][:, None]
        person, place = divmod(int(np.argmax(gain)), gain.shape[1])
        if gain[person, place] <= 0:
            break
        label[person] = groups[place] if place < len(groups) else label.max() + 1
    return [[people[at] for at in np.flatnonzero(label == group)] for group in np.unique(label)]


def _joined(voice: Array) -> Rows:
    """Return a group for each person: everybody alone at first, then the two groups joined that gain most."""
    gain = voice.copy()
    np.fill_diagonal(gain, -np.inf)
    label = np.arange(len(voice))
    while True:
        x, y = sorted(divmod(int(np.argmax(gain)), len(gain)))
        if x == y or gain[x, y] <= 0:
            return label
        label[label == y] = x
        gain[x] += gain[y]
        gain[:, x] = gain[x]
        gain[x, x] = -np.inf
        gain[y], gain[:, y] = -np.inf, -np.inf
