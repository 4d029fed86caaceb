"""A reader who asks everything of a metric that pages and reports can answer, and what can be concluded from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from analytics.marts import MARTS
from analytics.metrics import Metric, measure, series
from analytics.metrics.metric import Cells
from analytics.store import Warehouse
from validation.contract import LEVELS

GRAINS = {"week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The finest cells of a table and the sums that were told of it.

    Attributes:
        cells: The dimensions and the true count of every cell.
        covers: Sums × cells: which cells each told sum covers.
        told: What each comes to.
        withheld: Sums × cells: which cells each question covers that was not answered.
    """

    cells: pd.DataFrame
    covers: np.ndarray
    told: np.ndarray
    withheld: np.ndarray


def small_and_told(reading: Reading, *, least: int = 10) -> int:
    """Count the sums of 1 to 9 that were told."""
    return int(((reading.told > 0) & (reading.told < least)).sum())


def narrowest(reading: Reading, *, most: int = 12, least: int = 10) -> float:
    """Return the width of the narrowest conclusion about withheld counts of 1 to 9; infinite where none is withheld.

    At most `most` of them are attacked, spread over the table; each by two linear programmes over all sums told.
    """
    truth = reading.cells["n"].to_numpy(dtype=float)
    small = [row for row in reading.withheld if 0 < truth[row.astype(bool)].sum() < least]
    chosen = [small[at] for at in np.unique(np.linspace(0, len(small) - 1, most).astype(int))] if small else []
    found = [np.inf]
    for row in chosen:
        keys = {"A_eq": reading.covers, "b_eq": reading.told, "method": "highs"}
        low, high = linprog(row, **keys), linprog(-row, **keys)
        assert low.status == 0
        found.append(np.inf if high.status else -high.fun - low.fun)
    return min(found)


def parts(metric: Metric, rows: pd.DataFrame) -> list[pd.Series]:
    """Return the counts of families that a result tells."""
    if metric.unit == "share":
        return [rows["numerator"], rows["denominator"] - rows["numerator"]]
    return [rows["numerator"] if metric.denominator is None else rows["denominator"]]


def dimensions(metric: Metric) -> list[str]:
    """Return what a metric can be divided by, regions and days apart."""
    skipped = {*LEVELS, "day", *(["programme"] if metric.mart == "stages" else [])}
    return [name for name in MARTS[metric.mart].dimensions if name not in skipped]


def read(warehouse: Warehouse, metric: Metric, axes: Sequence[str], *, counts: pd.DataFrame) -> list[Reading]:
    """Ask for all tables that some of the axes span, region levels and steps of time included.

    Args:
        warehouse: The snapshot.
        metric: The metric.
        axes: "region", "time" and dimensions.
        counts: The true counts: region, dimensions, `time` (start of a piece) and one column a part, `part_0` ….

    Returns:
        One reading a part.
    """
    cells = counts.groupby(list(axes), dropna=False, as_index=False)[part_names(counts)].sum()
    asked = _answers(warehouse, metric, axes)
    readings = []
    for at, part in enumerate(part_names(counts)):
        covers, told, withheld = [], [], []
        for rows in asked:
            sums = parts(metric, rows)[at].to_numpy(dtype=float)
            masks = _masks(cells, rows, axes)
            for mask, count, reason in zip(masks, sums, rows["reason"], strict=True):
                if reason == "withheld":
                    withheld.append(mask)
                elif not np.isnan(count):
                    covers.append(mask)
                    told.append(count)
        size = (0, len(cells))
        readings.append(
            Reading(
                cells=cells.assign(n=cells[part]),
                covers=np.array(covers, dtype=float).reshape(-1, len(cells)),
                told=np.array(told),
                withheld=np.array(withheld, dtype=float) if withheld else np.zeros(size),
            )
        )
    return readings


def truth(warehouse: Warehouse, metric: Metric) -> pd.DataFrame:
    """Return the true counts as `read` takes them, added up with plain pandas."""
    rows = warehouse.run(warehouse.mart(metric.mart))
    if metric.mart == "stages":
        rows = rows[rows["programme"] == "*"]
    top = _sums(rows, metric.numerator)
    if metric.denominator is not None:
        whole = _sums(rows, metric.denominator)
        rows = rows.assign(part_0=top, part_1=whole - top) if metric.unit == "share" else rows.assign(part_0=whole)
    else:
        rows = rows.assign(part_0=top)
    if "day" in rows:
        rows = rows.assign(time=pieces(rows["day"]))
    return rows.rename(columns={"village" if "village" in rows else "district": "region"})


def _sums(rows: pd.DataFrame, cells: Cells) -> pd.Series:
    admitted = np.zeros(len(rows), dtype=bool)
    for where in cells.where:
        fits = np.ones(len(rows), dtype=bool)
        for name, values in where.items():
            fits &= rows[name].isin(list(values)).to_numpy()
        admitted |= fits
    return rows[cells.column].where(admitted, 0)


def part_names(counts: pd.DataFrame) -> list[str]:
    """Return the columns of the counts."""
    return [name for name in counts if str(name).startswith("part_")]


def pieces(days: pd.Series) -> pd.Series:
    """Return the first day of the piece of time that no week and no month divides, of each day."""
    days = pd.to_datetime(days)
    monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return pd.concat([monday, days.dt.to_period("M").dt.start_time], axis=1).max(axis=1)


def _answers(warehouse: Warehouse, metric: Metric, axes: Sequence[str]) -> list[pd.DataFrame]:
    """Return every answer: `code`, `start`, `end` and the dimensions where they are restricted."""
    others = [name for name in axes if name not in {"region", "time"}]
    levels = [[]]
    if "region" in axes:
        known = LEVELS if "village" in MARTS[metric.mart].dimensions else LEVELS[:3]
        levels += [[level] for level in known]
    groups = [[]]
    for name in others:
        groups += [[*each, name] for each in groups]
    found = []
    for level in levels:
        for group in groups:
            by = [*level, *group]
            found.append(_named(measure(warehouse, metric, by=by), level))
            if "time" in axes:
                found += [
                    _ended(_named(series(warehouse, metric, grain=grain, by=by), level), grain) for grain in GRAINS
                ]
    return found


def _named(rows: pd.DataFrame, level: Sequence[str]) -> pd.DataFrame:
    return rows.rename(columns={level[0]: "code"}) if level else rows


def _ended(rows: pd.DataFrame, grain: str) -> pd.DataFrame:
    return rows.assign(end=rows["when"] + GRAINS[grain])


def _masks(cells: pd.DataFrame, rows: pd.DataFrame, axes: Sequence[str]) -> list[np.ndarray]:
    found = []
    for row in rows.to_dict("records"):
        mask = np.ones(len(cells), dtype=bool)
        if "code" in row:
            mask &= (cells["region"] + ".").str.startswith(f"{row['code']}.").to_numpy()
        if "end" in row:
            mask &= ((cells["time"] >= row["when"]) & (cells["time"] < row["end"])).to_numpy()
        for name in axes:
            if name in row and name not in {"region", "time"}:
                same = cells[name].isna() if pd.isna(row[name]) else cells[name] == row[name]
                mask &= same.to_numpy()
        found.append(mask)
    return found
