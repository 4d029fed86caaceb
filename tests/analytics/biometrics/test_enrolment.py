"""Enrolment: a folder of photos into a gallery, once, whatever interrupts it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.biometrics.enrolment import enrol
from analytics.biometrics.errors import FaceError
from analytics.biometrics.listing import ListingError, read_listing
from analytics.biometrics.templates import Templates
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.settings import Settings
from tests.analytics.biometrics.drawn import draw_face, draw_noise

RUN = """
import sys
from pathlib import Path
from analytics.biometrics.enrolment import enrol
from analytics.settings import Settings
if __name__ == "__main__":
    enrol(Path(sys.argv[1]), settings=Settings(home=Path(sys.argv[2])), batch=8, processes=int(sys.argv[3]))
"""
PATIENCE = 60
"""Seconds until a test gives up waiting for another process; it never waits so long."""


@pytest.fixture
def settings(tmp_path, models_home):
    """A home of its own with the face net of the others."""
    home = tmp_path / "home"
    (home / "faces").mkdir(parents=True)
    (home / "faces" / "models").symlink_to(models_home / "faces" / "models")
    return Settings(home=home)


def folder(tmp_path, *, photos=10, people=4, extra=""):
    """Make a folder: every second photo a face of its own colour, the others noise."""
    made = tmp_path / "photos"
    (made / "faces").mkdir(parents=True, exist_ok=True)
    lines = ["file,identity"]
    for number in range(photos):
        image = draw_face(size=150, skin=(210 - number % 90, 160, 130)) if number % 2 else draw_noise(seed=number % 5)
        image.save(made / "faces" / f"{number}.png")
        lines.append(f"{number}.png,35100{number % people}")
    (made / "faces.csv").write_text("\n".join(lines) + "\n" + extra, encoding="utf-8")
    return made


def test_photos_become_templates_of_pseudonyms(tmp_path, settings):
    done = enrol(folder(tmp_path), settings=settings, processes=1)
    assert (done.listed, done.added, done.statuses) == (10, 10, {"ok": 5, "no_face": 5})
    held = Templates.open(settings).statuses()
    key = pseudonym_key(settings.home)
    files, people = pl.Series([f"{n}.png" for n in range(10)]), pl.Series([f"35100{n % 4}" for n in range(10)])
    assert set(held["photo"]) == set(pseudonymise(files, key=key, scope="photo_id"))
    expected = dict(zip(pseudonymise(files, key=key, scope="photo_id"), pseudonymise(people, key=key, scope="person_id")))
    assert dict(held.select("photo", "person").iter_rows()) == expected
    assert held["bytes"].min() > 100
    assert held["width"].unique().to_list() == [150]
    assert Templates.open(settings).gallery().vectors.shape == (5, 128)


def test_a_second_run_reads_only_what_is_new(tmp_path, settings):
    enrol(folder(tmp_path), settings=settings, processes=1)
    before = Templates.open(settings).gallery()
    done = enrol(folder(tmp_path, photos=14), settings=settings, processes=1)
    assert (done.listed, done.added, done.statuses) == (14, 4, {"ok": 7, "no_face": 7})
    again = enrol(folder(tmp_path, photos=14), settings=settings, processes=1)
    assert (again.added, again.statuses) == (0, done.statuses)
    assert np.array_equal(Templates.open(settings).gallery().vectors[:5], before.vectors)


def test_a_photo_that_is_listed_twice_is_enrolled_once(tmp_path, settings):
    done = enrol(folder(tmp_path, extra="3.png,351003\n3.png, 351003 \n"), settings=settings, processes=1)
    assert (done.listed, done.added) == (10, 10)


def test_a_photo_that_now_has_another_identity_is_refused(tmp_path, settings):
    made = folder(tmp_path)
    enrol(made, settings=settings, processes=1)
    text = (made / "faces.csv").read_text(encoding="utf-8")
    (made / "faces.csv").write_text(text.replace("3.png,351003", "3.png,999999"), encoding="utf-8")
    with pytest.raises(FaceError, match="1 photos are enrolled already, under another identity"):
        enrol(made, settings=settings, processes=1)
    assert enrol(made, settings=settings, gallery="other", processes=1).added == 10


def wait_for(what):
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, "the other process did not get there"
        time.sleep(0.005)
    return found


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("processes", [1, 2])
def test_after_kill_9_the_same_command_goes_on_and_no_template_is_lost_or_doubled(tmp_path, settings, processes):
    made = folder(tmp_path, photos=400, people=300)
    command = [sys.executable, "-c", RUN, str(made), str(settings.home), str(processes)]
    held = settings.home / "faces" / "default" / "parts"
    with subprocess.Popen(command) as running:
        wait_for(lambda: len(list(held.glob("*.part"))) >= 3)
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="utf-8").split()
        os.kill(running.pid, signal.SIGKILL)
    before = Templates.open(settings).statuses()
    assert 24 <= before.height < 400
    wait_for(lambda: not any(alive(child) for child in children))
    done = enrol(made, settings=settings, processes=1)
    assert done.added == 400 - before.height
    after = Templates.open(settings).statuses()
    assert after["photo"].n_unique() == after.height == 400
    assert done.statuses == {"ok": 200, "no_face": 200}
    enrol(made, settings=settings, gallery="whole", processes=1)
    resumed, whole = Templates.open(settings).gallery(), Templates.open(settings, "whole").gallery()
    one, other = np.argsort(resumed.photo), np.argsort(whole.photo)
    assert np.array_equal(resumed.photo[one], whole.photo[other])
    assert np.array_equal(resumed.person[one], whole.person[other])
    assert np.abs(resumed.vectors[one] - whole.vectors[other]).max() < 1e-6


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("missing.png,1\ngone.png,2\n", "2 rows of .* name files that are not in faces/. Rows 12, 13."),
        ("../faces.csv,1\n", "1 rows of .* lead out of faces/. Rows 12."),
        ("/etc/passwd,1\n", "lead out of faces/"),
        ("a/../../faces.csv,1\n", "lead out of faces/"),
        ("..\\faces.csv,1\n", "lead out of faces/"),
        ("link.png,1\n", "lead out of faces/"),
        ("3.png,1\n", "give one file to several identities. Rows 5, 12."),
        (",1\n", "name no file or no identity"),
        ("3.png,\n", "name no file or no identity"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused_before_any_photo_is_read(tmp_path, settings, extra, said):
    made = folder(tmp_path, extra=extra)
    (made / "faces" / "link.png").symlink_to("/etc/passwd")
    with pytest.raises(ListingError, match=said) as caught:
        enrol(made, settings=settings, processes=1)
    for secret in ("missing.png", "passwd", "351003"):
        assert secret not in str(caught.value)
    assert not (settings.home / "faces" / "default").exists()


def test_a_list_needs_its_columns_its_folder_and_photos(tmp_path):
    with pytest.raises(ListingError, match="holds no photos"):
        read_listing(tmp_path)
    made = folder(tmp_path)
    for text, said in (("name,identity\nx,1\n", "lacks the column file"), ("file,identity\n", "lists no photos"), ("", "CSV")):
        (made / "faces.csv").write_text(text, encoding="utf-8")
        with pytest.raises(ListingError, match=said):
            read_listing(made)


def test_the_time_of_a_photo_is_kept(tmp_path):
    made = folder(tmp_path, photos=3)
    text = "file,identity,captured_at\n0.png,1,2026-08-17\n1.png,1,2026-08-17 14:05:33\n2.png,2,\n"
    (made / "faces.csv").write_text(text, encoding="utf-8")
    times = read_listing(made).rows["captured_at"].dt.to_string("%F %T").to_list()
    assert times == ["2026-08-17 00:00:00", "2026-08-17 14:05:33", None]
    (made / "faces.csv").write_text(text.replace("2026-08-17\n", "17/8/26\n"), encoding="utf-8")
    with pytest.raises(ListingError, match=r"1 rows .* captured_at .* Rows 2\."):
        read_listing(made)


def test_files_may_lie_in_folders(tmp_path, settings):
    made = folder(tmp_path, photos=2)
    (made / "faces" / "a").mkdir()
    (made / "faces" / "1.png").rename(made / "faces" / "a" / "1.png")
    (made / "faces.csv").write_text("file,identity\n0.png,1\na/1.png,2\n", encoding="utf-8")
    assert enrol(made, settings=settings, processes=1).statuses == {"ok": 1, "no_face": 1}
