"""Commands under a role and area tell nothing of another district, and all of the own; what they refuse, in words."""

import json
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.main import get_command

from analytics.access import Scope
from analytics.audits.tables import VISITS
from analytics.cli import main
from analytics.cli.app import app
from analytics.disclosure import SMALLEST
from analytics.register import open_database
from analytics.settings import Settings, settings
from dashboard.briefs.run import run_page
from tests.scope.conftest import OTHER, OWN, Pilot, district_of, text_of
from validation.errors import TepatError

EXAMPLE = "35.10.01"
OFFICER = ("--role", "officer", "--area", OWN)
PRINTING = {
    ("report", "registrations"): ("--by", "district"),
    ("report", "objections"): ("--by", "district"),
    ("report", "targeting"): ("--by", "district", "--programme", "BPNT"),
    ("report", "what-if"): ("--programme", "BPNT", "--set", "decile=3", "--by", "district"),
    ("objections", "flow"): ("--by", "district"),
    ("objections", "evidence"): ("--by", "district"),
    ("cases", "list"): (),
    ("status",): (),
    ("quarantine", "list"): (),
    ("audit", "plan"): ("--by-district",),
    ("audit", "list"): (),
}
"""Commands that print figures or rows to an officer, with what lets them print the most."""
DEAR = {("report", "targeting"), ("audit", "plan")}
"""Run once: the table that they print is made of what they say as JSON."""
ELSEWHERE = {("cases", "show"), ("faces", "pairs"), ("evaluate", "model"), ("brief",)}
"""Commands under a scope that have tests of their own below."""
OF_THE_MACHINE = {
    "simulate", "ingest", "train", "score", "serve", "quarantine export", "quarantine retry", "audit draw",
    "audit sheet", "audit import", "audit-log verify", "audit-log show", "audit-log anchor", "cases open",
    "cases assign", "cases find", "cases notice", "cases answer", "cases propose", "cases confirm", "cases send-back",
    "cases undo", "access grant", "access revoke", "access list", "faces enrol", "faces templates", "faces calibrate",
    "faces evaluate", "faces verify", "faces duplicates", "faces cases", "faces purge", "backup create",
    "backup verify", "backup restore", "vault rotate-key", "privacy show", "privacy erase", "privacy correct",
    "privacy check", "retention run", "benchmark validation", "benchmark estimation", "benchmark model",
    "benchmark faces", "benchmark duplicates", "benchmark objections", "objections screen", "agents review",
    "agents list", "agents key", "agents results", "agents precision", "benchmark agents", "alerts list", "alerts run",
    "alerts test", "alerts acknowledge", "alerts catalogue",
    "research export", "research release", "research budget",
}  # fmt: skip
"""Commands that work on the whole, for who runs the machine: no report of theirs is made for a reader."""


