"""What a photo costs, stage by stage, and from end to end beside plain `face_recognition`: CPU time on the same photos."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from analytics.benchmarks.validation import machine
from analytics.biometrics.encoding.batches import BATCH
from analytics.biometrics.encoding.detection import chip, find_faces
from analytics.biometrics.encoding.encoders import DlibEncoder, Encoder, open_encoder
from analytics.biometrics.encoding.faces import encode_here
from analytics.biometrics.encoding.photos import Pixels, read_photo
from analytics.biometrics.encoding.quality import CHIP, PADDING, measure
from analytics.biometrics.listing import read_listing
from analytics.settings import Settings
from validation.errors import TepatError

STAGES = {
    "read": "read",
    "detect": "detect: HOG, enlarged only where no face was found",
    "chip": "five points and chip",
    "quality": "quality",
    "onnx_batch": f"encode, ONNX Runtime, batches of {BATCH}",
    "onnx_single": "encode, ONNX Runtime, one by one",
    "dlib_single": "encode, dlib, one by one",
}
SIDES = {"face_recognition": "face_recognition: load_image_file, face_encodings", "tepat": "Tepat: read to template"}
AIM = 8.0
"""Times as fast as plain `face_recognition`, at least (the product's promise)."""
WARM_UP = 2
"""Photos before the clock starts: models are loaded at first use."""
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class EncodingSpeed:
    """CPU milliseconds a photo, on one thread.

    Attributes:
        machine: What it was measured on.
        photos: Photos measured.
        median_side: Median of the longer side, in pixels.
        stages: Stage of STAGES to milliseconds a photo; those after `detect` a photo on which a face was found.
        whole: Side of SIDES to milliseconds a photo.
        found: Side of SIDES to photos that got a template.
    """

    machine: dict[str, str]
    photos: int
    median_side: int
    stages: dict[str, float]
    whole: dict[str, float]
    found: dict[str, int]

    @property
    def ratio(self) -> float:
        """How many times faster Tepat is."""
        return self.whole["face_recognition"] / self.whole["tepat"]


def run(folder: Path, photos: int, *, home: Path, report: Report) -> EncodingSpeed:
    """Measure photos of a folder, evenly spread over its list; both sides take turns on the same batches.

    Args:
        folder: Holds faces/ and faces.csv.
        photos: How many to measure.
        home: Where the face net is converted to.
        report: Told what is being measured.

    Raises:
        FaceError: the folder cannot be read.
        TepatError: no face was found.
    """
    listing = read_listing(folder)
    rows = np.unique(np.linspace(0, listing.rows.height - 1, photos).astype(int))
    paths = [listing.faces / listing.rows["file"][int(row)] for row in rows]
    encoder = open_encoder(Settings(home=home, face_model=None))
    report(f"{len(paths):,} photos: end to end")
    whole, found = _end_to_end(paths, encoder)
    report(f"{len(paths):,} photos: stage by stage")
    stages, median_side = _stages(paths, encoder)
    return EncodingSpeed(
        machine=machine(("dlib-bin", "onnxruntime", "face-recognition", "pillow")),
        photos=len(paths),
        median_side=median_side,
        stages=stages,
        whole=whole,
        found=found,
    )


def markdown(speed: EncodingSpeed) -> list[str]:
    """Return the lines of the page of results."""
    lines = [
        f"{speed.photos:,} photos, {speed.median_side} pixels at the median, one thread; CPU milliseconds a photo.",
        "",
        "| Stage | ms |",
        "| --- | ---: |",
        *(f"| {STAGES[name]} | {value:.2f} |" for name, value in speed.stages.items()),
        "",
        "| From file to template | ms | photos with a template |",
        "| --- | ---: | ---: |",
        *(f"| {SIDES[name]} | {value:.1f} | {speed.found[name]:,} |" for name, value in speed.whole.items()),
        "",
        f"Tepat is {speed.ratio:.1f} times as fast; the aim is {AIM:.0f}.",
    ]
    return lines


def _end_to_end(paths: Sequence[Path], encoder: Encoder) -> tuple[dict[str, float], dict[str, int]]:
    sides = {
        "face_recognition": _plainly,
        "tepat": lambda batch: sum(each.status == "ok" for each in encode_here(batch, encoder=encoder)),
    }
    seconds, found = dict.fromkeys(sides, 0.0), dict.fromkeys(sides, 0)
    for side in sides.values():
        side(paths[:WARM_UP])
    for first in range(0, len(paths), BATCH):
        for name, side in sides.items():
            start = process_time()
            found[name] += side(paths[first : first + BATCH])
            seconds[name] += process_time() - start
    return {name: 1000 * value / len(paths) for name, value in seconds.items()}, found


def _plainly(paths: Sequence[Path]) -> int:
    """Encode as the library's own examples do, and return how many photos got a template."""
    import face_recognition  # noqa: PLC0415 - loads dlib's models, those that are not used too

    return sum(bool(face_recognition.face_encodings(face_recognition.load_image_file(path))) for path in paths)


class _Clock:
    """Adds CPU seconds up by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.times: defaultdict[str, int] = defaultdict(int)

    def __call__(self, stage: str, work: Callable[[], Any], *, photos: int = 1) -> Any:
        start = process_time()
        result = work()
        self.seconds[stage] += process_time() - start
        self.times[stage] += photos
        return result


def _stages(paths: Sequence[Path], encoder: Encoder) -> tuple[dict[str, float], int]:
    """Return milliseconds a photo by stage, and the median of the longer sides.

    Raises:
        TepatError: no face was found.
    """
    dlib = DlibEncoder()
    dlib.encode(np.zeros((1, dlib.size, dlib.size, 3), np.uint8))
    clock = _Clock()
    chips: list[Pixels] = []
    sides: list[int] = []
    for path in paths:
        photo = clock("read", lambda path=path: read_photo(path))
        if photo.pixels is None:
            continue
        sides.append(max(photo.width, photo.height))
        faces = clock("detect", lambda pixels=photo.pixels: find_faces(pixels))
        if not faces:
            continue
        cut = clock("chip", lambda pixels=photo.pixels, face=faces[0]: chip(pixels, face, size=CHIP, padding=PADDING))
        clock("quality", lambda cut=cut, face=faces[0]: measure(cut, face_width=face.width, score=face.score).quality)
        chips.append(cut)
    if not chips:
        raise TepatError("No face was found on the photos.", next_step="Give a folder of photos of faces.")
    for first in range(0, len(chips), BATCH):
        batch = np.stack(chips[first : first + BATCH])
        clock("onnx_batch", lambda batch=batch: encoder.encode(batch), photos=len(batch))
    for cut in chips:
        clock("onnx_single", lambda cut=cut: encoder.encode(cut[None]))
        clock("dlib_single", lambda cut=cut: dlib.encode(cut[None]))
    return {name: 1000 * clock.seconds[name] / clock.times[name] for name in STAGES}, int(np.median(sides))
