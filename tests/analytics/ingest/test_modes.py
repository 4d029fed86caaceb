"""Whole exports, additions and mended rows: each row counts once, and what was rejected can be mended."""

import shutil
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from analytics import quarantine
from analytics.ingest import check, ingest
from analytics.settings import Settings, SettingsError
from analytics.store import open_store
from tests.conftest import ROOT
from validation.contract import CONTRACT
from validation.errors import ExportError, GateError, MappingError, TepatError

MAPPING = ROOT / "examples" / "banyuwangi.toml"


@pytest.fixture
def export(pilot_home: Path, tmp_path: Path) -> Path:
    """A copy of the pilot's export in which one family has 99 members and one payment is negative."""
    folder = Path(shutil.copytree(pilot_home / "exports", tmp_path / "exports"))
    change(folder / "keluarga.parquet", row=5, jumlah_anggota=99)
    change(folder / "penyaluran.parquet", row=7, nominal=-5)
    return folder


@pytest.fixture
def home(pilot_home: Path, tmp_path: Path) -> Settings:
    shutil.copytree(pilot_home / "keys", tmp_path / "home" / "keys")
    return Settings(home=tmp_path / "home")


def change(path: Path, *, row: int, **values: object) -> None:
    """Set columns of the row with this number in the file, the header being row 1."""
    here = pl.int_range(pl.len()) == row - 2
    rows = pl.read_parquet(path)
    changed = [pl.when(here).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in values.items()]
    rows.with_columns(changed).cast(rows.schema).write_parquet(path)


def tables(settings: Settings) -> dict[str, pl.DataFrame]:
    store = open_store(settings)
    folder = store.folder(store.manifest().snapshot) / "tables"
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def save_texts(frame: pl.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, frame.columns)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write_string(number, column, value)


def mend(folder: Path, table: str, **values: str) -> None:
    path = folder / f"{table}.xlsx"
    rows = pl.read_excel(path, infer_schema_length=0)
    save_texts(rows.with_columns(pl.lit(value).alias(name) for name, value in values.items()), path)


def rules(settings: Settings) -> set[str]:
    return set(quarantine.findings(settings)["rule"])


def test_a_mended_family_and_all_that_followed_it_come_back_once(export, home, pilot, tmp_path):
    ingest(MAPPING, export, settings=home)
    rejected = open_store(home).manifest().tables
    assert rejected["families"].rejected == 1
    assert rejected["persons"].rejected > 0
    out = tmp_path / "out"
    written = quarantine.export(home, MAPPING, export, out)
    assert {entry.table: entry.rows for entry in written} == {
        name: facts.rejected for name, facts in rejected.items() if facts.rejected
    }
    mend(out, "families", jumlah_anggota="4")

    done = ingest(MAPPING, out, settings=home, mode="mend")

    found = tables(home)
    clean = {name: pl.from_arrow(pilot.table(name).to_pyarrow()) for name in pilot.names("tables")}
    for name, frame in found.items():
        lacking = 1 if name == "payments" else 0  # the negative payment was not mended
        assert frame.height == clean[name].height - lacking, name
        assert frame.select(CONTRACT[name].key).is_unique().all(), name
        assert done.manifest.tables[name].rejected == lacking
    same = found["families"].join(clean["families"], on=found["families"].columns, nulls_equal=True)
    assert same.height >= clean["families"].height - 1, "every other family is as it was"
    left = quarantine.findings(home)
    assert set(left["rule"]) == {"payments.amount.range", "payments.amount.in_force"}
    assert set(left["row"]) == {7}
    assert set(left["file"]) == {"penyaluran.parquet"}


def test_the_same_mended_files_twice_and_a_row_that_is_in_already_count_once(export, home, tmp_path):
    ingest(MAPPING, export, settings=home)
    out = tmp_path / "out"
    quarantine.export(home, MAPPING, export, out)
    mend(out, "families", jumlah_anggota="4")
    first = ingest(MAPPING, out, settings=home, mode="mend")
    before = {name: frame.height for name, frame in tables(home).items()}
    assert ingest(MAPPING, out, settings=home, mode="mend").already_in

    mend(out, "families", jumlah_anggota="5")  # another file now, the same family
    again = ingest(MAPPING, out, settings=home, mode="mend")

    assert again.manifest.snapshot != first.manifest.snapshot
    assert {name: frame.height for name, frame in tables(home).items()} == before
    assert "families.key.unique" in rules(home)


