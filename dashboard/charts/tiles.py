"""Where each district's tile stands in a tile grid.

`tile_grids.csv` holds only rows and columns. Those of Banyuwangi's 25 kecamatan were found by `tile_layout` itself from
the centroids in the boundary files of github.com/cahyadsn/wilayah_boundaries (MIT licence).
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

GRIDS: Final = Path(__file__).with_name("tile_grids.csv")
SPARE: Final = 1.35
"""Cells per district to choose from: more keeps the shape, fewer keeps the map compact."""

Positions = Mapping[str, tuple[float, float]]


@lru_cache(maxsize=1)
def packaged_grid() -> dict[str, tuple[int, int]]:
    """Return (row, col) of every district code in the packaged file."""
    grid = pd.read_csv(GRIDS, dtype={"code": str})
    return {code: (row, col) for code, row, col in grid.itertuples(index=False)}


def tile_layout(codes: Sequence[str], positions: Positions | None = None) -> pd.DataFrame:
    """Return one tile per code: `code`, `row` (0 at the top), `col` (0 at the left); no two share a tile.

    With `positions` (code to longitude, latitude) districts go to the nearest cells as a whole (least total squared
    distance). Without, the packaged grid is used, and for codes unknown to it a near-square grid in code order.
    """
    unique = list(dict.fromkeys(codes))
    grid = packaged_grid()
    if positions is not None:
        placed = _assigned(unique, positions)
    elif all(code in grid for code in unique):
        placed = _moved_to_corner({code: grid[code] for code in unique})
    else:
        placed = _squared(unique)
    rows = [(code, *placed[code]) for code in unique]
    return pd.DataFrame(rows, columns=["code", "row", "col"]).astype({"row": int, "col": int})


def _squared(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    wide = max(1, math.ceil(math.sqrt(len(codes))))
    return {code: divmod(place, wide) for place, code in enumerate(sorted(codes))}


def _moved_to_corner(placed: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    top = min((row for row, _ in placed.values()), default=0)
    left = min((col for _, col in placed.values()), default=0)
    return {code: (row - top, col - left) for code, (row, col) in placed.items()}


def _assigned(codes: Sequence[str], positions: Positions) -> dict[str, tuple[int, int]]:
    missing = [code for code in codes if code not in positions]
    if missing:
        raise KeyError(f"no position for {', '.join(missing)}; give all positions or none")
    if not codes:
        return {}
    places = np.array([positions[code] for code in codes], dtype=float)
    east, north = places[:, 0] * math.cos(math.radians(float(places[:, 1].mean()))), places[:, 1]
    shape = _shape(len(codes), wide=float(np.ptp(east)), high=float(np.ptp(north)))
    cells = np.array([(row, col) for row in range(shape[0]) for col in range(shape[1])])
    wanted = np.column_stack([_scaled(-north, shape[0]), _scaled(east, shape[1])])
    cost = ((wanted[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    chosen = cells[linear_sum_assignment(cost)[1]]
    return _moved_to_corner({code: (int(row), int(col)) for code, (row, col) in zip(codes, chosen, strict=True)})


def _shape(count: int, *, wide: float, high: float) -> tuple[int, int]:
    """Return rows and columns for `count` districts plus spare cells, as tall or wide as the area itself."""
    cells = count * SPARE
    ratio = min(max(high / wide if wide else 1.0, 0.5), 2.0)
    rows = max(1, round(math.sqrt(cells * ratio)))
    return rows, max(1, math.ceil(cells / rows))


def _scaled(values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Return `values` spread over the cells 0 … count − 1, half by rank: dense corners must not pile up."""
    spread = float(np.ptp(values)) or 1.0
    linear = (values - values.min()) / spread
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values) - 1)
    scaled: npt.NDArray[np.float64] = (linear + rank) / 2 * (count - 1)
    return scaled
