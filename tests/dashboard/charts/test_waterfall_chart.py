"""The waterfall of a pair's evidence: each step starts where the last ended, and says its factor."""

import pandas as pd
import pytest

from dashboard import theme
from dashboard.charts.waterfall import waterfall
from dashboard.words import Words

STEPS = pd.DataFrame({"name": ["Tanggal lahir: sama", "NIK: berbeda", "Nama: sama"], "value": [4.0, -1.3, 0.0]})


@pytest.fixture
def chart():
    return waterfall(STEPS, words=Words("id"), measure="peluang", start=-7.25, end=-4.55)


def test_steps_lead_from_the_odds_before_to_those_after(chart):
    (trace,) = chart.figure.data
    assert list(trace.measure) == ["absolute", "relative", "relative", "relative", "total"]
    assert sum(trace.x[:-1]) == pytest.approx(-4.55)
    assert trace.increasing.marker.color == theme.SIGNALS["up"]
    assert trace.decreasing.marker.color == theme.SIGNALS["down"]


def test_every_row_says_its_factor_with_a_shape_and_not_by_colour_alone(chart):
    said = [annotation.text for annotation in chart.figure.layout.annotations]
    for part in ("1 : 18.000.000", "▲ × 10.000", "▼ ÷ 20", "○ × 1", "1 : 35.000"):
        assert any(part in text for text in said)
        assert part in chart.alt


def test_the_table_is_the_twin(chart):
    assert chart.table["log10"].tolist() == [-7.25, 4.0, -1.3, 0.0, -4.55]


@pytest.mark.parametrize(
    ("power", "said"), [(0.301, "2 : 1"), (0.4, "2,5 : 1"), (-9.6, "1 : 4,0 × 10⁹"), (8.6, "400.000.000 : 1")]
)
def test_odds_have_two_digits_and_large_ones_are_powers_of_ten(power, said):
    chart = waterfall(STEPS.head(0), words=Words("id"), measure="peluang", start=power, end=power)
    assert said in chart.alt
