"""A folder of photos into a gallery: each photo once, whatever interrupts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.biometrics.encoding import PhotoResult, encode_photos, open_encoder
from analytics.biometrics.encoding.batches import Progress
from analytics.biometrics.errors import FaceError
from analytics.biometrics.listing import Listing, read_listing
from analytics.biometrics.templates import Templates
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.settings import Settings

BATCH = 1000
"""Photos that are saved at a time: an interruption costs at most so many again, some ten seconds of one core."""


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """How an enrolment ended.

    Attributes:
        gallery: Its name.
        model: The model that encoded.
        listed: Photos of the folder.
        added: Of these, photos that were read now.
        statuses: Status to the number of the folder's photos, those of earlier runs too; the most frequent first.
    """

    gallery: str
    model: str
    listed: int
    added: int
    statuses: dict[str, int]


def enrol(
    folder: Path,
    *,
    settings: Settings,
    gallery: str = "default",
    batch: int = BATCH,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Enrolled:
    """Enrol the photos of a folder: `faces/` and `faces.csv` (file, identity and, where known, captured_at).

    Photos that the gallery holds already, for this model, are left as they are: after an interruption the same call
    goes on. A file's name stands for the photo, so that two photos must not share one.

    Args:
        folder: The folder.
        settings: Where the home folder is, and the face model.
        gallery: Name of the gallery.
        batch: Photos that are saved at a time.
        processes: See `encode_photos`.
        progress: Told while photos are read.

    Raises:
        FaceError: the folder cannot be read, the gallery is being written by another process or cannot be read, or one
            of its photos is now another person's.
    """
    listing = read_listing(folder)
    encoder = open_encoder(settings)
    key = pseudonym_key(settings.home)
    listed = listing.rows.with_columns(
        photo=pseudonymise(listing.rows["file"], key=key, scope="photo_id"),
        person=pseudonymise(listing.rows["identity"], key=key, scope="person_id"),
    )
    templates = Templates.open(settings, gallery)
    with templates.writing():
        known = templates.statuses()
        _demand_the_same_people(listed, known)
        fresh = listed.join(known.filter(pl.col("model") == encoder.model), on="photo", how="anti")
        paths = [listing.faces / file for file in fresh["file"]]
        results = encode_photos(paths, encoder=encoder, processes=processes, progress=progress)
        added = 0
        for some in _groups(results, batch):
            added += templates.add(_rows(some, fresh, listing, model=encoder.model))
        seen = templates.statuses().filter(pl.col("model") == encoder.model)
    counts = seen.join(listed, on="photo", how="semi")["status"].value_counts(sort=True)
    return Enrolled(
        gallery=gallery,
        model=encoder.model,
        listed=listed.height,
        added=added,
        statuses=dict(counts.iter_rows()),
    )


def _demand_the_same_people(listed: pl.DataFrame, known: pl.DataFrame) -> None:
    """Refuse a list that gives photos of the gallery to other people.

    Raises:
        FaceError: it does.
    """
    both = listed.join(known.select("photo", before="person").unique(), on="photo")
    if count := both.filter(pl.col("person") != pl.col("before")).height:
        raise FaceError(
            f"{count:,} photos are enrolled already, under another identity.",
            cause="A file's name stands for the photo: either two photos share a name, or an identity was corrected.",
            next_step="Rename the new photos, use another gallery, or erase these people from the gallery first.",
        )


def _groups(results: Iterator[PhotoResult], size: int) -> Iterator[list[PhotoResult]]:
    some: list[PhotoResult] = []
    for result in results:
        some.append(result)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _rows(results: list[PhotoResult], listed: pl.DataFrame, listing: Listing, *, model: str) -> pl.DataFrame:
    made = pl.DataFrame(
        {
            "file": [result.path.relative_to(listing.faces).as_posix() for result in results],
            "status": [result.status for result in results],
            "quality": [result.quality for result in results],
            "faces": [result.faces for result in results],
            "bytes": [result.bytes for result in results],
            "width": [result.width for result in results],
            "height": [result.height for result in results],
            "vector": [None if result.vector is None else result.vector.tolist() for result in results],
        },
        schema_overrides={
            "quality": pl.Float64,
            "faces": pl.Int32,
            "bytes": pl.Int64,
            "width": pl.Int32,
            "height": pl.Int32,
            "vector": pl.List(pl.Float32),
        },
    )
    joined = made.join(listed, on="file", how="left", maintain_order="left")
    return joined.drop("file", "identity").with_columns(model=pl.lit(model))
