"""Figures on paper: lengths and places follow the data; every figure of the product is drawn whole."""

import io

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from reportlab.pdfgen.canvas import Canvas

from dashboard import theme
from dashboard.briefs.axes import axis, number
from dashboard.briefs.figure import can_draw, draw
from dashboard.briefs.richtext import MARKS, height_of, lines_of, width_of
from dashboard.charts.bars import bars
from dashboard.charts.caterpillar import caterpillar
from dashboard.charts.daily_stack import daily_stack
from dashboard.words import Words

ID = Words("id")
WIDTH = 700


class Pen(Canvas):
    """A canvas that also notes what is drawn."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), pagesize=(WIDTH, 900))
        self.boxes: list[tuple[float, float, float, float]] = []
        self.strokes: list[tuple[float, float, float, float]] = []
        self.dots: list[tuple[float, float, float]] = []
        self.paths = 0
        self.words: list[str] = []

    def rect(self, x, y, width, height, **look):
        self.boxes.append((x, y, width, height))
        super().rect(x, y, width, height, **look)

    def line(self, x1, y1, x2, y2):
        self.strokes.append((x1, y1, x2, y2))
        super().line(x1, y1, x2, y2)

    def circle(self, x, y, r, **look):
        self.dots.append((x, y, r))
        super().circle(x, y, r, **look)

    def drawPath(self, path, **look):  # noqa: N802  reportlab's name
        self.paths += 1
        super().drawPath(path, **look)

    def drawString(self, x, y, text, **look):  # noqa: N802  reportlab's name
        self.words.append(text)
        super().drawString(x, y, text, **look)


def drawn(figure: go.Figure) -> Pen:
    pen = Pen()
    draw(pen, figure, width=WIDTH)
    return pen


def figure_of(*traces: object, **layout: object) -> go.Figure:
    figure = theme.blank("id", height=220, left=20, right=20, top=10, bottom=10)
    figure.add_traces(list(traces))
    return figure.update_layout(**layout)


def test_bars_are_as_long_as_their_values():
    chart = bars(
        pd.DataFrame({"name": ["a", "b", "c"], "value": [100.0, 50.0, 0.0]}), words=ID, measure="m", category_label="k"
    )
    wide = [box[2] for box in drawn(chart.figure).boxes if box[3] == pytest.approx(drawn(chart.figure).boxes[0][3])]
    assert wide[0] == pytest.approx(WIDTH - 16)
    assert wide[1] == pytest.approx(wide[0] / 2)
    assert wide[2] == 0


def test_bars_of_a_stack_stand_on_each_other():
    days = pd.date_range("2026-01-05", periods=3, freq="7D")
    data = pd.DataFrame({
        "when": [*days, *days], "series": ["a"] * 3 + ["b"] * 3, "value": [10.0, 20, 30, 5, 5, 5], "settled": True,
    })  # fmt: skip
    chart = daily_stack(data, words=ID, measure="m", series_label="s")
    boxes = [box for box in drawn(chart.figure).boxes if box[2] > 20]
    below, above = boxes[:3], boxes[3:6]
    for (x, y, _, high), (x_above, y_above, _, high_above) in zip(below, above, strict=True):
        assert x == x_above
        assert y + high == pytest.approx(y_above)
        assert high_above / below[0][3] == pytest.approx(0.5)
    assert below[2][3] / below[0][3] == pytest.approx(3)


def test_intervals_reach_from_low_to_high_around_their_dot():
    data = pd.DataFrame({
        "code": ["1", "2"], "name": ["a", "b"], "value": [0.2, 0.3], "low": [0.1, 0.05], "high": [0.4, 0.5], "rank": "",
    })  # fmt: skip
    chart = caterpillar(data, words=ID, measure="m", reference=0.25, reference_label="r")
    pen = drawn(chart.figure)
    across = axis(chart.figure, "x", start=chart.figure.layout.margin.l, end=WIDTH - chart.figure.layout.margin.r)
    level = [stroke for stroke in pen.strokes if stroke[1] == stroke[3]]
    for row, (x, y, _) in zip(data.itertuples(), [dot for dot in pen.dots if dot[2] > 2.5][:2], strict=True):
        assert x == pytest.approx(across.place(row.value))
        ends = next(
            stroke
            for stroke in level
            if stroke[1] == pytest.approx(y) and stroke[0] == pytest.approx(across.place(row.low))
        )
        assert ends[2] == pytest.approx(across.place(row.high))


def test_a_line_is_broken_where_a_value_is_missing():
    gap = figure_of(go.Scatter(x=[0, 1, 2, 3, 4], y=[1, 2, None, 2, 1], mode="lines"))
    whole = figure_of(go.Scatter(x=[0, 1, 2, 3, 4], y=[1, 2, 2, 2, 1], mode="lines"))
    assert drawn(gap).paths == drawn(whole).paths + 1


def test_a_band_is_filled_between_two_lines():
    x = np.array([0.0, 1.0])
    look = {"mode": "lines", "line": {"width": 0}}
    lines = [go.Scatter(x=x, y=[1, 1], **look), go.Scatter(x=x, y=[2, 3], fill="tonexty", fillcolor="#E3ECF5", **look)]
    assert drawn(figure_of(*lines)).paths == drawn(figure_of(*lines[:1])).paths + 1


def test_days_lie_by_their_distance():
    figure = figure_of(
        go.Scatter(x=["2026-01-01", "2026-01-03"], y=[0, 1]), xaxis={"range": ["2026-01-01", "2026-01-05"]}
    )
    across = axis(figure, "x", start=0, end=100)
    assert across.place("2026-01-03") == pytest.approx(50)
    assert across.place(pd.Timestamp("2026-01-02")) == pytest.approx(25)
    assert across.place(np.datetime64("2026-01-05")) == pytest.approx(100)
    assert np.isnan(number(None))
    assert np.isnan(number(pd.NaT))


def test_a_region_s_borders_and_holes_are_one_path():
    square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    shapes = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kode": "1"},
                "geometry": {"type": "Polygon", "coordinates": [square, hole]},
            },
            {
                "type": "Feature",
                "properties": {"kode": "2"},
                "geometry": {"type": "MultiPolygon", "coordinates": [[square]]},
            },
        ],
    }
    trace = go.Choroplethmap(
        geojson=shapes, featureidkey="properties.kode", locations=["1", "2"], z=[0, 0],
        colorscale=[[0, "#ADD1F1"], [1, "#ADD1F1"]], marker={"line": {"color": "#FFFFFF", "width": 1}},
    )  # fmt: skip
    figure = figure_of(trace).update_xaxes(visible=False).update_yaxes(visible=False)
    assert drawn(figure).paths == 2


def test_what_cannot_be_drawn_is_said_beforehand():
    assert can_draw(figure_of(go.Bar(x=[1], y=[1])))
    assert not can_draw(figure_of(go.Waterfall(x=[1], y=[1])))


def test_labels_are_read_into_runs():
    [first, second] = lines_of(
        "Désa &amp; <b>12 %</b><br><span style='font-size:20px;color:#801650'>▲</span>", size=10, colour="#000000"
    )
    assert [(run.text, run.bold) for run in first] == [("Désa & ", False), ("12 %", True)]
    assert second[0].size > first[0].size
    assert second[0].colour == "#801650"
    assert height_of([first, second], size=10) == pytest.approx(26)
    assert width_of([first, second]) == pytest.approx(sum(run.width for run in first))


@pytest.mark.parametrize("sign", MARKS)
def test_signs_that_the_typeface_lacks_are_drawn(sign):
    figure = figure_of()
    figure.add_annotation(text=f"{sign} kata", x=0, y=1, xref="paper", yref="paper", xanchor="left")
    pen = drawn(figure)
    assert "".join(pen.words).strip() == "kata"
    assert pen.dots or pen.paths or pen.strokes
