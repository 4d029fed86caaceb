"""Every alert has a source that exists, says itself in both languages, and points to a page."""

import pytest

from analytics.access import PAGES
from analytics.alerts.catalogue import catalogue, entry_of, in_force
from analytics.alerts.errors import AlertError
from analytics.alerts.sources import SOURCES
from analytics.metrics import METRICS
from dashboard.alerts import _shown
from dashboard.words import Words
from validation.contract import LEVELS
from validation.text import LANGUAGES

ENTRIES = list(catalogue().values())
WITHOUT_METRIC = {"refused", "age", "quarantine", "drift", "calibration", "duplicates"}
OWN_THRESHOLD = {"declared", "trend"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_an_alert_has_no_gap(entry):
    assert entry.source in SOURCES
    assert entry.page in PAGES
    assert entry.status
    for text in (entry.owner, entry.name, entry.definition, entry.action):
        assert text.id.strip()
        assert text.en.strip()
    assert (entry.threshold is None) == (entry.source in OWN_THRESHOLD)
    assert set(entry.levels) <= set(LEVELS[:3])
    assert bool(entry.grain) == (entry.source == "trend")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_its_metric_exists_and_is_of_the_kind_that_the_source_measures(entry):
    assert bool(entry.metric) == (entry.source not in WITHOUT_METRIC)
    if entry.metric:
        metric = METRICS[entry.metric]
        assert (metric.kind == "sample") == (entry.source in {"estimate", "declared", "gap"})
        assert metric.unit == ("count" if entry.source == "trend" or entry.code == "screening_behind" else "share")
    assert bool(entry.of) == (entry.source == "part_of")
    if entry.of:
        assert METRICS[entry.of].unit == "count"


def test_codes_are_single():
    import tomllib
    from importlib.resources import files

    listed = tomllib.loads(files("analytics.alerts").joinpath("catalogue.toml").read_text(encoding="utf-8"))["alert"]
    assert len(listed) == len(ENTRIES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["share", "points", "count", "days", "index", "times"])
def test_every_unit_can_be_said(unit, language):
    assert any(sign.isdigit() for sign in _shown(0.5, unit, Words(language)))


def test_a_threshold_of_the_settings_takes_the_place_of_the_catalogues():
    (late,) = [entry for entry in in_force({"late_objections": 0.4}) if entry.code == "late_objections"]
    assert late.threshold == 0.4
    assert late.status == "TEPAT_ALERT_THRESHOLDS"
    assert entry_of("late_objections").threshold == 0.2


@pytest.mark.parametrize(
    "thresholds", [{"late_objection": 0.4}, {"late_objections": 0.0}, {"late_objections": -1.0},
                   {"inclusion_over_declared": 0.3}, {"late_objections": float("nan")}],
)  # fmt: skip
def test_a_threshold_that_cannot_be_used_is_refused(thresholds):
    with pytest.raises(AlertError):
        in_force(thresholds)


def test_a_misspelt_code_is_named_with_the_nearest():
    with pytest.raises(AlertError, match="Did you mean late_objections"):
        entry_of("late_objektions")
