"""From export to snapshot, and what an empty, a half-empty and a broken export end in."""

import shutil
from contextlib import closing
from pathlib import Path

import ibis
import polars as pl
import pytest

from analytics.ingest import ingest
from analytics.settings import Settings
from analytics.store import open_store
from analytics.store.warehouse import completed
from tests.conftest import PILOT_FAMILIES, ROOT
from validation.contract import CONTRACT
from validation.errors import ExportError, GateError

MAPPING = ROOT / "examples" / "banyuwangi.toml"


@pytest.fixture
def export(pilot_home: Path, tmp_path: Path) -> Path:
    """A copy of the pilot's export that a test may damage."""
    return Path(shutil.copytree(pilot_home / "exports", tmp_path / "exports"))


@pytest.fixture
def published(pilot_home: Path, tmp_path: Path) -> Settings:
    """A home with the pilot published already."""
    shutil.copytree(pilot_home / "warehouse", tmp_path / "home" / "warehouse")
    shutil.copytree(pilot_home / "keys", tmp_path / "home" / "keys")
    return Settings(home=tmp_path / "home")


def damage(export: Path, file: str, change) -> None:
    path = export / file
    change(pl.read_parquet(path)).write_parquet(path)


def still_good(settings: Settings, snapshot: str, *, words: str) -> None:
    """The last good snapshot is in use, and the failed try is on record."""
    store = open_store(settings)
    assert store.manifest().snapshot == snapshot
    attempt = store.last_attempt(store.manifest().dataset.name)
    assert attempt is not None
    assert not attempt.published
    assert words in attempt.message


def test_every_row_of_a_clean_export_is_published_and_follows_the_contract(pilot_home, pilot):
    mapping = {"keluarga": "families", "pendaftaran": "registrations", "cek_lapangan": "audits"}
    for file, table in mapping.items():
        rows = pl.read_parquet(pilot_home / "exports" / f"{file}.parquet").height
        assert pilot.manifest.tables[table].rows == rows
        assert pilot.manifest.tables[table].rejected == 0
    assert pilot.manifest.tables["families"].rows >= PILOT_FAMILIES
    for name in pilot.names("tables"):
        assert pilot.table(name).columns == tuple(column.name for column in CONTRACT[name].columns)


def test_no_identifier_of_a_person_is_anywhere_in_the_warehouse(pilot_home):
    people = pl.read_parquet(pilot_home / "exports" / "anggota.parquet")
    niks = set(people["nik"]) | set(people["no_kk"])
    names = set(people["nama"])
    seen = 0
    for path in (pilot_home / "warehouse" / "snapshots").rglob("*.parquet"):
        frame = pl.read_parquet(path)
        for column in frame.select(pl.selectors.string()).columns:
            values = set(frame[column].drop_nulls().unique())
            assert not values & niks, f"{path.stem}.{column}"
            assert path.stem in {"regions", "places"} or not values & names, f"{path.stem}.{column}"
            seen += 1
    assert seen > 50


def test_the_same_export_twice_counts_once(export, published):
    store = open_store(published)
    before = store.manifest().snapshot
    done = ingest(MAPPING, export, settings=published)
    assert done.already_in
    assert store.manifest().snapshot == before
    assert len(store.history(done.manifest.dataset.name)) == 1


def test_an_empty_export_is_refused(export, published):
    before = open_store(published).manifest().snapshot
    damage(export, "pendaftaran.parquet", lambda frame: frame.head(0))
    with pytest.raises(ExportError, match=r"pendaftaran\.parquet has no rows"):
        ingest(MAPPING, export, settings=published)
    still_good(published, before, words="pendaftaran.parquet has no rows")


