"""`tepat audit`: from the plan to the results on the command line; errors that say what to do."""

import json
import shutil
import sys

import openpyxl
import polars as pl
import pytest

from analytics.cli import main
from analytics.settings import settings
from tests.analytics.audits.conftest import MAPPING, PERIOD, unchecked_home  # noqa: F401  a fixture


@pytest.fixture
def tepat(unchecked_home, tmp_path, monkeypatch, capsys):  # noqa: F811  the fixture above
    """Run a command in a home of its own: status, standard output, standard error."""
    shutil.copytree(unchecked_home, tmp_path / "home")
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    settings.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tepat", "audit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


def as_json(run, *arguments):
    status, out, err = run(*arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def answer(path):
    """Fill in a list: everybody entitled to BPNT, nobody to PKH."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        for cell, value in zip(row[-5:], ("2026-08-20", "ya", "tidak", None, "sawah"), strict=True):
            cell.value = value
    book.save(path)


def test_from_the_plan_to_the_results(tepat, pilot_home, tmp_path):
    plan = as_json(tepat, "plan", "--half-width", 0.1, "--period", PERIOD, "--visit-cost", 150_000)
    assert plan["cost"] == 150_000 * plan["visits"]["all"]
    assert {basis["assumed"] for basis in plan["basis"]} == {True}

    drawn = as_json(tepat, "draw", "--visits", 120, "--seed", 3, "--period", PERIOD)
    assert drawn["visits"] == {"receivers": 60, "non_receivers": 60}
    assert drawn["score_source"] in {"predictions", "decile"}
    again = as_json(tepat, "draw", "--visits", 120, "--seed", 3, "--period", PERIOD)
    assert (again["draw"][:-1], again["villages"]) == (drawn["draw"][:-1], drawn["villages"])

    sheets = as_json(
        tepat, "sheet", drawn["draw"], "--to", tmp_path / "lists", "--checkers", 2, "--mapping", MAPPING,
        "--source", pilot_home / "exports",
    )  # fmt: skip
    assert sheets["named"]
    assert [sheet["checker"] for sheet in sheets["sheets"]] == ["P01", "P02"]
    names = pl.read_parquet(pilot_home / "exports" / "keluarga.parquet")["nama_kepala"].to_list()
    for sheet in sheets["sheets"]:
        answer(sheet["files"][0])

    status, out, err = tepat("import", sheets["sheets"][0]["files"][0])
    assert status == 0, err
    half = sheets["sheets"][0]["visits"]
    assert f"{half} visits are in, {half} of them answered" in out
    assert f"{half} of 120 visits are back; until all are" in out
    assert not [name for name in names if len(name) > 8 and name in out + err]

    done = as_json(tepat, "import", tmp_path / "lists")
    assert (done["visits"], done["already_in"], done["held"]) == (120 - half, half, [])
    assert done["draws"] == [{"draw": drawn["draw"], "visits": 120, "returned": 120}]
    _, out, _ = tepat("import", tmp_path / "lists")
    assert "already in; nothing was counted twice" in out

    listed = as_json(tepat, "list")["draws"]
    assert [(row["id"], row["visits"], row["returned"], row["answered"]) for row in listed] == [
        (drawn["draw"], 120, 120, 120),
        (again["draw"], 120, 0, 0),
    ]


def test_held_lines_are_shown_with_file_row_and_reason(tepat, tmp_path):
    drawn = as_json(tepat, "draw", "--receivers", 60, "--others", 70, "--period", PERIOD)
    (sheet,) = as_json(tepat, "sheet", drawn["draw"], "--to", tmp_path / "lists")["sheets"]
    answer(sheet["files"][0])
    book = openpyxl.load_workbook(sheet["files"][0])
    book.worksheets[0]["D5"].value = "besok"
    book.save(sheet["files"][0])
    status, out, _ = tepat("import", sheet["files"][0])
    assert status == 0
    assert "Held back: 1 lines" in out
    assert "the date of the visit is not a date" in out


def test_plan_draw_and_list_are_readable_without_json(tepat):
    _, out, _ = tepat("plan", "--period", PERIOD, "--by-district", "--programme", "BPNT")
    assert "assumed" in out
    assert "35.10.25" in out
    _, out, _ = tepat("list")
    assert "Nothing has been drawn yet" in out
    _, out, _ = tepat("draw", "--visits", 120, "--seed", 1, "--period", PERIOD)
    assert "tepat audit sheet d" in out
    assert "fewer than 2 visits" in out
    _, out, _ = tepat("list")
    assert "120" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["draw"], "How many visits?"),
        (["draw", "--visits", 100, "--others", 5], "How many visits?"),
        (["draw", "--receivers", 100], "The frame non_receivers gets no visit."),
        (["draw", "--visits", 200, "--random-share", 0.19], "A random share of 0.19 is not allowed."),
        (["draw", "--visits", 60], "are too few"),
        (["draw", "--visits", 200, "--period", "2019-Q1"], "Nobody was paid for the period in 2019-Q1."),
        (["sheet", "d1", "--to", "out"], "There is no draw d1."),
        (["sheet", "d1", "--to", "out", "--checkers", 2, "--checker", "P1"], "Both --checkers and --checker"),
        (["import", "nothing.xlsx"], "There is no list nothing.xlsx."),
        (["plan", "--dataset", "another"], "There is no data set named 'another'."),
    ],
)
def test_an_error_says_what_to_do_and_ends_with_status_2(arguments, says, tepat):
    status, out, err = tepat(*arguments)
    assert status == 2
    assert not out
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["plan", "draw", "sheet", "import", "list"])
def test_every_command_explains_itself(command, tepat):
    status, out, _ = tepat(command, "--help")
    assert status == 0
    assert "--json" in out
