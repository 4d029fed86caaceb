"""Face checks: agents before each working day, applicants up to three times, grey ones left to a person."""

import polars as pl
import pytest

from analytics.simulator import parameters as p


@pytest.fixture(scope="module")
def checks(pilot) -> pl.DataFrame:
    made = pilot.export("pendaftaran").select("id_pendaftaran", "id_pendamping", "waktu_kirim")
    return pilot.export("verifikasi").join(made, on="id_pendaftaran", how="left", validate="m:1")


def test_every_check_is_of_an_application_that_has_reached_the_portal(checks):
    assert checks["waktu_kirim"].null_count() == 0


def test_an_agent_is_checked_once_a_working_day_with_its_first_application(pilot, checks):
    made = pilot.export("pendaftaran").filter(pl.col("id_pendamping").is_not_null())
    day = pl.col("waktu_kirim").dt.date().alias("day")
    first = made.group_by("id_pendamping", day).agg(pl.col("waktu_kirim").min())
    own = checks.filter(subjek="pendamping")
    sessions = own.group_by("id_pendamping", day).agg(pl.col("id_pendaftaran").n_unique(), pl.col("waktu_kirim").min())
    assert (sessions["id_pendaftaran"] == 1).all()
    # A first application that waits for a signal is not in the export yet: later ones of its day stand first then.
    joined = sessions.join(first, on=["id_pendamping", "day"], suffix="_first")
    assert (joined["waktu_kirim"] == joined["waktu_kirim_first"]).mean() > 0.98
    assert (own["waktu_cek"].dt.date() == own["waktu_kirim"].dt.date()).all()


def test_some_working_days_begin_without_a_matching_check(pilot, checks):
    made = pilot.export("pendaftaran").filter(pl.col("id_pendamping").is_not_null())
    days = made.select("id_pendamping", pl.col("waktu_kirim").dt.date()).unique().height
    before = checks.filter(pl.col("waktu_cek") <= pl.col("waktu_kirim"), subjek="pendamping", hasil="cocok")
    verified = before.select("id_pendamping", pl.col("waktu_cek").dt.date()).unique().height
    assert p.CORRUPT_CHECKED - 0.05 < verified / days < p.AGENT_CHECKED + 0.02


def test_nobody_tries_again_after_a_match_or_a_check_that_a_person_decides(checks):
    own = checks.filter(subjek="pemohon").sort("id_pendaftaran", "percobaan")
    last = own.with_columns(more=pl.col("percobaan").shift(-1).over("id_pendaftaran").is_not_null())
    assert not last.filter(pl.col("hasil").is_in(["cocok", "ditinjau"]))["more"].any()
    assert last.filter(hasil="ditinjau").height > 0
    assert checks["percobaan"].max() == p.MOST_ATTEMPTS
