"""Whatever kills a backup or a restore, there is a whole one or none, and the next run completes it."""

import pickle
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from analytics.backup import create, restore, verify
from analytics.cases import open_cases
from analytics.settings import Settings
from tests.analytics.backup.conftest import PASSPHRASE, contents, register_rows, snapshot
from tests.analytics.cases.conftest import flag, opened
from tests.conftest import ROOT

CHILD = """
import pickle, sys
from pathlib import Path
from analytics.backup import create, restore

def tell(what, share):
    print(what, flush=True)
    if what.startswith(sys.argv[3]):
        sys.stdin.readline()

settings = pickle.loads(bytes.fromhex(sys.argv[1]))
if sys.argv[4] == "create":
    create(settings, Path(sys.argv[2]), passphrase="kuda besi padi lumbung enam", keep=1, progress=tell)
else:
    restore(Path(sys.argv[2]), settings, passphrase="kuda besi padi lumbung enam", progress=tell)
"""


def killed(settings, folder, at, what):
    """Run create or restore in a process of its own and kill it where it says that it is at a step."""
    command = [sys.executable, "-c", CHILD, pickle.dumps(settings).hex(), str(folder), at, what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert any(line.startswith(at) for line in child.stdout)
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


def backups(folder):
    return {path.stem for path in (folder / "backups").glob("*.json")}


@pytest.mark.parametrize(
    ("register_settings", "at"),
    [("sqlite", at) for at in ("keys", "file families", "publish", "prune")] + [("postgresql", "rows")],
    indirect=["register_settings"],
)
def test_kill_9_while_a_backup_is_made(filled, tmp_path, at):
    folder = tmp_path / "backups"
    first = create(filled, folder, passphrase=PASSPHRASE)
    snapshot(filled.home, "s3", listed=("s1", "s2", "s3"))
    killed(filled, folder, at, "create")
    made = backups(folder)
    assert len(made - {first.id}) == (at in {"prune", "done"})
    for id_ in made:
        verify(folder, backup_id=id_, passphrase=PASSPHRASE)
    again = create(filled, folder, passphrase=PASSPHRASE, keep=1)
    assert backups(folder) == {again.id}
    assert {path.name for path in (folder / "objects").glob("??/*")} == set(again.objects)
    assert not list(folder.rglob(".draft-*"))
    verify(folder, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("register_settings", "at"),
    [("sqlite", at) for at in ("verify", "file models", "rows", "done")]
    + [("postgresql", at) for at in ("rows", "register is filled", "publish")],
    indirect=["register_settings"],
)
def test_kill_9_while_a_backup_is_restored(filled, tmp_path, at, new_database):
    folder = tmp_path / "backups"
    create(filled, folder, passphrase=PASSPHRASE)
    new = Settings(home=tmp_path / "new", register_url=new_database() if filled.register_url else "")
    killed(new, folder, at, "restore")
    assert new.home.exists() == (at == "done")
    if at != "done":
        restore(folder, new, passphrase=PASSPHRASE)
    expected = {path: content for path, content in contents(filled.home).items() if not path.startswith("exports")}
    assert contents(new.home) == expected
    assert register_rows(new) == register_rows(filled)
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_writers_at_work_do_not_break_a_backup(filled, tmp_path):
    """Cases are opened and snapshots replaced all the while; each backup is the register of one moment."""
    folder, ended, count = tmp_path / "backups", threading.Event(), [0]
    failed = []

    def write():
        try:
            number = 100
            with closing(open_cases(filled)) as cases:
                while not ended.is_set():
                    # Two at a time: a backup that holds one of them is of no moment.
                    opened(cases, flag(number), flag(number + 1))
                    number += 2
                    name = f"s{number}"
                    snapshot(filled.home, name, listed=(name,))
                    count[0] += 1
                    time.sleep(0.01)
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    made = [create(filled, folder) for _ in range(4)]
    written = count[0]
    ended.set()
    writer.join()
    assert not failed
    assert written > 4, "it wrote meanwhile"
    for backup in made:
        verify(folder, backup_id=backup.id)
        tables = {table.name: table.rows for table in backup.tables}
        assert (tables["cases"] - 19) % 2 == 0
        assert tables["case_flags"] == tables["cases"]
    assert made[-1].objects != made[0].objects
