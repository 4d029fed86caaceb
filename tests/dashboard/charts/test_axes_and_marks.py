"""Ticks, notes and labels: the parts that every figure is made of."""

import doctest

import pytest

from dashboard import theme
from dashboard.charts import axes, marks


@pytest.mark.parametrize("module", [axes, marks])
def test_examples_in_the_documentation_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.08, 0.19), (0, 0), (-3, 12), (0, 7.3e9), (0.4999, 0.5001)])
def test_ticks_span_the_values_with_few_round_numbers(low, high):
    ticks = axes.nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= axes.TICKS + 1


def test_tick_texts_have_the_decimals_of_their_step(indonesian):
    assert axes.value_ticks([0, 0.025, 0.05], words=indonesian, unit="percent") == [
        "0,0\u202f%",
        "2,5\u202f%",
        "5,0\u202f%",
    ]
    assert axes.value_ticks([0, 500, 1000], words=indonesian, unit="number") == ["0", "500", "1.000"]
    assert axes.value_ticks([0, 5e9, 1e10], words=indonesian, unit="rupiah") == ["Rp0", "Rp5 miliar", "Rp10 miliar"]


def test_bars_start_at_zero_and_lines_only_when_near(indonesian):
    def start(values, *, from_zero):
        return axes.value_axis(values, words=indonesian, unit="number", from_zero=from_zero)["range"][0]

    assert start([50, 60], from_zero=True) == 0
    assert start([50, 60], from_zero=False) == 50
    assert start([5, 60], from_zero=False) == 0


def test_an_axis_ignores_missing_values(indonesian):
    axis = axes.value_axis([None, float("nan"), 10.0], words=indonesian, unit="number")
    assert axis["range"][1] >= 10


def test_labels_move_apart_and_stay_inside():
    moved = marks.spread([10.0, 10.0, 9.0], 2.0, 0.0, 10.0)
    assert sorted(moved) == [6.0, 8.0, 10.0]
    assert moved[2] == 6.0


def test_notes_fit_the_narrowest_card():
    lines = marks.note_lines(["kata " * 30, "", "pendek"])
    assert max(map(len, lines)) <= marks.NOTE_WIDTH
    assert lines[-1] == "pendek"
    assert marks.note_height([]) == marks.note_height([""]) == 0


def test_cut_text_shows_that_it_was_cut_and_is_safe():
    assert marks.shorten("Banyuwangi", 6) == "Banyu…"
    assert marks.shorten("<b>", 9) == "&lt;b&gt;"
    assert marks.two_lines("Pendamping desa", 11) == "Pendamping<br>desa"
    assert marks.two_lines("Kantor kecamatan dan kelurahan", 11) == "Kantor<br>kecamatan…"


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [theme.TEXT, theme.QUIET_TEXT])
@pytest.mark.parametrize("behind", [theme.BACKGROUND, theme.SHADE, theme.CHOSEN])
def test_words_can_be_read(colour, behind):
    assert contrast(colour, behind) >= 4.5


@pytest.mark.parametrize(
    ("text", "tile"), [*zip(theme.MAP_TEXT, theme.MAP_CLASSES, strict=True), (theme.TEXT, theme.NO_DATA)]
)
def test_words_on_tiles_can_be_read(text, tile):
    assert contrast(text, tile) >= 4.5


@pytest.mark.parametrize("colour", [*theme.SERIES, *theme.SIGNALS.values(), theme.LIMIT])
def test_marks_stand_out_from_the_background(colour):
    assert contrast(colour, theme.BACKGROUND) >= 3


def test_no_toolbar_and_no_gestures():
    assert theme.CONFIG["displayModeBar"] is False
    assert theme.CONFIG["scrollZoom"] is False
