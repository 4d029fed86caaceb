"""Data quality: what the gate let in and kept out, as the page Mutu Data shows it.

A pass rate is the share of checked rows that broke nothing; it is empty where nothing was checked. Frames come from the
room `gate` of a snapshot (`analytics.ingest.record`); an area keeps the districts inside it, and rows whose district
cannot be told belong to no area.
"""

from typing import Any, Literal

import pandas as pd

from analytics.metrics.filters import VILLAGE_DEPTH
from analytics.store import Manifest
from validation.contract import CONTRACT
from validation.gate.verdict import ANY, DISTRICT_COLUMNS, FINDING_COLUMNS, RESULT_COLUMNS

Kind = Literal["quarantine", "warned"]
KINDS: tuple[Kind, ...] = ("quarantine", "warned")
"""Rows that are kept out, and rows that are counted with a note."""
_FINDINGS = [*FINDING_COLUMNS, "batch", "says_id", "says_en"]
COLUMNS = {
    "results": RESULT_COLUMNS,
    "districts": DISTRICT_COLUMNS,
    "quarantine": _FINDINGS,
    "warned": _FINDINGS,
    "history": ["batch", "at", *RESULT_COLUMNS],
}
"""Columns of each table of the gate that pages read."""


def complete(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table of the gate with all its columns: an older version of Tepat kept fewer of them."""
    found = frame.reindex(columns=COLUMNS[name])
    if "severity" in found:
        found["severity"] = found["severity"].astype(object).fillna("quarantine")
    texts = [column for column in COLUMNS[name] if column not in {"at", "row", "checked", "failed"}]
    found[texts] = found[texts].astype(object).fillna("")
    return found


def district_of(area: str) -> str:
    """Return the area that quality is known for: the gate counts by district, so a village stands for its own."""
    return area.rpartition(".")[0] if area.count(".") == VILLAGE_DEPTH else area


def within(frame: pd.DataFrame, area: str) -> pd.DataFrame:
    """Return the rows whose district lies in an area; all of them without one."""
    if not area:
        return frame
    known, codes = district_of(area), frame["district"].astype(str)
    return frame[(codes == known) | codes.str.startswith(f"{known}.")]


def limited(frame: pd.DataFrame, area: str) -> pd.DataFrame:
    """Return of a table of the gate what lies in an area: rows of its districts, and rules without their counts."""
    if not area:
        return frame
    if "district" in frame:
        return within(frame, area)
    return frame.iloc[:0] if "batch" in frame else frame.assign(checked=0, failed=0)


def tables(manifest: Manifest, districts: pd.DataFrame, *, area: str = "") -> pd.DataFrame:
    """Return one row a table, worst first: table, file, rows (let in), rejected, passed.

    In an area, of the last batch; without one, of everything that the snapshot stands on.
    """
    if area:
        inside = (
            _whole(within(districts[districts["table"].isin(list(CONTRACT))], area))
            .groupby("table")[["checked", "failed"]]
            .sum()
        )
        counts = {str(row.Index): (int(row.checked - row.failed), int(row.failed)) for row in _rows(inside)}
    else:
        counts = {name: (facts.rows, facts.rejected) for name, facts in manifest.tables.items()}
    files: dict[str, list[str]] = {}
    for entry in manifest.sources:
        files.setdefault(entry.table, []).append(entry.file)
    found = pd.DataFrame(
        [
            (name, ", ".join(dict.fromkeys(files.get(name, []))), rows, rejected)
            for name, (rows, rejected) in counts.items()
        ],
        columns=["table", "file", "rows", "rejected"],
    )
    total = found["rows"] + found["rejected"]
    return _worst_first(found.assign(passed=_passed(found["rejected"], total)), "rejected", "table")


def rules(results: pd.DataFrame, districts: pd.DataFrame, *, area: str = "") -> pd.DataFrame:
    """Return the last batch's results with passed, worst first; in an area, of the rows inside it."""
    found = results
    if area:
        inside = within(districts, area)
        failed = inside[inside["rule"] != ANY].groupby("rule")["failed"].sum()
        checked = inside[inside["rule"] == ANY].groupby("table")["checked"].sum()
        found = results.assign(
            checked=results["table"].map(checked).fillna(0).astype("int64"),
            failed=results["rule"].map(failed).fillna(0).astype("int64"),
        )
    return _worst_first(found.assign(passed=_passed(found["failed"], found["checked"])), "failed", "rule")


def of_kind(frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Return the rows whose rule keeps rows out, or those whose rule only adds a note."""
    return frame[(frame["severity"] == "warn") == (kind == "warned")]


def by_district(districts: pd.DataFrame, *, table: str = "", rule: str = ANY, area: str = "") -> pd.DataFrame:
    """Return one row a district of the last batch, worst first: district, checked, failed, passed.

    Args:
        districts: The gate's table.
        table: One table; empty for all tables of the contract together.
        rule: One rule of that table; `ANY` for rows that were kept out by whichever rules.
        area: Code of a region.
    """
    inside = within(districts, area)
    inside = inside[inside["table"] == table] if table else inside[inside["table"].isin(list(CONTRACT))]
    found = _whole(inside).groupby("district", as_index=False)[["checked", "failed"]].sum()
    if rule != ANY:
        failed = inside[inside["rule"] == rule].groupby("district")["failed"].sum()
        found["failed"] = found["district"].map(failed).fillna(0).astype("int64")
    return _worst_first(found.assign(passed=_passed(found["failed"], found["checked"])), "failed", "district")


def over_time(history: pd.DataFrame, kind: Kind, *, table: str = "", rule: str = ANY) -> pd.DataFrame:
    """Return what broke rules of a kind, batch by batch: batch, at, series, checked, failed, share.

    A series is a rule of `table`, or, without a table, a table with its rows that were kept out by any rule. Series
    that no batch ever broke are left out.
    """
    found = of_kind(history, kind)
    if table:
        found = found[(found["table"] == table) & (found["rule"] != ANY)]
        found = found[found["rule"] == rule] if rule != ANY else found
    else:
        found = found[(found["rule"] == ANY) & found["table"].isin(list(CONTRACT))]
    found = found[found["checked"] > 0].assign(series=lambda rows: rows["rule" if table else "table"])
    found = found.sort_values(["at", "batch", "series"])
    ever = found.groupby("series")["failed"].transform("max") > 0
    found = found[ever].assign(share=lambda rows: rows["failed"] / rows["checked"])
    return found[["batch", "at", "series", "checked", "failed", "share"]].reset_index(drop=True)


def batches(history: pd.DataFrame) -> int:
    """Return how many batches the history holds."""
    return int(history["batch"].nunique())


def findings(frame: pd.DataFrame, *, table: str = "", rule: str = ANY, area: str = "") -> pd.DataFrame:
    """Return the broken rules of rows inside an area, of one table and rule if these are given, by file and row."""
    found = within(frame, area)
    found = found[found["table"] == table] if table else found
    found = found[found["rule"] == rule] if rule != ANY else found
    return found.sort_values(["table", "batch", "row", "rule"], ignore_index=True)


def _whole(districts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that count every row of a district, whatever it broke."""
    return districts[districts["rule"] == ANY]


def _passed(failed: pd.Series, checked: pd.Series) -> pd.Series:
    return 1 - failed / checked.where(checked > 0)


def _worst_first(found: pd.DataFrame, count: str, name: str) -> pd.DataFrame:
    return found.sort_values(["passed", count, name], ascending=[True, False, True], ignore_index=True)


def _rows(frame: pd.DataFrame) -> Any:
    return frame.itertuples(name="Row")