@pytest.fixture
def tepat(scope_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run a command: status, standard output, standard error."""
    monkeypatch.setenv("TEPAT_HOME", str(scope_home))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tepat", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capfd.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def commands(command: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], set[str]]:
    """Return every command with the names of its options."""
    found = {}
    for name, below in getattr(command, "commands", {}).items():
        found |= commands(below, (*path, name))
    return found or {path: {option.name for option in command.params}}


def test_every_command_answers_under_a_scope_or_belongs_to_who_runs_the_machine():
    known = commands(get_command(app))
    scoped = {path for path, options in known.items() if {"role", "area"} <= options and path[0] != "access"}
    assert scoped == set(PRINTING) | ELSEWHERE
    assert {" ".join(path) for path in known} - {" ".join(path) for path in scoped} == OF_THE_MACHINE


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, ...], dict]:
    """What commands said to the officer, kept: some take seconds."""
    return {}


@pytest.fixture
def printed(tepat, answers):
    """Return what a command says to the officer as JSON."""

    def run(*command: str) -> dict:
        if command not in answers:
            status, out, err = tepat(*command, *PRINTING[command], *OFFICER, "--json")
            assert (status, err) == (0, "")
            answers[command] = json.loads(out)
        return answers[command]

    return run


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_what_a_command_prints_is_of_the_officers_district(command, tepat, scoped_pilot: Pilot, printed):
    said = json.dumps(printed(*command), ensure_ascii=False)
    if command not in DEAR:
        status, out, err = tepat(*command, *PRINTING[command], *OFFICER)
        assert (status, err) == (0, "")
        assert out
        said += out
    assert not scoped_pilot.told(said, OWN)


def test_without_a_scope_the_same_commands_name_the_other_district(tepat, scoped_pilot: Pilot):
    for command in (("report", "registrations"), ("cases", "list"), ("quarantine", "list"), ("audit", "plan")):
        status, out, _ = tepat(*command, *PRINTING[command], "--json")
        assert status == 0
        assert scoped_pilot.told(out, OTHER, inside=True), command


def test_counts_are_those_that_pandas_finds_in_the_district(printed, scoped_pilot: Pilot):
    own = {name: rows[rows["at"] == OWN] for name, rows in scoped_pilot.tables.items() if "at" in rows}
    metrics = printed("report", "registrations")["metrics"]
    assert metrics["registered_families"]["value"] == own["registrations"]["family_id"].nunique()
    filed = len(own["objections"])
    assert printed("report", "objections")["metrics"]["objections"]["value"] == (filed if filed >= SMALLEST else None)
    assert printed("cases", "list")["total"] == (scoped_pilot.cases["at"] == OWN).sum()
    found = printed("quarantine", "list")["findings"]
    assert found
    assert {row["district"] for row in found} == {OWN}
    checks = own["audits"].query("programme == 'BPNT'")
    (targeting,) = printed("report", "targeting")["results"]
    assert targeting["checks"]["made"] == checks["period"].isin(targeting["periods"]).sum()
    (drawn,) = printed("audit", "list")["draws"]
    with closing(open_database(Settings(home=scoped_pilot.home))) as database:
        visits = database.frame(VISITS.select())
    assert drawn["visits"] == (visits["village"].map(district_of) == OWN).sum()
    assert printed("status")["datasets"][0]["tables"] == {}


def test_a_case_elsewhere_is_told_from_no_case_by_nothing(tepat, scoped_pilot: Pilot):
    ids = scoped_pilot.cases.groupby("at")["id"].first()
    said = {tepat("cases", "show", id_, *OFFICER)[2].replace(id_, "") for id_ in (ids[OTHER], "AAAAA-AAAAA")}
    assert len(said) == 1
    assert OTHER not in said.pop()
    status, out, _ = tepat("cases", "show", ids[OWN], *OFFICER)
    assert status == 0
    assert not scoped_pilot.told(out, OWN)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("report", "targeting", "--role", "boss"), "There is no role 'boss'."),
        (("report", "targeting", "--role", "visitor"), "There is no role 'visitor'."),
        (("report", "targeting", "--role", "inspector"), "may not open the page ketepatan_sasaran"),
        (("report", "objections", "--role", "officer", "--area", "35.99"), "knows no region '35.99'"),
        (("report", "objections", "--role", "officer", "--area", "35.10.16.1001"), "not the code of a province"),
        (("cases", "list", "--role", "leadership"), "may not open the page antrean"),
        (("cases", "list", "--role", "officer", "--area", "35.10.%"), "not the code of a province"),
        (("cases", "show", "AAAAA-AAAAA", "--role", "researcher"), "may not open the page kasus"),
        (("faces", "pairs", "--role", "adjudicator", "--area", OWN), "Its figures are those of the whole data set."),
        (("evaluate", "model", "--role", "leadership", "--area", OWN), "Its figures are those of the whole data set."),
        (("status", "--role", "adjudicator"), "may not open the page mutu_data"),
        (("brief", "duplikat", "--role", "leadership", "--area", OWN, "--output", "x.pdf"), "Its figures are those"),
        (("brief", "dugaan", "--role", "adjudicator", "--output", "x.pdf"), "may not open the page dugaan"),
        (("brief", "mutu_data", "--role", "administrator", "--output", "x.pdf"), "may not take figures along"),
        (
            ("brief", "ringkasan", "--role", "officer", "--area", "35.99", "--output", "x.pdf"),
            "knows no region '35.99'",
        ),
    ],
)
def test_what_a_role_may_not_see_is_refused_in_words(arguments, says, tepat, scoped_pilot: Pilot):
    status, out, err = tepat(*arguments)
    assert status == 2
    assert not out
    assert says in " ".join(err.split())
    assert "Traceback" not in err
    # An example of a code is that of the programme's first district, whoever asks.
    assert not scoped_pilot.told(err.replace(EXAMPLE, ""), OWN)


def test_counts_of_pairs_are_those_of_both_people_in_the_area(tepat, scoped_pilot: Pilot):
    status, out, _ = tepat("faces", "pairs", "--area", OWN, "--json")
    assert status == 0
    assert json.loads(out)["found"] == (scoped_pilot.pairs["at"] == OWN).sum() > 0
    assert not scoped_pilot.told(out, OWN)


def test_a_brief_under_a_filter_elsewhere_is_refused(scope_home, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(scope_home))
    settings.cache_clear()
    with pytest.raises(TepatError, match=f"The data have no area {OTHER}"):
        run_page("usul_sanggah", language="id", choices={"area": OTHER}, scope=Scope("officer", OWN))


def test_of_personal_data_a_brief_is_for_a_role_that_is_named(tepat, scoped_pilot: Pilot, monkeypatch, tmp_path):
    monkeypatch.setenv("TEPAT_SIGN_IN", "true")
    settings.cache_clear()
    target = tmp_path / "ringkas.pdf"
    for choice in ((), ("--area", OWN), ("--choose", "role=visitor"), ("--choose", "role=leadership")):
        status, _, err = tepat("brief", "antrean", *choice, "--output", str(target))
        assert status == 2
        assert "For whom is the brief?" in err
        assert not target.exists()
    status, _, err = tepat("brief", "pendaftaran", *OFFICER, "--output", str(target))
    assert (status, err) == (0, "")
    said = text_of(target.name, target.read_bytes())
    assert scoped_pilot.told(said, OWN, inside=True)
    assert not scoped_pilot.told(said, OWN)
