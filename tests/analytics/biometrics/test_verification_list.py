"""A list of checks in, rows of the contract out; what is no list is told by its lines, never by what is in them."""

import csv
from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.policy import make_policy
from analytics.biometrics.verification import Check
from analytics.biometrics.verification_list import COLUMNS, check_all, photos, read_list, write_results
from tests.analytics.biometrics.gaussian import calibration
from validation.contract import VERIFICATIONS

HEADER = ",".join(COLUMNS)
NIK = "3510161234567890"
POLICY = make_policy(calibration(), target_fmr=1e-3, review_share=0.35)


def listed(tmp_path, *lines: str, header: str = HEADER):
    path = tmp_path / "pairs.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


class Alternating:
    """Decides without looking, and remembers what it was shown."""

    def __init__(self):
        self.shown = []

    def check(self, probe, reference, *, attempt):
        self.shown.append((probe, reference, attempt))
        outcome = "match" if reference else "unavailable"
        evidence = 2.5 if reference else None
        return Check(
            outcome=outcome, attempt=attempt, evidence=evidence, distance=evidence, quality=None, policy=POLICY
        )


def test_photos_are_looked_for_beside_the_list_and_encoded_once(tmp_path):
    path = listed(tmp_path, "R1,applicant,a.jpg,b.jpg,1", "R2,agent,a.jpg,,3", "", "R1,applicant,c.jpg,b.jpg,2")
    asked = read_list(path)
    assert [(one.registration_id, one.subject, one.attempt) for one in asked] == [
        ("R1", "applicant", 1), ("R2", "agent", 3), ("R1", "applicant", 2),
    ]  # fmt: skip
    assert photos(asked) == [tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg")]
    verifier = Alternating()
    faces = {photo: photo.name for photo in photos(asked)}
    assert [check.outcome for check in check_all(asked, faces, verifier)] == ["match", "unavailable", "match"]
    assert verifier.shown == [("a.jpg", "b.jpg", 1), ("a.jpg", None, 3), ("c.jpg", "b.jpg", 2)]


def test_results_are_rows_of_the_contract_and_name_what_decided(tmp_path):
    asked = read_list(listed(tmp_path, "R1,applicant,a.jpg,b.jpg,1", "R2,agent,a.jpg,,3"))
    checks = list(check_all(asked, {photo: photo.name for photo in photos(asked)}, Alternating()))
    output = tmp_path / "out" / "verifikasi.csv"
    write_results(output, asked, checks, reference="Dukcapil", checked_at=datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC))
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [column.name for column in VERIFICATIONS.columns]
    assert rows[0] == {
        "registration_id": "R1", "subject": "applicant", "reference": "Dukcapil", "distance": "2.5000",
        "threshold": "", "quality": "", "outcome": "match", "attempt": "1", "checked_at": "2026-11-25T01:02:03",
        "evidence": "2.5000", "model": "simulated-1", "calibration": "k0", "policy": "fmr=0.001 review=0.35",
    }  # fmt: skip
    assert (rows[1]["outcome"], rows[1]["evidence"], rows[1]["distance"]) == ("unavailable", "", "")
    for name in (column.name for column in VERIFICATIONS.columns if not column.optional):
        assert all(row[name] for row in rows)
    assert "jpg" not in output.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"{NIK},applicant,a.jpg,b.jpg", "Line 2"),
        (f"{NIK},applicant,a.jpg,b.jpg,1,more", "Line 2"),
        (f"{NIK},neighbour,a.jpg,b.jpg,1", "subject"),
        (f"{NIK},applicant,a.jpg,b.jpg,0", "attempt"),
        (f"{NIK},applicant,a.jpg,b.jpg,4", "attempt"),
        (f"{NIK},applicant,a.jpg,b.jpg,²", "attempt"),
        (f"{NIK},applicant,a.jpg,b.jpg,", "attempt"),
        (f"{NIK},applicant,,b.jpg,1", "probe"),
        (",applicant,a.jpg,b.jpg,1", "registration_id"),
        (f'{NIK},applicant,"a.jpg,b.jpg,1', "CSV"),
        (f"{NIK},applicant,a.jpg,b.jpg,1\n{NIK},applicant,c.jpg,b.jpg,1", "twice"),
    ],
)
def test_a_broken_line_is_told_without_what_it_holds(tmp_path, line, says):
    with pytest.raises(FaceError) as told:
        read_list(listed(tmp_path, line))
    said = " ".join(filter(None, [told.value.message, told.value.cause, told.value.next_step]))
    assert says in said
    assert NIK not in said
    assert "a.jpg" not in said


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00bad", b"a,b\n1,2\n", b"\x00" * 40, np.arange(99, dtype="<f4").tobytes()]
)
def test_what_is_no_list_is_told(tmp_path, content):
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    with pytest.raises(FaceError):
        read_list(path)


def test_a_list_that_is_not_there_or_a_folder_is_told(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(FaceError, match="cannot be read"):
            read_list(path)


def test_a_byte_order_mark_of_a_spreadsheet_is_no_harm(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\nR1,applicant,a.jpg,,1\r\n".encode())
    (one,) = read_list(path)
    assert one.reference is None
    assert "a.jpg" not in repr(one)
