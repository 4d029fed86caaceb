"""Stages, bars, incidence, concentration and estimates."""

import pytest

from dashboard import theme
from dashboard.charts.bars import LATE, bars
from dashboard.charts.concentration import concentration
from dashboard.charts.estimates import estimates
from dashboard.charts.incidence import incidence
from dashboard.charts.stages import stages


def test_stages_draw_counts_on_the_track_of_the_first(flow, indonesian, trace):
    chart = stages(flow, words=indonesian, measure="Keluarga")
    assert list(trace(chart, "bars").x) == [2000, 900, 850]
    assert list(trace(chart, "track").x) == [2000] * 3


def test_stages_are_labelled_with_count_and_share(flow, indonesian, english, annotations):
    chart = stages(flow, words=indonesian, measure="Keluarga")
    assert annotations(chart)[1] == "Diputuskan   900  · 45,0\u202f%"
    assert "Terdaftar 2.000 (100,0\u202f%), Diputuskan 900 (45,0\u202f%), dan Dibayar 850 (42,5\u202f%)" in chart.alt
    assert "Terdaftar 2,000 (100.0%)" in stages(flow, words=english, measure="Families").alt


def test_bars_beyond_the_limit_are_marked_by_line_colour_and_words(ages, indonesian, trace, annotations):
    chart = bars(
        ages, words=indonesian, measure="m", category_label="Umur", limit_after="8–14 hari", limit_label="batas 14 hari"
    )
    assert list(trace(chart, "bars").marker.color) == [theme.SERIES[0], theme.SERIES[0], LATE]
    assert chart.figure.layout.shapes[0].y0 == 1.5
    assert "batas 14 hari" in annotations(chart)
    assert chart.alt.endswith("Melewati batas 14 hari: 410.")


def test_bars_without_a_limit_have_one_colour_and_no_line(ages, indonesian, trace):
    chart = bars(ages.drop(columns="share"), words=indonesian, measure="m", category_label="Umur")
    assert set(trace(chart, "bars").marker.color) == {theme.SERIES[0]}
    assert not chart.figure.layout.shapes
    assert list(chart.table.columns) == ["Umur", "m"]


def test_a_limit_that_no_bar_has_is_an_error(ages, indonesian):
    with pytest.raises(ValueError, match="seabad"):
        bars(ages, words=indonesian, measure="m", category_label="Umur", limit_after="seabad")


def test_bars_may_be_shares(ages, english):
    chart = bars(ages.assign(value=ages["share"]), words=english, measure="m", category_label="Age", unit="percent")
    assert "0–7 hari 50.0%, 8–14 hari 33.0% and 15–30 hari 17.0%" in chart.alt


def test_incidence_draws_bars_with_whiskers(deciles, indonesian, trace):
    bar = trace(incidence(deciles, words=indonesian, measure="m"), "value")
    assert list(bar.y) == list(deciles["value"])
    assert bar.error_y.array[0] == pytest.approx(0.03)
    assert bar.error_y.arrayminus[0] == pytest.approx(0.02)


def test_incidence_tells_the_intended_deciles_apart_by_line_and_words(deciles, indonesian, trace, annotations):
    chart = incidence(deciles, words=indonesian, measure="m", entitled=4)
    colours = trace(chart, "value").marker.color
    assert len(set(colours[:4])) == len(set(colours[4:])) == 1
    assert colours[3] != colours[4]
    assert chart.figure.layout.shapes[0].x0 == 4.5
    assert "sasaran: desil 1–4" in annotations(chart)


def test_incidence_reads_from_poorest_to_richest(deciles, indonesian, english, annotations):
    chart = incidence(deciles.iloc[::-1], words=indonesian, measure="Cakupan")
    assert {"termiskin", "terkaya"} <= set(annotations(chart))
    assert "desil 1 62,0\u202f%, desil 2 55,0\u202f%" in chart.alt
    assert "decile 10 3.0%" in incidence(deciles, words=english, measure="Coverage").alt


def test_concentration_draws_the_curve_and_the_diagonal(curve, indonesian, trace):
    chart = concentration(curve, words=indonesian, measure="m", coefficient=-0.35)
    assert list(trace(chart, "benefits").y) == list(curve["benefits"])
    assert list(trace(chart, "equal").x) == list(trace(chart, "equal").y) == [0, 1]


def test_the_coefficient_is_named_on_the_curve_only_when_known(curve, indonesian, english, annotations):
    chart = concentration(curve, words=indonesian, measure="Manfaat", coefficient=-0.354)
    assert "koefisien konsentrasi  -0,35 " in annotations(chart)
    assert "40\u202f% penduduk termiskin menerima 65,8\u202f% manfaat. Koefisien konsentrasi -0,35." in chart.alt
    bare = concentration(curve, words=english, measure="Benefits")
    assert "coefficient" not in bare.alt + " ".join(annotations(bare))


def test_declared_figures_are_hollow_and_said_to_be_declared(programmes, indonesian, english, trace, annotations):
    chart = estimates(programmes, words=indonesian, measure="Galat", category_label="Program", target=0.1)
    assert trace(chart, "declared").marker.symbol == "diamond-open"
    assert trace(chart, "declared").x[0] == 0.05
    assert trace(chart, "floor").marker.symbol == "line-ns"
    assert "◇\u00a0dinyatakan" in annotations(chart)[-1]
    assert "PKH 12,4\u202f% (selang 10,1–14,9\u202f%, dinyatakan 5,0\u202f%, batas terendah 2,0\u202f%)" in chart.alt
    assert chart.alt.endswith("Target 10,0\u202f%.")
    assert "declared 5.0%" in estimates(programmes, words=english, measure="Error", category_label="Programme").alt


def test_estimates_without_declared_figures_have_no_such_mark(programmes, indonesian, annotations):
    chart = estimates(programmes[["name", "value"]], words=indonesian, measure="m", category_label="Program")
    assert [part.name for part in chart.figure.data] == ["estimate"]
    assert "dinyatakan" not in " ".join(annotations(chart))
    assert chart.alt == "Perkiraan m: PKH 12,4\u202f%; Sembako 23,1\u202f%."


def test_an_estimate_that_does_not_exist_is_a_dash_beside_what_was_declared(programmes, indonesian, annotations):
    missing = programmes.assign(value=[None, 0.2], low=[None, 0.1], high=[None, 0.3])
    chart = estimates(missing, words=indonesian, measure="m", category_label="Program")
    assert "PKH   – " in annotations(chart)
    assert "PKH – (dinyatakan 5,0\u202f%" in chart.alt
