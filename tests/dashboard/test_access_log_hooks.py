"""What readers see and take away is in the log once each, in their role and area, and names nobody."""

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboard.access
from analytics.access import Scope
from analytics.access_log import verify
from analytics.cases import open_cases
from analytics.keys import key_file
from analytics.settings import Settings, settings
from dashboard import logged
from dashboard.words import Words
from tests.analytics.access_log.tampering import rows_of
from tests.analytics.cases.conftest import flag
from tests.conftest import ROOT

OWN = "35.10.01"
APP = str(ROOT / "dashboard" / "app.py")
NIK = "3510014708450003"
Entry = tuple[str, str, str, str, str]


@pytest.fixture
def home(pilot_home, tmp_path, monkeypatch) -> Path:
    """The pilot with a register of its own, for those alone who sign in; roles from claims."""
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "access-log*"))
    for name, value in {"HOME": str(home), "SIGN_IN": "true", "ROLES_FROM": "claims"}.items():
        monkeypatch.setenv(f"TEPAT_{name}", value)
    st.cache_data.clear()
    st.cache_resource.clear()
    return home


@pytest.fixture
def sign_in(home, monkeypatch) -> Callable[..., None]:
    """Let the next session be somebody's."""

    def given(sub: str = "PKH-07", role: str | None = "officer", area: str | None = OWN, **more: Any) -> None:
        claims = {"is_logged_in": True, "sub": sub, "iat": datetime.now(UTC).timestamp(), "name": "Siti Aminah"}
        claims |= {key: value for key, value in (("tepat_role", role), ("tepat_area", area)) if value is not None}
        monkeypatch.setattr(dashboard.access, "claims_of_session", lambda: claims | more)

    return given


