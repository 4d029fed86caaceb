"""Regions side by side: which of them are hidden so that no total above or below tells a few."""

import pandas as pd

from analytics.disclosure.attack import COUNT
from analytics.disclosure.lattice import region_tree
from analytics.disclosure.suppress import REASON, suppress


def hidden_regions(counts: "pd.Series[float]") -> frozenset[str]:
    """Return the codes of the regions of all levels whose count is hidden.

    Ask with the lowest regions of the whole data set, whatever is shown of it: what one view hides must not be the
    difference of two others. "" stands for all regions together.

    Args:
        counts: The count of each lowest region, by its code.
    """
    cells = pd.DataFrame({"region": counts.index.astype(str), COUNT: counts.to_numpy()})
    found = suppress(cells, ["region"], hierarchy={"region": region_tree(cells["region"].tolist())})
    return frozenset(found.loc[found[REASON] != "", "region"])
