"""What holds for each figure, whatever it draws."""

import io
import re

import pandas as pd
import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from dashboard import theme
from dashboard.briefs.figure import can_draw
from dashboard.briefs.figure import draw as draw_figure
from dashboard.charts.bars import bars
from dashboard.charts.budget_curve import budget_curve
from dashboard.charts.caterpillar import caterpillar
from dashboard.charts.changes import changes
from dashboard.charts.chart import Chart
from dashboard.charts.concentration import concentration
from dashboard.charts.daily_stack import daily_stack
from dashboard.charts.ended_curve import ended_curve
from dashboard.charts.estimates import estimates
from dashboard.charts.forecast import forecast
from dashboard.charts.funnel import funnel
from dashboard.charts.gaps import gaps
from dashboard.charts.incidence import incidence
from dashboard.charts.precision_curve import precision_curve
from dashboard.charts.region_map import boundary_map, tile_map
from dashboard.charts.reliability import reliability
from dashboard.charts.sparkline import sparkline
from dashboard.charts.stages import stages
from dashboard.charts.trend import trend
from dashboard.words import Words

ENGLISH_MONTHS = re.compile(r"\b(May|Aug|Oct|Dec|August|October|December|January|February|March|June|July)\b")
SAMPLES = {
    trend: ("weeks", {"unit": "percent", "target": 0.1}),
    daily_stack: ("channel_days", {"series_label": "Jalur"}),
    stages: ("flow", {}),
    bars: ("ages", {"category_label": "Umur", "limit_after": "8–14 hari", "limit_label": "batas"}),
    funnel: ("districts", {"centre": 0.18, "denominator_label": "diperiksa", "selected": "35.10.01"}),
    caterpillar: ("districts", {"reference": 0.18, "reference_label": "nasional", "selected": "35.10.01"}),
    incidence: ("deciles", {"entitled": 4}),
    concentration: ("curve", {"coefficient": -0.35}),
    sparkline: ("weeks", {"unit": "percent"}),
    estimates: ("programmes", {"category_label": "Program", "target": 0.1}),
    gaps: ("grouped", {}),
    precision_curve: ("curves", {"target": 0.03, "now": (500, 0.042), "goal": 900}),
    changes: ("two_lists", {"category_label": "Kelompok"}),
    reliability: ("scored", {}),
    budget_curve: ("budgets", {"visits": 200, "base": 0.3}),
    ended_curve: ("waits", {"window": 2, "median": 2.0}),
    forecast: ("backlog", {}),
    tile_map: ("districts", {"selected": "35.10.01"}),
    boundary_map: ("districts", {"selected": "35.10.01"}),
}


@pytest.fixture(params=list(SAMPLES), ids=lambda maker: maker.__name__)
def maker(request):
    return request.param


@pytest.fixture
def sample(maker, request):
    fixture, _ = SAMPLES[maker]
    return request.getfixturevalue(fixture)


@pytest.fixture
def draw(maker, request):
    options = dict(SAMPLES[maker][1])
    for name in ("limits", "boundaries"):
        if name in maker.__annotations__:
            options[name] = request.getfixturevalue(name)

    def call(data: pd.DataFrame, language: str = "id") -> Chart:
        return maker(data, words=Words(language), measure="Ukuran", **options)

    return call


def test_the_input_is_not_changed(draw, sample):
    before = sample.copy(deep=True)
    draw(sample)
    pd.testing.assert_frame_equal(sample, before)


def test_both_languages_say_the_measure_in_words_of_their_own(draw, sample):
    texts = {draw(sample, language).alt for language in ("id", "en")}
    assert len(texts) == 2
    assert all("Ukuran" in text and "{" not in text and "<" not in text for text in texts)


def test_indonesian_has_no_english_month(draw, sample):
    chart = draw(sample)
    assert not ENGLISH_MONTHS.search(chart.figure.to_json() + chart.alt)


def test_dates_are_ticked_in_words(draw, sample):
    axis = draw(sample).figure.layout.xaxis
    assert axis.type != "date" or axis.visible is False or axis.ticktext


def test_the_table_has_a_row_for_each_row_and_unique_headers(draw, sample):
    chart = draw(sample)
    assert len(chart.table) == len(sample)
    assert chart.table.columns.is_unique
    assert not set(chart.table.columns) & {"when", "value", "name", "code", "low", "high", "signal", "settled"}


def test_numbers_stay_numbers_in_the_table(draw, sample):
    table = draw(sample).table
    measures = [name for name in ("Ukuran", "Manfaat, kumulatif", "Sesudah") if name in table]
    assert measures
    assert all(pd.api.types.is_numeric_dtype(table[name]) for name in measures)


def test_separators_follow_the_language(draw, sample):
    assert draw(sample).figure.layout.separators == ",."
    assert draw(sample, "en").figure.layout.separators == ".,"


def test_nothing_is_fetched_from_elsewhere(draw, sample):
    figure = draw(sample).figure
    assert "http" not in figure.to_json()
    assert not {"choropleth", "scattergeo", "choroplethmapbox"} & {part.type for part in figure.data}


def test_no_legend_and_the_product_s_look(draw, sample):
    layout = draw(sample).figure.layout
    assert layout.template.layout.showlegend is False
    assert layout.template.layout.font.color == theme.TEXT
    assert layout.height


def test_every_figure_and_its_labels_can_be_drawn_on_paper(draw, sample):
    figure = draw(sample).figure
    assert can_draw(figure)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(900, figure.layout.height))
    draw_figure(canvas, figure, width=700)
    canvas.save()
    text = re.sub(r"\W+", "", pypdf.PdfReader(out).pages[0].extract_text())
    for label in (part.text for part in figure.layout.annotations):
        assert re.sub(r"\W+", "", re.sub(r"<[^>]*>|&[a-z]+;", "", label)) in text


def test_an_empty_frame_says_no_data_and_no_number(draw, sample, annotations):
    for language, sentence in (("id", "Tidak ada data"), ("en", "No data")):
        chart = draw(sample.iloc[:0], language)
        assert annotations(chart) == [sentence]
        assert sentence in chart.alt
        assert not chart.figure.data
        assert chart.table.empty
        assert len(chart.table.columns)


def test_a_frame_of_missing_values_draws_nothing_but_keeps_its_rows(draw, sample, annotations):
    numbers = sample.select_dtypes("number").columns.difference(["decile", "denominator"])
    chart = draw(sample.assign(**dict.fromkeys(numbers, float("nan"))))
    assert annotations(chart) == ["Tidak ada data"]
    assert len(chart.table) == len(sample)


@pytest.mark.parametrize(
    "maker",
    [daily_stack, stages, bars, funnel, caterpillar, estimates, gaps, changes, precision_curve, tile_map, boundary_map],
    indirect=True,
)
def test_names_cannot_carry_markup(draw, sample):
    label = next(name for name in ("name", "stage", "series") if name in sample)
    chart = draw(sample.replace({label: {sample[label].iloc[0]: "<a href='x'>y</a>"}}))
    shown = [part.hovertext for part in chart.figure.data] + [note.text for note in chart.figure.layout.annotations]
    assert "<a href" not in str(shown)
    assert "&lt;a href" in str(shown)


def test_an_untyped_empty_frame_is_empty_too(draw, sample, annotations):
    assert annotations(draw(pd.DataFrame(columns=list(sample.columns)))) == ["Tidak ada data"]
