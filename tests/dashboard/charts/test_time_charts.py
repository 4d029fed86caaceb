"""Trend, daily stack and sparkline."""

import datetime

import pandas as pd
import pytest

from dashboard import theme
from dashboard.charts.daily_stack import daily_stack
from dashboard.charts.ended_curve import ended_curve
from dashboard.charts.forecast import forecast
from dashboard.charts.sparkline import HEIGHT, sparkline
from dashboard.charts.trend import trend
from dashboard.charts.unsettled import half_step


def test_trend_draws_the_values_and_limits_it_was_given(weeks, indonesian, trace):
    chart = trend(weeks, words=indonesian, measure="Ukuran", unit="percent")
    assert list(trace(chart, "value").y) == list(weeks["value"])
    assert [set(trace(chart, name).y) for name in ("lower", "centre", "upper")] == [{0.08}, {0.12}, {0.16}]


def test_signals_differ_in_shape_and_colour(weeks, indonesian, trace):
    marker = trace(trend(weeks, words=indonesian, measure="m", unit="percent"), "points").marker
    assert (marker.symbol[2], marker.color[2]) == ("triangle-up", theme.SIGNALS["up"])
    assert (marker.symbol[6], marker.color[6]) == ("triangle-down", theme.SIGNALS["down"])
    assert {symbol for place, symbol in enumerate(marker.symbol) if place not in {2, 6}} == {"circle"}


def test_a_run_points_where_it_moves_not_where_it_stands(weeks, indonesian, trace):
    rising_below = weeks.assign(signal=[""] * 7 + ["run"] + [""] * 4)
    rising_below.loc[6:7, "value"] = [0.09, 0.1]
    marker = trace(trend(rising_below, words=indonesian, measure="m"), "points").marker
    assert marker.symbol[7] == "triangle-up"


def test_days_still_filling_up_are_hollow_shaded_and_named(weeks, indonesian, trace, annotations):
    chart = trend(weeks, words=indonesian, measure="m", unit="percent")
    assert list(trace(chart, "points").marker.color[-3:]) == [theme.SIGNALS["none"], "#FFFFFF", "#FFFFFF"]
    shade = chart.figure.layout.shapes[0]
    assert (pd.Timestamp(shade.x0), pd.Timestamp(shade.x1)) == (
        weeks["when"].iloc[10] - pd.Timedelta("84h"),
        weeks["when"].iloc[11] + pd.Timedelta("84h"),
    )
    assert "data belum lengkap" in annotations(chart)
    assert "belum lengkap: 2" in chart.alt


def test_a_settled_trend_has_no_shade(weeks, indonesian, annotations):
    chart = trend(weeks.assign(settled=True), words=indonesian, measure="m")
    assert not chart.figure.layout.shapes
    assert "belum lengkap" not in chart.alt + " ".join(annotations(chart))


def test_lines_are_named_beside_them(weeks, indonesian, annotations):
    chart = trend(weeks, words=indonesian, measure="m", unit="percent", target=0.1)
    assert {
        "rata-rata  12,0\u202f% ",
        "batas atas  16,0\u202f% ",
        "batas bawah  8,0\u202f% ",
        "target  10,0\u202f% ",
    } <= set(annotations(chart))


def test_provisional_limits_say_so(weeks, indonesian, annotations):
    said = " ".join(annotations(trend(weeks, words=indonesian, measure="m", provisional=True)))
    assert "Batas sementara" in said
    assert "Batas sementara" not in " ".join(annotations(trend(weeks, words=indonesian, measure="m")))


def test_the_alt_text_of_a_trend_has_its_numbers(weeks, indonesian, english):
    said = trend(weeks, words=indonesian, measure="Galat", unit="percent").alt
    assert "Galat: 12 titik dari 1 Jun 2026 sampai 17 Agu 2026" in said
    assert "terakhir 3,0\u202f%" in said
    assert "Rata-rata 12,0\u202f%, batas 8,0\u202f% sampai 16,0\u202f%" in said
    assert "1 ke atas, 1 ke bawah" in said
    assert "Mean 12.0%, limits 8.0% to 16.0%" in trend(weeks, words=english, measure="Error", unit="percent").alt


def test_a_trend_without_limits_claims_no_signal_either_way(weeks, indonesian, annotations):
    bare = weeks.assign(centre=None, lower=None, upper=None, signal="", settled=True)
    chart = trend(bare, words=indonesian, measure="m")
    assert "inyal" not in chart.alt + " ".join(annotations(chart))


