"""Photos: each has a status, and each status that keeps a photo from use is a rule of its own."""

from validation.checks import NoneOf
from validation.contract import PHOTO_FAULTS, PHOTOS
from validation.rules import Rule
from validation.suites.suite import table_suite
from validation.text import Text

SAYS = {
    "unreadable": Text("foto dapat dibaca", "the photo can be read"),
    "wrong_type": Text("berkas adalah foto JPEG atau PNG", "the file is a JPEG or PNG photo"),
    "oversize": Text("berkas tidak terlalu besar", "the file is not too large"),
    "too_small": Text("wajah cukup besar", "the face is large enough"),
    "dark": Text("foto cukup terang", "the photo is bright enough"),
    "blurred": Text("foto tajam", "the photo is sharp"),
    "no_face": Text("ada wajah di foto", "there is a face in the photo"),
    "several_faces": Text("hanya satu wajah di foto", "there is one face only in the photo"),
}

SUITE = table_suite(
    PHOTOS,
    owner="portal",
    rules=tuple(
        Rule(
            id=f"photos.status.{fault}",
            table="photos",
            says=SAYS[fault],
            check=NoneOf("status", (fault,)),
            severity="warn",
            owner="portal",
        )
        for fault in PHOTO_FAULTS
    ),
)
