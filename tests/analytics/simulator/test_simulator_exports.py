"""The exports: built to form, without the truth, up to the last day, as the mapping names them."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import polars as pl
import pytest
from lokal.nik import parse_nik

from analytics.simulator import parameters as p
from validation.contract import CONTRACT

MAPPING = Path(__file__).parents[3] / "examples" / "banyuwangi.toml"
TABLES = {table["name"]: table for table in tomllib.loads(MAPPING.read_text(encoding="utf-8"))["table"]}
NAMES = {"nama", "nama_kepala", "nama_pemohon"}
"""Exported as the portal would, and left out of the mapping: they must not reach the warehouse."""


SURVEYED = {
    "has_radio", "has_video_player", "has_satellite_dish", "has_bicycle", "has_jewelry", "has_poultry", "has_cattle",
    "has_credit", "head_married", "head_school", "highest_school", "head_work", "head_sector", "under_5", "pupils_sd",
    "pupils_smp", "pupils_sma", "dependency_ratio",
}  # fmt: skip
"""What a household survey asks and the portal does not."""
CALIBRATED = {"evidence", "model", "calibration", "policy"}
"""What checks by Tepat say; the portal compares distances."""
UNSAID = {"cluster_probability", *SURVEYED, *CALIBRATED}
"""The portal's export does not say how the villages of a round were drawn, either."""


def stem(table: str) -> str:
    return TABLES[table]["file"].removesuffix(".parquet")


def test_mapping_covers_every_table_but_regions_photos_and_faces():
    assert set(TABLES) == set(CONTRACT) - {"regions", "photos"}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_export_has_exactly_the_columns_that_the_mapping_names_and_names_of_persons(pilot, table):
    named = {recipe["from"] for recipe in TABLES[table]["columns"].values()}
    assert set(pilot.export(stem(table)).columns) - NAMES == named
    assert set(TABLES[table]["columns"]) == {column.name for column in CONTRACT[table].columns} - UNSAID


@pytest.mark.parametrize("table", sorted(TABLES))
def test_recoded_values_are_the_contracts_and_required_columns_are_full(pilot, table):
    frame = pilot.export(stem(table))
    for column in CONTRACT[table].columns:
        if column.name in UNSAID:
            continue
        recipe = TABLES[table]["columns"][column.name]
        values = frame[recipe["from"]]
        if not column.optional:
            assert values.null_count() == 0, column.name
        if column.domain:
            found = {recipe.get("recode", {}).get(value, value) for value in values.drop_nulls().unique()}
            assert found <= set(column.domain), column.name
        elif "recode" in recipe:
            assert set(values.drop_nulls().unique()) <= set(recipe["recode"]) | {"sd", "smp", "sma", "sembako"}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_keys_are_unique_and_references_hold(pilot, table):
    frame, columns = pilot.export(stem(table)), TABLES[table]["columns"]
    assert not frame.select(columns[name]["from"] for name in CONTRACT[table].key).is_duplicated().any()
    for column in CONTRACT[table].columns:
        other, _, target = column.refers_to.partition(".")
        if other in TABLES and other != table:
            there = pilot.export(stem(other))[TABLES[other]["columns"][target]["from"]]
            assert frame[columns[column.name]["from"]].drop_nulls().is_in(there.implode()).all(), column.name


def test_nik_have_the_form_of_their_person_and_serials_above_those_in_use(pilot):
    people = pilot.export("anggota")
    assert people["nik"].str.contains(r"^3510\d{12}$").all()
    assert (people["nik"].str.tail(4).cast(pl.Int64) >= 9001).all()
    for row in people.sample(400, seed=1).iter_rows(named=True):
        parsed = parse_nik(row["nik"], reference_date=dt.date(2026, 9, 30))
        assert parsed.valid
        assert (parsed.gender, parsed.birth_date) == (row["jk"], row["tanggal_lahir"].isoformat())


def test_family_card_numbers_have_the_form_and_do_not_repeat(pilot):
    cards = pilot.export("keluarga")["no_kk"]
    assert cards.is_unique().all()
    assert (cards.str.contains(r"^3510\d{12}$") & (cards.str.tail(4).cast(pl.Int64) >= 9001)).all()
    assert not pilot.export("anggota")["nik"].is_in(cards.implode()).any()


def test_names_have_no_titles(pilot):
    assert not pilot.export("anggota")["nama"].str.contains(r"[.,]|\b(Drs|Dr|Ir|H|Hj|KH)\b").any()


def test_no_truth_stands_in_an_export(pilot):
    keys = {"no_kk", "nik", "id_pendaftaran", "id_pendamping", "no_perkara"}
    secrets = {
        column
        for path in pilot.truth.glob("*.parquet")
        for column in pl.read_parquet_schema(path)
        if column not in keys
    }
    for path in pilot.exports.glob("*.parquet"):
        columns = set(pl.read_parquet_schema(path))
        assert not columns & secrets
        assert not [name for name in columns if re.search(r"true|truth|benar|latent|duplik|korup|corrupt", name)]
        if path.stem != "cek_lapangan":
            assert not columns & {"berhak", "konsumsi", "desil_konsumsi"}


