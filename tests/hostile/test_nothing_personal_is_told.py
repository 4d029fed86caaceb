"""No log, no output and no failure tells a NIK, a family's number, a name or a secret."""

import json
import logging
import sys
from types import SimpleNamespace

import polars as pl
import pytest

from analytics.cli.app import main
from analytics.cli.serve import as_environment
from analytics.settings import Settings, settings
from analytics.simulator import simulate
from tests.conftest import PILOT_UNTIL, ROOT

PILOT = str(ROOT / "examples" / "banyuwangi.toml")
SECRET = "s3cr3t-of-the-register"  # noqa: S105  made up
LEAST_NAME = 5
"""Shorter names are words or parts of them."""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Everything that the commands of a small pilot write, failures among them."""
    home = tmp_path_factory.mktemp("told")
    exports = home / "exports" / "banyuwangi-600-7"
    simulate(families=600, seed=7, until=PILOT_UNTIL, exports=exports, truth=home / "truth")
    source = ("--source", str(exports))
    broken = home / "broken"
    broken.mkdir()
    for path in exports.glob("*.parquet"):
        (broken / path.name).write_bytes(path.read_bytes())
    families = pl.read_parquet(exports / "keluarga.parquet")
    wrong = families.with_columns(pl.col("nama_kepala").alias("luas_lantai_per_jiwa"))
    wrong.write_parquet(broken / "keluarga.parquet")
    commands = [
        ("ingest", PILOT, *source),
        ("status",),
        ("status", "--json"),
        ("ingest", PILOT, "--source", str(broken)),
        ("ingest", PILOT, *source, "--add"),
        ("report", "targeting", "--by", "district"),
        ("report", "registrations", "--json"),
        ("report", "objections"),
        ("quarantine", "list"),
        ("quarantine", "export", PILOT, *source, "--to", str(home / "mended"), "--refused"),
        ("cases", "open", "--officer", "P-1", "--reason", "check"),
        ("cases", "list"),
        ("cases", "list", "--json"),
        ("audit", "draw", "--receivers", "20", "--others", "20"),
        ("audit", "sheet", "none", "--to", str(home / "lists"), "--mapping", PILOT, *source),
        ("faces", "duplicates", *source, "--templates", str(exports / "templat_wajah.parquet"), "--dry-run"),
        ("report", "targeting", "--dataset", "none"),
    ]
    out, codes = [], []
    stream = SimpleNamespace(write=out.append, flush=lambda: None, isatty=lambda: False, encoding="utf-8")
    handler = logging.StreamHandler(stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEPAT_HOME", str(home))
        patch.setenv("TEPAT_VOLUME_LIMIT", "0")
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        logging.getLogger().addHandler(handler)
        for command in commands:
            patch.setattr(sys, "argv", ["tepat", *command])
            settings.cache_clear()
            try:
                main()
            except SystemExit as ended:
                codes.append(ended.code or 0)
        patch.setattr("analytics.cli.data.open_store", _breaks(families))
        patch.setattr(sys, "argv", ["tepat", "status"])
        try:
            main()
        except SystemExit as ended:
            codes.append(ended.code)
        logging.getLogger().removeHandler(handler)
    return SimpleNamespace(text="".join(out), codes=codes, exports=exports)


def _breaks(families):
    def fails(_settings):
        row = families.row(0)
        try:
            raise KeyError(row)
        except KeyError as error:
            raise ValueError(f"cannot use {row}") from error

    return fails


def test_the_commands_did_something_and_some_failed(said):
    assert said.codes.count(0) >= 10
    assert said.codes[-1] == 2
    assert len(said.text) > 5_000
    assert "(ValueError at " in said.text


@pytest.mark.parametrize("column", ["nik", "no_kk", "nama", "nama_kepala"])
def test_no_person_of_the_export_is_told(column, said):
    values = set()
    for path in said.exports.glob("*.parquet"):
        names = pl.read_parquet_schema(path)
        if column in names:
            values |= set(pl.read_parquet(path, columns=[column])[column].cast(pl.String).drop_nulls())
    assert len(values) > 100
    assert not [value for value in values if len(value) >= LEAST_NAME and value in said.text]


@pytest.mark.parametrize("name", ["register_url", "warehouse"])
def test_a_password_is_in_no_picture_of_the_settings(name):
    made = Settings(**{name: f"postgresql://tepat:{SECRET}@db.example/x"})
    assert SECRET not in repr(made)
    assert SECRET not in str(made)


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "--json"), ("cases", "list"), ("cases", "show", "1"), ("faces", "pairs")]
)
@pytest.mark.parametrize("name", ["TEPAT_REGISTER_URL", "TEPAT_WAREHOUSE"])
def test_a_password_in_a_setting_is_never_told(name, arguments, tmp_path, monkeypatch, capsys):
    """The server is not there: a command that needs it fails, and says so without the address's password."""
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    monkeypatch.setenv(name, f"postgresql://tepat:{SECRET}@127.0.0.1:1/x")
    monkeypatch.setattr(sys, "argv", ["tepat", *arguments])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in {0, 2}
    assert SECRET not in told.out + told.err


@pytest.mark.parametrize("name", ["PHOTO_VIEWERS", "SEVERITIES", "PORT", "FACE_FMR", "NO_SUCH"])
def test_a_setting_that_cannot_be_used_is_named_and_not_repeated(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    monkeypatch.setenv(f"TEPAT_{name}", SECRET)
    monkeypatch.setattr(sys, "argv", ["tepat", "status"])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert SECRET not in told.out + told.err


def test_the_server_reads_the_settings_that_serve_gives_it(monkeypatch):
    given = Settings(photo_viewers=("P-1", "P-2"), severities={"families.size.range": "warn"})
    for name, value in as_environment(given).items():
        monkeypatch.setenv(name, value)
    found = Settings()
    assert (found.photo_viewers, dict(found.severities)) == (given.photo_viewers, dict(given.severities))
    assert json.loads(as_environment(given)["TEPAT_PHOTO_VIEWERS"]) == ["P-1", "P-2"]
