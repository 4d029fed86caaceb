"""Settings come from the environment, then `tepat.toml`; a wrong one is named."""

from pathlib import Path

import pytest

from analytics.settings import SettingsError, settings


def test_the_environment_beats_the_file(tmp_path, monkeypatch):
    (tmp_path / "tepat.toml").write_text('port = 9000\nlanguage = "en"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEPAT_PORT", "9001")
    assert settings().port == 9001
    assert settings().language == "en"
    assert settings().home == Path("var")


def test_an_empty_variable_is_no_setting(monkeypatch):
    monkeypatch.setenv("TEPAT_BOUNDARIES", "")
    assert settings().boundaries is None


@pytest.mark.parametrize(
    ("content", "name"), [("prot = 1", "TEPAT_PROT"), ("port = 99999", "TEPAT_PORT"), ('language = "de"', "LANGUAGE")]
)
def test_a_wrong_line_of_the_file_is_named(content, name, tmp_path, monkeypatch):
    (tmp_path / "tepat.toml").write_text(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=name):
        settings()


def test_a_setting_says_what_it_is_for():
    assert all(field.description for field in type(settings()).model_fields.values())
