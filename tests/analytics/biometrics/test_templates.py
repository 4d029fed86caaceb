"""Templates on disk: encrypted, whole or absent, never doubled, erased on request."""

import datetime as dt
import fcntl

import numpy as np
import polars as pl
import pytest

from analytics.biometrics import templates as module
from analytics.biometrics.template_rows import TemplatesError, ready_made
from analytics.biometrics.templates import Templates
from analytics.keys import key_file
from analytics.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def people(count, *, first=0):
    return pl.Series([f"{number:020x}" for number in range(first, first + count)])


def vectors(count, dimension=8, seed=0):
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


def parts(settings, gallery="default"):
    return sorted((settings.home / "faces" / gallery / "parts").glob("*"))


def test_templates_come_back_as_they_were_given(settings):
    made = vectors(50)
    assert Templates.open(settings).add(ready_made(people(50), made, model="m1", photo=people(50, first=100))) == 50
    gallery = Templates.open(settings).gallery()
    assert np.array_equal(gallery.vectors, made)
    assert gallery.vectors.dtype == np.float32
    assert gallery.person.tolist() == people(50).to_list()
    assert gallery.photo.tolist() == people(50, first=100).to_list()
    assert np.isnan(gallery.quality).all()
    assert gallery.model == "m1"


def test_all_columns_are_kept_and_photos_without_a_face_have_no_template(settings):
    rows = pl.DataFrame(
        {
            "photo": ["a", "b"], "person": ["x", "x"], "status": ["ok", "dark"], "quality": [0.5, None],
            "faces": [1, 0], "bytes": [1000, 2000], "width": [300, 400], "height": [200, 100],
            "captured_at": [dt.datetime(2026, 8, 17, 14, 5), None], "model": ["m1", "m1"],
            "vector": [[1.0, 2.0], None],
        }
    )  # fmt: skip
    kept = Templates.open(settings)
    assert kept.add(rows) == 2
    assert kept.statuses().to_dicts() == rows.drop("vector").to_dicts()
    assert kept.gallery().photo.tolist() == ["a"]
    assert kept.gallery().quality.tolist() == [0.5]
    assert kept.done("m1") == {"a", "b"}
    assert kept.done("m2") == set()


def test_a_photo_is_stored_once_for_each_model(settings):
    kept = Templates.open(settings)
    assert kept.add(ready_made(people(5), vectors(5), model="m1")) == 5
    assert kept.add(ready_made(people(8), vectors(8, seed=1), model="m1")) == 3
    assert kept.add(pl.concat([ready_made(people(3), vectors(3, 4), model="m2")] * 2)) == 3
    assert np.array_equal(kept.gallery("m1").vectors[:5], vectors(5))
    assert len(kept.gallery("m1")) == 8
    assert kept.gallery("m2").vectors.shape == (3, 4)
    with pytest.raises(TemplatesError, match="several models"):
        kept.gallery()


def test_another_process_sees_and_does_not_double_what_was_added_meanwhile(settings):
    one, other = Templates.open(settings), Templates.open(settings)
    one.add(ready_made(people(5), vectors(5), model="m"))
    assert other.add(ready_made(people(6), vectors(6), model="m")) == 1
    assert one.done("m") == set(people(6))


def test_many_rows_are_several_parts(settings, monkeypatch):
    monkeypatch.setattr(module, "PART_ROWS", 10)
    kept = Templates.open(settings)
    kept.add(ready_made(people(35), vectors(35), model="m"))
    assert len(parts(settings)) == 4
    assert np.array_equal(kept.gallery().vectors, vectors(35))


def test_nothing_on_disk_can_be_read_without_the_key(settings):
    person = "a0b1c2d3e4f5a6b7c8d9"
    Templates.open(settings).add(ready_made(pl.Series([person]), vectors(1), model="facenet"))
    for path in settings.home.rglob("*"):
        if path.is_file():
            assert person.encode() not in path.read_bytes()
            assert b"facenet" not in path.read_bytes()
            assert vectors(1).tobytes() not in path.read_bytes()
    assert {path.stat().st_mode & 0o077 for path in parts(settings)} == {0}


def test_another_key_is_refused_and_nothing_is_written_with_it(settings):
    kept = Templates.open(settings)
    kept.add(ready_made(people(3), vectors(3), model="m"))
    before = {path: path.read_bytes() for path in parts(settings)}
    key_file(settings.home, "templates").write_bytes(bytes(32))
    other = Templates.open(settings)
    for ask in (
        other.gallery,
        other.statuses,
        lambda: other.add(ready_made(people(9), vectors(9), model="m")),
        lambda: other.erase(people(1)[0]),
    ):
        with pytest.raises(TemplatesError, match=parts(settings)[0].name):
            ask()
    assert {path: path.read_bytes() for path in parts(settings)} == before


