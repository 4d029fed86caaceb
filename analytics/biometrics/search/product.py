"""Products of small whole numbers by ONNX Runtime, several times as fast as those of float32.

On processors with VNNI (since about 2019; on ARM with UDOT) its kernel multiplies and adds 64 pairs of bytes in one
instruction. NumPy has no such product. The one node that is needed is written as protobuf here; field numbers:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.search.pairs import Positions

Rows = NDArray[np.uint8]
Columns = NDArray[np.int8]

ZERO = 128
"""What a row's code of 0 is stored as."""
ROW_LIMIT, COLUMN_LIMIT = 127, 63
"""Largest code of either side. Without VNNI the kernel adds two products in 16 bits: 2 x 255 x 63 < 2^15 still fits."""
WORD = 8
"""Booleans that are looked at together."""

_UINT8, _INT8, _INT32 = 2, 3, 6
"""`TensorProto.DataType`."""


class Product:
    """Multiplies blocks of at most `rows` by `columns`; holds one block's result. For one thread at a time."""

    def __init__(self, rows: int, columns: int) -> None:
        if columns % WORD:
            raise ValueError(f"Blocks are of a multiple of {WORD} columns.")
        self._session = _session()
        self._binding = self._session.io_binding()
        self._result = np.empty(rows * columns, np.int32)
        self._mask = np.empty(rows * columns, np.bool_)

    def __call__(self, rows: Rows, columns: Columns) -> NDArray[np.int32]:
        """Return codes of rows (m, k) times codes of columns (k, n): int32 (m, n), good until the next call."""
        m, n = len(rows), columns.shape[1]
        result = self._result[: m * n].reshape(m, n)
        # The binding holds addresses only: both sides must stay alive until the run below.
        rows, columns = np.ascontiguousarray(rows), np.ascontiguousarray(columns)
        self._binding.bind_input("a", "cpu", 0, np.uint8, rows.shape, rows.ctypes.data)
        self._binding.bind_input("b", "cpu", 0, np.int8, columns.shape, columns.ctypes.data)
        self._binding.bind_output("y", "cpu", 0, np.int32, result.shape, result.ctypes.data)
        self._session.run_with_iobinding(self._binding)
        return result

    def above(self, rows: Rows, columns: Columns, least: int) -> tuple[Positions, Positions]:
        """Return where the product is above `least`: positions of rows and of columns."""
        result = self(rows, columns)
        return positions(np.greater(result, least, out=self._mask[: result.size].reshape(result.shape)))


def positions(mask: NDArray[np.bool_]) -> tuple[Positions, Positions]:
    """Return row and column of what is true in a mask (m, n), n a multiple of `WORD`; fast where little is."""
    bits = mask.reshape(-1, WORD)
    words = np.flatnonzero(bits.view(np.uint64) != 0)
    word, bit = np.nonzero(bits[words])
    place = words[word] * WORD + bit
    row = place // mask.shape[1]
    return row, place - row * mask.shape[1]


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime  # noqa: PLC0415 - loads ONNX Runtime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])


def _model() -> bytes:
    """Return `y = MatMulInteger(a, b, zero)`: opset 13, IR version 7."""
    node = b"".join(_text(1, name) for name in ("a", "b", "zero")) + _text(2, "y") + _text(4, "MatMulInteger")
    zero = _number(2, _UINT8) + _text(8, "zero") + _bytes(9, bytes([ZERO]))
    graph = _bytes(1, node) + _text(2, "product") + _bytes(5, zero)
    graph += _bytes(11, _matrix("a", _UINT8)) + _bytes(11, _matrix("b", _INT8)) + _bytes(12, _matrix("y", _INT32))
    return _number(1, 7) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def _matrix(name: str, kind: int) -> bytes:
    shape = b"".join(_bytes(1, _text(2, f"{name}{axis}")) for axis in range(2))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    head = b""
    while value > 0x7F:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])
