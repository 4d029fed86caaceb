"""The description of an embedder that the user supplies, `TEPAT_FACE_MODEL`: a TOML file beside an ONNX file.

name = "mobilefacenet"
file = "mobilefacenet.onnx"     # beside this file, or a full path
sha256 = "…"                    # of that file; another file is refused
dimension = 192                 # numbers of a template
size = 112                      # pixels, width = height
padding = 0.25                  # around the face, as a share of it
channels = "rgb"                # or "bgr"
mean = [127.5, 127.5, 127.5]    # subtracted from 0 … 255
scale = [0.0078125, 0.0078125, 0.0078125]    # then multiplied
layout = "nchw"                 # or "nhwc"
"""

import hashlib
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.biometrics.errors import FaceError


class DescriptionError(FaceError):
    """A description of an embedder that cannot be read, or whose file is another one."""


class SuppliedModel(BaseModel):
    """What a description says; all keys are asked for but `padding`, since a wrong guess gives wrong templates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")
    file: Path
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    dimension: int = Field(ge=2, le=4096)
    size: int = Field(ge=32, le=512)
    padding: float = Field(0.25, ge=0, le=2)
    channels: Literal["rgb", "bgr"]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    layout: Literal["nchw", "nhwc"]


def read_supplied(path: Path) -> SuppliedModel:
    """Read a description and check its file's hash.

    Raises:
        DescriptionError: it cannot be read, a key is missing, unknown or out of range, or the file is another one.
    """
    try:
        described = SuppliedModel.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DescriptionError(
            f"The description of the face model {path} cannot be read.",
            cause=f"{error}.",
            next_step="Correct TEPAT_FACE_MODEL or the file.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DescriptionError(
            f"The description of the face model {path} cannot be used.",
            cause=f"{key}: {first['msg']}.",
            next_step="Correct this key.",
        ) from error
    described = described.model_copy(update={"file": path.parent / described.file})
    try:
        with described.file.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DescriptionError(
            f"The file of the face model {described.name} cannot be read.", cause=f"{error}."
        ) from error
    if found != described.sha256:
        raise DescriptionError(
            f"The file of the face model {described.name} is not the one that its description names.",
            cause=f"Its SHA-256 is {found}.",
            next_step="Restore the file; if it was replaced on purpose, write its SHA-256 into the description.",
        )
    return described
