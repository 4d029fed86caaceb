"""The tables `keluarga` and `anggota`: what DTSEN, the family card and the cross-checks say on the last day."""

import numpy as np
import polars as pl

from analytics.simulator.arrays import Flags, known, words
from analytics.simulator.assets import Assets
from analytics.simulator.crosschecks import CHECKS, SOURCES, CrossChecks
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.identity import Identities
from analytics.simulator.persons import SCHOOLS, Traits
from analytics.simulator.welfare import Ranking

RELATIONS = ("kepala", "pasangan", "anak", "orang_tua", "lainnya")
SEXES = ("L", "P")
ASSET_COLUMNS = {
    "solid_floor": "lantai_bukan_tanah", "solid_wall": "dinding_tembok", "solid_roof": "atap_beton_seng",
    "private_toilet": "jamban_sendiri", "clean_water": "air_bersih", "grid_power": "listrik_pln",
    "cooks_with_wood": "masak_kayu_bakar", "owns_home": "rumah_milik", "has_ac": "punya_ac",
    "has_computer": "punya_komputer", "has_television": "punya_televisi", "has_gas": "punya_kompor_gas",
    "has_refrigerator": "punya_kulkas", "has_motorcycle": "punya_motor", "has_car": "punya_mobil",
    "has_phone": "punya_telepon",
}  # fmt: skip
CHECK_COLUMNS = {
    "vehicle": "kendaraan",
    "land": "tanah_m2",
    "power": "daya_va",
    "wage": "upah",
    "state_employment": "asn",
}
FLAG_CHECKS = ("vehicle", "state_employment")
WHOLE_CHECKS = ("power", "wage")


def export_families(
    *,
    people: Households,
    villages: Villages,
    traits: Traits,
    ranking: Ranking,
    assets: Assets,
    checks: CrossChecks,
    identities: Identities,
    present: Flags,
) -> pl.DataFrame:
    """Return the table `keluarga`, one row a family card."""
    disabled = np.logical_or.reduceat(traits.disability, people.first)
    columns: dict[str, object] = {
        "no_kk": identities.card,
        "kode_desa": pl.Series(villages.code).gather(people.village),
        "kode_kecamatan": pl.Series(villages.district_code).gather(villages.district[people.village]),
        "nama_kepala": identities.name.gather(people.first),
        "jumlah_anggota": people.size,
        "jk_kepala": words(people.female[people.first].astype(np.int64), SEXES),
        "tanggal_lahir_kepala": pl.Series(people.birth[people.first]),
        "ada_disabilitas": disabled,
        "luas_lantai_per_jiwa": assets.floor_area,
        **{ASSET_COLUMNS[name]: owned for name, owned in assets.owned.items()},
    }
    for name in CHECKS:
        value, answered = checks.value[name], ~np.isnan(checks.value[name])
        column = pl.Series(np.where(answered, value, 0.0))
        if name in FLAG_CHECKS:
            column = column == 1.0
        elif name in WHOLE_CHECKS:
            column = column.cast(pl.Int64)
        label = CHECK_COLUMNS[name]
        columns[label] = known(column, answered)
        columns[f"{label}_sumber"] = known(words(np.zeros(len(answered), np.int64), (SOURCES[name],)), answered)
        columns[f"{label}_tanggal"] = known(pl.Series(checks.date[name]), answered)
    columns["desil_dtsen"] = ranking.decile
    return pl.DataFrame(columns).filter(pl.Series(present))


def export_persons(*, people: Households, traits: Traits, identities: Identities, present: Flags) -> pl.DataFrame:
    """Return the table `anggota`, one row a member of a family card."""
    return pl.DataFrame(
        {
            "nik": identities.nik,
            "no_kk": identities.card.gather(people.family),
            "nama": identities.name,
            "jk": words(people.female.astype(np.int64), SEXES),
            "tanggal_lahir": pl.Series(people.birth),
            "hubungan": words(people.relation, RELATIONS),
            "sekolah": words(traits.school, SCHOOLS),
            "hamil": traits.pregnant,
            "disabilitas_berat": traits.disability,
            "meninggal": traits.deceased_recorded,
        }
    ).filter(pl.Series(present[people.family]))
