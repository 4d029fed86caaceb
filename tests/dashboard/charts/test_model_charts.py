"""Two lists beside each other, and predicted beside observed."""

import pytest

from dashboard import theme
from dashboard.charts.changes import changes
from dashboard.charts.reliability import reliability


@pytest.fixture
def draw(two_lists, indonesian):
    return changes(two_lists, words=indonesian, measure="Ukuran", category_label="Kelompok")


def test_only_a_change_whose_interval_leaves_zero_out_is_coloured_and_shaped(draw, trace):
    assert list(trace(draw, "before").x) == [0.67, 0.16, 0.3]
    assert list(trace(draw, "up").x) == [0.71]
    assert list(trace(draw, "down").x) == [0.11]
    assert list(trace(draw, "none").x) == [0.31]
    assert len({trace(draw, name).marker.symbol for name in ("before", "up", "down", "none")}) == 4
    assert trace(draw, "none").marker.color == theme.SIGNALS["none"]


def test_both_intervals_are_those_given(draw, trace):
    before, up = trace(draw, "before"), trace(draw, "up")
    assert list(before.x + before.error_x.array) == pytest.approx([0.71, 0.22, 0.35])
    assert list(before.x - before.error_x.arrayminus) == pytest.approx([0.62, 0.11, 0.25])
    assert up.x[0] + up.error_x.array[0] == pytest.approx(0.75)
    assert up.x[0] - up.error_x.arrayminus[0] == pytest.approx(0.67)


def test_the_two_dots_of_a_row_stand_beside_each_other_and_never_on_its_words(draw, trace):
    before, up = trace(draw, "before").y[0], trace(draw, "up").y[0]
    assert 0 < up - before < 15
    words = [note.y for note in draw.figure.layout.annotations if note.yref != "paper"]
    assert min(words) < before < up < words[1]


def test_a_change_is_said_in_percentage_points_with_its_interval(two_lists, draw, english, annotations):
    assert "perubahan +4,0 poin persen (3,0 sampai 6,0)" in annotations(draw)
    chart = changes(two_lists, words=english, measure="m", category_label="Group")
    assert "change -5.0 percentage points (-9.0 to -2.0)" in annotations(chart)


def test_a_row_with_too_few_checks_is_named_and_not_drawn(draw, annotations):
    assert "n kecil, tidak digambar: sedikit." in " ".join(annotations(draw))
    assert "n kecil, tidak digambar: sedikit." in draw.alt
    assert sum(len(part.x) for part in draw.figure.data) == 6
    assert len(draw.table) == 4


def test_a_dot_stands_where_model_and_checks_put_it(scored, indonesian, trace):
    chart = reliability(scored, words=indonesian, measure="Ukuran")
    assert list(trace(chart, "observed").x) == list(scored["predicted"])
    assert list(trace(chart, "observed").y) == list(scored["observed"])
    assert "model 10,0\u202f%, cek 12,0\u202f%, n = 90" in trace(chart, "observed").hovertext[0]


def test_the_diagonal_is_where_both_agree_and_both_axes_are_alike(scored, indonesian, trace):
    chart = reliability(scored, words=indonesian, measure="Ukuran")
    line = trace(chart, "agreement")
    assert list(line.x) == list(line.y)
    assert line.x[-1] >= scored[["predicted", "observed"]].to_numpy().max()
    assert chart.figure.layout.xaxis.range == chart.figure.layout.yaxis.range