def test_the_table_of_a_trend_says_signals_in_words(weeks, indonesian):
    table = trend(weeks, words=indonesian, measure="Ukuran").table
    assert list(table.columns) == [
        *("Tanggal", "Ukuran", "Rata-rata", "Batas bawah", "Batas atas", "Sinyal", "Data lengkap")
    ]
    assert table["Sinyal"].iloc[2] == "di luar batas"
    assert list(table["Data lengkap"].iloc[-3:]) == ["ya", "belum", "belum"]


def test_months_are_ticked_in_indonesian_and_the_year_once_a_turn(weeks, indonesian):
    months = weeks.assign(when=pd.date_range("2025-10-01", periods=12, freq="MS"))
    axis = trend(months, words=indonesian, measure="m").figure.layout.xaxis
    assert list(axis.ticktext) == ["Okt<br>2025", "Jan<br>2026", "Apr", "Jul"]


def test_plain_dates_are_accepted(weeks, indonesian):
    plain = weeks.assign(when=[datetime.date(2026, 8, day) for day in range(1, 13)])
    assert trend(plain, words=indonesian, measure="m").figure.layout.xaxis.ticktext[0] == "1 Agu<br>2026"


def test_a_single_point_is_drawn(weeks, indonesian, trace):
    assert len(trace(trend(weeks.head(1), words=indonesian, measure="m"), "value").y) == 1
    assert half_step(weeks["when"].head(1)) == pd.Timedelta(hours=12)


def test_stack_sums_nothing_and_keeps_the_order_of_first_appearance(channel_days, indonesian, trace):
    chart = daily_stack(channel_days, words=indonesian, measure="m", series_label="Jalur")
    assert [part.name for part in chart.figure.data] == ["Mandiri", "Pendamping"]
    assert list(trace(chart, "Pendamping").y) == [50, 51, 52, 53, 54, 55]
    assert chart.figure.layout.barmode == "stack"


def test_series_are_named_beside_their_band(channel_days, indonesian, annotations):
    said = " ".join(annotations(daily_stack(channel_days, words=indonesian, measure="m", series_label="Jalur")))
    assert "Mandiri" in said
    assert "Pendamping" in said


def test_stack_tells_totals_in_both_languages(channel_days, indonesian, english):
    assert (
        "Jumlah 930: Mandiri 615 dan Pendamping 315"
        in daily_stack(channel_days, words=indonesian, measure="m", series_label="Jalur").alt
    )
    assert (
        "Total 930: Mandiri 615 and Pendamping 315"
        in daily_stack(channel_days, words=english, measure="m", series_label="Channel").alt
    )


def test_open_days_of_a_stack_are_pale(channel_days, indonesian, trace):
    chart = daily_stack(channel_days, words=indonesian, measure="m", series_label="Jalur")
    opacity = trace(chart, "Mandiri").marker.opacity
    assert set(opacity[:4]) == {1.0}
    assert max(opacity[4:]) < 1


def test_a_fifth_series_is_refused(channel_days, indonesian):
    five = channel_days.assign(series=[str(place % 5) for place in range(len(channel_days))])
    with pytest.raises(ValueError, match="5 series"):
        daily_stack(five, words=indonesian, measure="m", series_label="Jalur")


def test_a_sparkline_is_tiny_and_marks_the_last_point(weeks, indonesian, trace):
    chart = sparkline(weeks, words=indonesian, measure="Galat", unit="percent")
    assert chart.figure.layout.height == HEIGHT
    assert list(trace(chart, "last").y) == [0.03]
    assert (
        chart.alt
        == "Galat: 12,0\u202f% pada 1 Jun 2026, 3,0\u202f% pada 17 Agu 2026; antara 3,0\u202f% dan 19,0\u202f%."
    )
    assert sparkline(weeks.iloc[:0], words=indonesian, measure="Galat").figure.layout.height == HEIGHT


def test_the_share_at_the_limit_is_said_and_the_band_has_no_gap_of_its_own(waits, indonesian, trace):
    chart = ended_curve(waits, words=indonesian, measure="Selesai", window=2, median=2.0)
    assert "50,0" in chart.alt
    assert list(trace(chart, "high").x) == [0, 1, 2]
    assert list(trace(chart, "ended").y) == [0.0, 0.2, 0.5, 1.0]
    assert trace(chart, "ended").line.shape == "hv"


def test_the_forecast_starts_where_the_weeks_end_and_says_its_interval(backlog, english, trace):
    chart = forecast(backlog, words=english, measure="Open")
    assert list(trace(chart, "ahead").y) == [75.0, 70.0, 66.0]
    assert list(trace(chart, "high95").y) == [75.0, 90.0, 102.0]
    assert "30 to 102" in chart.alt
    bare = forecast(backlog.assign(low95=float("nan")), words=english, measure="Open")
    assert "high95" not in {part.name for part in bare.figure.data}
    assert "too few" in str(bare.figure.layout.annotations)
