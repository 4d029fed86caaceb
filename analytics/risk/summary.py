"""What the scores of a snapshot come to."""

from pathlib import Path
from typing import Any

import ibis


def summary(path: Path) -> list[dict[str, Any]]:
    """Return one entry a programme and side: families, too_little_known, expected (families on the wrong side).

    Expected is the sum of calibrated scores: it says what the model expects, not what is so.
    """
    connection = ibis.duckdb.connect()
    scores = connection.read_parquet(str(path), table_name="scores")
    wrong = scores.receives.ifelse(1.0 - scores.entitled, scores.entitled)
    found = scores.group_by("programme", "receives").aggregate(
        families=scores.count(), too_little_known=scores.entitled.isnull().ifelse(1, 0).sum(), expected=wrong.sum()
    )
    rows: list[dict[str, Any]] = found.order_by(["programme", ibis.desc("receives")]).to_pyarrow().to_pylist()
    connection.disconnect()
    return rows
