"""A writer of small ONNX models: the few protobuf messages of `onnx.proto3` that a feed-forward net needs.

ONNX Runtime reads models and cannot write them; the `onnx` package is not needed for ten messages of fixed shape.
Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OPSET = 13
IR_VERSION = 7
FLOAT, INT64 = 1, 7
"""`TensorProto.DataType`."""
INT_ATTRIBUTE, INTS_ATTRIBUTE = 2, 7
"""`AttributeProto.AttributeType`."""
_BYTES_WIRE, _VARINT_WIRE = 2, 0


class Graph:
    """A net under construction: one input, one output, nodes in the order in which they run."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._names = 0

    def constant(self, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """Add weights and return their name."""
        name = self._name("w")
        kind = FLOAT if value.dtype == np.float32 else INT64
        dims = b"".join(_integer(1, size) for size in value.shape)
        raw = value.astype(value.dtype.newbyteorder("<")).tobytes()
        self._parts.append(_message(5, dims + _integer(2, kind) + _text(8, name) + _message(9, raw)))
        return name

    def node(self, operator: str, inputs: Sequence[str], **attributes: int | Sequence[int]) -> str:
        """Add an operation and return the name of its output."""
        output = self._name("x")
        body = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)
        for name, value in attributes.items():
            body += _message(5, _text(1, name) + _attribute(value))
        self._parts.append(_message(1, body))
        return output

    def model(self, *, source: str, source_shape: Sequence[int], result: str, result_shape: Sequence[int]) -> bytes:
        """Return the model; both shapes without the first dimension, which stays free (the batch)."""
        graph = b"".join(self._parts) + _text(2, "net")
        graph += _message(11, _value(source, source_shape)) + _message(12, _value(result, result_shape))
        return _integer(1, IR_VERSION) + _message(7, graph) + _message(8, _text(1, "") + _integer(2, OPSET))

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"


def _attribute(value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _integer(3, value) + _integer(20, INT_ATTRIBUTE)
    return b"".join(_integer(8, item) for item in value) + _integer(20, INTS_ATTRIBUTE)


def _value(name: str, shape: Sequence[int]) -> bytes:
    batch = _message(1, _text(2, "batch"))
    dims = batch + b"".join(_message(1, _integer(1, size)) for size in shape)
    return _text(1, name) + _message(2, _message(1, _integer(1, FLOAT) + _message(2, dims)))


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT_WIRE) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES_WIRE) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