def test_a_missing_key_is_not_made_anew(settings):
    Templates.open(settings).add(ready_made(people(3), vectors(3), model="m"))
    key_file(settings.home, "templates").unlink()
    with pytest.raises(TemplatesError, match="key of the gallery default is missing"):
        Templates.open(settings)
    assert not key_file(settings.home, "templates").exists()


@pytest.mark.parametrize("damage", [lambda old: old[:-20], lambda old: old[:99] + b"A" + old[100:], lambda _: b""])
def test_a_damaged_part_is_named(settings, damage):
    kept = Templates.open(settings)
    kept.add(ready_made(people(3), vectors(3), model="m"))
    kept.add(ready_made(people(3, first=10), vectors(3), model="m"))
    path = parts(settings)[1]
    old = path.read_bytes()
    path.write_bytes(damage(old))
    with pytest.raises(TemplatesError, match=f"The part {path.name} of the gallery default cannot be read"):
        Templates.open(settings).gallery()
    path.write_bytes(old)
    assert len(Templates.open(settings).gallery()) == 6


def test_an_erased_person_is_gone_and_the_others_stay(settings):
    kept = Templates.open(settings)
    kept.add(ready_made(people(4), vectors(4), model="m", photo=people(4, first=50)))
    kept.add(ready_made(people(2), vectors(2), model="m", photo=people(2, first=60)))
    kept.add(ready_made(people(1), vectors(1), model="m", photo=people(1, first=70)))
    gone = people(1)[0]
    assert kept.erase(gone) == 3
    assert kept.erase(gone) == 0
    for seen in (kept, Templates.open(settings)):
        assert gone not in set(seen.statuses()["person"])
        assert sorted(seen.gallery().person.tolist()) == sorted(people(4).to_list()[1:] + [people(2)[1]])
    assert len(parts(settings)) == 2


def test_two_do_not_write_at_once(settings):
    kept = Templates.open(settings)
    with kept.writing():
        assert kept.add(ready_made(people(1), vectors(1), model="m")) == 1
        with pytest.raises(TemplatesError, match="Another process is writing"):
            Templates.open(settings).add(ready_made(people(2), vectors(2), model="m"))
    assert Templates.open(settings).add(ready_made(people(2), vectors(2), model="m")) == 1
    with (settings.home / "faces" / "default" / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TemplatesError, match="Another process is writing"):
            kept.erase("x")


def test_what_a_killed_writer_left_is_swept_and_never_read(settings):
    kept = Templates.open(settings)
    kept.add(ready_made(people(2), vectors(2), model="m"))
    (settings.home / "faces" / "default" / "parts" / ".draft-0123").write_bytes(b"half a part")
    assert len(Templates.open(settings).gallery()) == 2
    kept.add(ready_made(people(3), vectors(3), model="m"))
    assert [path.name for path in parts(settings) if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "models", "calibrations", "x" * 41, ".x"])
def test_a_gallerys_name_stays_in_its_folder(settings, name):
    with pytest.raises(TemplatesError, match="cannot be called"):
        Templates.open(settings, name)


def test_an_empty_gallery_says_so(settings):
    kept = Templates.open(settings, "new")
    assert kept.statuses().is_empty()
    assert kept.erase("x") == 0
    with pytest.raises(TemplatesError, match="holds no templates"):
        kept.gallery()
    kept.add(ready_made(people(1), vectors(1), model="m"))
    with pytest.raises(TemplatesError, match="no templates of the model other"):
        kept.gallery("other")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": pl.lit("fine")}, "status is a known one"),
        ({"status": pl.lit("dark")}, "usable photo has a template"),
        ({"vector": pl.lit(None, pl.List(pl.Float32))}, "usable photo has a template"),
        ({"vector": pl.lit([1.0, float("nan")])}, "finite"),
        ({"person": pl.lit(None, pl.String)}, "filled in"),
    ],
)
def test_rows_that_make_no_sense_are_refused(settings, changes, said):
    with pytest.raises(TemplatesError, match=said):
        Templates.open(settings).add(ready_made(people(3), vectors(3), model="m").with_columns(**changes))
    assert parts(settings) == []


def test_templates_of_one_model_have_one_length(settings):
    mixed = pl.concat([ready_made(people(1), vectors(1, 4), model="m"), ready_made(people(1, first=5), vectors(1, 5), model="m")])
    with pytest.raises(TemplatesError, match="differ in length"):
        Templates.open(settings).add(mixed)
    with pytest.raises(TemplatesError, match="lack the columns vector"):
        Templates.open(settings).add(mixed.drop("vector"))
    kept = Templates.open(settings)
    kept.add(ready_made(people(1), vectors(1, 4), model="m"))
    with pytest.raises(TemplatesError, match="differ in length"):
        kept.add(ready_made(people(2), vectors(2, 5), model="m"))
