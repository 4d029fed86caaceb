"""The whole search over a small pilot: by records and faces, by either alone, into the register."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.adjudication import store_findings
from analytics.biometrics.errors import FaceError
from analytics.cli.faces import app
from analytics.duplicates.errors import DuplicateError
from analytics.duplicates.identities import keep_identities
from analytics.duplicates.people import people_of
from analytics.duplicates.ready import enrol_templates, simulated_calibration
from analytics.duplicates.run import find_duplicates, gallery_of
from analytics.ingest.identities import read_identities
from analytics.ingest.mapping import load_mapping
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.linkage.findings import PAIR_COLUMNS
from analytics.register import open_database
from analytics.settings import Settings, settings
from analytics.store import open_store
from analytics.vault import open_vault
from tests.analytics.biometrics.drawn import draw_face

MAPPING = Path(__file__).parents[3] / "examples" / "banyuwangi.toml"


@pytest.fixture(scope="module")
def home(pilot_home, tmp_path_factory):
    """The pilot with templates and a calibration, apart from the home that other tests read."""
    copy = tmp_path_factory.mktemp("duplicates") / "home"
    shutil.copytree(pilot_home, copy)
    own = Settings(home=copy)
    enrol_templates(own, copy / "exports" / "templat_wajah.parquet", gallery="default")
    simulated_calibration(own)
    return own


@pytest.fixture(scope="module")
def warehouse(home):
    return open_store(home).open()


@pytest.fixture(scope="module")
def truth(home):
    """Pairs of pseudonyms of applicants who are one person."""
    applicants = pl.read_parquet(home.home / "exports" / "pendaftaran.parquet")["nik_pemohon"].unique()
    doubles = pl.read_parquet(home.home / "truth" / "persons.parquet").filter(pl.col("duplicate_of").is_not_null())
    doubles = doubles.filter(
        pl.col("nik").is_in(applicants.implode()) & pl.col("duplicate_of").is_in(applicants.implode())
    )
    key = pseudonym_key(home.home)
    one, other = (pseudonymise(doubles[name], key=key, scope="person_id") for name in ("nik", "duplicate_of"))
    return {tuple(sorted(pair)) for pair in zip(one, other, strict=True)}


def search(warehouse, home, *, records=True, faces=True, **options):
    identities = read_identities(home, load_mapping(MAPPING), home.home / "exports") if records else None
    gallery = gallery_of(home, "default") if faces else None
    return find_duplicates(warehouse, home, identities=identities, gallery=gallery, random_pairs=50_000, **options)


@pytest.fixture(scope="module")
def findings(warehouse, home):
    return search(warehouse, home)


def shown(findings):
    pairs = findings.pairs[findings.pairs["band"] != "distinct"]
    return set(zip(pairs["a"], pairs["b"], strict=True))


def test_second_cards_of_applicants_are_found(findings, truth):
    assert len(truth) >= 3
    assert len(shown(findings) & truth) >= 0.8 * len(truth)


def test_findings_have_the_columns_that_were_agreed_and_likeliest_first(findings):
    pairs = findings.pairs
    assert list(pairs.columns) == list(PAIR_COLUMNS)
    assert (pairs["a"] < pairs["b"]).all()
    assert pairs["probability"].is_monotonic_decreasing
    assert not pairs.duplicated(["a", "b"]).any()


def test_prior_face_and_record_add_up_to_the_posterior(findings):
    pairs = findings.pairs
    odds = pairs["prior"] + pairs["face"].fillna(0) + pairs["record"].fillna(0)
    np.testing.assert_allclose(pairs["probability"], 1 / (1 + 10.0**-odds), rtol=1e-6)


def test_fields_add_up_to_the_records_evidence(findings):
    pairs = findings.pairs.dropna(subset=["record"])
    sums = pairs["evidence"].map(lambda fields: sum(field["log10_lr"] for field in fields))
    np.testing.assert_allclose(sums, pairs["record"], atol=1e-6)


def test_named_pairs_are_never_probable_and_bands_follow_the_line(findings):
    pairs, line = findings.pairs, findings.run.settings["line"]
    assert not ((pairs["band"] == "probable") & (pairs["named"] != "")).any()
    assert ((pairs["band"] == "distinct") == (pairs["probability"] < line)).all()
    false = (1 - pairs.loc[pairs["band"] != "distinct", "probability"]).sum()
    assert findings.run.expected_false == pytest.approx(false)


def test_run_says_what_was_compared_and_how(findings, warehouse):
    run = findings.run
    assert run.snapshot == warehouse.manifest.snapshot
    assert run.people == len(people_of(warehouse)) == run.templates
    assert run.pairs == run.people * (run.people - 1) // 2
    assert run.model == "simulasi-dlib-asia"
    assert run.calibration
    assert run.method == "exact"
    json.dumps(dict(run.settings), allow_nan=False)


def test_people_are_the_applicants_with_their_last_channel(warehouse):
    people = people_of(warehouse)
    assert people["person_id"].is_sorted()
    assert people["person_id"].n_unique() == len(people)
    assert set(people["channel"].unique()) == {"self", "agent"}
    assert (people.filter(pl.col("channel") == "self")["agent_id"] == "").all()


def test_records_alone_say_so(warehouse, home, truth):
    found = search(warehouse, home, faces=False, budget=3)
    assert len(shown(found)) <= 3
    assert found.run.model == "" == found.run.calibration
    assert found.run.templates == 0
    assert found.pairs["face"].isna().all()
    assert shown(found) & truth


def test_faces_alone_say_so(warehouse, home):
    found = search(warehouse, home, records=False, budget=0)
    assert not shown(found)
    assert found.run.settings["record_models"] == []
    assert found.pairs["record"].isna().all()
    assert all(fields == [] for fields in found.pairs["evidence"])


def test_a_search_that_was_interrupted_goes_on_and_leaves_nothing(warehouse, home, findings, monkeypatch):
    work = home.home / "faces" / "search"
    assert not work.exists()

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr("analytics.duplicates.evidence._weighed", killed)
        with pytest.raises(KeyboardInterrupt):
            search(warehouse, home)
    kept = {path: path.stat().st_mtime_ns for path in work.rglob("*.parquet")}
    assert kept
    with monkeypatch.context() as during:
        during.setattr("analytics.biometrics.search.tiles.tile_pairs", killed)  # what is finished is not done again
        again = search(warehouse, home)
    assert shown(again) == shown(findings)
    assert not work.exists()


def test_nothing_to_compare_is_refused(warehouse, home):
    with pytest.raises(DuplicateError):
        search(warehouse, home, records=False, faces=False)


def test_target_out_of_range_is_refused(warehouse, home):
    with pytest.raises(FaceError):
        search(warehouse, home, records=False, target=1.5)


def test_templates_are_enrolled_once(home):
    file = home.home / "exports" / "templat_wajah.parquet"
    assert enrol_templates(home, file, gallery="default") == 0
    with pytest.raises(DuplicateError):
        enrol_templates(home, home.home / "absent.parquet", gallery="default")
    with pytest.raises(DuplicateError):
        enrol_templates(home, home.home / "exports" / "keluarga.parquet", gallery="default")


def test_no_number_or_name_is_in_findings_or_in_what_is_printed(findings, home):
    people = pl.read_parquet(home.home / "exports" / "anggota.parquet")
    text = findings.pairs.to_json()
    assert not any(nik in text for nik in people["nik"].sample(300, seed=1))
    assert not any(name in text for name in people["nama"].unique() if len(name) > 9)


def test_command_stores_the_findings(home, monkeypatch, findings):
    monkeypatch.setenv("TEPAT_HOME", str(home.home))
    monkeypatch.setattr("analytics.duplicates.run.find_duplicates", lambda *_args, **_options: findings)
    settings.cache_clear()
    try:
        result = CliRunner().invoke(app, ["duplicates", "--source", str(home.home / "exports"), "--json"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["bands"]["review"] + said["bands"]["probable"] == len(shown(findings)) == said["stored"]["new"]
    again = store_findings(open_database(home), findings)
    assert again.new == 0
    people = {person for pair in shown(findings) for person in pair}
    assert said["stored"]["identities"] == len(people)


def test_photos_of_people_in_pairs_go_into_the_vault_and_of_nobody_else(home, warehouse, findings, tmp_path):
    store_findings(open_database(home), findings)
    key = pseudonym_key(home.home)
    people = pl.read_parquet(home.home / "exports" / "anggota.parquet", columns=["nik"])
    people = people.with_columns(person=pseudonymise(people["nik"], key=key, scope="person_id"))
    paired = sorted({person for pair in shown(findings) for person in pair})
    first, second = (people.filter(pl.col("person") == person)["nik"][0] for person in paired[:2])
    other = people.filter(~pl.col("person").is_in(paired))["nik"][0]
    (tmp_path / "faces").mkdir()
    draw_face().save(tmp_path / "faces" / "first.png")
    (tmp_path / "faces" / "broken.jpg").write_bytes(b"no photo")
    draw_face().save(tmp_path / "faces" / "other.png")
    rows = [("broken.jpg", first), ("first.png", first), ("broken2.jpg", second), ("other.png", other)]
    (tmp_path / "faces" / "broken2.jpg").write_bytes(b"no photo either")
    (tmp_path / "faces.csv").write_text("file,identity\n" + "".join(f"{file},{nik}\n" for file, nik in rows))
    identities = read_identities(home, load_mapping(MAPPING), home.home / "exports")
    assert keep_identities(home, warehouse, findings, identities, photos=tmp_path) == len(paired)
    with closing(open_vault(home, dataset=findings.run.dataset)) as vault:
        assert [vault.has_photo(person) for person in paired[:2]] == [True, False]
        assert not any(vault.has_photo(person) for person in paired[2:])
        (found,) = people.filter(pl.col("nik") == other)["person"]
        assert not vault.has_photo(found)


def test_the_simulated_pilot_brings_its_own_export(home, monkeypatch, findings):
    asked = {}

    def kept(*_args, **options):
        asked.update(options)
        return findings

    monkeypatch.setenv("TEPAT_HOME", str(home.home))
    monkeypatch.setattr("analytics.duplicates.run.find_duplicates", kept)
    own = home.home / "exports" / "banyuwangi-2000-1"  # where `tepat simulate` puts it
    shutil.copytree(home.home / "exports", own, ignore=shutil.ignore_patterns(own.name))
    settings.cache_clear()
    try:
        result = CliRunner().invoke(app, ["duplicates", "--dry-run"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        shutil.rmtree(own)
    assert result.exit_code == 0, result.output
    assert len(asked["identities"])
    assert asked["gallery"].model == "simulasi-dlib-asia"
