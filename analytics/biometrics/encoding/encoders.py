"""Chips to templates: dlib's face net by ONNX Runtime or by dlib itself, or an embedder that the user supplies."""

import logging
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from analytics.biometrics.encoding.photos import Pixels
from analytics.biometrics.encoding.supplied import SuppliedModel, read_supplied
from analytics.biometrics.encoding.weights import DIMENSION, MEANS, RANGE, SIZE, WeightsError, converted
from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors
from analytics.log import log
from analytics.settings import Settings

DLIB_MODEL = "dlib-resnet-v1"
"""One name for both runtimes: their templates differ by less than 1e-5."""
DLIB_PADDING = 0.25
"""What the net was trained with, and `compute_face_descriptor` adds."""


class EncoderError(FaceError):
    """An embedder that cannot be used."""


class Encoder(Protocol):
    """What turns chips into templates; it can be sent to another process."""

    @property
    def model(self) -> str:
        """Name and version; templates of two names are never compared."""

    @property
    def dimension(self) -> int:
        """Numbers of a template."""

    @property
    def size(self) -> int:
        """Width and height of a chip in pixels."""

    @property
    def padding(self) -> float:
        """What a chip shows around the face, as a share of it."""

    def encode(self, chips: Pixels) -> Vectors:
        """Encode chips, uint8 (n, size, size, 3) in red, green and blue, to float32 (n, dimension)."""


@dataclass(frozen=True, kw_only=True)
class OnnxEncoder:
    """A model that ONNX Runtime runs, on one thread: what is spread is photos, over processes.

    Attributes:
        file: The ONNX file; one input and one output.
        channels: Order in which it takes colours.
        mean: Subtracted from each channel of 0 to 255.
        scale: Then multiplied.
        layout: Channels before or after height and width.
    """

    model: str
    dimension: int
    size: int
    padding: float
    file: Path
    channels: Literal["rgb", "bgr"]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    layout: Literal["nchw", "nhwc"]

    def encode(self, chips: Pixels) -> Vectors:
        """See `Encoder.encode`."""
        if len(chips) == 0:
            return np.empty((0, self.dimension), np.float32)
        ordered = chips if self.channels == "rgb" else chips[..., ::-1]
        values = (ordered.astype(np.float32) - np.array(self.mean, np.float32)) * np.array(self.scale, np.float32)
        if self.layout == "nchw":
            values = values.transpose(0, 3, 1, 2)
        (result,) = self._session.run(None, {self._session.get_inputs()[0].name: np.ascontiguousarray(values)})
        vectors: Vectors = np.asarray(result, np.float32).reshape(len(chips), -1)
        return vectors

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # noqa: PLC0415 - loads ONNX Runtime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self.file), options, providers=["CPUExecutionProvider"])

    def __getstate__(self) -> dict[str, Any]:
        """Leave the session behind: another process opens its own."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, kw_only=True)
class DlibEncoder:
    """dlib's own runtime: the same templates, some 19 times slower."""

    model: str = DLIB_MODEL
    dimension: int = DIMENSION
    size: int = SIZE
    padding: float = DLIB_PADDING

    def encode(self, chips: Pixels) -> Vectors:
        """See `Encoder.encode`."""
        if len(chips) == 0:
            return np.empty((0, self.dimension), np.float32)
        return np.array(self._net.compute_face_descriptor(list(chips)), np.float32)

    @cached_property
    def _net(self) -> Any:
        import dlib  # noqa: PLC0415 - loads dlib

        return dlib.face_recognition_model_v1(str(_dlib_weights()))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the net behind: another process loads its own."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def open_encoder(settings: Settings) -> Encoder:
    """Open the embedder of the settings, else dlib's face net; this runs it once.

    Raises:
        EncoderError: the user's embedder is not what its description says.
        FaceError: the description cannot be read.
    """
    if settings.face_model is not None:
        return _supplied(read_supplied(settings.face_model))
    try:
        file = converted(_dlib_weights(), settings.home / "faces" / "models")
        return _tried(_dlib_by_onnx(file))
    except (WeightsError, EncoderError, OSError) as error:
        log("face_net_not_converted", level=logging.WARNING, error=type(error).__name__)
        return DlibEncoder()


def _dlib_by_onnx(file: Path) -> OnnxEncoder:
    return OnnxEncoder(
        model=DLIB_MODEL,
        dimension=DIMENSION,
        size=SIZE,
        padding=DLIB_PADDING,
        file=file,
        channels="rgb",
        mean=MEANS,
        scale=(1 / RANGE,) * 3,
        layout="nchw",
    )


def _supplied(described: SuppliedModel) -> OnnxEncoder:
    # A model's name alone would let another file of that name pass for it.
    return _tried(
        OnnxEncoder(
            model=f"{described.name}-{described.sha256[:8]}",
            dimension=described.dimension,
            size=described.size,
            padding=described.padding,
            file=described.file,
            channels=described.channels,
            mean=described.mean,
            scale=described.scale,
            layout=described.layout,
        )
    )


def _tried(encoder: OnnxEncoder) -> OnnxEncoder:
    """Return the encoder once it encoded two chips.

    Raises:
        EncoderError: it did not, or not to so many finite numbers.
    """
    chips = np.random.default_rng(0).integers(0, 256, (2, encoder.size, encoder.size, 3), np.uint8)
    next_step = "Compare the model's input and output with its description."
    try:
        made = encoder.encode(chips)
    except Exception as error:  # ONNX Runtime has a dozen kinds, without a common one
        raise EncoderError(
            f"ONNX Runtime cannot run the face model {encoder.model}.", cause=str(error)[:300], next_step=next_step
        ) from error
    if made.shape != (2, encoder.dimension) or not np.isfinite(made).all():
        raise EncoderError(
            f"The face model {encoder.model} does not give {encoder.dimension} finite numbers a face.",
            cause=f"It gave {made.shape[1]}." if np.isfinite(made).all() else "Some are not finite.",
            next_step=next_step,
        )
    return encoder


def _dlib_weights() -> Path:
    import face_recognition_models  # noqa: PLC0415 - only where dlib's net is used

    return Path(face_recognition_models.face_recognition_model_location())