def test_a_missing_file_and_a_missing_column_are_named(export, published):
    before = open_store(published).manifest().snapshot
    damage(export, "keluarga.parquet", lambda frame: frame.drop("no_kk"))
    with pytest.raises(ExportError, match=r"keluarga\.parquet lacks the column no_kk"):
        ingest(MAPPING, export, settings=published)
    (export / "penyaluran.parquet").unlink()
    with pytest.raises(ExportError, match=r"The file penyaluran\.parquet is missing"):
        ingest(MAPPING, export, settings=published)
    still_good(published, before, words="penyaluran.parquet is missing")


def test_half_an_export_is_refused_for_its_volume(export, published):
    before = open_store(published).manifest().snapshot
    damage(export, "penyaluran.parquet", lambda frame: frame.head(frame.height // 3))
    with pytest.raises(GateError, match=r"volume\.rows\.fallen is broken.*: payments\."):
        ingest(MAPPING, export, settings=published)
    still_good(published, before, words="volume.rows.fallen")


def test_an_export_with_half_its_families_is_refused_for_its_orphans(export, published):
    before = open_store(published).manifest().snapshot
    damage(export, "keluarga.parquet", lambda frame: frame.head(frame.height // 2))
    with pytest.raises(GateError, match="may not be counted"):
        ingest(MAPPING, export, settings=published)
    still_good(published, before, words="may not be counted")


def test_a_truncated_file_is_refused(export, published):
    before = open_store(published).manifest().snapshot
    whole = (export / "anggota.parquet").read_bytes()
    (export / "anggota.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExportError, match=r"anggota\.parquet cannot be read"):
        ingest(MAPPING, export, settings=published)
    still_good(published, before, words="anggota.parquet cannot be read")


def test_a_few_bad_rows_are_quarantined_with_file_row_and_rule_and_the_rest_published(export, published):
    def spoil(frame: pl.DataFrame) -> pl.DataFrame:
        amount = pl.when(pl.int_range(pl.len()).is_in([4, 9])).then(-5).otherwise(pl.col("nominal")).alias("nominal")
        return frame.with_columns(amount)

    rows = pl.read_parquet(export / "penyaluran.parquet").height
    damage(export, "penyaluran.parquet", spoil)
    done = ingest(MAPPING, export, settings=published)
    assert done.manifest.tables["payments"].rows == rows - 2
    assert done.manifest.tables["payments"].rejected == 2
    warehouse = open_store(published).open()
    quarantine = warehouse.run(warehouse.table("quarantine", room="gate"))
    places = quarantine[["table", "rule", "file", "row", "batch"]].itertuples(index=False, name=None)
    assert set(places) == {
        ("payments", f"payments.amount.{rule}", "penyaluran.parquet", row, done.manifest.snapshot)
        for rule in ("range", "in_force")
        for row in (6, 11)
    }
    assert set(quarantine["severity"]) == {"quarantine"}
    assert quarantine["district"].str.startswith("35.10.").all()


def test_a_mended_export_takes_the_place_of_the_bad_one_without_double_counting(export, published):
    mended = pl.read_parquet(export / "penyaluran.parquet")
    damage(
        export,
        "penyaluran.parquet",
        lambda frame: frame.with_columns(nominal=pl.col("nominal") * -1).head(1).vstack(frame.tail(-1)),
    )
    assert ingest(MAPPING, export, settings=published).manifest.tables["payments"].rejected == 1
    mended.write_parquet(export / "penyaluran.parquet")
    done = ingest(MAPPING, export, settings=published)
    assert done.manifest.tables["payments"].rows == mended.height
    assert done.manifest.tables["payments"].rejected == 0


def test_a_table_of_an_earlier_version_gets_the_contracts_new_columns_empty(pilot_home):
    with closing(open_store(Settings(home=pilot_home)).open()) as warehouse:
        older = ibis.memtable(warehouse.table("audits").drop("cluster_probability").limit(5).to_pyarrow())
    found = completed("audits", older).to_pyarrow()
    assert set(found.column_names) == {column.name for column in CONTRACT["audits"].columns}
    assert found["cluster_probability"].null_count == 5
    assert str(found["cluster_probability"].type) == "double"
