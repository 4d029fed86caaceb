"""Hostile inputs end in a clear error or are passed over, and change nothing."""

import hashlib
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

from analytics.biometrics.encoding.photos import read_photo
from analytics.cli.app import EXIT_ERROR, main
from analytics.ingest.mapping import Format, TableMapping, load_mapping
from analytics.ingest.reading import read_source
from analytics.register import open_database
from analytics.settings import Settings, settings
from tests.conftest import ROOT
from tests.dashboard.test_pages import ROOMS, open_page
from tests.hostile.attacks import COMMANDS, EXPORTS, LISTS, MAPPINGS, PHOTOS, QUERIES, TEXTS, VALUES
from validation.errors import TepatError

PILOT = ROOT / "examples" / "banyuwangi.toml"
LEAST = 200


def contents(home: Path) -> str:
    """Hash of name, size, time and number of every file, but how the last try ended, and SQLite notes of readers."""
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        made = {"attempts", "models"} & set(path.parts)  # a model is made of a package's weights, and holds no data
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock")) and not made:
            facts = path.stat()
            digest.update(f"{path.relative_to(home)} {facts.st_size} {facts.st_mtime_ns} {facts.st_ino}".encode())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def home(pilot_home, tmp_path_factory):
    """The pilot with a register and a log of its own: nobody else may change what must not change here."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("register.sqlite*", "access-log*"))
    open_database(Settings(home=home)).close()
    return home


def tepat(arguments, home, monkeypatch, capsys):
    """Run a command in this process; return its exit status and what it said."""
    monkeypatch.setenv("TEPAT_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["tepat", *arguments])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


def test_there_are_enough_of_them():
    families = (COMMANDS, MAPPINGS, TEXTS, EXPORTS, PHOTOS, LISTS)
    assert sum(map(len, families)) + len(COMMANDS) * (len(VALUES) - 1) + len(ROOMS) * len(QUERIES) >= LEAST


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_argument_ends_in_a_clear_error(command, value, home, monkeypatch, capsys):
    before = contents(home)
    text, _why = VALUES[value]
    code, said = tepat([part.replace("{}", text) for part in COMMANDS[command]], home, monkeypatch, capsys)
    assert code == EXIT_ERROR, said
    assert "Error" in said or "Usage" in said
    assert "Traceback" not in said
    assert "should not have happened" not in said, said
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    assert contents(home) == before


@pytest.mark.parametrize("attack", MAPPINGS)
def test_a_mapping_ends_in_a_clear_error(attack, home, tmp_path, monkeypatch, capsys):
    old, new, _why = MAPPINGS[attack]
    text = PILOT.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "m.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    before = contents(home)
    code, said = tepat(["ingest", str(path), "--source", str(home / "exports")], home, monkeypatch, capsys)
    assert (code, "should not have happened" in said) == (EXIT_ERROR, False), said
    assert contents(home) == before


@pytest.mark.parametrize("attack", TEXTS)
def test_a_file_that_is_no_mapping_is_refused(attack, tmp_path):
    path = tmp_path / "m.toml"
    path.write_bytes(TEXTS[attack][0])
    with pytest.raises(TepatError):
        load_mapping(path)


@pytest.mark.parametrize("attack", EXPORTS)
def test_a_file_of_an_export_is_refused(attack, tmp_path, monkeypatch):
    monkeypatch.setenv("TEPAT_UNPACKED_LIMIT_MB", "1")
    monkeypatch.setenv("TEPAT_ROWS_LIMIT", "1000")
    settings.cache_clear()
    export = EXPORTS[attack]
    (tmp_path / export.name).write_bytes(export.content)
    form = Format(separator=export.separator, encoding=export.encoding)
    table = TableMapping.model_construct(name="families", file=export.name, format=form, where={}, columns={})
    with pytest.raises(TepatError) as refused:
        read_source(tmp_path, table, ["a"])
    assert refused.value.next_step


@pytest.mark.parametrize("what", ["rows", "size"])
def test_packed_rows_are_counted_before_they_are_unpacked(what, tmp_path, monkeypatch):
    """A million equal values take some kilobytes."""
    monkeypatch.setenv(*{"rows": ("TEPAT_ROWS_LIMIT", "1000"), "size": ("TEPAT_UNPACKED_LIMIT_MB", "1")}[what])
    settings.cache_clear()
    pl.DataFrame({"a": pl.repeat(1, 1_000_000, eager=True)}).write_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    table = TableMapping.model_construct(name="families", file="a.parquet", format=Format(), where={}, columns={})
    with pytest.raises(TepatError, match="too large"):
        read_source(tmp_path, table, ["a"])


@pytest.mark.parametrize("target", ["/etc/passwd", "a.csv", "../outside.csv"], ids=["system", "circle", "above"])
def test_a_link_that_leads_out_or_nowhere_is_refused(target, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "outside.csv").write_text("a\n1\n")
    (folder / "a.csv").symlink_to(target)
    table = TableMapping.model_construct(name="families", file="a.csv", format=Format(), where={}, columns={})
    with pytest.raises(TepatError):
        read_source(folder, table, ["a"])


@pytest.mark.parametrize("attack", PHOTOS)
def test_a_photo_gets_a_status(attack, tmp_path):
    content, status, _why = PHOTOS[attack]
    (tmp_path / "a.jpg").write_bytes(content)
    assert read_photo(tmp_path / "a.jpg").status == status


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", ".", "none", "a\0b"])
def test_what_is_no_file_is_no_photo(path):
    assert read_photo(Path(path)).status == "unreadable"


@pytest.mark.parametrize("attack", LISTS)
def test_a_visit_list_ends_in_a_clear_error(attack, home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TEPAT_UNPACKED_LIMIT_MB", "1")
    name, content, _why = LISTS[attack]
    (tmp_path / name).write_bytes(content)
    before = contents(home)
    code, said = tepat(["audit", "import", str(tmp_path / name)], home, monkeypatch, capsys)
    assert (code, "should not have happened" in said) == (EXIT_ERROR, False), said
    assert contents(home) == before


@pytest.mark.parametrize("page", ROOMS)
def test_a_page_passes_over_what_it_does_not_know(page, home, monkeypatch):
    """Every parameter holds another attack."""
    before = contents(home)
    texts = [text for text, _why in VALUES.values() if text.isprintable()]
    shift = ROOMS.index(page)
    query = {name: texts[(number + shift) % len(texts)] for number, name in enumerate(QUERIES)}
    language = query.pop("lang")
    at = open_page(home, page, monkeypatch, language, **query)
    assert not at.exception
    assert not at.error
    assert "<script>" not in "".join(str(element.value) for element in at.markdown if element.allow_html)
    assert contents(home) == before