def test_a_row_that_is_still_bad_keeps_its_place_in_quarantine(export, home, tmp_path):
    ingest(MAPPING, export, settings=home)
    before = quarantine.findings(home)
    out = tmp_path / "out"
    quarantine.export(home, MAPPING, export, out, ending=".csv")
    for path in out.iterdir():
        if path.stem != "payments":
            path.unlink()
    ingest(MAPPING, out, settings=home, mode="mend")
    after = quarantine.findings(home)
    columns = ["table", "rule", "file", "row", "batch"]
    own = before["table"] == "payments"
    assert before.loc[~own, columns].equals(after.loc[after["table"] != "payments", columns])
    assert set(after.loc[after["rule"] == "payments.amount.range", "row"]) == {7}


def test_mended_files_hold_every_column_as_text_with_the_reason_and_only_for_their_owner(export, home, tmp_path):
    ingest(MAPPING, export, settings=home)
    out = tmp_path / "out"
    quarantine.export(home, MAPPING, export, out)
    row = pl.read_excel(out / "families.xlsx", infer_schema_length=0).to_dicts()[0]
    source = pl.read_parquet(export / "keluarga.parquet").row(3, named=True)
    assert row["no_kk"] == source["no_kk"], "sixteen digits, none lost"
    assert row["tepat_row"] == "5"
    assert row["tepat_reason"].startswith("families.size.range: ")
    assert set(source) <= set(row)
    assert (out / "families.xlsx").stat().st_mode & 0o777 == 0o600


def test_a_changed_origin_another_file_and_an_empty_quarantine_are_refused(export, home, pilot_home, tmp_path):
    ingest(MAPPING, export, settings=home)
    other = Path(shutil.copytree(export, tmp_path / "other"))
    for path in other.iterdir():
        pl.read_parquet(path).reverse().write_parquet(path)
    with pytest.raises(ExportError, match="None of the rejected rows"):
        quarantine.export(home, MAPPING, other, tmp_path / "nothing")
    out = tmp_path / "out"
    quarantine.export(home, MAPPING, export, out)
    mend(out, "families", tepat_row="first")
    with pytest.raises(ExportError, match="tepat_batch and tepat_row are not what was exported"):
        ingest(MAPPING, out, settings=home, mode="mend")
    with pytest.raises(ExportError, match="holds no file of the mapping"):
        ingest(MAPPING, pilot_home / "exports", settings=home, mode="mend")
    with pytest.raises(quarantine.QuarantineError, match="No row is in quarantine"):
        quarantine.export(Settings(home=pilot_home), MAPPING, pilot_home / "exports", tmp_path / "none")


def test_an_addition_replaces_rows_of_the_same_key_and_keeps_the_rest(pilot_home, pilot, home, tmp_path):
    ingest(MAPPING, pilot_home / "exports", settings=home)
    part = tmp_path / "part"
    part.mkdir()
    objections = pl.read_parquet(pilot_home / "exports" / "usul_sanggah.parquet")
    changed = objections.head(3).with_columns(pl.lit("dicabut").alias("hasil"))
    changed = changed.with_columns(pl.col("waktu_selesai").fill_null(pl.col("waktu_ajukan").max()))
    new = objections.tail(1).with_columns(pl.lit("KSS-NEW").alias("no_perkara"))
    pl.concat([changed, new]).write_parquet(part / "usul_sanggah.parquet")

    done = ingest(MAPPING, part, settings=home, mode="add")

    found = tables(home)
    assert found["objections"].height == objections.height + 1
    assert set(found["objections"].filter(objection_id="KSS-NEW")["kind"]) == set(new["jenis"])
    ids = changed["no_perkara"].to_list()
    assert set(found["objections"].filter(pl.col("objection_id").is_in(ids))["outcome"]) == {"withdrawn"}
    assert found["families"].height == pilot.manifest.tables["families"].rows
    assert [source.batch for source in done.manifest.sources[-1:]] == [done.manifest.snapshot]
    warehouse = open_store(home).open()
    daily = warehouse.run(warehouse.mart("objections_daily"))
    assert daily["objections"].sum() == objections.height + 1
    assert ingest(MAPPING, part, settings=home, mode="add").already_in
    history = pl.read_parquet(open_store(home).folder(done.manifest.snapshot) / "gate" / "history.parquet")
    assert history["batch"].n_unique() == 2


