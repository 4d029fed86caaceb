"""A folder of labelled photos: `faces/` and `faces.csv` with file, identity and, if known, facts about the person."""

import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from cryptography.fernet import InvalidToken
from numpy.typing import NDArray

from analytics import __version__
from analytics.biometrics.encoding import Encoder, encode_photos
from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.labelled import Labelled, sample_rows
from analytics.files import write_whole
from analytics.keys import cipher
from analytics.settings import Settings

FACTS = ("sex", "age", "birth_year", "region", "district", "channel")
"""Columns of faces.csv that make groups where they are there."""
AGES = (0, 18, 40, 60, 200)
GENERATION = 20
"""Years of a group of birth years."""
BAND_ENDS = (0.5, 0.8)
BANDS = ("below .5", ".5 to .8", ".8 and more")
"""Bands of photo quality (assumed)."""
KEY = "face-evaluations"

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class EncodedSet:
    """Labelled photos after encoding.

    Attributes:
        labelled: Templates of the usable photos, with their people.
        file, identity: Of each usable photo, text (n).
        quality: Of each usable photo, in [0, 1] (n).
        attributes: Attribute to each usable photo's group; "" = not known.
        statuses: Photos by status, usable or not.
        genuine: Pairs of one person's photos among all photos, usable or not.
        left_out: Photos of a set of more than `MOST_PHOTOS` that were not drawn.
    """

    labelled: Labelled
    file: NDArray[np.str_]
    identity: NDArray[np.str_]
    quality: NDArray[np.float64]
    attributes: dict[str, NDArray[np.str_]]
    statuses: dict[str, int]
    genuine: int
    left_out: int = 0


def read_list(folder: Path) -> pd.DataFrame:
    """Return faces.csv: `file`, `identity` and the columns of `FACTS` that are there, all text.

    Raises:
        FaceError: there is no such file, a column is missing, a file is listed twice or lies elsewhere.
    """
    path = folder / "faces.csv"
    try:
        listed = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise FaceError(
            "The list of the photos cannot be read.",
            cause=f"{path.name} is missing, or is no CSV file.",
            next_step="Name a folder that holds faces/ and faces.csv with the columns file and identity.",
        ) from error
    missing = {"file", "identity"} - set(listed.columns)
    if missing:
        raise FaceError(f"faces.csv has no column {' and no column '.join(sorted(missing))}.")
    astray = listed["file"].map(lambda name: name in {"", ".", ".."} or Path(name).name != name)
    wrong = astray | listed["file"].duplicated() | (listed["identity"] == "")
    if wrong.any():
        rows = ", ".join(str(row + 2) for row in np.flatnonzero(wrong)[:5])
        raise FaceError(
            f"faces.csv has {int(wrong.sum())} rows that cannot be used.",
            cause=f"Lines {rows}: no plain name of a file in faces/, one listed twice, or nobody's.",
        )
    return listed[["file", "identity", *(fact for fact in FACTS if fact in listed)]]


def encode_set(
    folder: Path, *, encoder: Encoder, settings: Settings, cache: Path | None = None, progress: Progress | None = None
) -> EncodedSet:
    """Encode a folder of labelled photos.

    Args:
        folder: Holds `faces/` and `faces.csv`.
        encoder: What makes templates.
        settings: Whose key the cache is encrypted with.
        cache: Folder for the templates, encrypted, so that the next run need not encode again; None = none is kept.
        progress: Told after each batch.

    Raises:
        FaceError: see `read_list`.
    """
    everything = read_list(folder)
    # Beyond, the tail of the pairs would not fit in memory.
    listed = everything.iloc[sample_rows(pd.factorize(everything["identity"])[0].astype(np.int64))]
    paths = [folder / "faces" / name for name in listed["file"]]
    status, vectors, quality = _cached(paths, encoder=encoder, settings=settings, cache=cache, progress=progress)
    usable = status == "ok"
    if not usable.any():
        raise FaceError("No photo can be used.", cause=f"Their statuses: {_said(Counter(status.tolist()))}.")
    own = listed[usable]
    _, person = np.unique(own["identity"].to_numpy(dtype=str), return_inverse=True)
    sizes = listed["identity"].value_counts().to_numpy()
    return EncodedSet(
        labelled=Labelled(
            vectors=vectors[usable], person=person.astype(np.int64), model=encoder.model, source="photos"
        ),
        file=own["file"].to_numpy(dtype=str), identity=own["identity"].to_numpy(dtype=str),
        quality=quality[usable],
        attributes={
            **{fact: _grouped(fact, own[fact]) for fact in FACTS if fact in own},
            "photo quality": quality_bands(quality[usable]),
        },
        statuses=dict(Counter(status.tolist()).most_common()),
        genuine=int((sizes * (sizes - 1) // 2).sum()),
        left_out=len(everything) - len(listed),
    )  # fmt: skip


def quality_bands(quality: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return the band of each photo's quality, the same in every set."""
    return np.array(BANDS)[np.digitize(quality, BAND_ENDS)]


def _grouped(fact: str, values: "pd.Series[str]") -> NDArray[np.str_]:
    """Return ages and birth years in bands, other facts as they are."""
    if fact not in {"age", "birth_year"}:
        return values.to_numpy(dtype=str)
    number = pd.to_numeric(values, errors="coerce")
    if fact == "age":
        bands = pd.cut(number, AGES, right=False, labels=[f"{a}–{b - 1}" for a, b in pairwise(AGES)])
        return bands.astype(object).fillna("").to_numpy(dtype=str)
    first = (number // GENERATION * GENERATION).astype("Int64")
    return (first.astype(str) + "–" + (first + GENERATION - 1).astype(str)).where(first.notna(), "").to_numpy(dtype=str)


def _cached(
    paths: list[Path], *, encoder: Encoder, settings: Settings, cache: Path | None, progress: Progress | None
) -> tuple[NDArray[np.str_], NDArray[np.float32], NDArray[np.float64]]:
    file = cache / f"{_key(paths, encoder)}.templates" if cache is not None else None
    if file is not None and file.is_file():
        # What another home's key encrypted, or what was damaged, is made anew.
        with (
            suppress(InvalidToken),
            np.load(io.BytesIO(cipher(settings.home, KEY).decrypt(file.read_bytes()))) as saved,
        ):
            return saved["status"], saved["vectors"], saved["quality"]
    place = {path: row for row, path in enumerate(paths)}
    status = np.full(len(paths), "unreadable", dtype="<U24")
    vectors = np.zeros((len(paths), encoder.dimension), dtype=np.float32)
    quality = np.zeros(len(paths))
    for result in encode_photos(paths, encoder=encoder, progress=progress):
        row = place[result.path]
        status[row], quality[row] = result.status, result.quality or 0.0
        if result.vector is not None:
            vectors[row] = result.vector
    if file is not None:
        content = io.BytesIO()
        np.savez(content, status=status, vectors=vectors, quality=quality)
        write_whole(file, cipher(settings.home, KEY).encrypt(content.getvalue()))
    return status, vectors, quality


def _key(paths: list[Path], encoder: Encoder) -> str:
    """Return what stands for these photos, as they are now, this model and this version of Tepat."""
    seen = [[path.name, *((found.st_size, found.st_mtime_ns) if (found := _stat(path)) else ())] for path in paths]
    return hashlib.sha256(json.dumps([__version__, encoder.model, seen]).encode()).hexdigest()[:24]


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
