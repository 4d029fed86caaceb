"""How anonymous rows are: k and l, counted here and once more by pyCANON."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from analytics.research.errors import ResearchError


class Anonymity(NamedTuple):
    """What rows come to.

    Attributes:
        k: Fewest rows that share all quasi-identifiers (Samarati & Sweeney 1998).
        l: Fewest different values of a sensitive column among such rows: distinct l-diversity (Machanavajjhala et al.
            2007, ACM TKDD 1:3).
    """

    k: int
    l: int  # noqa: E741 - the field's own name for it


def anonymity(rows: pd.DataFrame, *, quasi: Sequence[str], sensitive: Sequence[str]) -> Anonymity:
    """Return k and l of rows without empty cells; both 0 where there are none.

    Args:
        rows: One row a family.
        quasi: Columns that could tell who a family is.
        sensitive: Columns that l is asked of; without any, l = k.
    """
    if rows.empty:
        return Anonymity(0, 0)
    classes = rows.groupby(list(quasi), dropna=False)
    k = int(classes.size().min())
    values = [int(classes[name].nunique(dropna=False).min()) for name in sensitive]
    return Anonymity(k, min(values, default=k))


def by_pycanon(rows: pd.DataFrame, *, quasi: Sequence[str], sensitive: Sequence[str]) -> Anonymity:
    """Return the same as pyCANON finds it (Sáinz-Pardo Díaz & López García 2022, Scientific Data 9:785)."""
    from pycanon import anonymity as pycanon  # noqa: PLC0415 - loads pyCANON

    # It finds rows by their place, and its classes leave out rows with an empty cell.
    plain = rows[[*quasi, *sensitive]].astype(object).reset_index(drop=True)
    k = int(pycanon.k_anonymity(plain, list(quasi)))
    return Anonymity(k, int(pycanon.l_diversity(plain, list(quasi), list(sensitive))) if sensitive else k)


def require(rows: pd.DataFrame, *, quasi: Sequence[str], sensitive: Sequence[str], least: Anonymity) -> Anonymity:
    """Return what rows come to, as both find it.

    Raises:
        ResearchError: they differ, a cell is empty, or the rows are less anonymous than they have to be.
    """
    if rows[[*quasi, *sensitive]].isna().any(axis=None):
        raise ResearchError("A cell of the microdata is empty.", cause="It would belong to no class of families.")
    found = anonymity(rows, quasi=quasi, sensitive=sensitive)
    checked = by_pycanon(rows, quasi=quasi, sensitive=sensitive)
    if found != checked or found.k < least.k or found.l < least.l:
        raise ResearchError(
            "The microdata are not as anonymous as they have to be; nothing was written.",
            cause=f"Wanted: k = {least.k}, l = {least.l}; counted: {found.k}, {found.l}; pyCANON: {checked.k}, "
            f"{checked.l}.",
            next_step="Report it; do not give the data away.",
        )
    return found
