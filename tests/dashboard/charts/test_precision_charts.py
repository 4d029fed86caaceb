"""Gaps between groups, what visits buy, and what stands behind an estimate."""

import pandas as pd
import pytest

from dashboard import theme
from dashboard.charts.caterpillar import caterpillar
from dashboard.charts.estimates import estimates
from dashboard.charts.gaps import gaps
from dashboard.charts.precision_curve import WIDEST, precision_curve


def test_only_a_gap_whose_interval_leaves_zero_out_is_coloured_and_shaped(grouped, indonesian, trace):
    chart = gaps(grouped, words=indonesian, measure="m")
    assert list(trace(chart, "up").x) == [0.36]
    assert list(trace(chart, "down").x) == [0.23]
    assert list(trace(chart, "none").x) == [0.25, 0.31]
    assert trace(chart, "none").marker.color == theme.SIGNALS["none"]
    assert len({trace(chart, name).marker.symbol for name in ("up", "down", "none")}) == 3


def test_a_group_with_too_few_checks_says_so_and_shows_no_rate(grouped, indonesian, annotations):
    chart = gaps(grouped, words=indonesian, measure="m")
    assert sum(len(part.x) for part in chart.figure.data) == 4
    assert "n kecil: 2 dari minimum 30" in annotations(chart)
    assert any(text.startswith("tidak mendaftar   –") for text in annotations(chart))
    assert chart.table["Sinyal"].iloc[-1] == "n kecil"
    assert "tidak mendaftar: n kecil: 2 dari minimum 30" in chart.alt


def test_a_gap_is_said_in_percentage_points_with_its_interval(grouped, indonesian, english, annotations):
    said = annotations(gaps(grouped, words=indonesian, measure="m"))
    assert "selisih +13,0 poin persen (4,0 sampai 23,0)" in said
    assert "gap -13.0 percentage points (-23.0 to -4.0)" in annotations(gaps(grouped, words=english, measure="m"))


def test_a_gap_without_an_other_side_says_so(grouped, indonesian, annotations):
    alone = grouped.assign(gap=None, gap_low=None, gap_high=None).astype(dict.fromkeys(["gap_low", "gap_high"], float))
    chart = gaps(alone, words=indonesian, measure="m")
    assert "selisih tidak dapat dihitung: lawannya n kecil" in annotations(chart)
    assert not list(chart.figure.data[1].x)


def test_every_way_to_tell_families_apart_has_one_heading(grouped, indonesian, annotations):
    said = annotations(gaps(grouped, words=indonesian, measure="m"))
    assert [text.strip() for text in said].count("Jalur") == 1


def test_the_curve_stands_in_percentage_points_and_names_its_lines(curves, indonesian, trace, annotations):
    chart = precision_curve(curves, words=indonesian, measure="m", target=0.03)
    assert list(trace(chart, "cek saja").y) == pytest.approx([8, 4, 2.8])
    said = " ".join(annotations(chart))
    assert "cek saja" in said
    assert "target ± 3,0 poin persen" in said.replace("  ", " ")


def test_a_number_of_visits_that_allows_no_rate_is_not_drawn(curves, indonesian, trace):
    chart = precision_curve(curves, words=indonesian, measure="m", target=0.03)
    assert list(trace(chart, "satu kecamatan").x) == [1000, 2000]
    wide = curves.assign(value=WIDEST * 1.01)
    assert not precision_curve(wide, words=indonesian, measure="m", target=0.03).figure.data


def test_today_and_the_goal_are_marked_where_known(curves, indonesian, english, trace):
    chart = precision_curve(curves, words=indonesian, measure="m", target=0.03, now=(700, 0.045), goal=1800)
    assert (list(trace(chart, "now").x), list(trace(chart, "now").y)) == ([700], [4.5])
    assert (list(trace(chart, "goal").x), list(trace(chart, "goal").y)) == ([1800], [3.0])
    assert "kini: 700 kunjungan, ± 4,5 poin persen" in chart.alt
    assert (
        "The target takes 1,800 visits."
        in precision_curve(curves, words=english, measure="m", target=0.03, goal=1800).alt
    )
    bare = precision_curve(curves, words=indonesian, measure="m", target=0.03)
    assert {"now", "goal"}.isdisjoint(part.name for part in bare.figure.data)


def test_what_stands_behind_an_estimate_has_a_line_of_its_own(programmes, indonesian, annotations):
    behind = programmes.assign(basis=["n = 762 cek", "n kecil: 16 dari minimum 30"], value=[0.124, None])
    chart = estimates(behind, words=indonesian, measure="m", category_label="Program", notes=["Sumber: cek"])
    assert {"n = 762 cek", "n kecil: 16 dari minimum 30"} <= set(annotations(chart))
    assert "Sumber: cek" in " ".join(annotations(chart))
    assert "n kecil: 16 dari minimum 30" in chart.alt
    assert list(chart.table["Dasar"]) == list(behind["basis"])


def test_rows_that_all_lack_a_value_say_why_instead_of_nothing(programmes, indonesian, annotations):
    none = programmes.assign(value=None, low=None, high=None, declared=None, floor=None, basis="n kecil").astype(
        dict.fromkeys(["value", "low", "high", "declared", "floor"], float)
    )
    chart = estimates(none, words=indonesian, measure="m", category_label="Program")
    assert annotations(chart).count("n kecil") == 2
    assert pd.isna(list(chart.figure.data[0].x)).all()


def test_the_chosen_name_is_bold(programmes, indonesian):
    chart = estimates(programmes, words=indonesian, measure="m", category_label="Program", selected="PKH")
    assert any(note.text.startswith("<b>PKH</b>") for note in chart.figure.layout.annotations)


def test_a_rank_is_words_in_hover_and_table_and_never_a_place_on_the_figure(districts, indonesian, annotations, trace):
    ranked = districts.assign(rank=["peringkat 1–2 dari 3", "peringkat 3–3 dari 3", "peringkat 1–3 dari 3", ""])
    chart = caterpillar(ranked, words=indonesian, measure="m", reference=0.18, reference_label="n")
    assert "peringkat 1–2 dari 3" in trace(chart, "up").hovertext[0]
    assert set(chart.table.iloc[:, -1]) == set(ranked["rank"])
    assert "peringkat" not in " ".join(annotations(chart))
