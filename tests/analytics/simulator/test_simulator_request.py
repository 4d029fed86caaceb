"""What may be asked of the simulator, and what the same question answers twice."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.simulator import SimulationError, simulate
from validation.errors import TepatError

APPENDED = {  # file: columns that never change once a row is in
    "pendaftaran": ["id_pendaftaran", "no_kk", "nik_pemohon", "jalur", "id_pendamping", "waktu_kirim", "waktu_terima"],
    "verifikasi": ["id_pendaftaran", "subjek", "percobaan", "hasil", "waktu_cek"],
    "usul_sanggah": ["no_perkara", "no_kk", "program", "waktu_ajukan"],
    "penyaluran": ["no_kk", "program", "komponen", "periode", "nominal", "waktu_salur"],
    "cek_lapangan": ["no_kk", "program", "periode", "peluang", "waktu_kunjungan"],
    "pendamping": ["id_pendamping", "kode_desa", "dilatih"],
}


def run(folder: Path, *, families: int = 1200, seed: int = 3, until: dt.date = dt.date(2026, 3, 14)) -> Path:
    simulate(families=families, seed=seed, until=until, exports=folder / "exports", truth=folder / "truth")
    return folder


def test_same_question_gives_the_same_files(tmp_path):
    one, two = run(tmp_path / "one"), run(tmp_path / "two")
    files, others = ({path.relative_to(folder) for path in folder.rglob("*.parquet")} for folder in (one, two))
    assert files == others
    assert {path.stem for path in files if path.parts[0] == "exports"} > set(APPENDED)
    for file in files:
        assert_frame_equal(pl.read_parquet(one / file), pl.read_parquet(two / file))


def test_another_seed_gives_other_families(tmp_path):
    one, two = run(tmp_path / "one"), run(tmp_path / "two", seed=4)
    names = [pl.read_parquet(folder / "exports" / "anggota.parquet")["nama"].head(50) for folder in (one, two)]
    assert not names[0].equals(names[1])


def test_later_last_day_adds_rows_and_changes_none_that_happened(tmp_path):
    early, late = run(tmp_path / "early"), run(tmp_path / "late", until=dt.date(2026, 8, 20))
    for name, columns in APPENDED.items():
        before = pl.read_parquet(early / "exports" / f"{name}.parquet").select(columns)
        after = pl.read_parquet(late / "exports" / f"{name}.parquet").select(columns)
        assert before.join(after, on=columns, how="anti", nulls_equal=True).height == 0, name
        assert after.height >= before.height


def test_payments_of_a_quarter_under_way_are_those_made(tmp_path):
    paid = pl.read_parquet(run(tmp_path, until=dt.date(2026, 2, 1)) / "exports" / "penyaluran.parquet")
    assert set(paid["periode"]) == {"2025-Q3", "2025-Q4"}


def test_stages_are_told_in_order(pilot):
    shares = [share for _, share in pilot.stages]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(stage for stage, _ in pilot.stages)


def test_summary_counts_the_rows_of_the_files(pilot):
    assert pilot.summary.rows == {path.stem: pl.read_parquet(path).height for path in pilot.exports.glob("*.parquet")}


def test_fewest_families_can_be_simulated(tmp_path):
    run(tmp_path, families=500, until=dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("families", "seed", "until", "says"),
    [
        (499, 1, dt.date(2026, 3, 1), "499 families are too few"),
        (500, -1, dt.date(2026, 3, 1), "negative"),
        (500, 1, dt.date(2026, 1, 31), "2026-01-31 cannot be the last day"),
        (500, 1, dt.date(2030, 1, 1), "2030-01-01 cannot be the last day"),
    ],
)
def test_impossible_requests_are_refused_and_say_what_to_ask(tmp_path, families, seed, until, says):
    with pytest.raises(SimulationError, match=says) as caught:
        run(tmp_path / "new", families=families, seed=seed, until=until)
    assert isinstance(caught.value, TepatError)
    assert caught.value.next_step
    assert not (tmp_path / "new").exists()
