"""Tinjau Pasangan: blind before the verdict, one rerun a verdict, undone, logged, photos by right alone."""

import datetime as dt
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from analytics.adjudication import VERDICTS, Adjudication, open_adjudication
from analytics.adjudication.tables import PAIRS as PAIR_TABLE
from analytics.cases.selection import candidates
from analytics.settings import Settings, settings
from analytics.vault import open_vault
from dashboard import reviewing
from dashboard.words import Words
from tests.analytics.cases.conftest import Clock
from tests.dashboard.test_pages import open_page, sound, spoken
from tests.findings import keep_findings
from validation.text import LANGUAGES

OFFICER = "petugas-1"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Tests look as fast as they press."""
    monkeypatch.setattr(reviewing, "LEAST_LOOK", 0.0)


@pytest.fixture
def home(pilot_home, pilot, tmp_path) -> Path:
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    keep_findings(home, pilot)
    return home


@pytest.fixture
def dataset(pilot) -> str:
    return pilot.manifest.dataset.name


@pytest.fixture
def pairs(home):
    with closing(open_adjudication(Settings(home=home))) as opened:
        yield opened


def see(home: Path, monkeypatch, *, officer: str = OFFICER, language="id", photos: str = "[]") -> AppTest:
    monkeypatch.setenv("TEPAT_PHOTO_VIEWERS", photos)
    settings.cache_clear()
    at = open_page(home, "tinjau", monkeypatch, language, officer=officer)
    sound(at)
    return at


def press(at: AppTest, key: str) -> str:
    """Press the button whose key begins so; return the pair that it was about."""
    (button,) = [each for each in at.button if str(each.key).startswith(f"{key}.")]
    button.click()
    at.run()
    sound(at)
    return str(button.key).partition(".")[2]


def tree(at: AppTest) -> str:
    """Everything that went to the browser: the whole tree of elements."""
    found = []

    def walk(node) -> None:
        for child in getattr(node, "children", {}).values():
            found.append(str(getattr(child, "proto", "")))
            walk(child)

    walk(at._tree)
    return "\n".join(found)


def records(at: AppTest) -> str:
    return "\n".join(str(each.proto.body) for each in at.get("html") if "<table" in each.proto.body)


def row(pairs: Adjudication, pair: str) -> dict:
    (found,) = pairs.database.frame(sa.select(PAIR_TABLE).where(PAIR_TABLE.c.id == pair)).to_dict("records")
    return found


def in_hand(at: AppTest) -> str:
    (button,) = [each for each in at.button if str(each.key).startswith("same.")]
    return str(button.key).partition(".")[2]


def until_held(at: AppTest) -> AppTest:
    """Judge pairs until the vault holds both people of the one in hand: every seventh pair is missing there."""
    while Words("id")("duplicates.not_held") in spoken(at) or Words("en")("duplicates.not_held") in spoken(at):
        press(at, "cannot_tell")
    return at


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pair_stands_there_field_by_field_with_numbers_masked(home, pairs, dataset, monkeypatch, *, language):
    at = until_held(see(home, monkeypatch, language=language))
    words = Words(language)
    assert at.title[0].value == words("duplicates.question")
    shown = records(at)
    person = row(pairs, in_hand(at))["a"]
    with closing(open_vault(Settings(home=home), dataset=dataset)) as vault:
        known = vault.read_numbers(person, viewer="T-1", purpose="test")
        looks = vault.views(viewer=OFFICER)
    assert known.nik not in tree(at)
    assert known.kk not in tree(at)
    assert f"{known.nik[:6]}••••••••{known.nik[-2:]}" in shown
    for each in row(pairs, in_hand(at))["evidence"]:
        # The kind of duplicate is a judgement of the search, not of the record.
        assert (words(f"duplicates.level_{each['level']}") in shown) == (each["field"] != "kind")
    own = looks[looks["pair"] == in_hand(at)]
    assert own["what"].tolist() == ["identity", "identity"]


def test_a_rerun_is_no_second_look(home, dataset, monkeypatch):
    at = until_held(see(home, monkeypatch))
    at.run()
    at.run()
    with closing(open_vault(Settings(home=home), dataset=dataset)) as vault:
        looks = vault.views(viewer=OFFICER)
    assert (looks["pair"] == in_hand(at)).sum() == 2


def test_nothing_of_the_evidence_is_in_page_or_session_before_the_verdict(home, pairs, dataset, monkeypatch):
    first = pairs.next_pair("petugas-2", dataset=dataset)
    pairs.review(first.id, reviewer="petugas-2", verdict="cannot_tell")
    at = see(home, monkeypatch)
    pair = in_hand(at)
    assert pair == first.id  # judged by another already
    known = row(pairs, pair)
    session = "\n".join(f"{name}={value!r}" for name, value in at.session_state._state.filtered_state.items())
    assert reviewing.LOOKED in session
    everything, said = tree(at) + session, spoken(at) + records(at)
    numbers = [known[name] for name in ("probability", "face", "record", "prior") if known[name] is not None]
    for value in numbers + [each["log10_lr"] for each in known["evidence"]]:
        assert repr(value) not in everything
        assert f"{value:.2f}" not in said
        assert f"{value:.2f}".replace(".", ",") not in said
    words = Words("id")
    assert words(f"duplicates.band_{known['band']}") not in everything
    assert "petugas-2" not in session
    assert not at.get("plotly_chart")
    assert not re.search(r"[0-9]\u202f%", records(at))


def test_a_verdict_is_kept_and_the_next_pair_stands_there(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    for number, verdict in enumerate(VERDICTS, start=1):
        pair = press(at, verdict)
        assert in_hand(at) != pair
        assert pairs.reviewed(OFFICER, dataset=dataset)["verdict"].iloc[0] == verdict
        words = Words("id")
        assert words("duplicates.progress", number=number + 1) in spoken(at)
        said = words("duplicates.recorded", pair=pair, verdict=words(f"duplicates.verdict_{verdict}").lower())
        assert said in spoken(at)


def test_every_verdict_has_its_key(home, monkeypatch):
    at = see(home, monkeypatch)
    press(at, "same")
    keys = {str(each.key).partition(".")[0]: each.proto.shortcut.lower() for each in at.button if each.proto.shortcut}
    assert keys == {"same": "s", "different": "b", "cannot_tell": "t", "undo": "u", "reveal": "l"}


def test_what_was_undone_unseen_comes_first_again(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    pair = press(at, "same")
    assert press(at, "undo") == pair
    assert in_hand(at) == pair
    assert pairs.reviewed(OFFICER, dataset=dataset).empty
    press(at, "different")
    assert pairs.reviewed(OFFICER, dataset=dataset)["verdict"].tolist() == ["different"]


def test_evidence_is_asked_for_and_then_the_pair_does_not_come_back(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    pair = press(at, "same")
    assert not at.get("plotly_chart")
    press(at, "reveal")
    (chart,) = at.get("plotly_chart")
    known = row(pairs, pair)
    words = Words("id")
    assert words.percent(known["probability"]) in spoken(at)
    assert words("charts.odds_before") in chart.proto.spec
    assert words("duplicates.others_wait") in spoken(at)
    press(at, "undo")
    assert words("duplicates.undone_others") in spoken(at)
    assert in_hand(at) != pair
    assert pairs.reviewed(OFFICER, dataset=dataset).empty


def test_another_officer_in_the_same_session_sees_nothing_of_the_first(home, pairs, monkeypatch):
    at = see(home, monkeypatch)
    pair = press(at, "same")
    press(at, "reveal")
    at.text_area[0].set_value("Bekas luka yang sama")
    at.run()
    (choice,) = [each for each in at.selectbox if each.label == Words("id")("cases.officer")]
    choice.set_value("petugas-2")
    at.run()
    sound(at)
    assert not at.get("plotly_chart")
    assert f"**{pair}**" not in spoken(at)
    assert at.text_area[0].value in {"", None}
    assert "reviewing.judged" not in at.session_state


def test_a_note_with_a_person_s_number_is_refused_and_the_pair_stays(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    pair = in_hand(at)
    at.text_area[0].set_value("NIK 3510014708450003 sama")
    (button,) = [each for each in at.button if str(each.key) == f"same.{pair}"]
    button.click()
    at.run()
    assert not at.exception
    assert Words("id")("duplicates.not_kept") in at.error[0].value
    assert "3510014708450003" not in at.error[0].value
    assert in_hand(at) == pair
    assert pairs.reviewed(OFFICER, dataset=dataset).empty
    at.text_area[0].set_value("Bekas luka yang sama")
    press(at, "same")
    assert pairs.reviewed(OFFICER, dataset=dataset)["note"].tolist() == ["Bekas luka yang sama"]


def test_a_key_pressed_before_the_pair_could_be_seen_judges_nothing(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    monkeypatch.setattr(reviewing, "LEAST_LOOK", 60.0)
    pair = press(at, "same")
    assert Words("id")("duplicates.too_quick") in spoken(at)
    assert in_hand(at) == pair
    assert pairs.reviewed(OFFICER, dataset=dataset).empty


def test_who_has_the_right_sees_photos_watermarked_inside_the_page_and_each_is_logged(home, dataset, monkeypatch):
    without = until_held(see(home, monkeypatch))
    assert "<img" not in records(without)
    assert Words("id")("duplicates.no_right") in spoken(without)
    pair = in_hand(without)
    with closing(open_vault(Settings(home=home), dataset=dataset)) as vault:
        assert set(vault.views()["what"]) == {"identity"}
    at = see(home, monkeypatch, photos=f'["{OFFICER}"]')
    assert in_hand(at) == pair
    images = re.findall(r'<img alt="([^"]+)" src="data:image/jpeg;base64,', records(at))
    assert images
    assert Words("id")("duplicates.no_right") not in spoken(at)
    with closing(open_vault(Settings(home=home), dataset=dataset)) as vault:
        assert vault.views()["what"].tolist().count("photo") == len(images)


def test_names_cannot_run_as_html(home, monkeypatch):
    at = see(home, monkeypatch)
    seen = records(at)
    while "Nur " not in seen:
        press(at, "different")
        seen += records(at)
    assert "&lt;b&gt;" in seen
    assert "Nur <b>" not in seen


def test_a_pair_that_the_vault_does_not_hold_says_so(home, pairs, dataset, monkeypatch):
    at = see(home, monkeypatch)
    words = Words("id")
    while words("duplicates.not_held") not in spoken(at):
        press(at, "different")
    assert "–" in records(at)


def test_a_disagreement_goes_to_a_third_and_a_triple_one_to_a_supervisor(home, pairs, dataset, monkeypatch):
    pair = ""
    for officer, verdict in (("petugas-1", "same"), ("petugas-2", "different"), ("petugas-3", "cannot_tell")):
        at = see(home, monkeypatch, officer=officer)
        assert not pair or in_hand(at) == pair
        pair = press(at, verdict)
    assert row(pairs, pair)["state"] == "undecided"
    at = see(home, monkeypatch, officer="petugas-4")
    (choice,) = [each for each in at.selectbox if each.label == Words("id")("duplicates.pair")]
    choice.set_value(pair)
    at.run()
    sound(at)
    at.text_input(key=f"settle.{pair}.reason").set_value("Akta kelahiran dilihat")
    (pills,) = [each for each in at.button_group if each.key == f"settle.{pair}.outcome"]
    pills.set_value("different")
    (button,) = [each for each in at.button if each.label == Words("id")("duplicates.settle")]
    button.click()
    at.run()
    sound(at)
    assert row(pairs, pair)["outcome"] == "different"


def test_who_reviewed_does_not_settle(home, pairs, dataset, monkeypatch):
    for officer, verdict in (("petugas-1", "same"), ("petugas-2", "different"), ("petugas-3", "cannot_tell")):
        taken = pairs.next_pair(officer, dataset=dataset)
        pairs.review(taken.id, reviewer=officer, verdict=verdict)
    at = see(home, monkeypatch, officer="petugas-2")
    (choice,) = [each for each in at.selectbox if each.label == Words("id")("duplicates.pair")]
    choice.set_value(taken.id)
    at.run()
    assert Words("id")("duplicates.settle_not_you") in spoken(at)


def test_confirmed_pairs_open_cases_after_the_time_for_slips(home, pilot, pairs, dataset, monkeypatch):
    clock = Clock()
    clock.now = dt.datetime.now(dt.UTC)
    with closing(open_adjudication(Settings(home=home), clock=clock)) as earlier:
        for ago in (0, 2):
            clock.now -= dt.timedelta(hours=ago)
            for officer in ("petugas-2", "petugas-3"):
                for _ in range(5):
                    pair = earlier.next_pair(officer, dataset=dataset)
                    earlier.review(pair.id, reviewer=officer, verdict="same")
    confirmed = pairs.database.frame(sa.select(PAIR_TABLE).where(PAIR_TABLE.c.outcome == "same"))
    due = confirmed[confirmed["decided_at"] < dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=1)]
    assert (len(confirmed), len(due)) == (10, 5)
    receives = candidates(pilot).query("side == 'receives'")[["family_id", "programme"]].drop_duplicates()
    expected = receives["family_id"].isin({*due["family_a"], *due["family_b"]}).sum()
    assert expected
    at = see(home, monkeypatch)
    open_from(at)
    assert at.success[0].value == Words("id")("duplicates.cases_opened", cases=expected, joined=0)
    open_from(at)
    assert Words("id")("duplicates.no_cases") in spoken(at)


def open_from(at: AppTest) -> None:
    at.text_input(key="open_cases.reason").set_value("Pasangan triwulan ini")
    (button,) = [each for each in at.button if each.label == Words("id")("duplicates.open_cases")]
    button.click()
    at.run()
    sound(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pair_for_an_officer_is_said(pilot_home, home, pairs, tmp_path, monkeypatch, *, language):
    with pairs.database.writing() as connection:
        connection.execute(PAIR_TABLE.update().values(band="distinct"))
    at = see(home, monkeypatch, language=language)
    words = Words(language)
    assert at.title[0].value == words("duplicates.none_left")
    assert words("duplicates.none_left_text") in spoken(at)
    bare = tmp_path / "bare"
    shutil.copytree(pilot_home, bare, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    at = see(bare, monkeypatch, language=language)
    assert at.code[0].value == "tepat faces duplicates"
    assert not (bare / "register.sqlite").exists()
