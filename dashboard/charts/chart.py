"""What every chart function returns, and how it says that there is nothing to show."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.words import Words

EMPTY_HEIGHT: Final = 120


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure with the words and the table that say the same.

    `table` is the twin: headers in the reader's language, numbers left as numbers. `withheld` says in words that
    numbers are missing from both because they would tell of a few; empty where none is.
    """

    figure: go.Figure
    alt: str
    table: pd.DataFrame
    withheld: str = ""


def withholding(chart: Chart, reasons: "pd.Series[str]", *, words: Words) -> Chart:
    """Return the chart with the sentence that numbers are withheld, where a reason is so."""
    if not (reasons == "withheld").any():
        return chart
    said = words("charts.withheld")
    if chart.figure.data:
        return replace(chart, alt=f"{chart.alt} {said}", withheld=said)
    chart.figure.update_annotations(text=words("charts.all_withheld"))
    return replace(chart, alt=said, withheld=said)


def twin(data: pd.DataFrame, headers: dict[str, str]) -> pd.DataFrame:
    """Return the columns of `headers` that `data` has, in that order, under their translated names."""
    return data.filter(items=list(headers)).rename(columns=headers).reset_index(drop=True)


def rows_of(data: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows as named tuples."""
    return data.itertuples(index=False, name="Row")


def no_data(words: Words, *, measure: str, table: pd.DataFrame) -> Chart:
    """Return the chart of nothing: one sentence, no axes, never a number."""
    figure = theme.blank(words.language, height=EMPTY_HEIGHT)
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    figure.add_annotation(
        text=words("charts.no_data"), x=0.5, y=0.5, xref="paper", yref="paper", font={"color": theme.QUIET_TEXT}
    )
    return Chart(figure, words("charts.alt_no_data", measure=measure), table)
