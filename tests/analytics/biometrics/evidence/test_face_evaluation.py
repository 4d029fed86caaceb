import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.biometrics.encoding import PhotoResult
from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence import labelled_photos
from analytics.biometrics.evidence.labelled_photos import encode_set, read_list
from analytics.cli.faces import app
from analytics.settings import Settings
from tests.analytics.biometrics.evidence.simulated import DIMENSIONS, draw
from tests.conftest import ROOT

PEOPLE = 120
FACES = ROOT.parent / "shared" / "data"


class _Simulated:
    model = "simulated-1"
    dimension = DIMENSIONS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Labelled photos without content, whose templates are simulated; every 40th has no face."""
    (tmp_path / "set" / "faces").mkdir(parents=True)
    vectors, person = draw(people=PEOPLE)
    rows = ["file,identity,sex,age"]
    for k, who in enumerate(person):
        (tmp_path / "set" / "faces" / f"{k}.jpg").write_bytes(bytes([k % 256]))
        rows.append(f"{k}.jpg,Person_{who},{'FM'[who % 2]},{20 + who % 60}")
    (tmp_path / "set" / "faces.csv").write_text("\n".join(rows) + "\n")
    called: list[int] = []

    def encode(paths: Sequence[Path], **_: object) -> Iterator[PhotoResult]:
        called.append(len(paths))
        for k, path in reversed(list(enumerate(paths))):
            if k % 40 == 0:
                yield PhotoResult(path=path, status="no_face")
            else:
                yield PhotoResult(path=path, status="ok", quality=k / 240, vector=vectors[k])

    monkeypatch.setattr(labelled_photos, "encode_photos", encode)
    monkeypatch.setattr("analytics.biometrics.encoding.open_encoder", lambda _: _Simulated())
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(labelled_photos, "called", called, raising=False)
    return tmp_path / "set"


def _run(*arguments: str) -> Any:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def test_evaluate_states_every_figure_as_json_and_repeats_it(folder: Path) -> None:
    found, again = (_run("evaluate", str(folder), "--json") for _ in range(2))
    assert found == again
    data = found["data"]
    assert data["statuses"] == {"ok": 234, "no_face": 6}
    assert data["failure_to_enrol"] == pytest.approx(6 / 240)
    assert (data["genuine_pairs"], data["genuine_pairs_with_unusable"]) == (114, 120)
    assert data["impostor_pairs"] == 234 * 233 // 2 - 114
    for kind in ("raw", "centred", "normed"):
        one = found["scores"][kind]
        assert [rate["fmr"] for rate in one["rates"]] == [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
        assert all(rate["low"] <= rate["high"] for rate in one["rates"])
        rate = one["rates"][0]
        assert rate["fnmr_with_unusable"] == pytest.approx((6 + rate["genuine"]) / 120)
        assert one["cllr_min"] < one["cllr"]
        assert [row["attribute"] for row in found["groups"][kind]][:3] == ["all", "sex", "sex"]
    assert len(found["closest_different"]) == 30
    assert all(pair["identity_a"] != pair["identity_b"] for pair in found["closest_different"])
    scores = [pair["score"] for pair in found["closest_different"]]
    assert scores == sorted(scores, reverse=True)


def test_the_page_has_figures_and_nobody(folder: Path, tmp_path: Path) -> None:
    said = _run("evaluate", str(folder), "--output", str(tmp_path / "faces.md"))
    assert "WARNING" in _run("evaluate", "--help")
    page = (tmp_path / "faces.md").read_text()
    assert "Person_" not in page
    assert ".jpg" not in page
    assert "## FNMR at FMR" in page
    assert "sex: F" in page
    assert ".jpg" in said


def test_calibrate_saves_what_a_search_uses(folder: Path, tmp_path: Path) -> None:
    made = _run("calibrate", str(folder), "--name", "tryout", "--json")
    assert made["data"]["name"] == "tryout"
    assert (tmp_path / "home" / "faces" / "calibrations" / f"{made['id']}.json").is_file()
    assert "Saved as" in _run("calibrate", str(folder))


@pytest.mark.parametrize("arguments", [[], ["set", "--gallery", "g"], ["set", "--decided"]])
def test_calibrate_wants_one_source(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["calibrate", *arguments])
    assert "not clear what to calibrate on" in str(done.exception)


def test_templates_are_kept_encrypted_and_not_made_again(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    first, second = (
        encode_set(folder, encoder=_Simulated(), settings=settings, cache=tmp_path / "cache") for _ in range(2)
    )
    assert labelled_photos.called == [240]  # type: ignore[attr-defined]
    assert (first.labelled.vectors == second.labelled.vectors).all()
    assert (first.file == second.file).all()
    [kept] = (tmp_path / "cache").iterdir()
    assert first.labelled.vectors[0].tobytes() not in kept.read_bytes()
    elsewhere = Settings(home=tmp_path / "another home")
    again = encode_set(folder, encoder=_Simulated(), settings=elsewhere, cache=tmp_path / "cache")
    assert labelled_photos.called == [240, 240]  # type: ignore[attr-defined]
    assert (again.labelled.vectors == first.labelled.vectors).all()
    (folder / "faces" / "3.jpg").write_bytes(b"another photo")
    encode_set(folder, encoder=_Simulated(), settings=elsewhere, cache=tmp_path / "cache")
    assert labelled_photos.called == [240] * 3  # type: ignore[attr-defined]


def test_results_belong_to_their_photos_in_whatever_order_they_come(folder: Path, tmp_path: Path) -> None:
    found = encode_set(folder, encoder=_Simulated(), settings=Settings(home=tmp_path))
    vectors, _ = draw(people=PEOPLE)
    place = [int(name.removesuffix(".jpg")) for name in found.file]
    assert (found.labelled.vectors == vectors[place]).all()
    assert found.attributes["age"][0] == "18–39"
    assert set(found.attributes["photo quality"]) == {"below .5", ".5 to .8", ".8 and more"}


def test_of_a_very_large_set_people_are_drawn(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = labelled_photos.sample_rows
    monkeypatch.setattr(labelled_photos, "sample_rows", lambda person: drawn(person, photos=100))
    found = encode_set(folder, encoder=_Simulated(), settings=Settings(home=tmp_path))
    assert found.left_out == 140
    assert found.genuine == 50


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("file,person\na.jpg,x\n", "no column identity"),
        ("file,identity\n../a.jpg,x\n", "Lines 2"),
        ("file,identity\na.jpg,x\na.jpg,y\n", "Lines 3"),
        ("file,identity\na.jpg,\n", "nobody's"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(text: str | None, says: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "faces.csv").write_text(text)
    with pytest.raises(FaceError, match=says):
        read_list(tmp_path)


def test_birth_years_are_in_bands_and_unknown_ones_in_none(tmp_path: Path) -> None:
    (tmp_path / "faces.csv").write_text("file,identity,birth_year\na.jpg,x,1985\nb.jpg,y,\n")
    listed = read_list(tmp_path)
    assert labelled_photos._grouped("birth_year", listed["birth_year"]).tolist() == ["1980–1999", ""]


def test_real_faces_are_told_apart(tmp_path: Path) -> None:
    if not (FACES / "faces.csv").is_file():
        pytest.skip("the labelled faces are not beside the project (../shared/data/faces)")
    from analytics.biometrics.encoding import open_encoder
    from analytics.biometrics.evidence.comparing import compare
    from analytics.biometrics.evidence.error_rates import error_rates
    from analytics.biometrics.evidence.norming import Norming

    listed = read_list(FACES)
    several = listed[listed.duplicated("identity", keep=False)].head(220)
    several.to_csv(tmp_path / "faces.csv", index=False)
    (tmp_path / "faces").symlink_to(FACES / "faces")
    settings = Settings(home=tmp_path / "home")
    labelled = encode_set(tmp_path, encoder=open_encoder(settings), settings=settings).labelled
    norming = Norming.fit(labelled.vectors)
    fnmr = {
        kind: error_rates(compare(norming.prepare(labelled.vectors, kind=kind), labelled.person), (1e-2,))[0].fnmr
        for kind in ("raw", "normed")
    }
    assert np.isfinite(list(fnmr.values())).all()
    assert fnmr["raw"] < 0.06
    assert fnmr["normed"] < 0.06
