"""One table of counts for anybody: with all its totals, safe by itself."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analytics.disclosure.attack import COUNT
from analytics.disclosure.lattice import TOTAL, Parents
from analytics.disclosure.pooling import Counts, pooled
from analytics.disclosure.suppress import published, suppress


def safe_table(
    table: pd.DataFrame, dimensions: Sequence[str], *, hierarchy: Mapping[str, Parents] | None = None
) -> pd.DataFrame:
    """Return a table of counts with all its totals, empty where a count may not leave.

    Of one dimension without hierarchy in closed form; otherwise by `suppress`, whose cost grows with the square of the
    hidden cells: a few seconds at some hundred. Two tables of the same families are safe together only where the
    dimensions of one hold those of the other.

    Args:
        table: Dimensions and `n`, one row a cell without totals; cells without row are 0.
        dimensions: The columns that span the table: one to three.
        hierarchy: Dimension to the parent of its values, such as `region_tree(codes)`.

    Returns:
        One row a cell and total (the value "" of a dimension): dimensions, `n` (whole numbers, NA where withheld).

    Raises:
        DisclosureError: a cell twice, a count that is negative or no whole number, a hierarchy in a circle.
    """
    if len(dimensions) > 1 or hierarchy:
        return published(suppress(table, dimensions, hierarchy=hierarchy))
    (name,) = dimensions
    made = suppress(table, dimensions, least=1)  # adds the total up and refuses what is no table of counts
    counts: Counts = made[COUNT].to_numpy(dtype=float)
    cells = (made[name] != TOTAL).to_numpy()
    pool = pooled(counts[cells, None])
    hidden = ~cells & (not pool.closed)
    hidden[cells] = pool.hidden
    return published(made).assign(**{COUNT: made[COUNT].mask(hidden)})
