"""The queue and a case: what officers see, what they can do, and that the second of two is told."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.cases import Case, Cases, open_cases
from analytics.eligibility import rulebook
from analytics.settings import Settings
from analytics.store import Warehouse
from dashboard.words import Words
from tests.dashboard.test_pages import open_page, sound, spoken
from validation.text import LANGUAGES

FAMILIES = 25


@pytest.fixture
def home(pilot_home, tmp_path) -> Path:
    """The pilot with a register of its own."""
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "models"))
    return home


@pytest.fixture
def register(home) -> Cases:
    return open_cases(Settings(home=home))


@pytest.fixture
def opened(register: Cases, pilot: Warehouse) -> list[str]:
    """Cases of receivers whom a rule refuses, by id in the order of the queue."""
    verdicts = pilot.run(pilot.table("verdicts", room="derived"))
    paid = pilot.run(pilot.table("payments").select("family_id", "programme").distinct())
    rows = verdicts[verdicts["refused_by"] != ""].merge(paid).sort_values(["programme", "family_id"]).head(FAMILIES)
    flags = pd.DataFrame(
        {
            "family_id": rows["family_id"],
            "programme": rows["programme"],
            "side": "receives",
            "kind": "rule",
            "ref": rows["refused_by"].str.partition(";")[0],
            "village": rows["village"],
            "district": rows["village"].str.rpartition(".")[0],
            "evidence": [{} for _ in range(len(rows))],
            "probability": None,
        }
    )
    register.open(
        flags, dataset=pilot.manifest.dataset.name, snapshot=pilot.manifest.snapshot, officer="koordinator",
        reason="Kasus triwulan ini",
    )  # fmt: skip
    return list(register.queue().rows["id"])


def see(home: Path, monkeypatch, case: str, *, officer: str = "petugas-1", language="id") -> AppTest:
    return open_page(home, "kasus", monkeypatch, language, case=case, officer=officer)


def act(at: AppTest, case: str, action: str, *, reason: str, **fields: str) -> None:
    """Fill in the form of an action and send it."""
    for name, value in fields.items():
        key = f"{case}.{action}.{name}"
        kinds = (at.text_area, at.text_input, at.button_group)
        (element,) = [found for kind in kinds for found in kind if found.key == key]
        element.set_value(value)
    at.text_area(key=f"{case}.{action}.reason").set_value(reason)
    label = Words("id")(f"cases.act_{action}")
    (button,) = [found for found in at.button if found.label == label]
    button.click()
    at.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_queue_shows_the_earliest_deadline_first_and_not_why(language, home, opened, monkeypatch):
    at = open_page(home, "antrean", monkeypatch, language)
    sound(at)
    said = spoken(at)
    assert Words(language)("cases.title_queue", total=FAMILIES, late=0) == at.title[0].value
    assert Words(language)("cases.kind_rule") not in said
    (shown,) = [frame.value for frame in at.dataframe]
    assert shown.iloc[:, 0].tolist() == opened[:20]


def test_an_empty_queue_names_the_command_that_opens_cases(home, monkeypatch):
    at = open_page(home, "antrean", monkeypatch)
    sound(at)
    assert at.title[0].value == Words("id")("cases.title_none")
    assert at.code[0].value == "tepat cases open"
    assert not (home / "register.sqlite").exists()


@pytest.mark.parametrize("case", ["", "AAAAA-AAAAA"])
def test_a_case_that_there_is_not_leads_back_to_the_queue(case, home, register, monkeypatch):
    at = see(home, monkeypatch, case)
    sound(at)
    assert Words("id")("cases.choose_case") in spoken(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_shows_every_rule_on_the_record_and_hides_why_it_was_opened(
    language, home, opened, monkeypatch, *, pilot, register
):
    at = see(home, monkeypatch, opened[0], language=language)
    sound(at)
    words = Words(language)
    said = spoken(at)
    assert words("cases.why") not in said
    assert f"{words('cases.rule_outcome')}: {words('cases.rule_refuses')}" in said
    rules = rulebook().in_force(register.case(opened[0]).programme, pilot.manifest.day)
    assert said.count(f"{words('cases.rule_outcome')}: ") == len(rules)


def test_a_case_goes_from_visit_to_letter_in_the_register(home, opened, register, monkeypatch):
    case = opened[0]
    at = see(home, monkeypatch, case)
    act(at, case, "assign", reason="Dekat rumah saya")
    act(at, case, "find", reason="Ada mobil", finding="not_entitled", evidence="Mobil di garasi", records="STNK, KK")
    sound(at)
    kept = register.case(case)
    assert (kept.assignee, kept.finding, kept.found_by) == ("petugas-1", "not_entitled", "petugas-1")
    assert kept.records == ("STNK", "KK")
    assert Words("id")("cases.why") in [element.value for element in at.subheader]
    labels = [found.label for found in at.button]
    assert Words("id")("cases.act_propose") not in labels  # not before the family was told
    act(at, case, "notice", reason="Mobil atas nama keluarga")
    assert register.case(case).state == "noticed"
    assert Words("id")("cases.act_undo") not in [found.label for found in at.button]


def test_an_action_without_a_reason_changes_nothing_and_keeps_what_was_written(home, opened, register, monkeypatch):
    case = opened[0]
    at = see(home, monkeypatch, case)
    act(at, case, "find", reason=" ", finding="entitled", evidence="Rumah bambu", records="")
    assert at.error
    assert register.case(case).version == 1
    assert at.text_area(key=f"{case}.find.evidence").value == "Rumah bambu"


def test_a_finding_has_to_be_chosen(home, opened, register, monkeypatch):
    case = opened[0]
    at = see(home, monkeypatch, case)
    act(at, case, "find", reason="Sudah dikunjungi", evidence="Rumah bambu", records="")
    assert at.error[0].value == Words("id")("cases.choose_one")
    assert register.case(case).version == 1


def test_the_second_of_two_officers_is_told_and_keeps_his_words(home, opened, register, monkeypatch):
    case = opened[0]
    at = see(home, monkeypatch, case)
    first: Case = register.assign(case, officer="petugas-2", to="petugas-2", version=1, reason="Saya di sana hari ini")
    act(at, case, "find", reason="Sudah dikunjungi", finding="entitled", evidence="Rumah bambu", records="")
    assert "petugas-2" in at.error[0].value
    assert Words("id")("cases.changed_since") in [element.value for element in at.warning]
    assert register.case(case) == first
    assert at.text_area(key=f"{case}.find.evidence").value == "Rumah bambu"
    (again,) = [found for found in at.button if found.label == Words("id")("cases.refresh")]
    again.click()
    at.run()
    act(at, case, "find", reason="Sudah dikunjungi", finding="entitled", evidence="Rumah bambu", records="")
    assert register.case(case).finding == "entitled"


def test_what_was_done_can_be_undone_by_who_did_it(home, opened, register, monkeypatch):
    case = opened[0]
    at = see(home, monkeypatch, case)
    act(at, case, "assign", reason="Dekat rumah saya")
    act(at, case, "undo", reason="Salah kasus")
    assert register.case(case).assignee is None
    assert register.history(case)["action"].tolist() == ["open", "assign", "undo"]


def test_working_on_cases_changes_no_file_of_the_snapshot(home, opened, monkeypatch):
    def kept() -> dict[str, bytes]:
        folder = home / "warehouse"
        assert folder.is_dir()
        return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = kept()
    at = see(home, monkeypatch, opened[0])
    act(at, opened[0], "find", reason="Ada mobil", finding="not_entitled", evidence="Mobil", records="")
    act(at, opened[0], "notice", reason="Mobil")
    assert kept() == before
