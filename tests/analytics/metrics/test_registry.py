"""Every registry entry says all that its label must say, and fits its mart."""

import pytest

from analytics.marts import MARTS
from analytics.metrics import METRICS
from dashboard.methods import SUBJECTS
from dashboard.words import catalogue


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_an_entry_has_no_gap(metric):
    said = [metric.label, metric.numerator_says, metric.excludes, metric.source, metric.owner]
    if metric.denominator is not None:
        assert metric.denominator_says is not None
        said.append(metric.denominator_says)
    for text in said:
        assert text.id.strip()
        assert text.en.strip()
    assert metric.refresh_days > 0
    assert metric.minimum_n >= 30
    assert metric.unit != "share" or metric.denominator is not None
    assert metric.kind != "sample" or metric.unit == "share"


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_an_entry_fits_its_mart(metric):
    dimensions = MARTS[metric.mart].dimensions
    for cells in filter(None, (metric.numerator, metric.denominator)):
        for where in cells.where:
            assert set(where) <= set(dimensions)


def test_the_methods_page_lists_every_metric_once():
    listed = [metric for metrics in SUBJECTS.values() for metric in metrics]
    assert sorted(listed) == sorted(METRICS)


def test_every_text_has_both_languages_and_the_same_placeholders():
    import string

    for key, text in catalogue().items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in (text.id, text.en)]
        assert text.id
        assert text.en
        assert fields[0] == fields[1], key
