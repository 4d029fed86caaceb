"""Keys are rotated while people work, also when it is killed: everything opens, with the new key alone at the end."""

import io
import pickle
import signal
import subprocess
import sys
from contextlib import closing

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from PIL import Image

from analytics.adjudication import open_adjudication
from analytics.biometrics.template_rows import ready_made
from analytics.biometrics.templates import Templates
from analytics.keys import RotationError, cipher, fernet, keys_at_rest
from analytics.privacy.rotation import rotate
from analytics.register import open_database
from analytics.vault import Identity, Person, open_vault
from analytics.vault.tables import PEOPLE
from tests.analytics.adjudication.conftest import DATASET, found, pair
from tests.conftest import ROOT

PAIRS = 130
COHORT = bytes(range(64))
LOOK = {"viewer": "R-1", "purpose": "Memeriksa"}
CHILD = """
import pickle, sys
from analytics.privacy.rotation import rotate
seen = 0

def tell(what, share):
    global seen
    if what == sys.argv[2]:
        seen += 1
        if seen == int(sys.argv[3]):
            print("here", flush=True)
            sys.stdin.readline()

rotate(pickle.loads(bytes.fromhex(sys.argv[1])), progress=tell)
"""


def photo():
    file = io.BytesIO()
    Image.new("RGB", (40, 40), (90, 80, 70)).save(file, "JPEG")
    return file.getvalue()


def vectors():
    return np.random.default_rng(3).standard_normal((30, 8)).astype(np.float32)


@pytest.fixture
def settings(register_settings):
    with closing(open_adjudication(register_settings)) as pairs:
        pairs.store(found(*(pair(number) for number in range(1, PAIRS + 1))))
    with closing(open_vault(register_settings, dataset=DATASET)) as vault:
        picture = photo()
        vault.put(
            Person(person_id=id_, identity=Identity(name=f"N {id_}"), photo=picture if number % 9 == 0 else None)
            for number, id_ in enumerate(vault.missing())
        )
    templates = Templates.open(register_settings)
    for part in range(3):
        people = pl.Series([f"p{part}{number}" for number in range(10)])
        templates.add(ready_made(people, vectors()[part * 10 :][:10], model="m1"))
    cohort = register_settings.home / "faces" / "calibrations" / "c1.cohort"
    cohort.parent.mkdir(parents=True)
    cohort.write_bytes(cipher(register_settings.home, "templates").encrypt(COHORT))
    return register_settings


def keys(settings):
    return {path.stem: path.read_bytes() for path in (settings.home / "keys").glob("*.key")}


def tokens(settings):
    """Return everything that is encrypted, by the key's name."""
    with closing(open_database(settings)) as database:
        rows = database.frame(sa.select(PEOPLE.c.identity, PEOPLE.c.photo))
    held = [bytes(value) for value in (*rows["identity"], *rows["photo"].dropna())]
    faces = [path.read_bytes() for ending in ("part", "cohort") for path in settings.home.rglob(f"*.{ending}")]
    return {"vault": held, "templates": faces}


def assert_all_opens(settings):
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        for id_ in ("p0001a", "p0090b", f"p{PAIRS:04d}b"):
            assert vault.read(id_, **LOOK).name == f"N {id_}"
    assert np.array_equal(Templates.open(settings).gallery().vectors, vectors())
    cohort = settings.home / "faces" / "calibrations" / "c1.cohort"
    assert cipher(settings.home, "templates").decrypt(cohort.read_bytes()) == COHORT


def assert_rotated(settings, before):
    after = keys(settings)
    assert {"vault", "templates"} <= set(after) <= {"vault", "templates", "access-log"}
    for name, held in tokens(settings).items():
        assert after[name] != before[name]
        for token in held:
            fernet(after[name]).decrypt(token)
            with pytest.raises(InvalidToken):
                fernet(before[name]).decrypt(token)


def test_everything_is_encrypted_anew_and_the_former_keys_are_gone(settings):
    before, old = keys(settings), tokens(settings)
    with closing(open_vault(settings, dataset=DATASET)) as opened_before:
        templates = Templates.open(settings)
        done = rotate(settings)
        assert (done.people, done.files) == (2 * PAIRS, 4)
        assert opened_before.read("p0001a", **LOOK).name == "N p0001a"
        opened_before.put([Person(person_id="p0002a", identity=Identity(name="N p0002a"))])
        templates.add(ready_made(pl.Series(["late"]), vectors()[:1], model="m2"))
    assert_rotated(settings, before)
    if not settings.register_url:
        on_disk = b"".join(path.read_bytes() for path in settings.home.glob("register.sqlite*"))
        assert not [token for token in old["vault"] if token in on_disk]


@pytest.mark.parametrize(
    ("register_settings", "step", "times"),
    [
        ("sqlite", "vault", 1),
        ("sqlite", "people", 1),
        ("postgresql", "people", 2),
        ("sqlite", "templates", 1),
        ("sqlite", "file", 2),
        ("sqlite", "file", 4),
    ],
    indirect=["register_settings"],
)
def test_kill_9_during_a_rotation_loses_nothing_and_the_next_run_completes_it(settings, step, times):
    before = keys(settings)
    command = [sys.executable, "-c", CHILD, pickle.dumps(settings).hex(), step, str(times)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout.readline() == "here\n"
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert_all_opens(settings)
    with closing(open_vault(settings, dataset=DATASET)) as vault:
        vault.put([Person(person_id="p0003a", identity=Identity(name="N p0003a"))])
    rotate(settings)
    assert_rotated(settings, before)
    assert_all_opens(settings)


def test_what_no_key_opens_stops_a_rotation_and_the_former_key_stays(settings):
    before = keys(settings)
    path = settings.home / "faces" / "calibrations" / "c1.cohort"
    sound = path.read_bytes()
    path.write_bytes(b"damaged")
    with pytest.raises(RotationError, match="none of the keys"):
        rotate(settings)
    assert keys(settings)["templates.old"] == before["templates"]
    path.write_bytes(sound)
    rotate(settings)
    assert_rotated(settings, before)
    assert_all_opens(settings)


def test_a_rotation_waits_for_a_backup_and_of_an_empty_home_there_is_nothing(settings, tmp_path):
    with keys_at_rest(settings.home), pytest.raises(RotationError, match="in use"):
        rotate(settings)
    done = rotate(settings.model_copy(update={"home": tmp_path / "none", "register_url": ""}))
    assert (done.people, done.files) == (0, 0)
