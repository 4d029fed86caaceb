"""Kartu Model: every number is the manifest's; without a model, and with scores switched off, there is none."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from analytics.access import VISITOR, Scope
from analytics.metrics import Filters
from analytics.risk.evaluation import in_words
from analytics.risk.inputs import INPUTS, OWN
from analytics.risk.leaks import FORBIDDEN
from analytics.risk.saved import CURRENT, MANIFEST, current
from analytics.risk.training import train_all
from analytics.settings import Settings, settings
from analytics.store import open_store
from dashboard import model_card
from dashboard.reader import Reader
from dashboard.views import model as views
from dashboard.words import Words, catalogue
from tests.dashboard.test_pages import TITLE_WORDS, open_page, sound, spoken
from validation.text import LANGUAGES

FAIRNESS = [
    dict(zip(views.FAIRNESS, row, strict=True))
    for row in (
        ("all", "all", "missed", 0.2, 0.15, 0.25, 900),
        ("head_sex", "female", "missed", 0.3125, 0.2, 0.4, 90),
        ("district", "35.10.16", "precision", 0.5, 0.4, 0.6, 31),
    )
]


@pytest.fixture(scope="session")
def trained_home(pilot_home, tmp_path_factory):
    """The pilot with a trained model of PKH."""
    home = tmp_path_factory.mktemp("trained")
    shutil.copytree(pilot_home, home, dirs_exist_ok=True)
    settings = Settings(home=home)
    train_all(open_store(settings).open(), settings, programmes=("PKH",))
    return home


@pytest.fixture(scope="session")
def manifest(trained_home):
    return current(trained_home, "banyuwangi-simulasi")


@pytest.fixture(scope="session")
def found(manifest):
    return manifest.programmes["PKH"].evaluation


def shown(at, words, column):
    """The table that has a column."""
    return next(frame.value for frame in at.dataframe if words(f"model.column_{column}") in frame.value)


def rewritten(home: Path, to: Path, **changes: object) -> Path:
    """A copy of a home whose current model's evaluation of PKH says something else."""
    shutil.copytree(home, to, dirs_exist_ok=True)
    folder = to / "models" / "banyuwangi-simulasi"
    path = folder / json.loads((folder / CURRENT).read_text())["id"] / MANIFEST
    content = json.loads(path.read_text())
    content["programmes"]["PKH"]["evaluation"] |= changes
    path.write_text(json.dumps(content))
    return to


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_models_side_by_side_are_the_manifest_s(language, trained_home, found, monkeypatch):
    at = open_page(trained_home, "kartu_model", monkeypatch, language)
    sound(at)
    words = Words(language)
    table = shown(at, words, "brier")
    for name in ("auc", "auc_se", "error_at_equal_quota", "error_at_equal_quota_se", "calibration_error", "brier"):
        expected = [words.number(model[name], decimals=3) for model in found["models"].values()]
        assert list(table[words(f"model.column_{name}")]) == expected
    gap = found["comparison"]
    said = spoken(at)
    assert words(views.says_key(gap["says"])) in said
    assert f"{words.number(gap['gap'], decimals=3)} ± {words.number(gap['gap_se'], decimals=3)}" in said
    assert words.number(found["permuted_auc"], decimals=3) in said
    assert words.number(found["forward_in_time"]["auc"], decimals=3) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_side_s_figures_are_the_manifest_s(language, trained_home, found, monkeypatch):
    at = open_page(trained_home, "kartu_model", monkeypatch, language)
    words = Words(language)
    table = shown(at, words, "base_rate")
    own = [model["sides"][side] for side in views.SIDES for model in found["models"].values()]
    assert list(table[words("model.column_auc")]) == [words.number(part["auc"], decimals=3) for part in own]
    assert list(table[words("model.column_base_rate")]) == [words.percent(part["base_rate"]) for part in own]
    for share, column in views.TOPS.items():
        assert list(table[words(f"model.column_{column}")]) == [words.percent(part["precision"][share]) for part in own]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_it_comes_from_is_the_manifest_s(language, trained_home, manifest, found, monkeypatch):
    at = open_page(trained_home, "kartu_model", monkeypatch, language)
    said, words = spoken(at), Words(language)
    assert manifest.id in said
    assert manifest.snapshot in said
    assert manifest.code_version in said
    assert words.moment(manifest.made_at, zone="Asia/Jakarta") in said
    assert words.listed(found["periods"]) in said
    for name in ("checks", "entitled", "receivers", "villages", "districts"):
        assert words.number(found[name]) in said
    title = at.title[0].value
    assert words.number(found["models"]["xgboost"]["auc"], decimals=2) in title
    assert len(title.split()) <= TITLE_WORDS
    assert words("model.older_snapshot") not in said


