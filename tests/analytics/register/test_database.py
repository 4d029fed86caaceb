"""Opening a register while another writes to its file for the first time."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from threading import Timer

import pytest

from analytics.register import RegisterError, open_database
from analytics.register import database as opening
from analytics.settings import Settings


@pytest.fixture
def writer(tmp_path):
    """A connection that holds a new file's lock, without a write-ahead log yet."""
    connection = sqlite3.connect(tmp_path / opening.FILE, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    with closing(connection):
        yield connection


def test_a_new_file_that_another_writes_to_is_waited_for(writer, tmp_path):
    Timer(0.3, lambda: writer.execute("COMMIT")).start()
    with closing(open_database(Settings(home=tmp_path))) as database, database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_one_that_never_ends_is_told_of_in_words(writer, tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LOCK_SECONDS", 0.2)
    with pytest.raises(RegisterError, match="locked"):
        open_database(Settings(home=tmp_path))


def test_what_a_process_writes_after_it_opened_the_register_twice_is_kept(tmp_path):
    settings = Settings(home=tmp_path)
    others = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM cases'); c.close()"
    with closing(open_database(settings)) as first:
        with first.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM cases")
        open_database(settings).close()
        # Another process that takes itself for the last one removes the write-ahead log at its end.
        subprocess.run([sys.executable, "-c", others, str(tmp_path / opening.FILE)], check=True)
        with first.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE later (number INTEGER)")
        told = sqlite3.connect(tmp_path / opening.FILE)
        with closing(told):
            assert told.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchall() == [("later",)]
