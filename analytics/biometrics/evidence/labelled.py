"""Templates of known people: of a labelled set, of people with several photos, or of pairs that people decided."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.comparing import MOST_PHOTOS, Codes
from analytics.biometrics.gallery import Gallery, Vectors


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Templates of one model with their people.

    Attributes:
        vectors: float32 (n, d).
        person: Code of each photo's person, 0 to people − 1 (n).
        model: Name of the model.
        source: Where the labels come from: photos, gallery or decided.
    """

    vectors: Vectors
    person: Codes
    model: str
    source: str


def labelled_gallery(
    gallery: Gallery, decided: "pd.DataFrame | None" = None, *, photos: int = MOST_PHOTOS, seed: int = 0
) -> Labelled:
    """Return a gallery's templates by person, those that people found to be one person as one.

    The impostors are all pairs of different people of the gallery. Duplicates that nobody found are among them, so the
    false match rates are, if anything, too high. Decided pairs are those that a search found: genuine pairs that it
    cannot find are missing, so the false non-match rates are, if anything, too low.

    Args:
        gallery: Templates and pseudonyms.
        decided: Pairs decided by people: `a`, `b` (pseudonyms of people), `same` (bool); pairs that could not be told
            are left out beforehand.
        photos: Most photos; of a larger gallery all people with two or more and a sample of the others.
        seed: Seed of the sample.

    Raises:
        FaceError: a decided pair names nobody of the gallery, or was decided both ways.
    """
    names, person = np.unique(gallery.person, return_inverse=True)
    person = person.astype(np.int64)
    if decided is not None:
        person = _merged(pd.Index(names), decided)[person]
    kept = sample_rows(person, photos=photos, seed=seed)
    _, codes = np.unique(person[kept], return_inverse=True)
    return Labelled(
        vectors=gallery.vectors[kept], person=codes.astype(np.int64), model=gallery.model,
        source="gallery" if decided is None else "decided",
    )  # fmt: skip


def sample_rows(person: Codes, *, photos: int = MOST_PHOTOS, seed: int = 0) -> Codes:
    """Return the rows of at most `photos` photos, rising; people come whole, those with two or more photos first."""
    if len(person) <= photos:
        return np.arange(len(person))
    random = np.random.default_rng(seed)
    several = np.bincount(person) > 1
    order = random.permutation(len(several))
    order = np.concatenate([order[several[order]], order[~several[order]]])
    reached = np.cumsum(np.bincount(person)[order])
    drawn = np.zeros(len(several), dtype=bool)
    drawn[order[reached <= photos]] = True
    return np.flatnonzero(drawn[person])


def _merged(names: "pd.Index[str]", decided: pd.DataFrame) -> Codes:
    """Return a code for each name, one for all that were decided to be the same."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - takes a second to load
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    known = decided[decided["a"].isin(names) & decided["b"].isin(names)]
    if known.empty:
        raise FaceError(
            "None of the decided pairs is of this gallery.", next_step="Name the gallery that they were found in."
        )
    a, b = names.get_indexer(pd.Index(known["a"])), names.get_indexer(pd.Index(known["b"]))
    same = known["same"].to_numpy(dtype=bool)
    links = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(len(names), len(names)))
    codes = np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
    against = int((codes[a[~same]] == codes[b[~same]]).sum())
    if against:
        raise FaceError(
            f"{against} decided pairs contradict others.",
            cause="They were found to be different people, and by other decisions the same.",
            next_step="Have these pairs decided again.",
        )
    return codes
