"""Who is left out together: whole villages, since neighbours resemble each other, and a family in all its checks."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Folds = npt.NDArray[np.int64]


def by_village(rows: pd.DataFrame, *, count: int, seed: int) -> Folds:
    """Return the fold of each check, 0 to `count` - 1; a village lies in one, and so does a family that moved.

    Args:
        rows: With family_id and village.
        count: Folds.
        seed: Another seed gives another partition.
    """
    home = rows.groupby("family_id", sort=False)["village"].transform("first")
    codes, names = pd.factorize(home, sort=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return (order % count)[codes].astype(np.int64)
