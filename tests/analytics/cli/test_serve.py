"""`tepat serve`: the server gets the settings of who started it, whatever they hold."""

import pytest

from analytics.cli.serve import as_environment
from analytics.settings import Settings


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"photo_viewers": ("P-014", 'P "2"'), "severities": {"payments.amount.in_force": "warn"}},
        {"language": "en", "scores": False, "register_url": "postgresql://h/db", "face_fmr": 1e-4, "port": 9000},
    ],
)
def test_the_server_reads_the_settings_that_it_is_given(given, tmp_path, monkeypatch):
    own = Settings(home=tmp_path, **given)
    for name, value in as_environment(own).items():
        monkeypatch.setenv(name, value)
    assert Settings() == own
