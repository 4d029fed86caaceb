"""Data quality: what the gate let in and kept out, as the page Mutu Data shows it."""

import pandas as pd

from analytics.store import Manifest


def tables(manifest: Manifest) -> pd.DataFrame:
    """Return one row a table, worst first: table, file, rows, rejected, share (rejected of all its rows)."""
    files = {entry.table: entry.file for entry in manifest.sources}
    found = pd.DataFrame(
        [
            {"table": name, "file": files.get(name, ""), "rows": facts.rows, "rejected": facts.rejected}
            for name, facts in manifest.tables.items()
        ]
    )
    share = found["rejected"] / (found["rows"] + found["rejected"])
    return found.assign(share=share).sort_values("share", ascending=False, kind="stable", ignore_index=True)


def failing_rules(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rules that some row broke, worst first: the gate's results with share (failed of checked)."""
    found = results[results["failed"] > 0]
    return found.assign(share=found["failed"] / found["checked"]).sort_values(
        ["share", "rule"], ascending=[False, True], ignore_index=True
    )


def over_time(history: list[Manifest]) -> pd.DataFrame:
    """Return one row a published snapshot, newest first: snapshot, published_at, rows, rejected."""
    return pd.DataFrame(
        [
            {
                "snapshot": manifest.snapshot,
                "published_at": manifest.published_at,
                "rows": sum(facts.rows for facts in manifest.tables.values()),
                "rejected": sum(facts.rejected for facts in manifest.tables.values()),
            }
            for manifest in reversed(history)
        ]
    )
