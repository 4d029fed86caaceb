"""The reports: the gate's rules again, through Great Expectations, with its Data Docs.

An engine of others over the same judged rows: where its counts differ from the gate's, nothing may be published. The
dashboard never imports Great Expectations; importing this package does not either.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from validation.reports.data_docs import Edition, write_data_docs
from validation.reports.expectations import MOST_ROWS, TableRun, broken_rows, disagreements, run_table
from validation.rules import Rule

__all__ = ["MOST_ROWS", "Edition", "TableRun", "broken_rows", "disagreements", "run_table", "write_reports"]


def write_reports(
    judged: Path,
    folder: Path,
    *,
    suites: Mapping[str, Sequence[Rule]],
    now: datetime,
    title: str,
    snapshot: str,
    published_at: datetime,
    most_rows: int = MOST_ROWS,
) -> list[str]:
    """Run every rule through Great Expectations, write the Data Docs, and say where the two engines differ.

    Args:
        judged: Folder of the judged rows, `<table>.parquet`, as the gate left them.
        folder: Where `index.html` and `<table>.html` are written.
        suites: Rules by table, in the order in which the gate judged them. A table without a file had no rows.
        now: Moment of judging, the gate's.
        title: What the data set is called.
        snapshot: Id of the snapshot that is being made.
        published_at: Its moment of publication, naive UTC.
        most_rows: Rows of a table above which a random sample stands for it.

    Returns:
        One sentence for each rule on which Great Expectations and the gate disagree; only an empty list may be
        published.

    Raises:
        GateError: Great Expectations could not evaluate a rule.
    """
    files = {table: judged / f"{table}.parquet" for table in suites}
    runs = [
        run_table(path, suites[table], now=now, most_rows=most_rows) for table, path in files.items() if path.exists()
    ]
    write_data_docs(runs, folder, Edition(title=title, snapshot=snapshot, published_at=published_at))
    return disagreements(runs)
