"""The command line: one JSON object or a readable table on standard output, errors on standard error with status 2."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from analytics.disclosure import SMALLEST
from tests.conftest import ALATAS, ROOT


def tepat(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from analytics.cli import main; main()", *arguments],
        env=os.environ | {"TEPAT_HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "160"} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_targeting_report_is_one_json_object(pilot_home):
    done = tepat("report", "targeting", "--json", "--by", "district", home=pilot_home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [result["programme"] for result in found["results"]] == ["BPNT", "PKH"]
    error = found["results"][0]["metrics"]["inclusion_error"]
    assert error["low"] < error["value"] < error["high"]
    assert len(found["results"][0]["by"]["district"]) == 25
    assert found["sensitivity"] == "simulated"


@pytest.mark.parametrize("name", ["registrations", "objections"])
def test_the_other_reports_are_json_too(name, pilot_home):
    done = tepat("report", name, "--json", "--by", "district", home=pilot_home)
    found = json.loads(done.stdout)
    rows = [entry["metrics"][name] for entry in found["by"]["district"] if name in entry["metrics"]]
    told = [row["value"] for row in rows if row.get("reason") != "withheld"]
    assert not [value for value in told if 0 < value < SMALLEST]
    assert all(row["value"] is None for row in rows if row.get("reason") == "withheld")
    if len(told) == len(rows):
        assert sum(told) == found["metrics"][name]["value"]
    assert (len(told) == len(rows)) == (name == "registrations")  # some 25 objections are few in every district


def test_reports_are_readable_without_json(pilot_home):
    done = tepat("report", "targeting", "--programme", "PKH", home=pilot_home)
    assert "Inclusion error" in done.stdout
    assert "BPNT" not in done.stdout
    assert not done.stderr


def test_status_names_what_is_published(pilot_home):
    found = json.loads(tepat("status", "--json", home=pilot_home).stdout)
    assert found["current"] == "banyuwangi-simulasi"
    assert found["datasets"][0]["tables"]["families"]["rejected"] == 0


def test_simulate_publishes_through_the_same_gate(tmp_path):
    done = tepat("simulate", "--families", "1500", "--seed", "3", "--until", "2026-06-30", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["published"]
    assert found["tables"]["families"]["rows"] >= 1500
    again = tepat("simulate", "--families", "1500", "--seed", "3", "--until", "2026-06-30", home=tmp_path)
    assert "already in" in again.stdout


@pytest.mark.skipif(not ALATAS.is_dir(), reason="the 2012 study is not beside the project")
def test_ingest_then_report_as_the_readme_says(tmp_path):
    done = tepat("ingest", "examples/alatas2012.toml", "--source", str(ALATAS), home=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(tepat("report", "targeting", "--json", home=tmp_path).stdout)["results"][0]
    assert report["checks"]["receivers"] == 1719
    assert report["metrics"]["total_error"]["value"] == pytest.approx(0.3146, abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "No data have been published yet."),
        (["report", "targeting"], "tepat simulate"),
        (["serve"], "No data have been published yet."),
        (["ingest", "nothing.toml", "--source", "."], "There is no mapping file nothing.toml."),
        (["ingest", "examples/alatas2012.toml", "--source", "nowhere"], "There is no folder nowhere."),
        (["ingest", "examples/alatas2012.toml", "--source", "tests"], "The file households.csv is missing."),
        (["simulate", "--families", "3"], "families"),
        (["quarantine", "list"], "No data have been published yet."),
        (["quarantine", "retry", "examples/alatas2012.toml", "--source", "nowhere"], "There is no folder nowhere."),
        (["quarantine", "retry", "examples/alatas2012.toml", "--source", "tests"], "holds no file of the mapping"),
        (["ingest", "examples/alatas2012.toml", "--source", "tests", "--add", "--dry-run"], "--dry-run judges a whole"),
    ],
)
def test_an_error_is_words_on_standard_error_and_status_2(arguments, words, tmp_path):
    done = tepat(*arguments, home=tmp_path)
    assert done.returncode == 2
    assert not done.stdout
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_group_that_cannot_be_is_refused(pilot_home):
    done = tepat("report", "objections", "--by", "village", home=pilot_home)
    assert done.returncode == 2
    assert "Known are: province, regency, district" in done.stderr


def test_a_wrong_setting_is_named(tmp_path):
    done = tepat("status", home=tmp_path, TEPAT_PORT="many")
    assert done.returncode == 2
    assert "TEPAT_PORT" in done.stderr


def test_personal_data_are_not_served_without_sign_in(tmp_path):
    (tmp_path / "m.toml").write_text(
        '[dataset]\nname = "people"\ntitle = { id = "a", en = "a" }\nsource = { id = "a", en = "a" }\n'
        '[[table]]\nname = "families"\nfile = "a.csv"\n[table.columns]\n'
        'family_id = { from = "kk" }\nvillage = { value = "35.10.16.1001" }\n'
    )
    (tmp_path / "a.csv").write_text("kk\n1\n2\n")
    assert tepat("ingest", str(tmp_path / "m.toml"), "--source", str(tmp_path), home=tmp_path).returncode == 0
    done = tepat("serve", home=tmp_path)
    assert done.returncode == 2
    assert "sign-in is not configured" in done.stderr


def test_help_speaks_to_a_newcomer(tmp_path):
    done = tepat("--help", home=tmp_path)
    assert done.returncode == 0
    for command in ("simulate", "ingest", "quarantine", "status", "report", "benchmark", "serve"):
        assert command in done.stdout


def test_rejected_rows_are_listed_exported_mended_and_brought_back_by_commands(pilot_home, tmp_path):
    exports = Path(shutil.copytree(pilot_home / "exports", tmp_path / "exports"))
    objections = pl.read_parquet(exports / "usul_sanggah.parquet")
    kind = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("keluhan")).otherwise("jenis").alias("jenis")
    objections.with_columns(kind).write_parquet(exports / "usul_sanggah.parquet")
    mapping, home, out = "examples/banyuwangi.toml", tmp_path / "home", tmp_path / "out"

    looked = tepat("ingest", mapping, "--source", str(exports), "--dry-run", "--json", home=home)
    assert [entry["rule"] for entry in json.loads(looked.stdout)["broken"] if entry["severity"] == "quarantine"] == [
        "objections.kind.domain"
    ]
    assert tepat("ingest", mapping, "--source", str(exports), home=home).returncode == 0
    listed = tepat("quarantine", "list", home=home)
    assert "1 rows in quarantine" in listed.stdout
    assert "keluhan" not in listed.stdout, "never a value"
    found = json.loads(tepat("quarantine", "list", "--json", home=home).stdout)["findings"]
    assert [(entry["rule"], entry["file"], entry["row"]) for entry in found] == [
        ("objections.kind.domain", "usul_sanggah.parquet", 2)
    ]
    export = ("quarantine", "export", mapping, "--source", str(exports), "--to", str(out), "--format", "csv")
    assert "The files hold identifiers." in tepat(*export, home=home).stdout
    rejected = pl.read_csv(out / "objections.csv", infer_schema=False)
    rejected.with_columns(jenis=pl.lit(objections["jenis"][0])).write_csv(out / "objections.csv")
    done = json.loads(tepat("quarantine", "retry", mapping, "--source", str(out), "--json", home=home).stdout)
    assert done["tables"]["objections"] == {"rows": objections.height, "rejected": 0}
    assert tepat("quarantine", "list", home=home).stdout == "No row is in quarantine.\n"
