"""Duplikat: counts of the register, small ones withheld, no person named, and its empty states."""

import shutil
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from analytics.adjudication import open_adjudication
from analytics.disclosure import hidden_in_list
from analytics.estimation import wilson
from analytics.linkage.findings import PAIR_COLUMNS, Findings
from analytics.settings import Settings
from dashboard.words import Words
from tests.dashboard.test_pages import open_page, sound, spoken
from tests.findings import PAIRS, judge_many, keep_findings, run_of
from validation.text import LANGUAGES

VERDICTS = 60


@pytest.fixture(scope="module")
def home(pilot_home, pilot, tmp_path_factory) -> Path:
    """The pilot with pairs, a part of them judged."""
    home = tmp_path_factory.mktemp("duplicates") / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    keep_findings(home, pilot)
    judge_many(home, pilot.manifest.dataset.name, verdicts=VERDICTS)
    return home


@pytest.fixture
def counts(home, pilot):
    with closing(open_adjudication(Settings(home=home))) as opened:
        yield opened.overview(pilot.manifest.dataset.name)


def page(home, monkeypatch, language="id", **query):
    at = open_page(home, "duplikat", monkeypatch, language, **query)
    sound(at)
    return at


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_and_cards_are_the_register_s_counts(home, counts, monkeypatch, *, language):
    at = page(home, monkeypatch, language)
    words = Words(language)
    assert counts.confirmed > 0
    assert at.title[0].value == words("duplicates.title", found=PAIRS, confirmed=counts.confirmed)
    shown = {metric.label: metric.value for metric in at.metric}
    for name in ("found", "to_review", "confirmed", "dismissed", "undecided"):
        assert shown[words(f"duplicates.{name}")] == words.number(getattr(counts, name))
    assert shown[words("duplicates.expected_false")] == words.number(counts.expected_false, decimals=1)
    said = spoken(at)
    assert words("duplicates.stops_nothing") in said
    assert words("duplicates.likeness") in said


def test_the_operating_point_and_what_is_not_seen_are_said(home, counts, monkeypatch):
    said = spoken(page(home, monkeypatch))
    run = counts.run
    words = Words("id")
    for part in ("dlib-resnet-v1", "c-2026-08", "0,30\u202f%", words.number(run["pairs"]), "98,6\u202f%", run["id"]):
        assert part in said
    assert "600 orang (5,0\u202f%) tanpa templat wajah" in said
    expected = run["settings"]["duplicates"] * run["people"]
    shown = run["review"] + run["probable"] - run["expected_false"]
    assert f"sekitar {words.number(expected - shown)} terlewat" in said


def test_agreement_is_said_with_its_interval_and_what_it_means(home, pilot, monkeypatch):
    with closing(open_adjudication(Settings(home=home))) as opened:
        (every,) = [each for each in opened.agreement(pilot.manifest.dataset.name) if each.by == "all"]
    said = spoken(page(home, monkeypatch))
    words = Words("id")
    assert f"**κ = {words.number(every.kappa.value, decimals=2)}**" in said
    assert words.interval(every.kappa.low, every.kappa.high, unit="number", decimals=2) in said
    assert "dua orang yang menebak" in said
    assert "pasangan per jam" in said


@pytest.mark.parametrize("place", ["district", "agent", "channel"])
def test_every_place_shows_the_register_s_counts_or_none(home, counts, pilot, monkeypatch, *, place):
    at = page(home, monkeypatch, by=place)
    words = Words("id")
    header = words(f"duplicates.place_{place}")
    (frame,) = [each.value for each in at.dataframe if {header, words("duplicates.share"), words("duplicates.found")}
                <= {*each.value}]  # fmt: skip
    rows = counts.places[place]
    hidden = hidden_in_list(rows["found"]).to_numpy()
    assert len(frame) == len(rows)
    for (_, row), (_, known), few in zip(frame.iterrows(), rows.iterrows(), hidden, strict=True):
        assert ("n kecil" in row[header]) == few
        found = row[words("duplicates.found")]
        assert found == ("–" if few else words.number(known["found"]))
        decided = known["confirmed"] + known["dismissed"]
        if few or decided < 10:
            assert row[words("duplicates.share")] == "–"
        else:
            low, _ = wilson(known["confirmed"], decided)
            assert row[words("duplicates.share")] == words.percent(known["confirmed"] / decided)
            assert row[words("duplicates.low")] == words.percent(low)


def test_no_person_and_no_family_is_on_the_page(home, pilot, monkeypatch):
    at = page(home, monkeypatch)
    everything = spoken(at) + " ".join(frame.value.to_csv() for frame in at.dataframe)
    with closing(open_adjudication(Settings(home=home))) as opened:
        pairs = opened.database.frame(_all_pairs())
    for name in ("a", "b", "family_a", "family_b", "id"):
        assert not any(str(value) in everything for value in pairs[name])


def test_a_filter_is_said_not_to_apply(home, monkeypatch):
    said = spoken(page(home, monkeypatch, area="35.10.16"))
    assert "tidak berlaku" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_search_the_page_names_the_command_and_makes_no_register(
    pilot_home, tmp_path, monkeypatch, *, language
):
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    at = page(home, monkeypatch, language)
    assert at.title[0].value == Words(language)("duplicates.title_none")
    assert at.code[0].value == "tepat faces duplicates"
    assert not at.metric
    assert not (home / "register.sqlite").exists()
    with closing(open_adjudication(Settings(home=home))):
        pass
    at = page(home, monkeypatch, language)
    assert at.title[0].value == Words(language)("duplicates.title_none")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_that_found_no_pair_still_says_how_it_searched(pilot_home, pilot, tmp_path, monkeypatch, *, language):
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    none = pd.DataFrame(columns=list(PAIR_COLUMNS)).astype({"probability": float, "prior": float, "cluster": int})
    with closing(open_adjudication(Settings(home=home))) as opened:
        opened.store(Findings(run=run_of(pilot, none, model="", calibration="", recall=1.0, settings={}), pairs=none))
    at = page(home, monkeypatch, language)
    words = Words(language)
    assert at.title[0].value == words("duplicates.title_clean")
    assert words("duplicates.no_faces") in spoken(at)
    assert not at.dataframe


def _all_pairs():
    import sqlalchemy as sa

    from analytics.adjudication.tables import PAIRS as TABLE

    return sa.select(TABLE)
