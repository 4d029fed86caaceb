"""Templates that were made elsewhere, as the simulated pilot's are: enrolled without a photo."""

from pathlib import Path

import numpy as np
import polars as pl

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.calibration import load_calibration, save_calibration
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.templates import Templates
from analytics.duplicates.errors import DuplicateError
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.settings import Settings
from analytics.simulator import parameters as p
from analytics.simulator.templates import draw_templates

EXPORTED = "templat_wajah.parquet"
"""Templates among the files of the simulated pilot's export."""
COLUMNS = ("nik", "templat", "mutu", "model")
CALIBRATED = 3_000
"""Simulated people with two photos that simulated templates are calibrated on (assumed)."""


def enrol_templates(settings: Settings, file: Path, *, gallery: str) -> int:
    """Put ready templates into a gallery, encrypted, and return how many were not in it yet.

    Args:
        settings: Home folder, with the key of the pseudonyms.
        file: Parquet file with a row a person: `nik`, `templat` (numbers), `mutu` (0 to 1), `model`.
        gallery: Name of the gallery.

    Raises:
        DuplicateError: there is no such file, or it lacks a column.
        TemplatesError: another process writes to the gallery, or rows cannot be stored.
    """
    if not file.is_file():
        raise DuplicateError(f"There is no file {file.name}.", next_step="Give the Parquet file of the templates.")
    rows = pl.read_parquet(file)
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise DuplicateError(
            f"{file.name} holds no templates.",
            cause=f"It lacks {', '.join(missing)}.",
            next_step=f"It needs the columns {', '.join(COLUMNS)}.",
        )
    key = pseudonym_key(settings.home)
    nik = rows["nik"].cast(pl.String)
    ready = pl.DataFrame(
        {
            "photo": pseudonymise(nik, key=key, scope="photo_id"),
            "person": pseudonymise(nik, key=key, scope="person_id"),
            "model": rows["model"],
            "quality": rows["mutu"].cast(pl.Float64),
            "vector": rows["templat"].cast(pl.List(pl.Float32)),
        }
    )
    return Templates.open(settings, gallery).add(ready)


def simulated_calibration(settings: Settings, *, seed: int = 0) -> str:
    """Return the id of the calibration of simulated templates, made at first use from people who are nobody's match."""
    try:
        return load_calibration(settings, model=p.FACE_MODEL).id
    except FaceError:
        person = np.repeat(np.arange(CALIBRATED), 2)
        templates, _ = draw_templates(person, seed=seed)
        labelled = Labelled(vectors=templates, person=person, model=p.FACE_MODEL, source="photos")
        made, norming = calibrate(labelled, name="simulation", seed=seed)
        save_calibration(settings, made, norming)
        return made.id
