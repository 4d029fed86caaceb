"""Who of an agent's applicants shares a device, an applicant or a face with another: components of a graph.

Families are nodes. Those that "applied by themselves" on a device that the agent works with are linked through it;
families for whom one person applied are linked, and families with a pair of people who may be one. The device itself
and applications that the agent entered on it, which is what it is for, link nobody.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

MOST_SIZES: Final = 10
"""Sizes of components that are kept, largest first."""
COLUMNS: Final = ("agent_id", "families", "links", "components", "largest", "density", "sizes")


def shared(linked: pd.DataFrame) -> pd.DataFrame:
    """Return one row an agent of whose applicants some are linked.

    Args:
        linked: agent_id, family_id, kind, link: a family that has a device, an applicant or a face (link) of a kind.

    Returns:
        agent_id, families (linked to another), links (pairs of families that share something), components, largest
        (families of the largest), density (of the largest: linked pairs over all its pairs), sizes (largest first).
    """
    from scipy.sparse import coo_array, csr_array  # noqa: PLC0415 - loads SciPy's graphs
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    hub = ["agent_id", "kind", "link"]
    rows = linked.drop_duplicates([*hub, "family_id"])
    rows = rows[rows.groupby(hub)["family_id"].transform("size") > 1]
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    node, nodes = pd.factorize(pd.MultiIndex.from_frame(rows[["agent_id", "family_id"]]))
    hubs = rows.groupby(hub).ngroup().to_numpy()
    incidence = coo_array((np.ones(len(rows), np.int32), (node, hubs)), shape=(len(nodes), int(hubs.max()) + 1))
    # Components by the hubs, which are few; the pairs inside a hub need not be made for them.
    count, label = connected_components(_bipartite(incidence, csr_array), directed=False)
    family_label = label[: len(nodes)]
    pairs = _pairs(node, hubs)
    found = pd.DataFrame({"agent_id": nodes.get_level_values(0), "component": family_label})
    sizes = found.groupby(["agent_id", "component"], as_index=False).size()
    inside = np.bincount(family_label[[a for a, _ in pairs]], minlength=count) if pairs else np.zeros(count, int)
    sizes = sizes.assign(pairs=inside[sizes["component"]]).sort_values(["agent_id", "size"], ascending=[True, False])
    return pd.DataFrame([_summed(str(agent), own) for agent, own in sizes.groupby("agent_id")], columns=list(COLUMNS))


def _bipartite(incidence: Any, csr_array: Any) -> Any:
    families, hubs = incidence.shape
    row, column = incidence.coords
    return csr_array((incidence.data, (row, column + families)), shape=(families + hubs, families + hubs))


def _pairs(node: np.ndarray, hubs: np.ndarray) -> set[tuple[int, int]]:
    members = pd.Series(node).groupby(hubs).agg(sorted)
    return {(own[i], other) for own in members for i in range(len(own)) for other in own[i + 1 :]}


def _summed(agent: str, own: pd.DataFrame) -> tuple[Any, ...]:
    largest = int(own["size"].iloc[0])
    density = float(own["pairs"].iloc[0] / (largest * (largest - 1) / 2))
    sizes = [int(size) for size in own["size"].head(MOST_SIZES)]
    return agent, int(own["size"].sum()), int(own["pairs"].sum()), len(own), largest, density, sizes
