"""Photos of all kinds, hostile ones too: a status each, never an error and never a warning."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from analytics.biometrics.encoding.photos import LONGEST_SIDE, MOST_BYTES, read_photo
from tests.analytics.biometrics.drawn import draw_face, draw_noise


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height, *chunks, depth=8, colour=2):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


JPEG = saved(draw_face())


def read(tmp_path, content, name="photo.jpg"):
    path = tmp_path / name
    path.write_bytes(content)
    return read_photo(path)


def test_a_photo_is_read_with_its_size(tmp_path):
    photo = read(tmp_path, JPEG)
    assert (photo.status, photo.bytes, photo.width, photo.height) == ("ok", len(JPEG), 300, 300)
    assert photo.pixels.shape == (300, 300, 3)
    assert photo.pixels.dtype == np.uint8
    assert "pixels" not in repr(photo)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        ("unreadable", b""),
        ("wrong_type", b"nama,alamat\n"),
        ("wrong_type", b"%PDF-1.7 and so on"),
        ("wrong_type", saved(draw_face(), "GIF")),
        ("wrong_type", saved(draw_face(), "BMP")),
        ("wrong_type", saved(draw_face(), "TIFF")),
        ("wrong_type", saved(draw_face(), "WEBP")),
        ("wrong_type", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("unreadable", JPEG[: len(JPEG) // 2]),
        ("unreadable", JPEG[:20]),
        ("unreadable", b"\xff\xd8\xff" + bytes(range(256)) * 40),
        ("unreadable", b"\x89PNG\r\n\x1a\n" + b"x" * 100),
        ("unreadable", png(300, 300, chunk(b"IDAT", b"not deflate"))),
        ("unreadable", png(300, 300)),
        ("unreadable", png(300, 300, chunk(b"IDAT", zlib.compress(bytes(1000))))),
        ("unreadable", png(0, 300)),
        ("unreadable", png(300, 300, depth=3)),
        ("oversize", png(30_000, 30_000, chunk(b"IDAT", zlib.compress(bytes(100))))),
        ("oversize", png(8_000, 8_000, chunk(b"IDAT", zlib.compress(bytes(100))))),
        ("oversize", png(2**31 - 1, 2**31 - 1)),
        ("oversize", JPEG + bytes(MOST_BYTES)),
        ("too_small", saved(draw_face().resize((79, 300)))),
        ("too_small", saved(Image.new("RGB", (1, 1)), "PNG")),
    ],
)
def test_what_is_wrong_becomes_a_status(tmp_path, status, content):
    photo = read(tmp_path, content)
    assert photo.status == status
    assert photo.pixels is None


def test_a_text_bomb_is_unreadable_or_ignored(tmp_path):
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200 * 2**20), 9))
    row = zlib.compress((b"\0" + bytes(900)) * 300)
    assert read(tmp_path, png(300, 300, bomb, chunk(b"IDAT", row))).status in {"unreadable", "ok"}


def test_half_a_photo_is_unreadable_though_face_recognition_lets_it_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert read(tmp_path, JPEG[: len(JPEG) // 2]).status == "unreadable"


def test_the_content_counts_and_not_the_extension(tmp_path):
    assert read(tmp_path, JPEG, "photo.png").status == "ok"
    assert read(tmp_path, saved(draw_face(), "PNG"), "photo.exe").status == "ok"
    assert read(tmp_path, b"MZ\x90\0", "photo.jpg").status == "wrong_type"


def test_what_is_no_file_is_unreadable(tmp_path):
    assert read_photo(tmp_path / "missing.jpg").status == "unreadable"
    assert read_photo(tmp_path).status == "unreadable"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_set_upright(tmp_path, orientation):
    upright = draw_face().crop((0, 0, 200, 300))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # to what Pillow's transposition undoes it
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = read(tmp_path, saved(stored, quality=100, subsampling=0, exif=exif))
    assert photo.pixels.shape == (300, 200, 3)
    assert (photo.width, photo.height) == stored.size
    assert np.abs(photo.pixels.astype(int) - np.asarray(upright)).mean() < 3


def test_a_broken_exif_does_not_spoil_the_photo(tmp_path):
    assert read(tmp_path, saved(draw_face(), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01" * 40)).status == "ok"
    exif = Image.Exif()
    exif[0x0112] = 99
    assert read(tmp_path, saved(draw_face(), exif=exif)).status == "ok"


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "RGB"])
def test_every_way_of_colouring_a_png_gives_colours(tmp_path, mode):
    photo = read(tmp_path, saved(draw_face().convert(mode), "PNG"))
    expected = np.asarray(draw_face().convert(mode).convert("RGB"), int)
    assert photo.status == "ok"
    assert np.abs(photo.pixels - expected).mean() < 1


def test_16_bits_are_scaled_and_not_cut_off(tmp_path):
    grey = np.asarray(draw_face().convert("L"), np.uint16)
    photo = read(tmp_path, saved(Image.fromarray(grey * 257), "PNG"))
    assert np.array_equal(photo.pixels, np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2))


def test_16_bits_of_colour(tmp_path):
    row = b"\0" + b"\x80\x00\x40\x00\x20\x00" * 100
    photo = read(tmp_path, png(100, 100, chunk(b"IDAT", zlib.compress(row * 100)), depth=16))
    assert photo.status == "ok"
    assert np.abs(photo.pixels.astype(int) - [128, 64, 32]).max() <= 1


def test_cmyk_and_grey_jpegs_keep_their_light(tmp_path):
    for mode in ("CMYK", "L"):
        photo = read(tmp_path, saved(draw_face().convert(mode), quality=95))
        expected = np.asarray(draw_face().convert(mode).convert("RGB"), int)
        assert np.abs(photo.pixels - expected).mean() < 3


def test_what_is_transparent_is_white(tmp_path):
    hidden = np.zeros((100, 100, 4), np.uint8)
    assert (read(tmp_path, saved(Image.fromarray(hidden), "PNG")).pixels == 255).all()
    palette = Image.new("P", (100, 100), 0)
    assert (read(tmp_path, saved(palette, "PNG", transparency=0)).pixels == 255).all()


def test_of_several_frames_the_first_counts(tmp_path):
    frames = [draw_noise(seed=seed) for seed in range(3)]
    animated = read(tmp_path, saved(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert np.array_equal(animated.pixels, np.asarray(frames[0]))
    several = read(tmp_path, saved(frames[0], "MPO", save_all=True, append_images=frames[1:], quality=95))
    assert several.status == "ok"
    assert np.abs(several.pixels.astype(int) - np.asarray(frames[0])).mean() < 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_scaled_down(tmp_path, kind):
    photo = read(tmp_path, saved(draw_face().resize((3000, 2000)), kind))
    assert (photo.width, photo.height) == (3000, 2000)
    assert max(photo.pixels.shape) == LONGEST_SIDE
    assert photo.pixels.shape[0] == pytest.approx(LONGEST_SIDE * 2 / 3, abs=1)


def test_a_thousand_damaged_files_get_a_status_each(tmp_path):
    rng = np.random.default_rng(1)
    sources = [saved(draw_noise(size=100)), saved(draw_noise(size=100), "PNG"), saved(draw_noise().convert("P"), "PNG")]
    for _ in range(1000):
        content = bytearray(sources[rng.integers(len(sources))])
        for place in rng.integers(0, len(content), rng.integers(1, 20)):
            content[place] = rng.integers(256)
        if rng.random() < 0.3:
            del content[rng.integers(len(content)) :]
        assert read(tmp_path, bytes(content)).status in {"ok", "unreadable", "wrong_type", "oversize", "too_small"}
