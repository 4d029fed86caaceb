"""Regions of a kind: those that a region can fairly be held against, by what it is and not by how it does.

The distance is Euclidean over standardised facts of the register, as in nearest-neighbour benchmarking of local
authorities (CIPFA Nearest Neighbours model: facts are standardised, weighed equally, and no outcome is among them). The
facts are those of the list before anybody was selected: how many families there are, how large they are, how many the
registry ranks among its poorest four deciles, how many have registered. Errors, payments and checks are left out: peers
chosen by their outcome would agree with it by construction.
"""

from typing import Final

import numpy as np
import pandas as pd

from analytics.metrics.comparisons import places
from analytics.metrics.divided import Division, told
from analytics.metrics.registry import METRICS
from analytics.store import Warehouse
from validation.contract import LEVELS

PEERS: Final = 5
"""Regions that are compared with one (assumed; enough to see a spread, few enough to know each)."""
POOREST_DECILES: Final = 4
"""Deciles of the registry that the programmes may reach."""
FACTS: Final = ("families", "mean_size", "poorest_share", "registered_share")
"""What regions are alike in; those that the snapshot does not know of the level are left out."""
COVERAGE: Final = METRICS["registered_share"]
"""The register metric whose counts are among the facts."""
COUNTS: Final = frozenset({"families"})
"""Facts that are compared by their logarithm: 2,000 families are to 1,000 as 20,000 to 10,000."""


def peers(warehouse: Warehouse, *, level: str, code: str, number: int = PEERS) -> pd.DataFrame:
    """Return the regions of a level that are most like one of them.

    Args:
        warehouse: The snapshot.
        level: Level of the region.
        code: The region.
        number: How many peers.

    Returns:
        The region itself first (distance 0), then its peers, the most alike first: code, name, distance and those of
        `FACTS` that are known. No row where the region or all facts are unknown.
    """
    known = facts(warehouse, level=level)
    names = places(warehouse, level=level)[["code", "name"]]
    return nearest(names.merge(known, on="code"), code=code, number=number)


def nearest(regions: pd.DataFrame, *, code: str, number: int = PEERS) -> pd.DataFrame:
    """Return the rows of `regions` (code, name, facts) nearest to the one with `code`, it first.

    Facts are standardised over all regions; one that does not vary tells nothing, and a region that lacks one is no
    peer. Equally near ones stand in the order of their codes.

    >>> regions = pd.DataFrame({"code": ["a", "b", "c"], "mean_size": [3.0, 4.0, 3.1]})
    >>> nearest(regions, code="a", number=1)["code"].tolist()
    ['a', 'c']
    """
    columns = [name for name in FACTS if name in regions and regions[name].notna().any()]
    whole = regions.dropna(subset=columns).sort_values("code", ignore_index=True)
    if not columns or code not in set(whole["code"]):
        return regions.iloc[:0].assign(distance=pd.Series(dtype=float))
    scale = whole[columns].astype(float)
    for name in COUNTS & set(columns):
        scale[name] = np.log(scale[name].clip(lower=1))
    spread = scale.std(ddof=0)
    standard = (scale - scale.mean()) / spread.where(spread > 0, np.inf)
    away = standard - standard[whole["code"] == code].iloc[0]
    found = whole.assign(distance=np.sqrt((away**2).sum(axis="columns")), other=whole["code"] != code)
    found = found.sort_values(["other", "distance"], kind="stable", ignore_index=True)
    return found.drop(columns="other")[: number + 1]


def facts(warehouse: Warehouse, *, level: str) -> pd.DataFrame:
    """Return code and the facts of every region of a level that the snapshot knows, withheld ones left out."""
    depth = LEVELS.index(level) + 1
    found = pd.DataFrame(columns=["code"])
    for read in (_registered, _by_decile, _framed):
        rows = read(warehouse, level)
        if rows.empty:
            continue
        rows = rows.assign(code=rows["code"].str.split(".").str[:depth].str.join("."))
        sums = rows.groupby("code", as_index=False).sum(min_count=1)
        new = sums[["code", *(name for name in sums if name not in found and name != "code")]]
        found = new if found.empty else found.merge(new, on="code", how="outer")
    for name, (top, bottom) in _SHARES.items():
        if {top, bottom} <= set(found):
            found[name] = (found[top] / found[bottom].where(found[bottom] > 0)).astype(float)
    if COVERAGE.mart in warehouse.names("marts"):
        known = told(warehouse, COVERAGE, Division())
        found = found[[known.region(code) for code in found["code"]]].reset_index(drop=True)
    return found[["code", *(name for name in FACTS if name in found)]]


_SHARES: Final = {
    "mean_size": ("persons", "sized"),
    "poorest_share": ("poorest", "ranked"),
    "registered_share": ("registered", "families"),
}


def _registered(warehouse: Warehouse, level: str) -> pd.DataFrame:
    """Families known and registered, by village."""
    del level
    if "registered_by_village" not in warehouse.names("marts"):
        return pd.DataFrame()
    rows = warehouse.mart("registered_by_village")
    return _numbers(warehouse.run(rows.select("families", "registered", code=rows.village)))


def _by_decile(warehouse: Warehouse, level: str) -> pd.DataFrame:
    """Families and persons that the registry ranks, by district."""
    if level == "village" or "coverage_by_decile" not in warehouse.names("marts"):
        return pd.DataFrame()
    rows = warehouse.mart("coverage_by_decile").select("district", "decile", "families", "persons").distinct()
    found = warehouse.run(rows)
    poor = found["families"].where(found["decile"] <= POOREST_DECILES, 0)
    return _numbers(
        pd.DataFrame(
            {
                "code": found["district"],
                "persons": found["persons"],
                "sized": found["families"],
                "poorest": poor,
                "ranked": found["families"],
            }
        )
    )


def _framed(warehouse: Warehouse, level: str) -> pd.DataFrame:
    """Families and persons of the frame that a model has predicted, by village."""
    del level
    if "frame_cells" not in warehouse.names("marts"):
        return pd.DataFrame()
    rows = warehouse.mart("frame_cells")
    sums = rows.group_by("period", "programme", "village").aggregate(
        families=rows.families.sum(), persons=rows.persons.sum()
    )
    found = warehouse.run(sums)
    # Every period and programme has the same frame; a village counts once.
    found = found.drop_duplicates("village")
    return _numbers(
        pd.DataFrame(
            {
                "code": found["village"],
                "families": found["families"],
                "persons": found["persons"],
                "sized": found["families"],
            }
        )
    )


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype({name: float for name in rows if name != "code"})
