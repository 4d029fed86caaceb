"""A backup holds everything but what it must not, is found out where it was damaged, and comes back as it was."""

import json
import shutil
from contextlib import closing

import pytest
import sqlalchemy as sa

from analytics.backup import BackupError, create, restore, verify
from analytics.backup import register as rows_of
from analytics.biometrics.templates import Templates
from analytics.cases import open_cases
from analytics.keys import keys_at_rest
from analytics.register import open_database
from analytics.settings import Settings
from analytics.vault import open_vault
from tests.analytics.adjudication.conftest import DATASET
from tests.analytics.backup.conftest import NAME, NIK, PASSPHRASE, contents, register_rows, snapshot
from tests.analytics.cases.conftest import flag, opened

EXCLUDED = ("exports/anggota.csv",)


def objects(folder):
    return {path.name: path for path in (folder / "objects").glob("??/*")}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_is_restored_equals_the_original_on_either_engine(filled, folder, tmp_path, engine, new_database):
    made = create(filled, folder, passphrase=PASSPHRASE)
    url = new_database() if engine == "postgresql" else ""
    new = Settings(home=tmp_path / "new", register_url=url)
    assert restore(folder, new, passphrase=PASSPHRASE) == made
    expected = {path: content for path, content in contents(filled.home).items() if path not in EXCLUDED}
    assert contents(new.home) == expected
    before = register_rows(filled)
    assert register_rows(new) == before
    assert {table.name: table.rows for table in made.tables} == {
        name: len(rows) for name, rows in before.items() if name != "alembic_version"
    }
    assert {file.path: file.rows for file in made.files if file.rows is not None} == {
        f"warehouse/snapshots/{name}/{room}/families.parquet": rows
        for name in ("s1", "s2") for room, rows in (("tables", 50), ("marts", 3))
    }  # fmt: skip
    with closing(open_vault(new, dataset=DATASET)) as vault:
        assert vault.read("p0002a", viewer="R-1", purpose="Memeriksa").name == NAME
    assert len(Templates.open(new).gallery().person) == 40


def test_new_rows_are_numbered_after_the_restored_ones(filled, folder, tmp_path, new_database):
    create(filled, folder, passphrase=PASSPHRASE)
    new = Settings(home=tmp_path / "new", register_url=new_database() if filled.register_url else "")
    restore(folder, new, passphrase=PASSPHRASE)
    with closing(open_vault(new, dataset=DATASET)) as vault:
        last = vault.views()["id"].max()
        vault.read("p0002a", viewer="R-1", purpose="Memeriksa")
        assert vault.views()["id"].max() == last + 1


def test_no_identifier_and_no_key_stands_in_the_backup(filled, folder):
    keys = [path.read_bytes() for path in (filled.home / "keys").glob("*.key")]
    create(filled, folder, passphrase=PASSPHRASE)
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for table in create(filled, folder).tables:
        for part in table.parts:
            held += rows_of.gzip.decompress(objects(folder)[part.sha256].read_bytes())
    assert len(keys) == 4
    for secret in (NAME.encode(), NIK.encode(), PASSPHRASE.encode(), *keys, *(key.hex().encode() for key in keys)):
        assert secret not in held


def test_what_did_not_change_is_stored_once(filled, folder):
    create(filled, folder)
    before = set(objects(folder))
    create(filled, folder)
    assert set(objects(folder)) == before
    with closing(open_cases(filled)) as cases:
        opened(cases, flag(77))
    create(filled, folder)
    # Parts of the cases, their events and flags, of the access log, and its anchor.
    assert 1 <= len(set(objects(folder)) - before) <= 6


def test_backups_beyond_those_kept_go_with_what_only_they_held(filled, folder):
    first = create(filled, folder, passphrase=PASSPHRASE)
    snapshot(filled.home, "s3", listed=("s2", "s3"))
    second = create(filled, folder)
    third = create(filled, folder, keep=2)
    assert sorted(path.stem for path in (folder / "backups").glob("*.json")) == sorted((second.id, third.id))
    assert not list((folder / "keys").glob("*"))
    assert set(objects(folder)) == {*second.objects, *third.objects}
    assert {*first.objects} - set(objects(folder))
    for each in (second, third):
        verify(folder, backup_id=each.id)


def test_every_flipped_bit_is_found_and_named_and_nothing_is_restored(filled, folder, tmp_path):
    made = create(filled, folder, passphrase=PASSPHRASE)
    new = Settings(home=tmp_path / "new", register_url=filled.register_url)
    register_rows_before = register_rows(filled)
    damages = [*sorted(objects(folder).values())[::3], *(folder / "backups").glob("*"), *(folder / "keys").glob("*")]
    assert len(damages) > 8
    for number, path in enumerate(damages):
        content = path.read_bytes()
        changed = bytearray(content)
        changed[(number * 7919) % len(changed)] ^= 1 << number % 8
        for damage in (bytes(changed), content[:-1]):
            path.write_bytes(damage)
            with pytest.raises(BackupError) as caught:
                verify(folder, backup_id=made.id, passphrase=PASSPHRASE)
            assert NIK not in str(caught.value)
            with pytest.raises(BackupError):
                restore(folder, new.model_copy(update={"register_url": ""}), passphrase=PASSPHRASE)
            assert not new.home.exists()
        path.write_bytes(content)
    objects(folder)[made.files[0].sha256].unlink()
    with pytest.raises(BackupError, match=made.files[0].path):
        verify(folder)
    assert register_rows(filled) == register_rows_before
    assert create(filled, folder).objects == made.objects  # stores anew what is missing
    verify(folder, backup_id=made.id)


