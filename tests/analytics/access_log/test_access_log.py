"""The access log on both engines: one chain whoever writes at once, nothing changed, nothing of a person in it."""

import hashlib
import hmac
import json
import shutil
import threading
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from analytics.access_log import AccessLogError, anchor_file, append, entries, read_anchor, record, verify
from analytics.access_log.tables import LOG
from analytics.keys import key_file
from analytics.register import open_database
from analytics.register.database import open_engine
from analytics.settings import Settings
from tests.analytics.access_log.tampering import around, rows_of

AT = datetime(2026, 11, 25, 3, 4, 5, tzinfo=UTC)
THREADS, EACH = 4, 15


@pytest.fixture
def settings(register_settings: Settings) -> Settings:
    return register_settings


def add(settings: Settings, number: int = 1, **changes: object) -> None:
    for each in range(number):
        given = {"actor": "R-1", "action": "view_photo", "kind": "person", "ref": f"p{each}", "purpose": "Tinjauan"}
        record(settings, **given | changes)


def test_a_hash_is_the_published_hmac_of_what_the_entry_says_and_the_hash_before(settings):
    add(settings, at=AT, details={"pair": "ABCDE-FGHIJ", "rows": 2})
    add(settings, at=AT, action="export")
    key = key_file(settings.home, "access-log").read_bytes()
    mark = hmac.new(key, b"mark", hashlib.sha256).hexdigest()[:16]
    first, second = rows_of(settings)
    at = "2026-11-25T03:04:05.000000"
    details = '{"pair":"ABCDE-FGHIJ","rows":2}'
    said = [1, at, "R-1", "", "view_photo", "person", "p0", "Tinjauan", details, mark, ""]
    text = json.dumps(said, separators=(",", ":")).encode()
    assert first["hash"] == hmac.new(key, text, hashlib.sha256).hexdigest()
    assert (second["number"], second["previous"]) == (2, first["hash"])
    assert verify(settings).is_whole


def test_threads_that_append_at_once_keep_one_chain(settings):
    add(settings)
    ready, failed = threading.Barrier(THREADS), []

    def write(own: int) -> None:
        try:
            with closing(open_database(settings)) as database:
                ready.wait(timeout=60)
                for each in range(EACH):
                    with database.writing() as connection:
                        append(connection, actor=f"W-{own}", action="view_case", ref=f"c{each}")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(own,)) for own in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    found = verify(settings)
    assert found.is_whole
    assert (found.entries, found.newest) == (1 + THREADS * EACH, 1 + THREADS * EACH)
    with closing(open_database(settings)) as database:
        for own in range(THREADS):
            refs = entries(database, actor=f"W-{own}")["ref"].tolist()
            assert refs == [f"c{each}" for each in reversed(range(EACH))]


def test_what_is_rolled_back_leaves_no_entry_and_moves_no_anchor(settings):
    add(settings)

    def broken() -> None:
        with closing(open_database(settings)) as database, database.writing() as connection:
            append(connection, actor="R-1", action="view_case")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert read_anchor(anchor_file(settings.home)).number == 1
    add(settings)
    assert [row["number"] for row in rows_of(settings)] == [1, 2]
    assert verify(settings).is_whole


def test_the_engine_lets_nobody_change_remove_replace_or_put_in_an_entry(settings):
    add(settings, 3)
    before = rows_of(settings)
    inside = before[1] | {"number": 9}
    attempts = [
        LOG.update().where(LOG.c.number == 2).values(actor="R-9"),
        LOG.delete().where(LOG.c.number == 2),
        LOG.delete(),
        LOG.insert().values(inside),
        LOG.insert().values(inside | {"number": 0}),
    ]
    if not settings.register_url:
        attempts.append(LOG.insert().prefix_with("OR REPLACE").values(before[1] | {"actor": "R-9"}))
    else:
        attempts.append(sa.text("TRUNCATE access_log"))
    engine = open_engine(settings)
    for attempt in attempts:
        with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="append-only"):
            connection.execute(attempt)
    engine.dispose()
    assert rows_of(settings) == before


def test_an_end_that_was_cut_off_stays_found_also_once_others_append(settings):
    add(settings, 5)
    around(settings, LOG.delete().where(LOG.c.number > 3))
    (found,) = verify(settings).findings
    assert (found.kind, found.first, found.last) == ("cut_off", 4, 5)
    add(settings, 4)
    assert read_anchor(anchor_file(settings.home)).number == 5
    (found,) = verify(settings).findings
    assert (found.kind, found.first) == ("rewritten", 5)


