"""A calibration on disk: what turns scores of one model into likelihood ratios, and what it was learnt from.

`home/faces/calibrations/ID.json`, where the id is the hash of the content, and beside it `ID.cohort`: the cohort of the
norming, encrypted, because it holds templates of people. What was changed after calibrating is not loaded.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.fernet import InvalidToken
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.error_rates import ErrorRate
from analytics.biometrics.evidence.groups import GroupRate
from analytics.biometrics.evidence.likelihood import Array, Method, ScoreMap
from analytics.biometrics.evidence.norming import Norming
from analytics.biometrics.evidence.tails import Tail
from analytics.biometrics.gallery import Vectors
from analytics.files import write_whole
from analytics.keys import cipher
from analytics.settings import Settings

KEY = "face-cohorts"
HASH_LENGTH = 16


class NormingRecord(BaseModel):
    """What norming takes, but for the cohort; the centre is a mean of many people and nobody's template."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: tuple[float, ...] = Field(repr=False)
    cohort: int
    """Templates of the cohort."""
    top: int
    registry: int
    seed: int
    cohort_sha256: str


class Data(BaseModel):
    """What a calibration was learnt from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """photos, gallery or decided."""
    name: str
    """Name of the gallery, or what the user called the photos; never a path of a person."""
    people: int
    photos: int
    genuine: int
    impostors: int


class HeldOut(BaseModel):
    """Cost of a method on people that it did not see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method
    cllr: float
    entropies: tuple[float, ...]
    """Cross-entropy over that of the prior, at each of `likelihood.PRIORS`."""


class Calibration(BaseModel):
    """Frozen; its id is the hash of everything else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    model: str
    norming: NormingRecord
    map: ScoreMap
    cllr: float
    """Of the chosen method, on people that it did not see."""
    least_cllr: float
    """What the best rising map would cost on these pairs."""
    methods: tuple[HeldOut, ...]
    curve: tuple[ErrorRate, ...]
    """Error rates of normed scores, from an FMR of 1e-1 down."""
    impostor_tail: Tail
    genuine_tail: Tail
    groups: tuple[GroupRate, ...]
    data: Data
    seed: int
    created_at: datetime
    code_version: str

    def log10_lr(self, scores: NDArray[np.floating]) -> Array:
        """Return log10 likelihood ratios of normed scores, float64; never beyond what the data support."""
        return self.map(scores)

    def require_model(self, model: str) -> None:
        """Make sure that templates are of the model that this was made for.

        Raises:
            FaceError: they are not.
        """
        if model != self.model:
            raise FaceError(
                f"The calibration {self.id} was made for another model.",
                cause=f"It was made for {self.model}, the templates are of {model}.",
                next_step="Name a calibration of this model, or make one with `tepat faces calibrate`.",
            )


def content_id(content: dict[str, Any]) -> str:
    """Return the id of a calibration's content, without regard to an id that is in it."""
    text = json.dumps({k: v for k, v in content.items() if k != "id"}, sort_keys=True, separators=(",", ":"))
    return "k" + hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def norming_record(norming: Norming) -> NormingRecord:
    """Describe a norming without the templates of its cohort."""
    return NormingRecord(
        centre=tuple(norming.centre.tolist()), cohort=len(norming.cohort), top=norming.top, registry=norming.registry,
        seed=norming.seed, cohort_sha256=hashlib.sha256(_bytes(norming.cohort)).hexdigest(),
    )  # fmt: skip


def identified(calibration: Calibration) -> Calibration:
    """Return the calibration under the id of its content."""
    return calibration.model_copy(update={"id": content_id(calibration.model_dump(mode="json"))})


def save_calibration(settings: Settings, calibration: Calibration, norming: Norming) -> Path:
    """Save a calibration and its cohort; whoever finds the one finds the other.

    Returns:
        The JSON file.
    """
    folder = _folder(settings)
    write_whole(folder / f"{calibration.id}.cohort", cipher(settings.home, KEY).encrypt(_bytes(norming.cohort)))
    path = folder / f"{calibration.id}.json"
    write_whole(path, calibration.model_dump_json(indent=1).encode())
    return path


def load_calibration(settings: Settings, id: str = "", *, model: str = "") -> Calibration:  # noqa: A002 - a calibration's id
    """Load a calibration.

    Args:
        settings: Where the home folder is.
        id: Which; empty = the newest, of the model if one is named.
        model: Model that it must be for; empty = any.

    Raises:
        FaceError: there is none, it was changed after calibrating, or it was made for another model.
    """
    folder = _folder(settings)
    if id:
        found = [_read(folder / f"{id}.json")] if id.isalnum() and (folder / f"{id}.json").is_file() else []
    else:
        found = [_read(path) for path in sorted(folder.glob("*.json"))]
        found = [one for one in found if not model or one.model == model]
    if not found:
        raise FaceError(
            "There is no such calibration." if id else "No calibration of this model was made.",
            next_step="Make one with `tepat faces calibrate`.",
        )
    newest = max(found, key=lambda one: (one.created_at, one.id))
    if model:
        newest.require_model(model)
    return newest


def load_norming(settings: Settings, calibration: Calibration, *, registry: Vectors | None = None) -> Norming:
    """Return the norming of a calibration.

    Args:
        settings: Where the home folder and the key are.
        calibration: Which says how large cohort and top are.
        registry: Templates of those who are searched among, one a person. Where they are as many as the cohort, centre
            and cohort come from them: likelihood ratios hold best for people like these. Otherwise from those that the
            calibration was learnt from.

    Raises:
        FaceError: the saved cohort is missing, was changed, or its key is another.
    """
    record = calibration.norming
    if registry is not None and len(registry) >= record.cohort:
        return Norming.fit(registry, seed=record.seed, cohort=record.cohort, top=record.top)
    path = _folder(settings) / f"{calibration.id}.cohort"
    try:
        content = cipher(settings.home, KEY).decrypt(path.read_bytes())
    except (FileNotFoundError, InvalidToken) as error:
        raise FaceError(
            f"The cohort of the calibration {calibration.id} cannot be read.",
            cause="It is missing, or was encrypted with another key.",
            next_step="Restore it and the key, or calibrate anew with `tepat faces calibrate`.",
        ) from error
    if hashlib.sha256(content).hexdigest() != record.cohort_sha256:
        raise FaceError(f"The cohort of the calibration {calibration.id} is not the one that it was made with.")
    return Norming(
        centre=np.array(record.centre, dtype=np.float32),
        cohort=np.frombuffer(content, dtype="<f4").reshape(record.cohort, len(record.centre)).copy(),
        top=record.top, registry=record.registry, seed=record.seed,
    )  # fmt: skip


def _read(path: Path) -> Calibration:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        calibration = Calibration.model_validate(content)
    except (ValueError, ValidationError) as error:
        raise _changed(path) from error
    if content_id(calibration.model_dump(mode="json")) != calibration.id or calibration.id != path.stem:
        raise _changed(path)
    return calibration


def _changed(path: Path) -> FaceError:
    return FaceError(
        f"The calibration {path.stem} is not the one that was made.",
        cause="Its file was changed, or is of another version of Tepat.",
        next_step="Restore it, or calibrate anew with `tepat faces calibrate`.",
    )


def _folder(settings: Settings) -> Path:
    return settings.home / "faces" / "calibrations"


def _bytes(vectors: Vectors) -> bytes:
    return np.ascontiguousarray(vectors, dtype="<f4").tobytes()
