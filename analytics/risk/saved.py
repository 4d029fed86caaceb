"""A trained model on disk: XGBoost's own binary format and a manifest that says what it is, never a pickle.

A file whose hash is not the manifest's is not loaded: what scores families is what was evaluated.
"""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from analytics import __version__
from analytics.risk.calibration import Calibration
from analytics.risk.inputs import INPUTS
from analytics.risk.learners import RiskError
from analytics.risk.model import Ensembles
from analytics.risk.reference import Reference

MANIFEST = "manifest.json"
CURRENT = "current.json"


class ModelError(RiskError):
    """A saved model that is not there, or is not what its manifest says."""


class Trained(BaseModel):
    """One programme's model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, str]
    """Ensemble to its file."""
    sha256: dict[str, str]
    """File to its hash."""
    calibration: Calibration
    evaluation: dict[str, Any]
    """Out-of-fold figures, see `analytics.risk.evaluation.evaluate`."""


class ModelManifest(BaseModel):
    """What a saved model is: where it was learnt, from what, and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    made_at: datetime
    dataset: str
    snapshot: str
    code_version: str
    inputs: tuple[str, ...]
    seed: int
    poorest: float | None
    """Quantile of consumption that stood for entitled, None = what the checkers said."""
    programmes: dict[str, Trained]
    reference: Reference | None = None
    """What later snapshots are compared with; None in models of earlier versions."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model that is ready to score a programme."""

    id: str
    ensembles: Ensembles
    calibration: Calibration


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What is saved of a programme."""

    ensembles: Ensembles
    calibration: Calibration
    evaluation: dict[str, Any]


def save(
    home: Path,
    fits: dict[str, Fit],
    *,
    dataset: str,
    snapshot: str,
    seed: int,
    poorest: float | None,
    reference: Reference | None = None,
) -> ModelManifest:
    """Save the models of a data set and make them the current ones, in one step; until then the former ones are."""
    now = datetime.now(UTC).replace(microsecond=0)
    identity = f"m{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    folder = _folder(home, dataset) / identity
    folder.mkdir(parents=True)
    programmes = {}
    for programme, fit in fits.items():
        files = {name: f"{programme}.{name}.ubj" for name in fit.ensembles.boosters}
        for name, booster in fit.ensembles.boosters.items():
            booster.save_model(folder / files[name])
        programmes[programme] = Trained(
            files=files,
            sha256={file: _hash(folder / file) for file in files.values()},
            calibration=fit.calibration,
            evaluation=fit.evaluation,
        )
    manifest = ModelManifest(
        id=identity, made_at=now, dataset=dataset, snapshot=snapshot, code_version=__version__, inputs=INPUTS,
        seed=seed, poorest=poorest, programmes=programmes, reference=reference,
    )  # fmt: skip
    _write(folder / MANIFEST, manifest.model_dump(mode="json"))
    _write(_folder(home, dataset) / CURRENT, {"id": identity})
    return manifest


def current(home: Path, dataset: str) -> ModelManifest:
    """Return the manifest of a data set's current model.

    Raises:
        ModelError: none was trained.
    """
    try:
        identity = json.loads((_folder(home, dataset) / CURRENT).read_text(encoding="utf-8"))["id"]
        text = (_folder(home, dataset) / identity / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ModelError(
            f"No model was trained on the data set {dataset}.", next_step="Run `tepat train` first."
        ) from error
    return ModelManifest.model_validate_json(text)


def load(home: Path, manifest: ModelManifest, programme: str) -> Loaded:
    """Load a programme's model.

    Raises:
        ModelError: the programme has none, a file is not what the manifest says, or it was made for other inputs.
    """
    import xgboost  # noqa: PLC0415 - takes a second to load

    if programme not in manifest.programmes:
        raise ModelError(
            f"The model {manifest.id} does not know {programme}.",
            next_step=f"It knows {', '.join(manifest.programmes)}; train anew with `tepat train`.",
        )
    if manifest.inputs != INPUTS:
        raise ModelError(
            f"The model {manifest.id} was made for other inputs.",
            cause=f"By version {manifest.code_version} of Tepat.",
            next_step="Train anew with `tepat train`.",
        )
    trained = manifest.programmes[programme]
    folder = _folder(home, manifest.dataset) / manifest.id
    boosters = {}
    for name, file in trained.files.items():
        path = folder / file
        if not path.is_file() or _hash(path) != trained.sha256[file]:
            raise ModelError(
                f"The model's file {file} is not the one that was evaluated.",
                cause="It is missing or was changed after training.",
                next_step="Nothing was scored. Restore it, or train anew with `tepat train`.",
            )
        boosters[name] = xgboost.Booster(model_file=path)
    return Loaded(
        id=manifest.id,
        ensembles=Ensembles(boosters=boosters),
        calibration=trained.calibration,
    )


def _folder(home: Path, dataset: str) -> Path:
    return home / "models" / dataset


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(path)
