"""`tepat brief` writes the files and says what is wrong in words."""

import io
import zipfile

import pypdf
import pytest

from analytics.cli.serve import as_environment
from analytics.settings import Settings
from tests.analytics.cli.test_cli import tepat


def test_a_brief_is_written_under_its_filters(pilot_home, tmp_path):
    target = tmp_path / "singkat.pdf"
    done = tepat(
        "brief", "usul_sanggah", "--area", "35.10.05", "--language", "en", "--output", str(target), home=pilot_home
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    first = pypdf.PdfReader(io.BytesIO(target.read_bytes())).pages[0].extract_text()
    assert "SIMULATED DATA" in first
    assert "Muncar" in first


def test_the_ending_of_the_file_says_its_kind(pilot_home, tmp_path):
    target = tmp_path / "singkat.xlsx"
    done = tepat("brief", "mutu_data", "--output", str(target), home=pilot_home)
    assert done.returncode == 0, done.stderr
    assert zipfile.is_zipfile(target)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ringkasan", "--output", "x.docx"], "A brief cannot be written as .docx."),
        (["ringkasan", "--output", "nowhere/x.pdf"], "There is no folder nowhere."),
        (["ringkasan", "--output", "x.pdf", "--language", "jv"], "There is no language jv."),
        (["ringkasan", "--output", "x.pdf", "--choose", "metric"], "metric is no choice."),
        (["ringkasan", "--output", "x.pdf"], "No data have been published yet."),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(arguments, words, tmp_path):
    done = tepat("brief", *arguments, home=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_survive_the_way_to_the_server(monkeypatch, tmp_path):
    given = Settings(home=tmp_path, photo_viewers=("a.1", "b.2"))
    for name, value in as_environment(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given
