"""The simulated pilot repeats what was declared or reported."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from analytics.simulator import parameters as p
from analytics.simulator.assets import share_today
from analytics.simulator.register_exports import ASSET_COLUMNS

OLD, NEW = ("2025-Q3", "2025-Q4"), ("2026-Q1", "2026-Q2", "2026-Q3")


def true_rates(pilot, programme: str, period: str) -> tuple[float, float]:
    """Exclusion and inclusion error counted from the payments and the truth."""
    families = pilot.true("families").with_columns(
        S=pl.col("no_kk").is_in(pilot.receivers(programme, period).implode()),
        T=pl.col(f"entitled_{programme.lower()}"),
    )
    return (
        families.filter("T").select((~pl.col("S")).mean()).item(),
        families.filter("S").select((~pl.col("T")).mean()).item(),
    )


@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
@pytest.mark.parametrize("period", [*OLD, *NEW])
def test_true_errors_are_the_declared_ones(pilot, programme, period):
    declared = (p.DECLARED_OLD if period in OLD else p.DECLARED_NEW)[programme]
    assert true_rates(pilot, programme, period) == pytest.approx(declared, abs=0.015 if period < "2026-Q3" else 0.02)


@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
def test_summary_and_truth_name_the_same_errors_as_the_payments(pilot, programme):
    stated = {(row["period"], row["programme"]): row for row in pilot.summary.errors}
    for period in (*OLD, *NEW):
        row = stated[period, programme]
        assert (row["exclusion"], row["inclusion"]) == pytest.approx(true_rates(pilot, programme, period))
    assert pilot.true("errors").to_dicts() == pilot.summary.errors


@pytest.mark.parametrize(("programme", "share"), [("PKH", p.ENTITLED_PKH), ("BPNT", p.ENTITLED_BPNT)])
def test_entitled_share_is_the_assumed_one_and_duplicates_are_not_entitled(pilot, programme, share):
    families = pilot.true("families")
    entitled = pl.col(f"entitled_{programme.lower()}")
    assert families.filter(pl.col("duplicate_of").is_null()).select(entitled.mean()).item() == pytest.approx(share)
    assert families.filter(pl.col("duplicate_of").is_not_null()).select(entitled.any()).item() is False


@pytest.mark.parametrize("day", [day for day, _ in p.REGISTERED[:3]])
def test_registered_families_follow_the_reported_milestones(pilot, day):
    reported = dict(p.REGISTERED)[day] / p.REGENCY_FAMILIES
    filed = pilot.export("pendaftaran").filter(pl.col("waktu_kirim").dt.date() <= day)
    assert filed["no_kk"].n_unique() / pilot.summary.families == pytest.approx(reported, abs=0.02)


def test_first_week_is_in_the_two_pilot_villages_only(pilot):
    first = pilot.export("pendaftaran").filter(pl.col("waktu_kirim").dt.date() < p.OTHERS_START)
    assert first.height > 20
    assert set(first["kode_desa"]) == set(p.PILOT_VILLAGES)
    assert first["waktu_kirim"].min().date() >= p.PILOT_START


def test_about_seventy_percent_come_through_agents_with_reported_speed(pilot):
    filed = pilot.export("pendaftaran")
    assert (filed["jalur"] == "pendamping").mean() == pytest.approx(p.AGENT_CHANNEL, abs=0.02)
    assert (filed["id_pendamping"].is_not_null() == (filed["jalur"] == "pendamping")).all()
    median = dict(filed.group_by("jalur").agg(pl.col("durasi_detik").median()).iter_rows())
    assert median["pendamping"] == pytest.approx(60, rel=0.1)
    assert median["mandiri"] == pytest.approx(360, rel=0.1)


def test_agents_are_trained_before_they_register_anybody(pilot):
    filed = pilot.export("pendaftaran").join(pilot.export("pendamping"), on="id_pendamping")
    assert filed.height > 1000
    assert (filed["dilatih"] <= filed["waktu_kirim"]).all()


def test_first_face_check_succeeds_as_in_the_published_trial_and_less_for_the_elderly(pilot):
    first = pilot.export("verifikasi").filter(subjek="pemohon", percobaan=1)
    assert (first["hasil"] == "cocok").mean() == pytest.approx(0.852, abs=0.015)
    born = pilot.export("pendaftaran").join(
        pilot.export("anggota"), left_on="nik_pemohon", right_on="nik", maintain_order="left"
    )
    old = born.filter(pl.col("tanggal_lahir") < dt.date(p.REFERENCE_DAY.year - p.ELDERLY_AGE, 1, 1))["id_pendaftaran"]
    elderly = first.filter(pl.col("id_pendaftaran").is_in(old.implode()))
    assert (elderly["hasil"] == "cocok").mean() < 0.80


def test_deciles_one_to_four_hold_the_assumed_share_and_explain_about_half_of_welfare(pilot):
    joined = pilot.export("keluarga").join(pilot.true("families"), on="no_kk")
    assert (joined["desil_dtsen"] <= 4).mean() == pytest.approx(p.DECILES_1_TO_4, abs=0.01)
    correlation = np.corrcoef(joined["desil_dtsen"], np.log(joined["consumption"]))[0, 1]
    assert correlation**2 == pytest.approx(p.PMT_R2, abs=0.05)


@pytest.mark.parametrize("asset", ["has_motorcycle", "has_refrigerator", "has_car", "private_toilet"])
def test_assets_follow_the_shares_of_the_study_by_decile(pilot, asset):
    joined = pilot.export("keluarga").join(pilot.true("families"), on="no_kk")
    found = joined.group_by("true_decile").agg(pl.col(ASSET_COLUMNS[asset]).mean()).sort("true_decile")
    assert np.abs(found[ASSET_COLUMNS[asset]].to_numpy() - share_today(asset)).max() < 0.06


def test_small_families_and_old_heads_are_missed_more_often(pilot):
    joined = pilot.export("keluarga").join(pilot.true("families").filter("entitled_bpnt"), on="no_kk")
    missed = joined.with_columns(
        missed=~pl.col("no_kk").is_in(pilot.receivers("BPNT", "2026-Q1").implode()),
        small=pl.col("jumlah_anggota") <= 2,
        elderly=pl.col("tanggal_lahir_kepala") < dt.date(1965, 9, 1),
    )
    for group in ("small", "elderly"):
        rate = dict(missed.group_by(group).agg(pl.col("missed").mean()).iter_rows())
        assert rate[True] > rate[False] + 0.03


def test_errors_differ_between_districts_by_more_than_chance(pilot):
    joined = pilot.export("keluarga").join(pilot.true("families").filter("entitled_bpnt"), on="no_kk")
    missed = joined.with_columns(
        missed=~pl.col("no_kk").is_in(pilot.receivers("BPNT", "2026-Q1").implode()),
        district=pl.col("kode_desa").str.head(8),
    )
    rates = missed.group_by("district").agg(pl.col("missed").mean(), pl.len())
    overall = missed["missed"].mean()
    chi_square = ((rates["missed"] - overall) ** 2 * rates["len"] / (overall * (1 - overall))).sum()
    assert chi_square > 43  # 24 degrees of freedom, 1 %


def test_about_one_in_a_hundred_decided_families_objects_and_the_outcome_follows_the_truth(pilot):
    filed = pilot.export("usul_sanggah")
    assert filed.height / pilot.export("pendaftaran")["no_kk"].n_unique() == pytest.approx(0.012, abs=0.003)
    assert filed["waktu_ajukan"].min().date() >= dt.date(2026, 1, 15)
    own = filed.filter(pl.col("pengaju") != "masyarakat", pl.col("hasil").is_in(["dikabulkan", "ditolak"]))
    own = own.join(pilot.true("families"), on="no_kk").with_columns(
        right=pl.when(pl.col("program") == "PKH").then("entitled_pkh").otherwise("entitled_bpnt")
    )
    upheld = dict(own.group_by("right").agg((pl.col("hasil") == "dikabulkan").mean()).iter_rows())
    assert upheld[True] > upheld[False] + 0.3


def test_about_one_registration_in_a_hundred_is_a_duplicate(pilot):
    filed = pilot.export("pendaftaran").height
    assert pilot.true("duplicates").height / filed == pytest.approx(p.DUPLICATES, rel=0.35)
