"""Many photos over processes: one result each, whatever a photo does to the process that reads it."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analytics.biometrics.encoding import batches, encode_photos
from tests.analytics.biometrics.drawn import draw_face, draw_noise

BLUE = (60, 90, 230)
"""Skin of the face that kills its process."""


@dataclass(frozen=True)
class Deadly:
    """An encoder that is killed by a blue face."""

    model: str = "deadly"
    dimension: int = 3
    size: int = 150
    padding: float = 0.25

    def encode(self, chips):
        middle = chips[:, 75, 75].astype(int)
        if (middle[:, 2] > middle[:, 0]).any():
            os.kill(os.getpid(), signal.SIGKILL)
        return middle.astype(np.float32)


@pytest.fixture
def photos(tmp_path):
    """70 photos in three batches: mostly noise, a few faces, one file that is no photo."""
    paths = []
    for number in range(70):
        image = draw_face(size=150, skin=(200, 150 - number, 120)) if number % 10 == 0 else draw_noise(seed=number % 3)
        paths.append(tmp_path / f"{number}.png")
        image.save(paths[-1])
    paths[5].write_bytes(b"hello")
    return paths


def test_processes_give_what_one_gives(photos, encoder):
    shares = []
    one = {each.path: each for each in encode_photos(photos, encoder=encoder, processes=1)}
    two = {
        each.path: each
        for each in encode_photos(photos, encoder=encoder, processes=2, progress=lambda _, share: shares.append(share))
    }
    assert set(one) == set(two) == set(photos)
    assert sum(each.status == "ok" for each in one.values()) == 7
    for path, expected in one.items():
        assert two[path].status == expected.status
        assert two[path].quality == expected.quality
        if expected.status == "ok":
            assert np.abs(two[path].vector - expected.vector).max() < 1e-6
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_photo_that_kills_its_process_is_unreadable_and_the_others_go_on(photos):
    for number in (10, 41):
        draw_face(size=150, skin=BLUE).save(photos[number])
    results = list(encode_photos(photos, encoder=Deadly(), processes=2))
    status = {each.path: each.status for each in results}
    assert len(results) == len(status) == 70
    assert {path for path, said in status.items() if said == "unreadable"} == {photos[10], photos[41]}
    assert sum(said == "ok" for said in status.values()) == 6
    assert status[photos[5]] == "wrong_type"


def test_no_photos_are_no_results(encoder):
    assert list(encode_photos([], encoder=encoder)) == []


def test_missing_photos_are_unreadable(encoder):
    results = list(encode_photos([Path("missing.jpg")], encoder=encoder))
    assert [each.status for each in results] == ["unreadable"]


def test_a_reader_may_stop_early(photos, encoder):
    results = encode_photos(photos, encoder=encoder, processes=2)
    assert next(results).status
    results.close()
    assert batches.BATCH < len(photos)
