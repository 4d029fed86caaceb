"""Catatan Akses: who may read it, what it finds, how it says that the chain is broken; each look is itself kept."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from analytics.access import Scope
from analytics.access.rights import ROLES
from analytics.access_log import record
from analytics.access_log.tables import LOG
from analytics.register.database import FILE
from analytics.settings import Settings
from dashboard import log_search
from dashboard.words import Words
from tests.analytics.access_log.tampering import around, rows_of
from tests.dashboard.test_access_log_hooks import entries, go, home, session, sign_in  # noqa: F401  fixtures
from tests.dashboard.test_pages import spoken

PAGE = "catatan_akses"
NIK = "3510014708450003"
WORDS = Words("id")


def fill(home) -> None:  # noqa: F811
    """Keep 70 entries of three days."""
    start = datetime.now(UTC) - timedelta(days=3)
    for number in range(70):
        case = f"c{number % 7}"
        actor, action = ("PKH-07", "view_case") if number % 2 else ("adj-01", "export")
        at = start + timedelta(days=number // 30, seconds=number)
        record(Settings(home=home), actor=actor, role="officer", action=action, kind="case", ref=case, at=at)


def inspect(sign_in, **query: str) -> AppTest:  # noqa: F811
    sign_in("INS-1", "inspector", "")
    return go(session(**query), PAGE)


def shown(at: AppTest) -> list[list[str]]:
    return at.dataframe[0].value.to_numpy().tolist()


def test_only_an_inspector_of_everywhere_and_a_visitor_of_simulated_data_may_read_it(home, monkeypatch):  # noqa: F811
    assert [role for role in ROLES if PAGE in Scope(role).pages] == ["inspector"]
    assert not Scope("inspector", "35.10").may_open(PAGE)
    monkeypatch.setenv("TEPAT_SIGN_IN", "false")
    at = go(session(), PAGE)
    assert WORDS("log.nothing") in spoken(at)
    assert not (home / FILE).exists()
    fill(home)
    monkeypatch.setattr(log_search, "holds_real_data", lambda: True)
    at = go(session(), PAGE)
    assert WORDS("log.closed") in spoken(at)
    assert not at.dataframe
    assert "PKH-07" not in spoken(at)


def test_entries_are_found_by_actor_action_object_and_day_and_the_question_is_kept(home, sign_in):  # noqa: F811
    fill(home)
    at = inspect(sign_in, who="PKH-07", did="view_case", object="c3")
    expected = [
        row["number"] for row in rows_of(Settings(home=home)) if row["actor"] == "PKH-07" and row["ref"] == "c3"
    ]
    assert [row[0] for row in shown(at)] == [str(number) for number in reversed(expected)]
    *_, last = entries(home)
    assert (last["actor"], last["role"], last["action"]) == ("INS-1", "inspector", "view_log")
    assert last["details"] == {"scope": "", "actor": "PKH-07", "action": "view_case", "object": "c3"}
    count = len(rows_of(Settings(home=home)))
    at.run()
    assert len(rows_of(Settings(home=home))) == count


def test_pages_of_entries_follow_each_other_and_counts_are_of_all(home, sign_in):  # noqa: F811
    fill(home)
    at = inspect(sign_in)
    total = len(rows_of(Settings(home=home)))
    assert at.title[0].value == WORDS("log.title_unchecked", total=total)
    first = [row[0] for row in shown(at)]
    at.button(key="log_page_after").click().run()
    both = first + [row[0] for row in shown(at)]
    assert at.query_params["log_page"] in ("2", ["2"])
    assert len(set(both)) >= total
    counts = {row[0]: row[1] for row in list(at.dataframe)[-1].value.to_numpy().tolist()}
    assert (counts["PKH-07"], counts["adj-01"]) == ("35", "35")


@pytest.mark.parametrize("typed", [NIK, "Siti", "Siti Aminah"])
def test_what_is_no_object_of_the_log_is_neither_searched_nor_kept(home, sign_in, typed):  # noqa: F811
    fill(home)
    at = inspect(sign_in)
    at.text_input(key="object.id").set_value(typed).run()
    assert WORDS("log.no_ref") in spoken(at)
    assert "object" not in at.query_params
    assert typed not in json.dumps(rows_of(Settings(home=home)))


def test_a_question_without_an_answer_says_so_and_can_be_taken_back(home, sign_in):  # noqa: F811
    fill(home)
    at = inspect(sign_in, who="PKH-07", did="restore")
    assert WORDS("log.none_found") in spoken(at)
    (button,) = [each for each in at.button if each.label == WORDS("filters.clear")]
    button.click().run()
    assert len(shown(at)) == log_search.PAGE_ROWS


def test_a_whole_chain_is_said_with_its_day_and_a_broken_one_with_its_first_entry(home, sign_in):  # noqa: F811
    fill(home)
    at = inspect(sign_in)
    assert WORDS("log.never_checked") in spoken(at)
    at.button(key="log_verify").click().run()
    assert at.title[0].value.startswith("74 catatan; rantai terakhir diperiksa utuh")
    assert "diperiksa INS-1" in spoken(at)
    (kept,) = [row for row in entries(home) if row["action"] == "verify_log"]
    assert (kept["actor"], kept["role"], kept["details"]["entries"]) == ("INS-1", "inspector", 73)
    around(Settings(home=home), LOG.update().where(LOG.c.number == 5).values(actor="R-9"))
    at.button(key="log_verify").click().run()
    assert "Catatan 5 diubah" in at.error[0].value
    assert sum(row["action"] == "verify_log" for row in rows_of(Settings(home=home))) == 1


def test_an_end_that_was_cut_off_is_said_without_a_verification(home, sign_in):  # noqa: F811
    fill(home)
    around(Settings(home=home), sa.delete(LOG).where(LOG.c.number > 60))
    at = inspect(sign_in)
    assert WORDS("log.end_lost") in at.error[0].value
