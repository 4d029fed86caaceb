"""Funnel, caterpillar, tiles and maps."""

import pandas as pd
import pytest

from dashboard import theme
from dashboard.charts.caterpillar import caterpillar
from dashboard.charts.classes import NO_CLASS, class_breaks, class_names, classify
from dashboard.charts.districts import label_positions, named_list
from dashboard.charts.funnel import funnel
from dashboard.charts.region_map import boundary_map, tile_map
from dashboard.charts.tiles import packaged_grid, tile_layout

OPTIONS = {"measure": "Galat", "centre": 0.18, "denominator_label": "diperiksa"}


def test_funnel_names_only_those_outside_the_998_limits(districts, limits, indonesian, trace):
    chart = funnel(districts, words=indonesian, limits=limits, **OPTIONS)
    assert list(trace(chart, "up").text) == ["Pesanggaran"]
    assert list(trace(chart, "down").text) == ["Bangorejo"]
    assert set(trace(chart, "none").text) == {""}
    assert (list(trace(chart, "up").x), list(trace(chart, "up").y)) == ([240], [0.33])


def test_funnel_takes_the_caller_s_signals_when_given(districts, limits, indonesian, trace):
    given = districts.assign(signal=["none", "none", "up", "none"])
    assert list(trace(funnel(given, words=indonesian, limits=limits, **OPTIONS), "up").y) == [0.19]


def test_funnel_draws_the_limits_as_given(districts, limits, indonesian, trace):
    drawn = trace(funnel(districts, words=indonesian, limits=limits, **OPTIONS), "high998")
    assert list(drawn.y) == [0.55, 0.3, 0.27]


def test_funnel_states_over_dispersion(districts, limits, indonesian, annotations):
    said = " ".join(annotations(funnel(districts, words=indonesian, limits=limits, overdispersion=1.6, **OPTIONS)))
    assert "1,60 × kebetulan (φ)" in said


def test_funnel_says_who_is_outside_in_both_languages(districts, limits, indonesian, english):
    said = funnel(districts, words=indonesian, limits=limits, **OPTIONS).alt
    assert "3 wilayah, acuan 18,0\u202f%" in said
    assert "Di atas batas 99,8\u202f%: Pesanggaran. Di bawah: Bangorejo." in said
    assert "reference 18.0%" in funnel(districts, words=english, limits=limits, **OPTIONS).alt


@pytest.mark.parametrize("code", ["35.10.01", "35.10.03"])
def test_the_selected_district_is_ringed_and_named(districts, limits, indonesian, trace, code):
    chart = funnel(districts, words=indonesian, limits=limits, selected=code, **OPTIONS)
    row = districts.set_index("code").loc[code]
    assert (trace(chart, "selected").y[0], trace(chart, "selected").text) == (row["value"], f"<b>{row['name']}</b>")


def test_a_selected_district_elsewhere_changes_nothing(districts, limits, indonesian):
    chart = funnel(districts, words=indonesian, limits=limits, selected="99", **OPTIONS)
    assert "selected" not in {part.name for part in chart.figure.data}


def test_caterpillar_colours_only_intervals_that_exclude_the_reference(districts, indonesian, trace):
    chart = caterpillar(districts, words=indonesian, measure="m", reference=0.18, reference_label="nasional")
    assert list(trace(chart, "up").x) == [0.33]
    assert list(trace(chart, "down").x) == [0.08]
    assert list(trace(chart, "none").x) == [0.19]
    assert trace(chart, "none").marker.color == theme.SIGNALS["none"]
    assert trace(chart, "up").error_x.array[0] == pytest.approx(0.06)


def test_caterpillar_is_sorted_and_lists_but_does_not_draw_small_n(districts, indonesian, annotations):
    chart = caterpillar(districts, words=indonesian, measure="m", reference=0.18, reference_label="nasional")
    assert list(chart.figure.layout.yaxis.ticktext) == ["Bangorejo", "Purwoharjo", "Pesanggaran"]
    assert chart.table["Sinyal"].iloc[-1] == "n kecil"
    assert chart.table["Wilayah"].iloc[-1] == "Tegaldlimo"
    assert "1 wilayah dengan n kecil" in " ".join(annotations(chart))
    assert "1 wilayah dengan n kecil" in chart.alt


