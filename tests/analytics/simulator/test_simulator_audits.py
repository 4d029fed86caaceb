"""The random field checks estimate the truth: probabilities are exact, the Hájek ratio is near what is true."""

import numpy as np
import polars as pl
import pytest

from analytics.simulator import parameters as p


def hajek(rows: pl.DataFrame, value: pl.Expr, domain: pl.Expr) -> tuple[float, float]:
    """Weighted share and its linearised standard error: districts are strata, drawn villages of a round clusters."""
    rows = rows.with_columns(y=value.cast(pl.Float64), d=domain.cast(pl.Float64), w=1 / pl.col("peluang"))
    total = (rows["w"] * rows["d"]).sum()
    share = (rows["w"] * rows["d"] * rows["y"]).sum() / total
    clusters = rows.group_by("tanggal_rangka", "strata", "kode_desa").agg(
        z=(pl.col("w") * pl.col("d") * (pl.col("y") - share)).sum() / total
    )
    strata = clusters.group_by("tanggal_rangka", "strata").agg(z=pl.col("z").var() * pl.len())
    return share, float(np.sqrt(strata["z"].fill_null(0.0).sum()))


def random_checks(pilot, programme: str, period: str) -> pl.DataFrame:
    rows = pilot.export("cek_lapangan").filter(program=programme, periode=period, alasan="acak")
    receives = pl.col("no_kk").is_in(pilot.receivers(programme, period).implode())
    return rows.filter(pl.col("berhak").is_not_null()).with_columns(receives=receives)


@pytest.mark.parametrize("period", ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"])
@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
def test_hajek_estimates_agree_with_the_truth(pilot, programme, period):
    rows = random_checks(pilot, programme, period)
    truth = pilot.true("errors").filter(period=period, programme=programme).row(0, named=True)
    inclusion, spread = hajek(rows, ~pl.col("berhak"), pl.col("receives"))
    assert abs(inclusion - truth["inclusion"]) < 4 * spread
    assert spread < 0.08
    exclusion, spread = hajek(rows, ~pl.col("receives"), pl.col("berhak"))
    assert abs(exclusion - truth["exclusion"]) < 4 * spread
    assert spread < 0.08


def test_design_weights_add_up_to_the_families_of_the_regency(pilot):
    visits = pilot.export("cek_lapangan").filter(alasan="acak", program="PKH")
    first_rounds = visits.filter(pl.col("tanggal_rangka").dt.month().is_in([10, 12]))  # later ones drop repeats
    size = first_rounds.group_by("tanggal_rangka").agg((1 / pl.col("peluang")).sum().alias("n"))
    assert size["n"].to_numpy() == pytest.approx(pilot.summary.families, rel=0.15)


def test_probabilities_are_those_of_the_stated_design(pilot):
    families = pilot.export("keluarga").group_by("kode_desa").len()
    villages = families.group_by(pl.col("kode_desa").str.head(8).alias("strata")).agg(M=pl.len())
    checks = pilot.export("cek_lapangan").filter(alasan="acak", program="BPNT", periode="2025-Q3")
    old = pl.concat([pilot.receivers(name, "2025-Q3") for name in ("PKH", "BPNT")]).unique()
    size = (
        pilot.export("keluarga")
        .with_columns(
            rangka=pl.when(pl.col("no_kk").is_in(old.implode()))
            .then(pl.lit("penerima"))
            .otherwise(pl.lit("bukan_penerima"))
        )
        .group_by("kode_desa", "rangka")
        .agg(K=pl.len())
    )
    receivers = checks.filter(rangka="penerima").join(size, on=["kode_desa", "rangka"]).join(villages, on="strata")
    expected = (
        p.AUDIT_VILLAGES
        / receivers["M"]
        * np.minimum(p.AUDIT_RECEIVERS, receivers["K"].to_numpy())
        / receivers["K"].to_numpy()
    )
    assert receivers["peluang"].to_numpy() == pytest.approx(expected.to_numpy())


def test_each_round_draws_four_villages_a_district_and_few_families_in_each(pilot):
    checks = pilot.export("cek_lapangan").filter(alasan="acak", program="PKH")
    first = checks.filter(pl.col("tanggal_rangka").dt.month() == 10)
    assert (first.group_by("strata").agg(pl.col("kode_desa").n_unique())["kode_desa"] == p.AUDIT_VILLAGES).all()
    most = dict(first.group_by("rangka", "kode_desa").len().group_by("rangka").agg(pl.col("len").max()).iter_rows())
    assert most == {"penerima": p.AUDIT_RECEIVERS, "bukan_penerima": p.AUDIT_OTHERS}


def test_a_family_is_visited_once_a_period_and_both_programmes_are_judged(pilot):
    checks = pilot.export("cek_lapangan")
    assert not checks.select("no_kk", "program", "periode").is_duplicated().any()
    assert (checks.group_by("no_kk", "periode").len()["len"] == 2).all()


def test_targeted_checks_have_no_probability_and_are_few(pilot):
    checks = pilot.export("cek_lapangan")
    targeted = checks.filter(pl.col("alasan") != "acak")
    assert targeted["peluang"].is_null().all()
    assert checks.filter(alasan="acak")["peluang"].is_between(0, 1).all()
    assert targeted.height / checks.height == pytest.approx(p.TARGETED_CHECKS, abs=0.01)
    assert set(targeted["alasan"]) == {"risiko", "sanggah"}


def test_period_of_a_check_had_been_paid_when_it_began(pilot):
    paid = pilot.export("penyaluran").group_by("periode").agg(pl.col("waktu_salur").max())
    checks = pilot.export("cek_lapangan").join(paid, on="periode")
    assert (checks["waktu_salur"].dt.date() < checks["tanggal_rangka"]).all()
    assert (checks["tanggal_rangka"] < checks["waktu_kunjungan"].dt.date()).all()


def test_checkers_see_the_truth_with_few_blanks(pilot):
    checks = pilot.export("cek_lapangan").join(pilot.true("families"), on="no_kk")
    assert checks["berhak"].is_null().mean() == pytest.approx(p.AUDIT_UNKNOWN, abs=0.01)
    for programme in ("PKH", "BPNT"):
        seen = checks.filter(pl.col("program") == programme, pl.col("berhak").is_not_null())
        assert (seen["berhak"] == seen[f"entitled_{programme.lower()}"]).all()
    assert (checks["konsumsi"] / checks["consumption"]).log().std() == pytest.approx(p.AUDIT_WELFARE_NOISE, rel=0.1)