def test_truth_is_keyed_by_what_the_exports_hold(pilot):
    exported = {
        "no_kk": pilot.export("keluarga")["no_kk"],
        "nik": pilot.export("anggota")["nik"],
        "id_pendaftaran": pilot.export("pendaftaran")["id_pendaftaran"],
        "id_pendamping": pilot.export("pendamping")["id_pendamping"],
        "no_perkara": pilot.export("usul_sanggah")["no_perkara"],
    }
    for path in pilot.truth.glob("*.parquet"):
        frame = pl.read_parquet(path)
        for key in set(frame.columns) & set(exported):
            assert frame[key].is_in(exported[key].implode()).all(), path.stem
    assert pilot.true("families").height == exported["no_kk"].len()
    assert pilot.true("agents")["corrupt"].sum() >= 1


def test_nothing_has_happened_after_the_last_day(pilot):
    for path in pilot.exports.glob("*.parquet"):
        times = pl.read_parquet(path).select(pl.col(pl.Datetime).max())
        for last in times.row(0) if times.width else ():
            assert last is None or last.date() <= dt.date(2026, 9, 30), path.stem


def test_last_days_are_still_filling_up(pilot):
    filed = pilot.export("pendaftaran")
    late = (filed["waktu_terima"] - filed["waktu_kirim"]).dt.total_days()
    assert 0.03 < (late >= 1).mean() < 0.2
    assert late.max() <= p.OFFLINE_DAYS[1]
    assert (filed["waktu_terima"] >= filed["waktu_kirim"]).all()


def test_wrong_cross_checks_stand_in_the_exports_as_grounds_to_refuse(pilot):
    wrong = pilot.true("wrong_checks").join(pilot.export("keluarga"), on="no_kk")
    assert set(wrong["cause"]) == set(p.WRONG_CHECKS)
    assert wrong.filter(check="vehicle")["kendaraan"].all()
    assert (wrong.filter(check="wage")["upah"] > p.MINIMUM_WAGE).all()
    assert (wrong.filter(check="power")["daya_va"] > p.POWER_CEILING).all()
    assert (wrong.filter(check="land")["tanah_m2"] > p.LAND_CEILING).all()


def test_payments_keep_the_limits_of_the_programmes(pilot):
    paid = pilot.export("penyaluran")
    assert (paid.filter(program="BPNT")["nominal"] == p.BPNT_A_QUARTER).all()
    pkh = paid.filter(program="PKH")
    quarter = {name: amount // 4 for name, amount in p.PKH_A_YEAR.items()}
    members = pkh.with_columns(n=pl.col("nominal") // pl.col("komponen").replace_strict(quarter))
    assert (members["n"] * members["komponen"].replace_strict(quarter) == members["nominal"]).all()
    families = members.group_by("no_kk", "periode").agg(
        pl.col("n").sum(),
        children=pl.col("n").filter(pl.col("komponen").is_in(["anak_usia_dini", "sd", "smp", "sma"])).sum(),
    )
    assert families["n"].max() <= p.PKH_MEMBERS
    assert families["children"].max() <= p.PKH_CHILDREN


def test_portal_pays_nobody_who_was_refused(pilot):
    decided = pilot.export("keputusan").sort("waktu_keputusan", nulls_last=False)
    last = decided.unique(["no_kk", "program"], keep="last", maintain_order=True)
    paid = pilot.export("penyaluran").filter(periode="2026-Q3").select("no_kk", "program").unique()
    last = paid.join(last, on=["no_kk", "program"], how="left")
    assert last["hasil"].null_count() == 0
    # Only an objection that the public won after the list was announced leaves somebody refused on it.
    refused = last.filter(pl.col("hasil") != "layak")
    assert (refused["alasan"] == "objection_upheld").all()
    assert (refused["waktu_keputusan"].dt.date() >= dt.date(2026, 7, p.ANNOUNCEMENT_DAY)).all()


def test_nobody_is_proposed_or_decided_before_they_register(pilot):
    made = pilot.export("pendaftaran").group_by("no_kk").agg(registered=pl.col("waktu_kirim").min())
    proposed = pilot.export("usul_sanggah").filter(jenis="usul").join(made, on="no_kk")
    assert 0 < proposed.height < pilot.export("usul_sanggah").filter(jenis="usul").height
    assert (proposed["registered"] < proposed["waktu_ajukan"]).all()
    decided = pilot.export("keputusan").drop_nulls("waktu_keputusan").join(made, on="no_kk")
    assert (decided["registered"] < decided["waktu_keputusan"]).all()


def test_refusals_name_their_reasons(pilot):
    decided = pilot.export("keputusan")
    assert decided.filter(hasil="tidak_layak")["alasan"].str.len_chars().min() > 0
    assert decided.filter(pl.col("hasil") != "tidak_layak")["alasan"].is_null().all()
    waiting = decided.filter(hasil="menunggu")
    assert waiting["waktu_keputusan"].is_null().all()
    answered = decided.filter(pl.col("hasil") != "menunggu")
    assert waiting.join(answered, on=["no_kk", "program"], how="semi").height == 0
