"""A measure over time with its natural limits (XmR chart)."""

from collections import Counter
from collections.abc import Callable
from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import day_axis, tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_note, add_right_labels, label_room, note_height
from dashboard.charts.trend_marks import add_lines, add_points
from dashboard.charts.unsettled import add_shade, half_step, shade_height
from dashboard.theme import Direction
from dashboard.words import Unit, Words, is_missing

PLOT_HEIGHT: Final = 220
BOTTOM: Final = 40


def trend(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    unit: Unit = "number",
    decimals: int | None = None,
    provisional: bool = False,
    target: float | None = None,
) -> Chart:
    """Draw a time series with centre, limits and signals.

    `data`, in time order:

        when | value | centre | lower | upper | signal | settled
        date | float | float? | float? | float? | ""/outside/shift/run/near_limit | bool

    `centre`, `lower` and `upper` may be null, or constant in steps; rows with `settled` False are shaded and hollow.
    `provisional` says that there are too few points for lasting limits.
    """
    table = _table(data, words=words, measure=measure)
    points = data.dropna(subset=["value"]).reset_index(drop=True)
    if points.empty:
        return no_data(words, measure=measure, table=table)
    points = points.assign(when=pd.to_datetime(points["when"]), direction=_directions(points))

    def say(value: float | None) -> str:
        return words.value(value, unit=unit, decimals=decimals)

    labels = _line_labels(points, words=words, say=say, target=target)
    notes = [_signal_note(points, words=words), words("charts.provisional") if provisional else ""]
    top = note_height(notes) + shade_height(points["settled"]) + 8
    values = [*points[["value", "centre", "lower", "upper"]].to_numpy(dtype=float).ravel(), target]
    axis = value_axis(values, words=words, unit=unit, from_zero=False)
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + top + BOTTOM,
        left=tick_room(axis),
        right=label_room(labels),
        top=top,
        bottom=BOTTOM,
    )
    figure.update_yaxes(**axis)
    first, last, half = points["when"].iloc[0], points["when"].iloc[-1], half_step(points["when"])
    figure.update_xaxes(**day_axis(first, last, words=words), range=[first - half, last + half])
    add_shade(figure, points, words=words)
    add_lines(figure, points, target=target)
    add_points(figure, points, words=words, say=say)
    add_right_labels(figure, labels, span=(axis["range"][0], axis["range"][1]), plot_height=PLOT_HEIGHT)
    add_note(figure, notes, above=shade_height(points["settled"]))
    return Chart(figure, _alt(points, words=words, measure=measure, say=say), table)


def _table(data: pd.DataFrame, *, words: Words, measure: str) -> pd.DataFrame:
    headers = {column: words(f"charts.table_{column}") for column in ("centre", "lower", "upper", "signal", "settled")}
    spoken = data.assign(
        signal=[words(f"charts.signal_{signal}") if signal else "" for signal in data["signal"]],
        settled=[words("charts.yes" if settled else "charts.not_yet") for settled in data["settled"]],
    )
    return twin(spoken, {"when": words("charts.table_date"), "value": measure, **headers})


def _directions(points: pd.DataFrame) -> list[Direction]:
    """Return where each signal points: a run by its movement, any other by its side of the centre."""
    found: list[Direction] = []
    before = points["value"].shift().fillna(points["value"])
    for signal, value, centre, earlier in zip(points["signal"], points["value"], points["centre"], before, strict=True):
        base = earlier if signal == "run" or is_missing(centre) else centre
        found.append(("up" if value >= base else "down") if signal else "none")
    return found


def _signal_note(points: pd.DataFrame, *, words: Words) -> str:
    counts = Counter(points["direction"])
    if not (counts["up"] or counts["down"]):
        return words("charts.trend_no_signal") if points["centre"].notna().any() else ""
    return words("charts.trend_signals", up=counts["up"], down=counts["down"])


def _line_labels(
    points: pd.DataFrame, *, words: Words, say: Callable[[float | None], str], target: float | None
) -> dict[str, float]:
    labels = {}
    for column in ("lower", "centre", "upper"):
        known = points[column].dropna()
        if not known.empty:
            labels[f"{words(f'charts.line_{column}')}<br><b>{say(known.iloc[-1])}</b>"] = float(known.iloc[-1])
    if target is not None:
        labels[f"{words('charts.target')}<br><b>{say(target)}</b>"] = target
    return labels


def _alt(points: pd.DataFrame, *, words: Words, measure: str, say: Callable[[float | None], str]) -> str:
    final = points.iloc[-1]
    sentences = [
        words(
            "charts.alt_trend",
            measure=measure,
            count=words.number(len(points)),
            first=words.day(points["when"].iloc[0]),
            last=words.day(final["when"]),
            value=say(final["value"]),
        )
    ]
    if not is_missing(final["centre"]):
        limits = {column: say(final[column]) for column in ("centre", "lower", "upper")}
        counts = Counter(points["direction"])
        quiet = len(points) == counts["none"]
        sentences += [
            words("charts.alt_trend_limits", **limits),
            words("charts.alt_trend_no_signal")
            if quiet
            else words("charts.alt_trend_signals", up=counts["up"], down=counts["down"]),
        ]
    unsettled = int((~points["settled"]).sum())
    if unsettled:
        sentences.append(words("charts.alt_unsettled", count=words.number(unsettled)))
    return " ".join(sentences)
