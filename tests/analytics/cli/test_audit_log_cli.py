"""`tepat audit-log`: ends with 1 where the log is not whole, and shows who did what."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from analytics.access_log import anchor_file, operator, record
from analytics.access_log.tables import LOG
from analytics.cli.app import app
from analytics.settings import Settings
from tests.analytics.access_log.tampering import around, rows_of

RUN = CliRunner()


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    own = Settings(home=tmp_path)
    for day, actor, action in ((1, "R-1", "view_photo"), (2, "R-2", "export"), (3, "R-1", "export")):
        at = datetime(2026, 11, day, 8, tzinfo=UTC)
        record(own, actor=actor, action=action, kind="dataset", ref="pilot", details={"what": "[x]"}, at=at)
    return own


def run(*arguments: object, code: int = 0) -> str:
    done = RUN.invoke(app, ["audit-log", *map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_a_whole_log_ends_with_0_and_says_what_its_end_was_checked_against(settings):
    told = run("verify")
    assert "3 entries" in told
    assert "anchor at entry 3" in told
    assert json.loads(run("verify", "--json"))["whole"] is True
    anchor_file(settings.home).unlink()
    assert "would not be noticed" in run("verify")


def test_an_altered_log_ends_with_1_and_says_where(settings):
    around(settings, LOG.update().where(LOG.c.number == 2).values(actor="R-1"), LOG.delete().where(LOG.c.number == 3))
    told = run("verify", code=1)
    assert "Entry 2 is not as it was written" in told
    assert "Entry 3 is missing at the end" in told
    found = json.loads(run("verify", "--json", code=1))
    assert (found["whole"], found["count"]) == (False, 2)
    assert [(each["kind"], each["first"]) for each in found["findings"]] == [("altered", 2), ("cut_off", 3)]
    refused = RUN.invoke(app, ["audit-log", "anchor"])
    assert "gets no new anchor" in str(refused.exception.message)


def test_an_anchor_is_written_and_finds_a_shorter_log(settings, tmp_path):
    kept = tmp_path / "elsewhere" / "anchor.json"
    assert json.loads(run("anchor"))["number"] == 3
    assert "Entry 3 is anchored" in run("anchor", "--to", kept)
    assert json.loads(kept.read_text()) == json.loads(run("anchor"))
    around(settings, LOG.delete().where(LOG.c.number == 3))
    anchor_file(settings.home).unlink()
    assert "Entry 3 is missing at the end" in run("verify", "--anchor", kept, code=1)
    run("verify")  # without the anchor it looks whole, and its own entry takes the place of the missing one
    assert "Entry 3 is another than the anchor says" in run("verify", "--anchor", kept, code=1)


def test_entries_are_shown_by_actor_action_and_time(settings):
    def shown(*arguments: object) -> list[int]:
        found = json.loads(run("show", "--json", *arguments))["entries"]
        return [each["number"] for each in found if each["action"] != "view_log"]

    assert shown() == [3, 2, 1]
    assert shown("--actor", "R-1") == [3, 1]
    assert shown("--action", "export", "--until", "2026-11-02") == [2]
    assert shown("--since", "2026-11-02", "--until", "2026-11-04", "--rows", 1) == [3]
    assert shown("--since", "2026-11-02T09:00:00") == [3]
    assert json.loads(run("show", "--json", "--action", "export"))["entries"][0]["details"] == {"what": "[x]"}
    told = run("show")
    assert '{"what":"[x]"}' in told
    assert "2026-11-03T08:00:00" in told
    assert "no such entry" in run("show", "--actor", "R-7")


def test_who_shows_or_verifies_the_log_is_in_it_as_the_command_lines(settings):
    run("verify")
    run("show", "--actor", "R-1")
    run("show", "--actor", "Siti")
    *_, verified, looked = rows_of(settings)
    assert len(rows_of(settings)) == 5  # what was not found is not kept: it may be a name
    assert {(row["actor"], row["role"]) for row in (verified, looked)} == {(operator(), "command_line")}
    assert (verified["action"], json.loads(verified["details"])) == ("verify_log", {"anchors": 1, "entries": 3})
    assert (looked["action"], json.loads(looked["details"])) == ("view_log", {"actor": "R-1", "rows": 2})
    around(settings, LOG.update().where(LOG.c.number == 2).values(actor="R-9"))
    run("verify", code=1)
    assert len(rows_of(settings)) == 5  # a broken log is left as it was found


def test_the_field_checks_keep_their_own_command(settings):
    done = RUN.invoke(app, ["audit", "--help"])
    assert "draw" in done.output
