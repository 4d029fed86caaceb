"""`tepat faces verify`: outcome in words, evidence, policy, exit status; no photo is named."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer

from analytics.biometrics import encoding, verification
from analytics.biometrics.errors import FaceError
from analytics.biometrics.policy import make_policy
from analytics.biometrics.verification import Verifier
from analytics.cli.faces.verify import times, verify
from tests.analytics.biometrics.gaussian import MODEL, calibration

LEFT_ALONE = Path("photo-of-somebody.jpg")


@dataclass(frozen=True)
class Photo:
    path: Path
    status: str = "ok"
    quality: float | None = 0.5
    vector: np.ndarray | None = None


class Scores:
    """Norming whose score is the sum of the second template."""

    def scores(self, _a, b):
        return b.sum(axis=1)


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Files whose name is the score that they have as a reference, or a fault."""

    def encoded(paths, **_):
        for path in paths:
            known = path.stem.lstrip("-").replace(".", "").isdigit()
            vector = np.array([float(path.stem)], np.float32) if known else None
            yield Photo(path, status="ok" if known else path.stem, vector=vector)

    found = calibration()
    policy = make_policy(found, target_fmr=1e-3, review_share=0.35)
    monkeypatch.setattr(encoding, "encode_photos", encoded)
    monkeypatch.setattr(encoding, "open_encoder", lambda _: SimpleNamespace(model=MODEL))
    made = Verifier(calibration=found, norming=Scores(), policy=policy)
    monkeypatch.setattr(verification, "open_verifier", lambda *_, **__: made)
    for name in ("0.0", "2.5", "9.0", "no_face", "dark"):
        (tmp_path / f"{name}.jpg").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pair", "status", "says"),
    [
        (("0.0", "9.0"), 0, "Match."),
        (("0.0", "2.5"), 3, "a person decides"),
        (("9.0", "0.0"), 1, "This refuses nobody"),
        (("no_face", "9.0"), 1, "No face found"),
        (("dark", "9.0"), 1, "cannot be used"),
        (("9.0", "dark"), 1, "no reference"),
    ],
)
def test_a_pair_is_said_in_words_with_its_status(photos, capsys, pair, status, says):
    a, b = pair
    with pytest.raises(typer.Exit) as ended:
        verify(a=photos / f"{a}.jpg", b=photos / f"{b}.jpg")
    assert ended.value.exit_code == status
    said = capsys.readouterr().out
    assert says in said
    assert "1 in 1,000 other people" in said
    assert "calibration k0" in said
    assert "genuine people: 16% left to a person" in said
    assert str(photos) not in said


def test_json_carries_evidence_policy_and_calibration(photos, capsys):
    with pytest.raises(typer.Exit):
        verify(a=photos / "0.0.jpg", b=photos / "2.5.jpg", attempt=2, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["then"], found["attempt"]) == ("review", "person", 2)
    assert found["evidence"] == pytest.approx((4 * 2.5 - 8) / np.log(10))
    assert found["policy"]["name"] == "fmr=0.001 review=0.35"
    assert (found["policy"]["calibration"], found["policy"]["model"]) == ("k0", MODEL)


def test_a_list_becomes_rows_and_a_summary(photos, capsys):
    lines = ["registration_id,subject,probe,reference,attempt", "R1,applicant,0.0.jpg,9.0.jpg,1",
             "R2,applicant,0.0.jpg,2.5.jpg,1", "R3,agent,dark.jpg,9.0.jpg,3", "R4,agent,0.0.jpg,,1"]  # fmt: skip
    (photos / "pairs.csv").write_text("\n".join(lines))
    verify(pairs=photos / "pairs.csv", output=photos / "out.csv", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["checks"], found["person"]) == (4, 2)
    assert {name: count for name, count in found["outcomes"].items() if count} == {
        "match": 1, "review": 1, "poor_quality": 1, "unavailable": 1,
    }  # fmt: skip
    assert len((photos / "out.csv").read_text().splitlines()) == 5


@pytest.mark.parametrize(
    "given", [{}, {"a": LEFT_ALONE}, {"a": LEFT_ALONE, "b": LEFT_ALONE}, {"pairs": LEFT_ALONE}, {"output": LEFT_ALONE},
              {"a": LEFT_ALONE, "b": LEFT_ALONE, "pairs": LEFT_ALONE, "output": LEFT_ALONE}]
)  # fmt: skip
def test_what_is_missing_is_told_and_no_photo_is_named(given):
    with pytest.raises(FaceError) as told:
        verify(**given)
    assert LEFT_ALONE.name not in f"{told.value.message} {told.value.cause}"


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        (3.1, "about 1,300 times more likely if both show one person"),
        (0.3, "about 2.0 times more likely if both show one person"),
        (-2.0, "about 100 times more likely if both show two people"),
    ],
)
def test_evidence_is_said_in_words(evidence, says):
    assert times(evidence) == says
