"""`tepat alerts`: judging, listing, taking on and trying to send, with the exit status that each ends with."""

import json
import shutil
import sys

import pytest

from analytics.alerts.catalogue import catalogue
from analytics.cli import main
from analytics.settings import settings
from tests.analytics.alerts.conftest import Inbox, free_port, mail_server


@pytest.fixture
def tepat(pilot_home, tmp_path, monkeypatch, capsys):
    """Run a command in a home of its own: status, standard output, standard error."""
    shutil.copytree(pilot_home / "warehouse", tmp_path / "home" / "warehouse")
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    settings.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tepat", "alerts", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


def test_alerts_are_judged_listed_and_taken_on(tepat):
    status, out, _ = tepat("list")
    assert status == 0
    assert "never judged" in out
    status, out, err = tepat("run", "--json")
    assert status == 0, err
    ran = json.loads(out)
    assert ran["opened"] >= 1
    assert ran["not_judged"] == []
    assert json.loads(tepat("run", "--json")[1])["opened"] == 0

    listed = json.loads(tepat("list", "--json")[1])
    assert len(listed["alerts"]) == ran["opened"]
    assert {"code", "severity", "value", "threshold", "owner", "opened_at"} <= set(listed["alerts"][0])
    assert json.loads(tepat("list", "--area", "99", "--json")[1])["alerts"] == []

    # The tests run later than the pilot's last day: its data have stopped.
    assert "reporting_stopped" in {row["code"] for row in listed["alerts"]}
    status, out, err = tepat("acknowledge", "reporting_stopped", "--by", "A-1", "--reason", "Ekspor diminta")
    assert status == 0, err
    assert "1 open alert" in out
    assert "A-1" in tepat("list")[1]
    status, _, err = tepat("acknowledge", "reporting_stoped", "--by", "A-1", "--reason", "Ekspor diminta")
    assert status == 2
    assert "Did you mean reporting_stopped" in err


def test_the_catalogue_is_listed(tepat):
    assert {entry["code"] for entry in json.loads(tepat("catalogue", "--json")[1])} == set(catalogue())
    status, out, _ = tepat("catalogue")
    assert status == 0
    assert "late_objections" in out


def test_the_test_message_ends_with_2_where_it_is_not_taken(tepat, monkeypatch):
    status, _, err = tepat("test")
    assert status == 2
    assert "not sent anywhere" in err
    inbox = Inbox()
    for name, value in {"HOST": "localhost", "SECURITY": "none"}.items():
        monkeypatch.setenv(f"TEPAT_SMTP_{name}", value)
    monkeypatch.setenv("TEPAT_MAIL_FROM", "t@kemensos.example")
    monkeypatch.setenv("TEPAT_MAIL_TO", '["a@kemensos.example"]')
    with mail_server(inbox) as port:
        monkeypatch.setenv("TEPAT_SMTP_PORT", str(port))
        settings.cache_clear()
        status, out, _ = tepat("test", "--json")
    assert (status, json.loads(out)) == (0, {"email": {"taken": True, "fault": ""}})
    assert len(inbox.mails) == 1
    monkeypatch.setenv("TEPAT_SMTP_PORT", str(free_port()))
    settings.cache_clear()
    status, out, err = tepat("test")
    assert status == 2
    assert "ConnectionRefusedError" in out
    assert "by email" in err
