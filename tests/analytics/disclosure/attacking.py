"""An attack written anew: unknowns are the cells alone, every published row is a sum of them found by its labels."""

import numpy as np
import pandas as pd
from scipy.optimize import linprog


def inside(value: str, whole: str) -> bool:
    """Say whether a value is, or lies in, another: "" is everything, "11.01" lies in "11"."""
    return whole in {"", value} or value.startswith(f"{whole}.")


def widths(cells: pd.DataFrame, published: pd.DataFrame, dimensions: list[str]) -> list[float]:
    """Return the width of what can be concluded about each hidden row."""
    covers = np.array([
        [all(inside(cell[name], row[name]) for name in dimensions) for cell in cells[dimensions].to_dict("records")]
        for row in published[dimensions].to_dict("records")
    ], dtype=float)  # fmt: skip
    hidden = published["n"].isna().to_numpy()
    shown = published["n"].fillna(0).to_numpy(dtype=float)[~hidden]
    rules = {"A_eq": covers[~hidden], "b_eq": shown, "A_ub": -covers[hidden], "b_ub": -np.ones(hidden.sum())}
    if hidden.all():
        return [np.inf] * len(hidden)
    found = []
    for row in covers[hidden]:
        low, high = linprog(row, **rules), linprog(-row, **rules)
        found.append(np.inf if high.status == 3 else -high.fun - low.fun)
    return found
