"""Opening a register while another writes to its file for the first time."""

import sqlite3
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
