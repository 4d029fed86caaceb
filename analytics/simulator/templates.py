"""Templates as a face model would make them: alike and apart as measured, of people whose identity is known.

A two-covariance model (Brümmer & de Villiers 2010, The speaker partitioning problem, Odyssey): a person is a draw
around the mean face, a photo a draw around the person, and each photo has a scale of its own, so that the misses have a
heavy tail. The parameters are fitted to measured error rates before and after norming; see `parameters`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Number, Whole, stream

Vectors = npt.NDArray[np.float32]
NOBODY = -1
BLOCK = 50_000
"""Photos that are drawn at once: 25 MB of deviations."""


@dataclass(frozen=True, kw_only=True)
class Kin:
    """Who looks like whom by descent, one entry a person.

    Attributes:
        group: Code of the people who are alike, NOBODY for those who are like nobody.
        alike: Share of the variance between people that the group has in common, in [0, 1].
    """

    group: Whole
    alike: Number


def draw_templates(person: Whole, *, seed: int, kin: Kin | None = None) -> tuple[Vectors, Number]:
    """Draw one template a photo.

    Args:
        person: Code of each photo's person, 0 to people - 1 (n).
        seed: Seed of the simulation; the same people look the same.
        kin: Twins and siblings; None = nobody is like another by descent.

    Returns:
        Templates, float32 (n, 128), and the quality of each photo in (0, 1): the lower, the farther it lies from the
        person's other photos.
    """
    identity = _identities(int(person.max(initial=-1)) + 1, seed=seed, kin=kin)
    rng = stream(seed, "photos")
    scale = np.exp(p.PHOTO_SPREAD * rng.standard_normal(len(person)))
    deviation = _spread(p.FACE_WITHIN, p.FACE_WITHIN_DECAY)
    templates = np.empty((len(person), p.FACE_DIMENSION), dtype=np.float32)
    # The mean face is an axis of its own: deviations are the same in every rotation.
    templates[:, -1] = p.FACE_CENTRE
    for start in range(0, len(person), BLOCK):
        rows = slice(start, start + BLOCK)
        drawn = rng.standard_normal((len(scale[rows]), len(deviation)), dtype=np.float32) * deviation
        templates[rows, :-1] = identity[person[rows]] + scale[rows, None].astype(np.float32) * drawn
    return templates, 1 / (1 + scale**2)


def _identities(people: int, *, seed: int, kin: Kin | None) -> Vectors:
    deviation = _spread(p.FACE_BETWEEN, p.FACE_BETWEEN_DECAY)
    own = stream(seed, "faces of people").standard_normal((people, len(deviation)), dtype=np.float32) * deviation
    if kin is None:
        return own
    related = np.flatnonzero(kin.group != NOBODY)
    groups = int(kin.group.max(initial=NOBODY)) + 1
    shared = stream(seed, "faces of kin").standard_normal((groups, len(deviation)), dtype=np.float32) * deviation
    alike = kin.alike[related, None].astype(np.float32)
    own[related] = np.sqrt(alike) * shared[kin.group[related]] + np.sqrt(1 - alike) * own[related]
    return own


def _spread(variance: float, decay: float) -> npt.NDArray[np.float32]:
    """Standard deviation of each axis; their squares add up to the variance."""
    spectrum = (np.arange(p.FACE_DIMENSION - 1) + p.FACE_SPECTRUM_START) ** -decay
    return np.asarray(np.sqrt(variance * spectrum / spectrum.sum()), dtype=np.float32)