def test_a_target_that_holds_something_is_left_alone(filled, folder, tmp_path):
    create(filled, folder, passphrase=PASSPHRASE)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "note").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        restore(folder, Settings(home=taken), passphrase=PASSPHRASE)
    assert [path.name for path in taken.iterdir()] == ["note"]
    if filled.register_url:
        with closing(open_cases(filled)) as cases:
            opened(cases, flag(78))
        before = register_rows(filled)
        own = filled.model_copy(update={"home": tmp_path / "new"})
        with pytest.raises(BackupError, match="not empty"):
            restore(folder, own, passphrase=PASSPHRASE)
        assert register_rows(filled) == before
        assert not own.home.exists()


def test_an_empty_home_and_a_register_with_tables_and_no_rows_can_be_filled(filled, folder, tmp_path, new_database):
    create(filled, folder, passphrase=PASSPHRASE)
    new = Settings(home=tmp_path / "new", register_url=new_database() if filled.register_url else "")
    if filled.register_url:
        open_database(new).close()
    new.home.mkdir(exist_ok=True)
    restore(folder, new, passphrase=PASSPHRASE)
    assert register_rows(new) == register_rows(filled)


def test_a_wrong_passphrase_opens_nothing_and_keys_may_lie_elsewhere(filled, folder, tmp_path):
    made = create(filled, folder, passphrase=PASSPHRASE)
    new = Settings(home=tmp_path / "new")
    with pytest.raises(BackupError, match="cannot be opened"):
        restore(folder, new, passphrase=f"{PASSPHRASE}!")
    elsewhere = tmp_path / "stick.json"
    shutil.move(folder / "keys" / f"{made.id}.json", elsewhere)
    verify(folder)
    with pytest.raises(BackupError, match="keys"):
        restore(folder, new, passphrase=PASSPHRASE)
    assert not new.home.exists()
    restore(folder, new, passphrase=PASSPHRASE, keys_file=elsewhere)
    assert contents(new.home)["keys/vault.key"] == contents(filled.home)["keys/vault.key"]


def test_keys_of_another_cost_than_can_be_are_refused(filled, folder, tmp_path):
    from analytics.backup.sealed_keys import seal, unseal

    sealed = json.loads(seal({"vault": b"x" * 32}, PASSPHRASE))
    for change in ({"n": 2**40}, {"n": 0}, {"n": "many"}, {"r": 64}, {"salt": "zz"}, {"kdf": "none"}, {"token": 5}):
        with pytest.raises(BackupError, match="cannot be opened"):
            unseal(json.dumps(sealed | change).encode(), PASSPHRASE)
    with pytest.raises(BackupError, match="cannot be opened"):
        unseal(b"[]", PASSPHRASE)


@pytest.mark.parametrize(
    "path", ["../x", "warehouse/../../x", "/etc/passwd", "keys/vault.key", "warehouse", "faces/a\\b"]
)
def test_a_made_up_description_cannot_write_outside_its_rooms(folder, tmp_path, path):
    snapshot(tmp_path / "bare", "s1", listed=("s1",))
    made = create(Settings(home=tmp_path / "bare"), folder)
    evil = made.model_copy(update={"files": (made.files[0].model_copy(update={"path": path}),)}).sealed()
    (folder / "backups" / f"{made.id}.json").write_bytes(evil.written())
    with pytest.raises(BackupError, match="not the one"):
        restore(folder, Settings(home=tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_folders_that_cannot_be_used_are_told(filled, tmp_path):
    with pytest.raises(BackupError, match="home folder"):
        create(filled, filled.home / "backups")
    with pytest.raises(BackupError, match="no home"):
        create(Settings(home=tmp_path / "none"), tmp_path / "b")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(BackupError, match="no folder of backups"):
        create(filled, tmp_path / "photos")
    with pytest.raises(BackupError, match="no folder of backups"):
        verify(tmp_path / "photos")
    create(filled, tmp_path / "b")
    with pytest.raises(BackupError, match="no backup 2"):
        verify(tmp_path / "b", backup_id="2")


def test_a_home_without_a_register_is_backed_up_too(tmp_path, folder):
    home = tmp_path / "bare"
    snapshot(home, "s1", listed=("s1",))
    made = create(Settings(home=home), folder)
    assert (made.step, made.tables, made.keys) == ("", (), {})
    assert not list(home.glob("register*"))
    restore(folder, Settings(home=tmp_path / "new"))
    assert contents(tmp_path / "new") == contents(home)


def test_a_register_of_a_later_version_is_not_backed_up(filled, folder):
    with closing(open_database(filled)) as database, database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackupError, match="later version"):
        create(filled, folder)
    assert not list((folder / "backups").glob("*.json"))


def test_no_backup_is_made_while_keys_are_rotated(filled, folder):
    with keys_at_rest(filled.home, rotating=True), pytest.raises(Exception, match="in use"):
        create(filled, folder)