def test_the_periods_are_those_of_the_checks(pilot, found):
    checks = pilot.run(pilot.table("audits"))
    random = checks[(checks["inclusion_probability"] > 0) & checks["entitled"].notna() & (checks["programme"] == "PKH")]
    assert found["periods"] == sorted(random["period"].unique())


@pytest.mark.parametrize("side", views.SIDES)
def test_the_reliability_of_a_side_is_the_manifest_s(side, trained_home, manifest, pilot, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(trained_home))
    view = Reader(pilot.manifest, Filters(), Words("id"), Scope(VISITOR))
    chart = views.reliability(view, side=side, programme="PKH", model=manifest.id)
    rows = manifest.programmes["PKH"].evaluation["reliability"][side]
    drawn = next(part for part in chart.figure.data if part.name == "observed")
    assert list(drawn.x) == [row["predicted"] for row in rows]
    assert list(drawn.y) == [row["observed"] for row in rows]
    assert views.reliability(view, side=side, programme="PKH", model="of yesterday") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_are_shown_where_they_were_evaluated(language, trained_home, tmp_path, monkeypatch):
    words = Words(language)
    home = rewritten(trained_home, tmp_path, fairness=FAIRNESS)
    at = open_page(home, "kartu_model", monkeypatch, language)
    sound(at)
    table = shown(at, words, "estimate")
    assert list(table[words("model.column_estimate")]) == [
        words.number(row["estimate"], decimals=3) for row in FAIRNESS
    ]
    assert list(table[words("model.column_value")]) == [
        words("model.everybody"),
        words("targeting.head_sex_female"),
        "Banyuwangi",
    ]
    assert words("model.fairness_note") in spoken(at)


def test_a_model_whose_groups_were_not_evaluated_has_no_table_of_them(trained_home, tmp_path, monkeypatch):
    at = open_page(rewritten(trained_home, tmp_path, fairness=[]), "kartu_model", monkeypatch)
    sound(at)
    assert Words("id")("model.fairness") not in spoken(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_provinces_are_a_table_where_there_are_any(language, trained_home, tmp_path, monkeypatch):
    words = Words(language)
    province = {"province": "33", "checks": 1234, "auc": 0.8125, "calibration_error": 0.0625, "auc_local": 0.8375,
                "calibration_error_local": 0.0125}  # fmt: skip
    home = rewritten(trained_home, tmp_path, unseen_provinces=[province], forward_in_time=None)
    at = open_page(home, "kartu_model", monkeypatch, language)
    sound(at)
    table = shown(at, words, "auc_local")
    assert table[words("model.column_auc")].iloc[0] == words.number(0.8125, decimals=3)
    assert words("model.no_later") in spoken(at)


def test_every_outcome_of_a_comparison_has_words():
    said = {in_words(gap, 1.0) for gap in (0.5, 1.5, 3.0, -3.0)}
    assert said == set(views.SAYS)
    assert all(views.says_key(text) in catalogue() for text in said)


def test_every_input_and_everything_forbidden_is_said_in_words():
    assert all(f"model.input_{name.partition('=')[0]}" in catalogue() for name in OWN)
    assert all(f"model.never_{word.strip('_')}" in catalogue() for word in FORBIDDEN)
    assert views.around_count(SimpleNamespace(inputs=INPUTS)) == len(INPUTS) - len(OWN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_the_page_names_the_command_and_shows_no_figure(language, pilot_home, monkeypatch):
    at = open_page(pilot_home, "kartu_model", monkeypatch, language)
    sound(at)
    words = Words(language)
    assert at.title[0].value == words("model.title_none")
    assert [code.value for code in at.code] == ["tepat train"]
    assert not at.dataframe
    assert not re.search(r"AUC", spoken(at))


def test_a_programme_that_the_model_does_not_know_is_named(trained_home, monkeypatch):
    at = open_page(trained_home, "kartu_model", monkeypatch, programme="BPNT")
    sound(at)
    assert Words("id")("model.none_programme", programme="BPNT", known="PKH") in spoken(at)
    assert not at.dataframe


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_scores_are_switched_off_the_page_says_so_and_nothing_else(language, trained_home, monkeypatch):
    monkeypatch.setattr(model_card, "scores_shown", lambda: False)
    at = open_page(trained_home, "kartu_model", monkeypatch, language)
    sound(at)
    words = Words(language)
    assert at.title[0].value == words("model.title_off")
    assert [info.value for info in at.info] == [words("model.off")]
    assert not at.dataframe
    assert not at.code
    assert "AUC" not in spoken(at)


def test_the_switch_is_a_setting(monkeypatch):
    assert model_card.scores_shown()
    settings.cache_clear()
    monkeypatch.setenv("TEPAT_SCORES", "false")
    assert not model_card.scores_shown()
