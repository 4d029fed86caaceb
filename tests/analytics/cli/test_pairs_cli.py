"""`tepat faces pairs`, `cases` and `purge`: what they print, and that it names nobody."""

import datetime as dt
import json
import shutil
import sys
from contextlib import closing

import pytest
import typer

from analytics.adjudication import open_adjudication
from analytics.cases.selection import candidates
from analytics.cli import app as command
from analytics.cli.faces import pairs as faces
from analytics.settings import Settings, settings
from analytics.store import open_store
from analytics.vault import Identity, Person, open_vault
from tests.analytics.adjudication.conftest import found, judge, pair

NAME = "Siti Aminah binti Ngatemin"
AGO = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def home(pilot_home, tmp_path, monkeypatch):
    """A home with a run of two pairs, of which one was confirmed long ago; and who they are."""
    home = tmp_path / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("exports", "truth", "register.sqlite*"))
    monkeypatch.setenv("TEPAT_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    own = Settings(home=home)
    with closing(open_store(own).open()) as warehouse:
        name = warehouse.manifest.dataset.name
        receivers = candidates(warehouse).query("side == 'receives'")["family_id"].unique()
    changes = {"family_a": receivers[0], "family_b": receivers[1], "band": "probable", "probability": 0.99}
    with closing(open_adjudication(own, clock=lambda: AGO)) as pairs:
        pairs.store(found(pair(1, **changes), pair(2), dataset=name))
        with closing(open_vault(own, dataset=name, clock=lambda: AGO)) as vault:
            vault.put([Person(person_id=id_, identity=Identity(name=NAME)) for id_ in vault.missing()])
        for reviewer in ("R-1", "R-2"):
            judge(pairs, reviewer, "same", dataset=name)
    return home


@pytest.fixture
def tepat(home, monkeypatch, capsys):
    """Run a command: status, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tepat", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        printed = capsys.readouterr()
        assert NAME not in printed.out + printed.err
        assert "p0001" not in printed.out + printed.err
        return ended.value.code or 0, printed.out, printed.err

    app = typer.Typer()
    for name in ("pairs", "cases", "purge"):
        app.command(name)(getattr(faces, name))
    monkeypatch.setattr(command, "app", app)
    return run


def test_pairs_counts_what_was_found_and_decided(tepat):
    status, out, err = tepat("pairs", "--json")
    assert status == 0, err
    told = json.loads(out)
    counts = {name: told[name] for name in ("found", "to_review", "undecided", "confirmed", "dismissed", "verdicts")}
    assert counts == {
        "found": 2, "to_review": 1, "undecided": 0, "confirmed": 1, "dismissed": 0, "verdicts": 2,
    }  # fmt: skip
    assert told["expected_false"] == pytest.approx(1 - 0.8765)
    assert (told["runs"][0]["target"], told["runs"][0]["probable"]) == (0.001, 1)
    assert [(each["by"], each["agreed"]) for each in told["agreement"]] == [
        ("all", 1), ("band", 1), ("month", 1),
    ]  # fmt: skip
    assert [row["value"] for row in told["places"]["district"]] == ["35.10.01", "35.10.02"]
    status, out, err = tepat("pairs")
    assert status == 0, err
    for words in ("2 verdicts", "target FPIR 0.001", "not known", "pairs per hour", "100.0%"):
        assert words.replace(" ", "") in out.replace("\N{NO-BREAK SPACE}", "").replace(" ", "")


def test_cases_are_opened_of_the_confirmed_pair_once(tepat):
    by = ["--officer", "ADM-1", "--reason", "Pasangan Maret", "--json"]
    status, out, err = tepat("cases", *by)
    assert status == 0, err
    assert json.loads(out)["cases"] >= 2
    assert json.loads(tepat("cases", *by)[1])["cases"] == 0
    assert "No pair was confirmed" in tepat("cases", *by[:-1])[1]
    status, out, err = tepat("cases", "--officer", "Siti Aminah", "--reason", "Pasangan Maret")
    assert (status, out) == (2, "")
    assert "not named by a code" in err


def test_purge_counts_first_and_then_forgets(tepat, home):
    given = ["purge", "--officer", "ADM-1", "--days", "30"]
    status, out, err = tepat(*given, "--dry-run")
    assert status == 0, err
    assert "2 people would be forgotten" in out
    assert json.loads(tepat(*given, "--json")[1])["people"] == 2
    assert "0 people forgotten" in tepat(*given)[1]
    name = open_store(Settings(home=home)).manifest().dataset.name
    with closing(open_vault(Settings(home=home), dataset=name)) as vault:
        assert set(vault.views()["what"]) == {"purged"}
        assert not vault.missing()


def test_where_nothing_was_searched_it_says_what_to_run(tepat):
    status, out, _ = tepat("pairs", "--dataset", "another")
    assert status == 0
    assert "tepat faces duplicates" in out
    assert "not known" in out
