"""dlib's face net by ONNX Runtime: the same templates as dlib and face_recognition make."""

from pathlib import Path

import dlib
import face_recognition_models
import numpy as np
import pytest
from PIL import ImageFile

from analytics.biometrics.encoding.detection import find_faces
from analytics.biometrics.encoding.encoders import DlibEncoder
from analytics.biometrics.encoding.faces import encode_here
from analytics.biometrics.encoding.weights import WeightsError, convert, converted
from tests.analytics.biometrics.drawn import draw_face

PARITY = 1e-5


@pytest.fixture(scope="module")
def dat():
    return Path(face_recognition_models.face_recognition_model_location()).read_bytes()


def chips():
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (3, 150, 150, 3), np.uint8)
    faces = [draw_face(size=150, skin=skin) for skin in ((205, 165, 140), (90, 60, 45), (250, 220, 200))]
    flat = [np.full((150, 150, 3), value, np.uint8) for value in (0, 255)]
    return np.stack([*noise, *faces, *flat])


def test_templates_equal_those_of_dlib(encoder):
    net = dlib.face_recognition_model_v1(face_recognition_models.face_recognition_model_location())
    theirs = np.array([net.compute_face_descriptor(chip) for chip in chips()])
    ours = encoder.encode(chips())
    assert ours.shape == (8, 128)
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() < PARITY
    assert np.abs(DlibEncoder().encode(chips()) - theirs).max() < PARITY


def test_templates_do_not_depend_on_the_batch(encoder):
    one_by_one = np.concatenate([encoder.encode(chips()[[row]]) for row in range(8)])
    assert np.abs(encoder.encode(chips()) - one_by_one).max() < PARITY
    assert encoder.encode(chips()[:0]).shape == (0, 128)


def test_a_photo_gets_the_template_that_face_recognition_makes_of_the_same_face(encoder, tmp_path):
    face_recognition = pytest.importorskip("face_recognition")
    photo = draw_face(size=300)
    photo.save(tmp_path / "face.png")
    (ours,) = encode_here([tmp_path / "face.png"], encoder=encoder)
    (box,) = find_faces(np.asarray(photo))
    location = (box.top, box.right, box.bottom, box.left)
    (theirs,) = face_recognition.face_encodings(np.asarray(photo), [location], model="small")
    assert np.abs(ours.vector - theirs).max() < PARITY
    assert not ImageFile.LOAD_TRUNCATED_IMAGES or ours.status == "ok"


def test_real_faces_get_the_templates_of_face_recognition(encoder, press_photos):
    face_recognition = pytest.importorskip("face_recognition")
    for result in encode_here([path for path, _ in press_photos[:12]], encoder=encoder):
        if result.status != "ok":
            continue
        pixels = face_recognition.load_image_file(result.path)
        box = find_faces(pixels)[0]
        (theirs,) = face_recognition.face_encodings(pixels, [(box.top, box.right, box.bottom, box.left)])
        assert np.abs(result.vector - theirs).max() < PARITY


def test_the_net_is_converted_once(dat, tmp_path):
    source = tmp_path / "net.dat"
    source.write_bytes(dat)
    path = converted(source, tmp_path / "models")
    made = path.stat().st_mtime_ns
    assert converted(source, tmp_path / "models") == path
    assert path.stat().st_mtime_ns == made
    assert [each.name for each in (tmp_path / "models").iterdir()] == [path.name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _dat: b"",
        lambda _dat: b"no net at all",
        lambda dat: dat[: len(dat) // 2],
        lambda dat: dat[:300_000] + dat[400_000:],
        lambda dat: dat + dat,
        lambda dat: dat.replace(b"\x01\x04fc_2", b"\x01\x04fc_9"),
    ],
)
def test_another_net_is_refused(dat, damage):
    with pytest.raises(WeightsError, match="cannot be converted"):
        convert(damage(dat))
