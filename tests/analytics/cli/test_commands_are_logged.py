"""What is done by command is in the log as the operator's: published, exported, backed up, restored; each once."""

import json
import shutil
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics.access_log import anchor_file, operator, record, verify
from analytics.access_log.tables import LOG
from analytics.cli.app import app
from analytics.keys import key_file
from analytics.settings import Settings, settings
from tests.analytics.access_log.tampering import around, rows_of

RUN = CliRunner()
PASSPHRASE = "kuda besi padi lumbung enam"  # noqa: S105 - of the tests


def tepat(*arguments: object, code: int = 0) -> str:
    done = RUN.invoke(app, [str(each) for each in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


@pytest.fixture
def own(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    return Settings(home=tmp_path / "home")


def logged(home: Settings) -> list[tuple[str, str, str, str, dict[str, Any]]]:
    assert verify(home).is_whole
    return [(row["actor"], row["role"], row["action"], row["ref"], json.loads(row["details"])) for row in rows_of(home)]


def test_a_backup_brings_the_log_its_key_and_anchor_back_and_both_ends_are_logged(own, tmp_path, monkeypatch):
    record(own, actor="R-1", action="view_page", kind="page", ref="metode")
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    tepat("backup", "create", tmp_path / "backups", "--include-keys", secret)
    tepat("audit-log", "anchor", "--to", tmp_path / "at-backup.json")
    record(own, actor="R-1", action="view_page", kind="page", ref="ringkasan")
    tepat("audit-log", "anchor", "--to", tmp_path / "newer.json")
    shutil.move(own.home, tmp_path / "lost")
    new = Settings(home=tmp_path / "new")
    tepat("backup", "restore", tmp_path / "backups", "--home", new.home, "--passphrase-file", secret)
    assert key_file(new.home, "access-log").is_file()
    assert anchor_file(new.home).is_file()
    *_, backed_up, restored = logged(new)
    assert backed_up == (operator(), "command_line", "back_up", "", {"keys": True})
    assert restored[:3] == (operator(), "command_line", "restore")
    monkeypatch.setenv("TEPAT_HOME", str(new.home))
    settings.cache_clear()
    tepat("audit-log", "verify", "--anchor", tmp_path / "at-backup.json")
    # What was written after the backup is lost, and the anchor that was kept elsewhere says so.
    told = tepat("audit-log", "verify", "--anchor", tmp_path / "newer.json", code=1)
    assert "Entry 3 is another than the anchor says" in told


def test_an_end_that_was_cut_off_before_the_backup_is_found_after_the_restore(own, tmp_path):
    for _ in range(3):
        record(own, actor="R-1", action="view_page", kind="page", ref="metode")
    around(own, LOG.delete().where(LOG.c.number == 3))
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    tepat("backup", "create", tmp_path / "backups", "--include-keys", secret)
    new = Settings(home=tmp_path / "new")
    tepat("backup", "restore", tmp_path / "backups", "--home", new.home, "--passphrase-file", secret)
    assert not verify(new).is_whole


def test_without_keys_a_restore_is_not_logged_and_says_so(own, tmp_path):
    record(own, actor="R-1", action="view_page")
    tepat("backup", "create", tmp_path / "backups")
    new = Settings(home=tmp_path / "new")
    told = tepat("backup", "restore", tmp_path / "backups", "--home", new.home, "--without-keys")
    assert "not in the access log" in told
    assert [row["action"] for row in rows_of(new)] == ["view_page", "back_up"]


MAPPING = """[dataset]
name = "people"
title = { id = "a", en = "a" }
source = { id = "a", en = "a" }
[[table]]
name = "families"
file = "a.csv"
[table.columns]
family_id = { from = "kk" }
village = { value = "35.10.16.1001" }
"""


def test_what_is_published_is_logged_and_what_is_in_already_is_not(own, tmp_path):
    source = tmp_path / "export"
    source.mkdir()
    (source / "a.csv").write_text("kk\n1\n2\n")
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING)
    tepat("ingest", mapping, "--source", source, "--dry-run")
    assert not (own.home / "register.sqlite").exists()
    tepat("ingest", mapping, "--source", source)
    tepat("ingest", mapping, "--source", source, "--add")
    tepat("ingest", mapping, "--source", source, "--add")
    entry, added = logged(own)
    assert added[4]["mode"] == "add"
    assert entry[:4] == (operator(), "command_line", "publish", "people")
    assert (entry[4]["mode"], entry[4]["families"]) == ("replace", 2)
    assert entry[4]["snapshot"]


def test_a_grant_by_command_is_the_operators(own):
    tepat("access", "grant", "PKH-07", "--role", "officer", "--area", "35.10.01", "--by", "ADM-1")
    tepat("access", "revoke", "PKH-07", "--by", "ADM-1")
    assert [entry[:4] for entry in logged(own)] == [
        (operator(), "command_line", action, "PKH-07") for action in ("grant", "revoke")
    ]