def test_caterpillar_names_the_reference(districts, indonesian, english, annotations):
    chart = caterpillar(districts, words=indonesian, measure="m", reference=0.18, reference_label="nasional")
    assert "nasional  18,0\u202f% " in annotations(chart)
    assert "acuan nasional 18,0\u202f%. Nyata di atas acuan: Pesanggaran." in chart.alt
    alt = caterpillar(districts, words=english, measure="m", reference=0.18, reference_label="national").alt
    assert "reference national 18.0%. Clearly above: Pesanggaran." in alt


def test_caterpillar_marks_the_selected_row(districts, indonesian):
    chart = caterpillar(
        districts, words=indonesian, measure="m", reference=0.18, reference_label="n", selected="35.10.03"
    )
    assert chart.figure.layout.yaxis.ticktext[1] == "<b>Purwoharjo</b>"
    assert [shape.fillcolor for shape in chart.figure.layout.shapes].count(theme.CHOSEN) == 1


def test_long_lists_are_cut_in_words(indonesian):
    assert named_list([], words=indonesian) == "tidak ada"
    assert named_list(list("abcdef"), words=indonesian) == "a, b, c, d, e, dan f"
    assert named_list(list("abcdefgh"), words=indonesian) == "a, b, c, d, e, dan 3 lainnya"


def test_labels_keep_off_each_other_and_the_edge():
    assert label_positions([("Banyuwangi", 0.5, 0.5)], taken=[]) == ["middle right"]
    assert label_positions([("Banyuwangi", 0.99, 0.5)], taken=[]) == ["middle left"]
    assert len(set(label_positions([("Giri", 0.5, 0.5), ("Kabat", 0.5, 0.51)], taken=[]))) == 2


def test_packaged_tiles_cover_banyuwangi_without_sharing():
    grid = packaged_grid()
    assert sorted(grid) == [f"35.10.{number:02}" for number in range(1, 26)]
    assert len(set(grid.values())) == 25


def test_packaged_tiles_keep_north_above_south():
    grid = packaged_grid()
    wongsorejo, tegaldlimo = grid["35.10.18"], grid["35.10.04"]
    assert wongsorejo[0] == 0
    assert tegaldlimo[0] == max(row for row, _ in grid.values())


def test_part_of_the_packaged_grid_moves_to_the_corner():
    part = tile_layout(["35.10.04", "35.10.02"])
    assert (part["row"].min(), part["col"].min()) == (0, 0)


def test_unknown_codes_make_a_compact_grid_in_code_order():
    grid = tile_layout(["c", "a", "e", "b", "d"])
    assert grid.set_index("code").sort_index()[["row", "col"]].to_numpy().tolist() == [
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 0],
        [1, 1],
    ]
    assert tile_layout([]).empty


def test_positions_keep_the_compass():
    places = {"nw": (110, -6), "ne": (115, -6), "sw": (110, -9), "se": (115, -9)}
    grid = tile_layout(list(places), places).set_index("code")
    assert grid.loc["nw", "row"] == grid.loc["ne", "row"] < grid.loc["sw", "row"] == grid.loc["se", "row"]
    assert grid.loc["nw", "col"] == grid.loc["sw", "col"] < grid.loc["ne", "col"] == grid.loc["se", "col"]


def test_a_missing_position_is_named():
    with pytest.raises(KeyError, match="no position for b"):
        tile_layout(["a", "b"], {"a": (110, -6)})


def test_breaks_are_at_most_three_and_as_printed():
    values = pd.Series([0.1012, 0.2049, 0.3051, 0.4, 0.5])
    assert class_breaks(values, unit="percent", decimals=0) == [0.2, 0.31, 0.4]
    assert class_breaks(pd.Series([0.2, 0.2, None]), unit="percent") == []
    assert class_breaks(pd.Series([None], dtype=float), unit="percent") == []


