"""Which face a photo is of, what is wrong with it, and how good it is."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from analytics.biometrics.encoding.detection import Box, find_faces, several
from analytics.biometrics.encoding.faces import encode_here
from analytics.biometrics.encoding.quality import Measured, measure
from tests.analytics.biometrics.drawn import draw_face, draw_noise
from validation.contract import PHOTO_FAULTS


def result(tmp_path, encoder, image):
    path = tmp_path / "photo.png"
    image.save(path)
    (made,) = encode_here([path], encoder=encoder)
    assert made.status in {"ok", *PHOTO_FAULTS}
    assert (made.vector is not None) == (made.status == "ok")
    assert str(path) not in repr(made)
    return made


def street(*faces):
    """A grey photo of 600 × 400 with faces of a size at a place."""
    photo = Image.new("RGB", (600, 400), (120, 130, 140))
    for size, left, top in faces:
        draw_face(size=size, photo=photo, at=(left, top))
    return photo


def test_a_face_gets_a_template(tmp_path, encoder):
    made = result(tmp_path, encoder, draw_face())
    assert (made.status, made.faces, made.vector.shape) == ("ok", 1, (128,))
    assert 0 < made.quality <= 1


def test_a_photo_without_a_face(tmp_path, encoder):
    made = result(tmp_path, encoder, draw_noise())
    assert (made.status, made.faces, made.quality) == ("no_face", 0, None)


def test_a_black_photo_is_dark(tmp_path, encoder):
    assert result(tmp_path, encoder, Image.new("RGB", (300, 300))).status == "dark"
    assert result(tmp_path, encoder, ImageEnhance.Brightness(draw_face()).enhance(0.06)).status == "dark"


def test_a_face_out_of_focus_is_blurred(tmp_path, encoder):
    assert result(tmp_path, encoder, draw_face().filter(ImageFilter.GaussianBlur(12))).status == "blurred"


def test_a_face_is_found_in_a_small_and_in_a_large_photo(tmp_path, encoder):
    small = result(tmp_path, encoder, draw_face(size=120))
    large = result(tmp_path, encoder, draw_face(size=2400))
    assert (small.status, large.status) == ("ok", "ok")
    assert np.linalg.norm(small.vector - large.vector) < 0.35


def test_two_people_side_by_side_are_several(tmp_path, encoder):
    made = result(tmp_path, encoder, street((260, 20, 70), (260, 320, 70)))
    assert (made.status, made.faces) == ("several_faces", 2)


def test_a_small_face_behind_does_not_reject_the_photo(tmp_path, encoder):
    made = result(tmp_path, encoder, street((320, 140, 40), (150, 0, 0)))
    alone = result(tmp_path, encoder, street((320, 140, 40)))
    assert (made.status, alone.status) == ("ok", "ok")
    assert np.linalg.norm(made.vector - alone.vector) < 0.1


def box(left, top, width, score=1.0):
    return Box(left=left, top=top, right=left + width, bottom=top + width, score=score)


def test_prominence_is_the_width_at_the_centre_and_nothing_in_a_corner():
    assert box(250, 150, 100).prominence(400, 600) == pytest.approx(100)
    assert box(-50, -50, 100).prominence(400, 600) == pytest.approx(0)


def test_a_face_within_another_is_the_same():
    assert box(0, 0, 100).within(box(20, 20, 50)) == pytest.approx(1)
    assert box(0, 0, 100).within(box(50, 0, 100)) == pytest.approx(0.5)
    assert box(0, 0, 100).within(box(200, 0, 100)) == 0


def test_the_second_face_counts_from_six_tenths_of_the_prominence():
    pixels = np.zeros((400, 600, 3), np.uint8)
    first = box(250, 150, 100)
    assert several([first, box(270, 170, 61)], pixels)
    assert not several([first, box(270, 170, 59)], pixels)
    assert not several([first], pixels)


def test_faces_are_found_where_they_were_drawn_though_the_photo_was_scaled():
    photo = Image.new("RGB", (1280, 1000), (120, 130, 140))
    draw_face(size=600, photo=photo, at=(500, 200))
    (found,) = find_faces(np.asarray(photo))
    assert (found.left + found.right) / 2 == pytest.approx(800, abs=40)
    assert (found.top + found.bottom) / 2 == pytest.approx(540, abs=60)


def test_quality_falls_with_each_measurement():
    good = {"sharpness": 0.01, "light": 120.0, "face_width": 100.0, "score": 2.0}
    assert Measured(**good).quality == 1
    for name, worse in {"sharpness": 0.003, "light": 40.0, "face_width": 50.0, "score": 0.7}.items():
        assert 0 < Measured(**good | {name: worse}).quality < 1
    assert 0 < Measured(**good | {"light": 230.0}).quality < 1
    assert Measured(**good | {"light": 250.0}).quality == 0


def test_sharpness_is_the_laplacians_variance_over_that_of_the_light():
    rng = np.random.default_rng(3)
    grey = rng.integers(0, 200, (40, 40), np.uint8)
    found = measure(np.repeat(grey[..., None], 3, axis=2), face_width=1, score=1)
    values = [
        float(grey[y - 1, x]) + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1] - 4 * float(grey[y, x])
        for y in range(1, 39)
        for x in range(1, 39)
    ]
    assert found.sharpness == pytest.approx(np.var(values) / np.var(grey.astype(float)), rel=1e-4)
    assert found.light == pytest.approx(grey.mean(), rel=1e-4)


def test_contrast_does_not_count_as_sharpness():
    photo = np.asarray(draw_face(size=150))
    dimmed = (photo // 2 + 40).astype(np.uint8)
    one, other = (measure(pixels, face_width=1, score=1).sharpness for pixels in (photo, dimmed))
    assert other == pytest.approx(one, rel=0.1)


def test_photos_of_one_person_are_nearer_than_those_of_others(encoder, press_photos):
    found = [
        (each.vector, name)
        for each, (_, name) in zip(encode_here([path for path, _ in press_photos], encoder=encoder), press_photos)
        if each.status == "ok"
    ]
    assert len(found) > 0.95 * len(press_photos)
    vectors, names = np.stack([vector for vector, _ in found]), np.array([name for _, name in found])
    distance = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    same = names[:, None] == names[None]
    pairs = np.triu(np.ones_like(same), 1)
    assert np.median(distance[same & pairs]) < 0.5
    assert np.quantile(distance[~same & pairs], 0.01) > 0.5
