"""What the page Eksplorasi draws of a safe table: bars, groups of bars, fields or lines, and the table itself."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from analytics.disclosure import TOTAL
from analytics.metrics import METRICS
from analytics.research.counting import WHEN
from analytics.research.tables import Question
from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart
from dashboard.charts.estimates import estimates
from dashboard.charts.grouped import grouped
from dashboard.charts.lines import lines
from dashboard.charts.matrix import matrix
from dashboard.exploring import answer, name, of
from dashboard.kpi import UNITS
from dashboard.reader import Reader
from dashboard.theme import SERIES

MOST_LINES: Final = len(SERIES)


def figure(reader: Reader, *, question: Question) -> Chart | None:
    """Draw the table without its totals; None when nothing of it may be shown."""
    found = answer(reader, question)
    if found is None or found["value"].isna().all():
        return None
    cells = found[~(found[list(question.columns)] == TOTAL).any(axis=1)].reset_index(drop=True)
    entry, words = METRICS[question.metric], reader.words
    look: dict[str, Any] = {"words": words, "measure": reader.label(question.metric), "unit": UNITS[entry.unit],
            "decimals": 2 if entry.unit == "mean" else None}  # fmt: skip
    if cells["value"].isna().all():
        return None
    if cells["low"].isna().all():
        cells = cells.drop(columns=["low", "high"])
    named = cells.assign(**{each: _names(reader, question, cells, each) for each in question.columns})
    first, label = question.by[0], of(words, question.by[0])
    if question.time:
        return lines(_longest(named, first).rename(columns={first: "series"}), series_label=label, **look)
    if len(question.by) == 1:
        rows = named.rename(columns={first: "name"})
        if "low" in rows:
            return estimates(rows[["name", "value", "low", "high"]], category_label=label, **look)
        return bars(rows[["name", "value"]], category_label=label, **look)
    row, series = sorted(question.by, key=lambda each: -named[each].nunique())
    rows = named.rename(columns={row: "row", series: "series"})
    draw: Callable[..., Chart] = grouped if rows["series"].nunique() <= MOST_LINES else matrix
    return draw(rows, row_label=of(words, row), series_label=of(words, series), **look)


def rows(reader: Reader, question: Question, found: pd.DataFrame) -> pd.DataFrame:
    """Return the table for people: dimensions by name, value, low, high, n, why a value is missing.

    Columns that would be empty are left out, and n where it is the value itself.
    """
    words = reader.words
    why = {reason: words(f"exploring.why_{reason}") if reason else "" for reason in found["reason"].unique()}
    named = {each: _names(reader, question, found, each) for each in question.columns}
    kept = found.assign(**named, why=found["reason"].map(why))
    entry = METRICS[question.metric]
    names = [
        "value", *(["low", "high"] if entry.kind == "sample" else []), *(["n"] if entry.unit != "count" else []),
        *(["why"] if found["reason"].any() else []),
    ]  # fmt: skip
    return kept[[*question.columns, *names]]


def headers(question: Question, shown: pd.DataFrame) -> dict[str, str]:
    """Return the header of each column of `rows`."""
    own = {each: f"exploring.by_{question.time if each == WHEN else each}" for each in question.columns}
    return {column: own.get(column, f"exploring.column_{column}") for column in shown.columns}


def _names(reader: Reader, question: Question, found: pd.DataFrame, dimension: str) -> pd.Series:
    known = {code: name(reader, dimension, code, time=question.time) for code in found[dimension].unique()}
    return found[dimension].map(known)


def _longest(named: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Keep the groups with the most behind them, as many as lines can be told apart."""
    most = named.groupby(dimension, sort=False)["n"].sum().nlargest(MOST_LINES).index
    return named[named[dimension].isin(most)]
