"""Dugaan Salah Sasaran: every number is a recomputation from the scores; whatever is missing is said, not shown."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from analytics.risk.budget import Costs, interval
from analytics.risk.calibration import calibrate
from analytics.risk.cells import SIDES, cells_path
from analytics.risk.evaluation import evaluate
from analytics.risk.learners import learners
from analytics.risk.model import train
from analytics.risk.saved import Fit, current, save
from analytics.risk.scoring import score_all, scores_path
from analytics.settings import Settings, settings
from analytics.store import open_store
from dashboard import suspicions
from dashboard.charts.budget_curve import budget_curve
from dashboard.suspicions import hide_small
from dashboard.words import Words
from tests.dashboard.test_pages import open_page, sound, spoken
from validation.text import LANGUAGES

ROUNDS = 40
COMMANDS = {"no_model": "tepat train\ntepat score", "no_scores": "tepat score", "stale": "tepat score"}


def fitted(warehouse, programme, *, poorest=None):
    own = learners(warehouse, programme, poorest=poorest)
    ensembles = train(own.inputs, own.entitled, own.welfare, own.weight, rounds=ROUNDS)
    margins = ensembles.margins(own.inputs)
    calibration = calibrate(margins, own.entitled, own.weight, own.receives, own.rows["district"])
    return Fit(ensembles=ensembles, calibration=calibration, evaluation=evaluate(own, folds=3, rounds=ROUNDS))


def home_like(pilot_home, folder):
    for name in ("warehouse", "keys"):
        shutil.copytree(pilot_home / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def trained_home(pilot_home, pilot, tmp_path_factory):
    """A home with a model of BPNT alone and no scores."""
    home = home_like(pilot_home, tmp_path_factory.mktemp("trained"))
    facts = {"dataset": pilot.manifest.dataset.name, "snapshot": pilot.manifest.snapshot, "seed": 1, "poorest": None}
    save(home, {"BPNT": fitted(pilot, "BPNT")}, **facts)
    return home


@pytest.fixture(scope="module")
def scored_home(trained_home, pilot, tmp_path_factory):
    """The same with scores."""
    home = tmp_path_factory.mktemp("scored") / "home"
    shutil.copytree(trained_home, home)
    own = Settings(home=home)
    score_all(open_store(own), pilot, own, current(home, pilot.manifest.dataset.name))
    return home


@pytest.fixture
def scored(scored_home, pilot):
    """The home and its model."""
    return scored_home, current(scored_home, pilot.manifest.dataset.name)


def visited(home, manifest, pilot, *, side: str, visits: int, area: str = "") -> pd.DataFrame:
    """Cells of a side in their order with the visits of each, made from the scores of every family by pandas alone."""
    snapshot, costs = pilot.manifest.snapshot, Costs()
    folder = open_store(Settings(home=home)).folder(snapshot)
    rows = pd.read_parquet(scores_path(Settings(home=home), manifest, snapshot))
    regions = pd.read_parquet(folder / "tables" / "regions.parquet").set_index("code")["parent"]
    ruled = pd.read_parquet(folder / "derived" / "verdicts.parquet")[["family_id", "programme", "a_year"]]
    rows = rows.merge(ruled, how="left").assign(district=rows["village"].map(regions))
    rows = rows[(rows["receives"] == SIDES[side]) & (rows["district"] + ".").str.startswith(area)]
    rows["p"] = 1 - rows["entitled"] if SIDES[side] else rows["entitled"]
    rows = rows.dropna(subset=["p"])
    rows["step"] = np.minimum(np.floor(rows["p"] * 100), 99)
    rows["class"] = rows["a_year"].astype(float) // 600_000
    rows["risk"] = rows["p"] * rows["a_year"].astype(float)
    assert rows["a_year"].notna().all()
    found = rows.groupby(["district", "step", "class"]).agg(
        families=("p", "size"), p=("p", "mean"), risk=("risk", "mean")
    )
    found["worth"] = found["risk"] * costs.recoverable - costs.visit - costs.innocent * (1 - found["p"])
    found = found.reset_index().sort_values("worth", ascending=False, ignore_index=True)
    before = found["families"].cumsum() - found["families"]
    return found.assign(taken=(visits - before).clip(0, found["families"]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", [{}, {"visits": "500"}, {"area": "35.10.16", "visits": "30"}])
def test_every_number_is_a_recomputation_from_the_scores(query, language, scored, pilot, monkeypatch):
    at = open_page(scored[0], "dugaan", monkeypatch, language, target="BPNT", **query)
    sound(at)
    words, said = Words(language), spoken(at)
    visits, cards, hits = int(query.get("visits", 200)), [metric.value for metric in at.metric], {}
    tables = [frame.value for frame in at.dataframe]
    for number, side in enumerate(SIDES):
        own = visited(*scored, pilot, side=side, visits=visits, area=query.get("area", ""))
        n, hits[side] = own["taken"].sum(), (own["taken"] * own["p"]).sum()
        expected = (own["families"] * own["p"]).sum()
        at_risk = (own["taken"] * own["risk"]).sum()
        evaluation = scored[1].programmes["BPNT"].evaluation
        low, high = interval(own["taken"].to_numpy(float), own["p"].to_numpy(), evaluation["reliability"][side])
        assert cards[4 * number : 4 * number + 4] == [
            words.number(int(own["families"].sum())),
            words.percent(hits[side] / n),
            words.number(n - hits[side]),
            words.rupiah(at_risk),
        ]
        base = expected / own["families"].sum()
        assert words.interval(low, high) in said
        assert words.interval(n * (1 - high), n * (1 - low), unit="number") in said
        assert words.number(hits[side] / n / base, decimals=1) in said
        assert words.number(expected) in said
        assert words.percent(base) in said
        assert words.rupiah((own["taken"] * own["worth"]).sum()) in said
        worthwhile = int(own.loc[own["worth"] > 0, "families"].sum())
        assert (words.number(worthwhile) if worthwhile >= 10 else words("suspicion.below", n="10")) in said
        for value in evaluation["models"]["xgboost"]["sides"][side]["precision"].values():
            assert words.percent(value) in said
        assert (words.number(round(0.05 * own["families"].sum())) + " ") in said or "area" in query
        table = next(
            each.set_index(words("suspicion.district"))
            for each in tables[len(tables) // 2 * number :]
            if words("suspicion.district") in each and words("suspicion.column_at_risk") in each
        )
        districts = own.groupby("district")["taken"].sum()
        shown = {pilot_place(pilot, code): count for code, count in districts.items() if count >= 10}
        read = {name: int(re.sub(r"\D", "", value)) for name, value in shown_visits(table, words).items()}
        assert read.items() <= shown.items()
        assert len(read) >= len(shown) - 1  # one more is left out where a single small one could be told from the rest
    title = at.title[0].value
    assert len(title.split()) <= 15
    assert title == words(
        "suspicion.title",
        programme="BPNT",
        visits=words.number(visits),
        receivers=words.number(hits["not_entitled_receiver"]),
        missed=words.number(hits["entitled_non_receiver"]),
    )


def shown_visits(table: pd.DataFrame, words: Words) -> "pd.Series[str]":
    visits = table[words("suspicion.column_visits")].astype(str)
    return visits[visits != "–"]


def pilot_place(pilot, code):
    regions = pilot.run(pilot.table("regions").select("code", "name")).set_index("code")["name"]
    return regions[code]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_that_a_score_decides_nothing_and_names_no_family(language, scored_home, pilot, monkeypatch):
    at = open_page(scored_home, "dugaan", monkeypatch, language, target="BPNT")
    words, said = Words(language), spoken(at)
    assert words("suspicion.opens") in said
    for name in SIDES:
        assert words(f"suspicion.{name}") in [header.value for header in at.header]
    assert not re.search(r"penipu|fraud|\bsaved\b", said, re.IGNORECASE)
    families = set(pilot.run(pilot.table("families").select("family_id"))["family_id"])
    everything = said + " ".join(str(frame.value.to_csv()) for frame in at.dataframe)
    assert not families & set(re.findall(r"[\w-]+", everything))


def test_small_numbers_are_in_no_table(scored_home, monkeypatch):
    at = open_page(scored_home, "dugaan", monkeypatch, target="BPNT", visits="50")
    sound(at)
    words = Words("id")
    found = [value for frame in at.dataframe if words("suspicion.column_visits") in frame.value
             for value in frame.value[words("suspicion.column_visits")]]  # fmt: skip
    assert "–" in found
    assert all(value == "–" or int(value) == 0 or int(value) >= 10 for value in found)
    assert "n kecil" in " ".join(str(frame.value.to_csv()) for frame in at.dataframe)


def test_a_single_small_row_takes_the_next_smallest_with_it():
    rows = pd.DataFrame(
        {
            "district": list("abcd"), "families": [100, 50, 20, 12], "visits": [60, 25, 9, 0],
            "precision": [0.9, 0.8, 0.7, np.nan], "innocent": [6.0, 5.0, 3.0, 0.0], "at_risk": [1.0, 2.0, 3.0, 0.0],
        }
    )  # fmt: skip
    found = hide_small(rows)
    assert found["visits"].isna().tolist() == [False, True, True, False]
    assert found["precision"].isna().tolist() == [False, True, True, True]
    assert found["families"].tolist() == [100, 50, 20, 12]
    two = hide_small(rows.assign(visits=[60, 8, 9, 0]))
    assert two["visits"].isna().tolist() == [False, True, True, False]


def test_an_area_without_enough_families_shows_no_number(scored, pilot, monkeypatch):
    monkeypatch.setattr(suspicions, "SMALLEST", 10**6)
    monkeypatch.setattr("dashboard.views.suspicion.SMALLEST", 10**6)
    at = open_page(scored[0], "dugaan", monkeypatch, target="BPNT")
    sound(at)
    assert not at.metric
    assert Words("id")("suspicion.few") in [info.value for info in at.info]
    assert at.title[0].value == Words("id")("suspicion.title_few", programme="BPNT")


def test_where_no_amounts_are_known_the_score_orders_and_none_is_shown(alatas_home, alatas, tmp_path, monkeypatch):
    home = home_like(alatas_home, tmp_path)
    facts = {"dataset": alatas.manifest.dataset.name, "snapshot": alatas.manifest.snapshot, "seed": 1}
    made = save(home, {"BLT-2008": fitted(alatas, "BLT-2008", poorest=0.4)}, poorest=0.4, **facts)
    score_all(open_store(Settings(home=home)), alatas, Settings(home=home), made)
    at = open_page(home, "dugaan", monkeypatch)
    sound(at)
    assert [metric.value for metric in at.metric][3::4] == ["–", "–"]
    rows = pd.read_parquet(scores_path(Settings(home=home), made, alatas.manifest.snapshot)).dropna(subset=["entitled"])
    best = (1 - rows.loc[rows["receives"], "entitled"]).nlargest(200)
    precision = float(at.metric[1].value.rstrip("\u202f%").replace(",", "."))
    assert precision == pytest.approx(100 * best.mean(), abs=0.6)
    assert Words("id")("suspicion.at_risk_none") in spoken(at)


def test_filters_that_scores_do_not_know_are_named(scored_home, monkeypatch):
    at = open_page(scored_home, "dugaan", monkeypatch, target="BPNT", channel="agent", area="35.10.16.1001")
    sound(at)
    said = spoken(at)
    assert "tidak berlaku" in said
    assert len(at.metric) == 8


def test_a_budget_beyond_the_families_visits_them_all(scored, pilot, monkeypatch):
    at = open_page(scored[0], "dugaan", monkeypatch, target="BPNT", visits="100000")
    sound(at)
    own = visited(*scored, pilot, side="not_entitled_receiver", visits=100_000)
    assert Words("id")("suspicion.run_out", families=Words("id").number(int(own["families"].sum()))) in spoken(at)


def test_an_unknown_budget_in_the_url_falls_back(scored_home, monkeypatch):
    at = open_page(scored_home, "dugaan", monkeypatch, target="BPNT", visits="7")
    sound(at)
    assert at.select_slider[0].value == suspicions.BUDGET


def empty(at, language, why, **values):
    sound(at)
    words = Words(language)
    assert not at.metric
    assert at.title[0].value == words("suspicion.title_none")
    assert words(f"suspicion.{why}", **values) in [info.value for info in at.info]
    assert [block.value for block in at.code] == ([COMMANDS[why]] if why in COMMANDS else at_most(why))


def at_most(why):
    return [COMMANDS["no_model"]] if why == "no_programme" else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_the_page_says_how_to_train_one(language, pilot_home, tmp_path, monkeypatch):
    home = home_like(pilot_home, tmp_path)
    empty(open_page(home, "dugaan", monkeypatch, language, target="BPNT"), language, "no_model")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scores_the_page_says_how_to_score(language, trained_home, monkeypatch):
    empty(open_page(trained_home, "dugaan", monkeypatch, language, target="BPNT"), language, "no_scores")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_programme_without_a_model_says_so(language, scored_home, monkeypatch):
    at = open_page(scored_home, "dugaan", monkeypatch, language, programme="PKH")
    empty(at, language, "no_programme", programme="PKH")


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_of_another_publication_are_not_shown(language, scored, pilot, tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(scored[0], home)
    path = cells_path(Settings(home=home), scored[1], pilot.manifest.snapshot)
    path.rename(path.with_name("cells-20200101T000000-00000000.parquet"))
    empty(open_page(home, "dugaan", monkeypatch, language, target="BPNT"), language, "stale")


@pytest.mark.parametrize("language", LANGUAGES)
def test_switched_off_scores_are_not_shown(language, scored_home, monkeypatch):
    monkeypatch.setenv("TEPAT_SCORES", "false")
    empty(open_page(scored_home, "dugaan", monkeypatch, language, target="BPNT"), language, "off")


def test_scores_made_anew_by_another_model_replace_the_cached(scored_home, pilot, tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(scored_home, home)
    at = open_page(home, "dugaan", monkeypatch, target="BPNT")
    assert at.metric
    folder = home / "models" / pilot.manifest.dataset.name
    old = json.loads((folder / "current.json").read_text(encoding="utf-8"))["id"]
    text = (folder / old / "manifest.json").read_text(encoding="utf-8").replace(old, "m-other")
    (folder / "m-other").mkdir()
    (folder / "m-other" / "manifest.json").write_text(text, encoding="utf-8")
    (folder / "current.json").write_text('{"id": "m-other"}', encoding="utf-8")
    settings.cache_clear()
    at.run()
    empty(at, "id", "no_scores")
    st.cache_data.clear()


def test_the_chart_marks_the_budget_and_says_the_same_in_words():
    data = pd.DataFrame(
        {"visits": [100, 200], "precision": [0.9, 0.8], "low": [0.8, 0.7], "high": [1.0, 0.9], "found": [0.2, 0.3]}
    )
    chart = budget_curve(data, words=Words("en"), measure="Precision", visits=200, base=0.3)
    traces = {trace.name: trace for trace in chart.figure.data}
    assert list(traces["precision"].y) == [0.9, 0.8]
    assert list(traces["precision_chosen"].x) == [200]
    assert list(traces["found_chosen"].y) == [0.3]
    assert "At 200 visits: 80.0% (70.0–90.0%), 30.0% of all found" in chart.alt
    bare = budget_curve(
        data.assign(low=np.nan, high=np.nan), words=Words("en"), measure="Precision", visits=200, base=0.3
    )
    assert "high" not in {trace.name for trace in bare.figure.data}
    assert "as the model expects" in bare.figure.layout.annotations[-1].text.replace("<br>", " ")