def test_classes_hold_their_lower_break_and_none_for_missing():
    assert list(classify(pd.Series([0.1, 0.2, 0.35, None]), [0.2, 0.3])) == [0, 1, 2, NO_CLASS]
    with pytest.raises(ValueError, match="4 breaks"):
        classify(pd.Series([0.1]), [1, 2, 3, 4])


def test_class_names_meet_without_a_gap(indonesian):
    names = class_names([0.1, 0.2], words=indonesian, unit="percent", decimals=0)
    assert names == ["&lt; 10\u202f%", "10–20\u202f%", "≥ 20\u202f%"]
    assert class_names([], words=indonesian, unit="percent", decimals=0) == ["semua"]


def test_tiles_say_name_and_value_and_a_dash_without_data(districts, indonesian, trace):
    tiles = trace(tile_map(districts, words=indonesian, measure="m", decimals=0, breaks=[0.1, 0.3]), "tiles")
    assert [text.split("<br>")[0] for text in tiles.text][1] == "Bangorejo"
    assert "8\u202f%" in tiles.text[1]
    assert "–" in tiles.text[3]
    assert list(tiles.marker.color) == [theme.MAP_CLASSES[3], theme.MAP_CLASSES[0], theme.MAP_CLASSES[2], theme.NO_DATA]
    assert list(tiles.customdata) == list(districts["code"])


def test_colour_agrees_with_the_printed_number(districts, indonesian, trace):
    close = districts.assign(value=[0.176, 0.183, 0.1, 0.3])
    colours = trace(tile_map(close, words=indonesian, measure="m", decimals=0, breaks=[0.18]), "tiles").marker.color
    assert colours[0] == colours[1]


def test_tiles_take_the_caller_s_places(districts, indonesian, trace):
    placed = districts.assign(row=[0, 0, 1, 1], col=[0, 1, 0, 1])
    assert list(trace(tile_map(placed, words=indonesian, measure="m"), "tiles").x) == [0, 1, 0, 1]


def test_many_tiles_carry_no_words(indonesian, trace):
    many = pd.DataFrame({"code": [f"{i:03}" for i in range(217)], "name": "Desa", "value": 0.1})
    chart = tile_map(many, words=indonesian, measure="m")
    assert trace(chart, "tiles").mode == "markers"


def test_the_selected_tile_is_outlined(districts, indonesian, trace):
    tiles = trace(tile_map(districts, words=indonesian, measure="m", selected="35.10.02"), "tiles")
    assert [bool(width) for width in tiles.marker.line.width] == [False, True, False, False]


def test_the_legend_names_no_data(districts, indonesian, annotations):
    assert "tanpa data" in annotations(tile_map(districts, words=indonesian, measure="m"))


def test_a_map_tells_extremes_and_gaps_in_both_languages(districts, indonesian, english):
    assert tile_map(districts, words=indonesian, measure="Galat").alt == (
        "Peta Galat, 3 wilayah. Terendah Bangorejo 8,0\u202f%, tertinggi Pesanggaran 33,0\u202f%."
        " Tanpa data: Tegaldlimo."
    )
    assert "highest Pesanggaran 33.0%. No data: Tegaldlimo." in tile_map(districts, words=english, measure="Error").alt


def test_boundaries_are_drawn_on_a_white_background_by_kode(districts, boundaries, indonesian):
    chart = boundary_map(districts, words=indonesian, measure="m", boundaries=boundaries, selected="35.10.02")
    assert {part.type for part in chart.figure.data} == {"choroplethmap"}
    assert {part.featureidkey for part in chart.figure.data} == {"properties.kode"}
    assert chart.figure.layout.map.style == "white-bg"
    assert chart.figure.layout.map.center.lon == 116
    drawn = [code for part in chart.figure.data if part.name != "selected" for code in part.locations]
    assert sorted(drawn) == sorted(districts["code"])
    assert list(chart.figure.data[-1].locations) == ["35.10.02"]


def test_both_maps_say_and_tabulate_the_same(districts, boundaries, indonesian):
    tiles = tile_map(districts, words=indonesian, measure="m")
    shapes = boundary_map(districts, words=indonesian, measure="m", boundaries=boundaries)
    assert tiles.alt == shapes.alt
    pd.testing.assert_frame_equal(tiles.table, shapes.table)
