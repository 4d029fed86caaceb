"""`tepat cases`: a case's life on the command line; errors that say what to do."""

import json
import shutil
import sys

import pytest

from analytics.cli import main
from analytics.settings import settings

BY = ["--officer", "P-1", "--reason", "Sesuai hasil kunjungan"]


@pytest.fixture
def tepat(pilot_home, tmp_path, monkeypatch, capsys):
    """Run a command in a home of its own: status, standard output, standard error."""
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("exports", "truth", "register.sqlite*"))
    monkeypatch.setenv("TEPAT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tepat", "cases", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


def as_json(run, *arguments):
    status, out, err = run(*arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def done(run, *arguments):
    status, out, err = run(*arguments)
    assert status == 0, err
    return out


def test_from_the_flags_to_the_recommendation(tepat):
    opened = as_json(tepat, "open", "--rules", 30, *BY)
    assert opened["cases"] > 30
    assert opened["by_kind"]["random"] == sum(side["random"] for side in opened["sides"])
    again = as_json(tepat, "open", "--rules", 30, *BY)
    assert (again["cases"], again["known"]) == (0, sum(opened["by_kind"].values()))

    sides = [as_json(tepat, "list", "--side", side, "--rows", 5) for side in ("receives", "missed")]
    assert sum(side["total"] for side in sides) == opened["cases"]
    listed = sides[0]
    assert len(listed["cases"]) == 5
    id_ = listed["cases"][0]["id"]
    assert as_json(tepat, "show", id_)["case"]["flags"] is None

    assert "with BPS-01; version 2" in done(tepat, "assign", id_, "--to", "BPS-01", "--seen", 1, *BY)
    found = ["find", id_, "--finding", "not_entitled", "--evidence", "Rumah batu", "--record", "kartu keluarga"]
    assert "adverse to the family" in done(tepat, *found, "--seen", 2, *BY)
    shown = as_json(tepat, "show", id_)
    assert {flag["kind"] for flag in shown["case"]["flags"]} <= {"rule", "random"}
    assert [event["action"] for event in shown["history"]] == ["open", "assign", "find"]

    letters = done(tepat, "notice", id_, "--seen", 3, *BY)
    assert "Pemberitahuan hasil kunjungan" in letters
    assert "You can answer until" in letters
    assert "answered" in done(tepat, "answer", id_, "--text", "Sudah pindah [alamat]", "--seen", 4, *BY)
    out = done(tepat, "propose", id_, "--outcome", "correct_record", "--seen", 5, *BY)
    assert "Recommended: correct_record, proposed by P-1." in out
    assert "noticed" not in done(tepat, "undo", id_, "--seen", 6, *BY)
    done(tepat, "propose", id_, "--outcome", "no_change", "--seen", 7, *BY)
    second = ["--officer", "P-2", "--reason", "Sudah diperiksa"]
    assert "answered" in done(tepat, "send-back", id_, "--seen", 8, *second)
    done(tepat, "propose", id_, "--outcome", "no_change", "--seen", 9, *BY)
    assert "closed" in done(tepat, "confirm", id_, "--seen", 10, *second)
    assert as_json(tepat, "list", "--state", "closed")["total"] == 1
    out = done(tepat, "show", id_)
    assert "flag: " in out
    assert "send_back" in out


def test_lists_are_readable_without_json(tepat):
    assert "No such cases." in done(tepat, "list")
    out = done(tepat, "open", "--rules", 10, *BY)
    assert "cases opened" in out
    assert "drawn by lot" in out
    assert "page 1." in done(tepat, "list", "--area", "35.10")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["open", "--scores", 10, *BY], "No model was trained"),
        (["open", "--random-share", 0.1, *BY], "A random share of 0.1 is not allowed."),
        (["open", "--officer", "P-1", "--reason", ""], "There is no reason."),
        (["open", "--officer", "Siti Aminah", "--reason", "x"], "not named by a code"),
        (["open", "--dataset", "another", *BY], "There is no data set named 'another'."),
        (["list", "--state", "lost"], "There is no state 'lost'."),
        (["show", "AAAAA-AAAAA"], "There is no case AAAAA-AAAAA."),
        (["confirm", "AAAAA-AAAAA", "--seen", 1, *BY], "There is no case AAAAA-AAAAA."),
    ],
)
def test_an_error_says_what_to_do_and_ends_with_status_2(arguments, says, tepat):
    status, out, err = tepat(*arguments)
    assert status == 2
    assert not out
    assert says in err
    assert "Traceback" not in err


def test_a_stale_version_says_who_acted_since(tepat):
    done(tepat, "open", "--rules", 10, *BY)
    id_ = as_json(tepat, "list")["cases"][0]["id"]
    done(tepat, "assign", id_, "--to", "BPS-01", "--seen", 1, *BY)
    status, _, err = tepat("assign", id_, "--to", "BPS-02", "--seen", 1, "--officer", "P-9", "--reason", "Dekat")
    assert status == 2
    assert "assign by P-1" in err
    assert "version 2" in err


COMMANDS = ("open", "list", "show", "assign", "find", "notice", "answer", "propose", "confirm", "send-back", "undo")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, tepat):
    status, out, _ = tepat(command, "--help")
    assert status == 0
    assert ("--json" in out) == (command in {"open", "list", "show"})
    assert ("--officer" in out) == (command not in {"list", "show"})