def test_an_addition_needs_a_snapshot_and_rows_that_can_be_judged_alone(home, pilot_home, alatas_home, tmp_path):
    with pytest.raises(TepatError, match="has no snapshot to add to"):
        ingest(MAPPING, pilot_home / "exports", settings=home, mode="add")
    from tests.conftest import ALATAS

    with pytest.raises(MappingError, match="Rows cannot be added to the table"):
        ingest(ROOT / "examples" / "alatas2012.toml", ALATAS, settings=Settings(home=alatas_home), mode="add")


def test_a_dry_run_says_what_the_gate_finds_and_publishes_nothing(export, home):
    verdict = check(MAPPING, export, settings=home)
    assert verdict.rejected["families"] == 1
    assert open_store(home).catalogue() is None
    assert not list((home.home / "warehouse" / "staging").glob("*"))


def test_a_refused_export_is_named_row_by_row_until_a_good_one_is_published(export, home, pilot_home):
    rows = pl.read_parquet(export / "penyaluran.parquet")
    rows.with_columns(pl.when(pl.int_range(pl.len()) % 5 == 0).then(-1).otherwise("nominal").alias("nominal")).cast(
        rows.schema
    ).write_parquet(export / "penyaluran.parquet")
    with pytest.raises(GateError, match="rows may not be counted"):
        ingest(MAPPING, export, settings=home)
    name = "banyuwangi-simulasi"
    found = quarantine.findings(home, name, refused=True)
    assert (found["rule"] == "payments.amount.range").sum() >= rows.height // 5
    ingest(MAPPING, pilot_home / "exports", settings=home)
    with pytest.raises(quarantine.QuarantineError, match="was refused"):
        quarantine.findings(home, name, refused=True)


def test_a_severity_for_an_unknown_rule_is_refused(export, home):
    wrong = home.model_copy(update={"severities": {"volume.rows.falen": "warn"}})
    with pytest.raises(SettingsError, match=r"Did you mean volume\.rows\.fallen\?"):
        ingest(MAPPING, export, settings=wrong)


def test_a_severity_can_be_set_otherwise(export, home):
    ingest(MAPPING, export, settings=home.model_copy(update={"severities": {"families.size.range": "warn"}}))
    families = open_store(home).manifest().tables["families"]
    assert families.rejected == 0
    assert "families.size.range" not in rules(home)


def test_half_an_export_is_blocked_by_the_volume_rule(export, home, pilot_home):
    ingest(MAPPING, pilot_home / "exports", settings=home)
    snapshot = open_store(home).manifest().snapshot
    rows = pl.read_parquet(export / "usul_sanggah.parquet")
    rows.head(rows.height // 3).write_parquet(export / "usul_sanggah.parquet")
    with pytest.raises(GateError, match=r"volume\.rows\.fallen.*objections"):
        ingest(MAPPING, export, settings=home)
    assert open_store(home).manifest().snapshot == snapshot
    ingest(MAPPING, export, settings=home.model_copy(update={"severities": {"volume.rows.fallen": "warn"}}))
    assert open_store(home).manifest().snapshot != snapshot


def test_the_history_counts_each_batch_and_a_row_that_breaks_two_rules_once(export, home):
    done = ingest(MAPPING, export, settings=home)
    history = pl.read_parquet(open_store(home).folder(done.manifest.snapshot) / "gate" / "history.parquet")
    payments = history.filter(pl.col("table") == "payments", pl.col("severity") == "quarantine")
    assert payments.filter(rule="")["failed"].to_list() == [done.manifest.tables["payments"].rejected]
    assert payments.filter(pl.col("rule") != "")["failed"].sum() > done.manifest.tables["payments"].rejected
