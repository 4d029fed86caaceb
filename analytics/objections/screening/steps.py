"""Steps of a long query, each worked out once and kept in the engine until nobody refers to it."""

from collections.abc import Callable
from typing import Any

Keep = Callable[[Any], Any]
"""Works an Ibis table out and gives it back as one that is there. Without it two uses of a chain share nothing in the
SQL that Ibis writes: 21 MB of it for the screening as one query."""


def cached(rows: Any) -> Any:
    """Keep rows on a connection that nobody else uses."""
    return rows.cache()