def test_a_log_that_was_deleted_as_a_whole_is_found(settings):
    add(settings, 2)
    around(settings, LOG.delete())
    (found,) = verify(settings).findings
    assert (found.kind, found.first, found.last) == ("cut_off", 1, 2)


def test_an_anchor_that_was_kept_elsewhere_finds_what_the_holder_of_the_key_wrote_anew(settings, tmp_path):
    add(settings, 4)
    kept = tmp_path / "elsewhere.json"
    shutil.copy(anchor_file(settings.home), kept)
    around(settings, LOG.delete())
    anchor_file(settings.home).unlink()
    add(settings, 6, actor="R-2")
    assert verify(settings).is_whole
    (found,) = verify(settings, anchors=[kept]).findings
    assert (found.kind, found.first) == ("rewritten", 4)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"number": "x", "hash": "", "at": ""}', b"\xff\xfe"])
def test_a_damaged_anchor_is_found_and_not_overwritten(settings, content):
    add(settings, 2)
    anchor_file(settings.home).write_bytes(content)
    add(settings)
    assert anchor_file(settings.home).read_bytes() == content
    assert [each.kind for each in verify(settings).findings] == ["unreadable_anchor"]
    with pytest.raises(AccessLogError, match="cannot be read"):
        verify(settings, anchors=[anchor_file(settings.home)])


def test_nothing_is_appended_or_verified_with_another_key_or_none(settings):
    add(settings, 2)
    path = key_file(settings.home, "access-log")
    right = path.read_bytes()
    path.write_bytes(b"x" * 32)
    with pytest.raises(AccessLogError, match="another key"):
        add(settings)
    assert {each.kind for each in verify(settings).findings} == {"altered"}
    path.unlink()
    for act in (add, verify):
        with pytest.raises(AccessLogError, match="key of the access log is not there"):
            act(settings)
    assert not path.exists()
    path.write_bytes(right)
    add(settings)
    assert verify(settings).entries == 3


def test_an_empty_log_is_whole(settings):
    found = verify(settings)
    assert (found.is_whole, found.entries, found.anchors) == (True, 0, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "Siti Aminah"},
        {"actor": "3510014708450003"},
        {"actor": ""},
        {"action": "look"},
        {"role": "Kepala Dinas"},
        {"kind": "Person"},
        {"ref": "3510014708450003"},
        {"ref": "Siti Aminah"},
        {"purpose": "Cek NIK 3510 0147 0845 0003"},
        {"purpose": "a\x00b"},
        {"purpose": "x" * 4_001},
        {"details": {"note": "3510014708450003"}},
        {"details": {"number": 3510014708450003}},
        {"details": {"Nama": "x"}},
        {"details": {"share": 0.5}},
        {"details": {"rows": [1, 2]}},
        {"details": {f"f{each}": "x" * 1000 for each in range(5)}},
    ],
)
def test_an_entry_that_may_name_a_person_or_cannot_be_kept_is_refused(tmp_path, changes):
    with pytest.raises(AccessLogError) as caught:
        add(Settings(home=tmp_path), **changes)
    for secret in ("3510014708450003", "3510 0147", "Siti"):
        assert secret not in str(caught.value)
    assert rows_of(Settings(home=tmp_path)) == []


def test_a_pseudonym_that_holds_sixteen_digits_by_chance_is_kept(tmp_path):
    add(Settings(home=tmp_path), ref="ab1234567890123456cd")
    assert rows_of(Settings(home=tmp_path))[0]["ref"] == "ab1234567890123456cd"


def test_entries_are_found_by_actor_action_object_and_time(settings):
    days = [AT.replace(day=day) for day in (1, 2, 3)]
    for day in days:
        add(settings, at=day)
        add(settings, at=day, actor="R-2", action="export", ref="pilot")
    with closing(open_database(settings)) as database:
        assert entries(database)["number"].tolist() == [6, 5, 4, 3, 2, 1]
        assert entries(database, rows=2)["number"].tolist() == [6, 5]
        assert entries(database, actor="R-2", action="export")["number"].tolist() == [6, 4, 2]
        assert entries(database, ref="p0", since=date(2026, 11, 2))["number"].tolist() == [5, 3]
        assert entries(database, until=date(2026, 11, 1))["number"].tolist() == [2, 1]
        assert entries(database, since=days[1], until=days[1])["number"].tolist() == [4, 3]
        with pytest.raises(AccessLogError, match="no action"):
            entries(database, action="look")