def session(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def go(at: AppTest, page: str) -> AppTest:
    at.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    assert not at.exception
    return at


def entries(home: Path) -> list[dict[str, Any]]:
    assert verify(Settings(home=home)).is_whole
    return [row | {"details": json.loads(row["details"])} for row in rows_of(Settings(home=home))]


def told(home: Path) -> list[Entry]:
    """Return actor, role, scope, action and what it was done to, of each entry."""
    return [
        (row["actor"], row["role"], row["details"].get("scope", ""), row["action"], row["ref"]) for row in entries(home)
    ]


@pytest.mark.parametrize(
    ("role", "area", "pages"),
    [
        ("leadership", "", Scope("leadership").pages),
        ("officer", OWN, ("ringkasan", "antrean", "kasus", "metode")),
        ("adjudicator", OWN, Scope("adjudicator", OWN).pages),
        ("inspector", "", Scope("inspector").pages),
    ],
)
def test_each_page_leaves_one_entry_in_the_right_role_and_area(home, sign_in, role, area, pages):
    sign_in("R-1", role, area)
    at = session()
    for page in pages[1:]:
        go(at, page)
    shown = [("view_log", "") if page == "catatan_akses" else ("view_page", page) for page in pages]
    assert told(home) == [("R-1", role, area, *what) for what in [("sign_in", ""), *shown]]
    text = json.dumps(rows_of(Settings(home=home)))
    assert "Siti" not in text


def test_a_page_is_kept_anew_under_other_filters_and_not_on_a_rerun(home, sign_in):
    sign_in()
    at = session()
    at.run()
    at.selectbox(key="programme.id").set_value("PKH").run()
    at.run()
    signed, *seen = entries(home)
    assert signed["action"] == "sign_in"
    assert [(row["ref"], row["details"].get("programme")) for row in seen] == [
        ("ringkasan", None),
        ("ringkasan", "PKH"),
    ]
    assert {row["details"]["area"] for row in seen} == {OWN}
    assert set(seen[0]["details"]) == {"scope", "dataset", "snapshot", "area"}


@pytest.fixture
def offered(monkeypatch) -> dict[str, Callable[[], bytes]]:
    """What pages offer for download: key of the button to what makes the file."""
    found: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(st, "download_button", lambda _label, *, data, key, **_more: found.update({key: data}))
    return found


@pytest.mark.parametrize("page", ["mutu_data", "catatan_akses"])
def test_each_download_leaves_one_entry_before_the_file_is_made(home, sign_in, offered, page):
    role = "inspector" if page == "catatan_akses" else "leadership"
    sign_in("R-1", role, "")
    at = session()
    offered.clear()
    go(at, page)
    before = len(rows_of(Settings(home=home)))
    assert offered
    for make in offered.values():
        assert make()
    new = entries(home)[before:]
    assert len(new) == len(offered)
    assert {(row["actor"], row["role"], row["action"], row["kind"]) for row in new} <= {
        ("R-1", role, "export", "dataset")
    }
    for row, key in zip(new, offered, strict=True):
        name = f"brief_{page}" if key.startswith("brief") else key.removesuffix(f"_{row['details']['format']}")
        assert row["details"]["what"] == name
        assert row["details"]["snapshot"]


def test_a_visitors_views_are_kept_on_demand_and_what_they_take_away_always(home, offered, monkeypatch):
    monkeypatch.setenv("TEPAT_SIGN_IN", "false")
    at = session(role="researcher")
    assert not (home / "register.sqlite").exists()
    offered["brief_xlsx"]()
    assert told(home) == [("web:visitor", "researcher", "", "export", "banyuwangi-simulasi")]
    monkeypatch.setenv("TEPAT_LOG_PAGE_VIEWS", "true")
    settings.cache_clear()
    go(at, "metode")
    assert told(home)[1:] == [("web:visitor", "researcher", "", "view_page", "metode")]


def test_a_case_is_kept_once_while_it_is_looked_at_and_acted_on_in_the_role(home, sign_in, pilot):
    place = pilot.run(pilot.table("families").select("family_id", "village")).iloc[0]
    one = flag(1, village=place["village"], district=place["village"].rpartition(".")[0])
    cases = open_cases(Settings(home=home))
    cases.open(
        pd.DataFrame([one]),
        dataset=pilot.manifest.dataset.name,
        snapshot="s1",
        officer="ADM-1",
        reason="Kasus triwulan",
    )
    (case,) = cases.queue().rows["id"]
    sign_in(area="")
    at = session(case=case)
    go(at, "kasus")
    at.run()
    assert at.title[0].value == Words("id")("cases.title_receives", code=case, programme="BPNT")
    key = f"{case}.assign"
    at.text_area(key=f"{key}.reason").set_value("Saya yang berkunjung")
    (button,) = [each for each in at.button if each.label == Words("id")("cases.act_assign")]
    button.click().run()
    own = [entry for entry in told(home) if entry[4] == case]
    assert own == [("PKH-07", "officer", "", "view_case", case), ("PKH-07", "officer", "", "decide_case", case)]
    assert "Saya yang berkunjung" not in json.dumps(rows_of(Settings(home=home)))


@pytest.mark.parametrize(
    ("claims", "actor", "why"),
    [
        ({"role": None}, "PKH-07", "no_such_role"),
        ({"role": "visitor"}, "PKH-07", "no_such_role"),
        ({"role": "boss"}, "PKH-07", "no_such_role"),
        ({"area": None}, "PKH-07", "no_area"),
        ({"area": "../35"}, "PKH-07", "no_such_area"),
        ({"iat": 0}, "PKH-07", "expired"),
        ({"iat": "now"}, "PKH-07", "no_time"),
        ({"sub": "Siti Aminah"}, "web:unknown", "no_code"),
        ({"sub": NIK}, "web:unknown", "no_code"),
    ],
)
def test_who_is_refused_is_kept_once_with_the_reason_and_no_claim(home, sign_in, claims, actor, why):
    sign_in(**claims)
    at = session()
    at.run()
    (row,) = entries(home)
    assert (row["actor"], row["role"], row["action"], row["details"]) == (actor, "", "refuse", {"why": why})
    assert not {"Siti", NIK, "boss", ".."} & set(json.dumps(row).replace('"', " ").split())


def test_signing_out_is_kept(home, sign_in, monkeypatch):
    monkeypatch.setattr(st, "logout", lambda: None)
    sign_in()
    at = session()
    (button,) = [each for each in at.button if each.label == Words("id")("access.sign_out")]
    button.click().run()
    assert [entry[3] for entry in told(home)] == ["sign_in", "view_page", "sign_out"]


def test_what_cannot_be_logged_is_neither_shown_nor_given_out(home, sign_in, offered, capsys):
    sign_in("R-1", "leadership", "")
    at = session()
    key_file(home, "access-log").write_bytes(b"x" * 32)
    for make in offered.values():
        with pytest.raises(logged.NotLoggedError) as caught:
            make()
        assert caught.value.__suppress_context__
    go(at, "metode")
    words = Words("id")
    assert not at.title
    assert not at.error
    assert words("access.not_logged") in at.warning[0].value
    again = session()
    assert words("access.not_logged") in again.error[0].value
    assert not again.title
    assert '"event": "access_log_failed"' in capsys.readouterr().err
    assert len(rows_of(Settings(home=home))) == 2


def test_sessions_that_are_logged_at_once_keep_one_chain(home):
    failed = []

    def look(number: int) -> None:
        try:
            for each in range(20):
                logged._append(f"R-{number}", "view_page", kind="page", ref=f"p{each}")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(entries(home)) == 60
